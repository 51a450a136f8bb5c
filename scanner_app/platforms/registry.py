"""Which adapter speaks for which platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Platform
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.platforms.airship.platform import AirshipPlatform
from scanner_app.platforms.passcreator.platform import PasscreatorPlatform
from scanner_app.platforms.passentry.platform import PassEntryPlatform
from scanner_app.platforms.passkit.platform import PassKitPlatform

ADAPTERS: Mapping[str, Callable[[AccountConfig, str], Platform]] = {
    "passcreator": PasscreatorPlatform,
    "passentry": PassEntryPlatform,
    "passkit": PassKitPlatform,
    "airship": AirshipPlatform,
}

OPTIONS: Mapping[str, frozenset[str]] = {
    "passcreator": frozenset({"feed", "delete_scans", "holder_fields", "notes_field", "entries_field", "nfc_field"}),
    "passentry": frozenset({"entity", "refuse", "page_param", "per_page_param", "per_second", "holder_fields"}),
    "passkit": frozenset({"holder_fields", "page_url", "link_url"}),
    "airship": frozenset({"token_url", "app", "tags", "per_second", "holder_fields"}),
}
"""What `AccountConfig.options` may name for each platform; the adapters say what each means."""


def build(account: AccountConfig, key: str) -> Platform:
    """Return the adapter of an account; SettingsTrouble for a platform that nobody speaks."""
    adapter = ADAPTERS.get(account.platform)
    if adapter is None:
        raise SettingsTrouble("platform_unknown", account.platform)
    return adapter(account, key)
