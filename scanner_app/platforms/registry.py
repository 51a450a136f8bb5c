"""Which adapter speaks for which platform."""

from __future__ import annotations

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Platform
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.platforms.passcreator.platform import PasscreatorPlatform


def build(account: AccountConfig, key: str) -> Platform:
    """Return the adapter of an account; SettingsTrouble for a platform that nobody speaks."""
    if account.platform != "passcreator":
        raise SettingsTrouble("platform_unknown", account.platform)
    return PasscreatorPlatform(account, key)
