"""Whose a pass is, where a kiosk holds several accounts: one guest may have a pass of each, alike in all else."""

from __future__ import annotations

from collections.abc import Sequence

from scanner_app.application.config import AccountConfig
from scanner_app.domain.passes import Pass

PLATFORM_NAMES = {"passcreator": "Passcreator", "passentry": "PassEntry", "passkit": "PassKit", "airship": "Airship"}


def whose(subject: Pass, accounts: Sequence[AccountConfig]) -> str:
    """Return the platform's name, the account's where two are of one platform, '' where there is one account only."""
    if len(accounts) < 2:
        return ""
    apart = len({account.platform for account in accounts}) == len(accounts)
    return PLATFORM_NAMES.get(subject.platform, subject.platform) if apart else subject.account
