"""Which adapter speaks for which platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Platform
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.platforms.address import checked_url
from scanner_app.platforms.airship.platform import AirshipPlatform
from scanner_app.platforms.passcreator.platform import PasscreatorPlatform
from scanner_app.platforms.passentry.platform import PassEntryPlatform
from scanner_app.platforms.passkit.platform import PassKitPlatform
from scanner_app.platforms.smartpass import UNIQUE, landing_page

ADAPTERS: Mapping[str, Callable[[AccountConfig, str], Platform]] = {
    "passcreator": PasscreatorPlatform,
    "passentry": PassEntryPlatform,
    "passkit": PassKitPlatform,
    "airship": AirshipPlatform,
}

OPTIONS: Mapping[str, frozenset[str]] = {
    "passcreator": frozenset({"feed", "delete_scans", "holder_fields", "notes_field", "entries_field", "nfc_field"}),
    "passentry": frozenset({"entity", "refuse", "page_param", "per_page_param", "per_second", "holder_fields"}),
    "passkit": frozenset({"holder_fields", "page_url", "link_url", "link_makes"}),
    "airship": frozenset({"token_url", "app", "tags", "per_second", "holder_fields"}),
}
"""What `AccountConfig.options` may name for each platform; the adapters say what each means."""

ADDRESSES: Mapping[str, Callable[[str], object]] = {
    "link_url": landing_page,
    "page_url": checked_url,
    "token_url": checked_url,
}
"""Options that are addresses, and what refuses one that is none: https, or plain http to this very machine."""


def check_options(platform: str, options: Mapping[str, str]) -> None:
    """Raise SettingsTrouble for an option that the platform has not, LinkTrouble or SettingsTrouble for a bad value."""
    unknown = sorted(set(options) - OPTIONS[platform])
    if unknown:
        raise SettingsTrouble("option_invalid", ", ".join(unknown))
    for name, value in options.items():
        if name in ADDRESSES and value:
            ADDRESSES[name](value)
    if options.get("link_makes", "member") not in UNIQUE:
        raise SettingsTrouble("option_invalid", f"link_makes: {', '.join(UNIQUE)}")


def build(account: AccountConfig, key: str) -> Platform:
    """Return the adapter of an account; SettingsTrouble for a platform that nobody speaks."""
    adapter = ADAPTERS.get(account.platform)
    if adapter is None:
        raise SettingsTrouble("platform_unknown", account.platform)
    return adapter(account, key)
