"""Whether a new key opens the account that an item was made for: keys are renewed, and what waits must still go out."""

from __future__ import annotations

import logging
from collections.abc import Callable

from scanner_app.application.ports import Platform
from scanner_app.application.tenants import may_be_renewed
from scanner_app.domain.errors import PlatformTrouble
from scanner_app.domain.passes import Pass
from scanner_app.domain.scan import Operation

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0

LookUp = Callable[[str, float], list[Pass]]
"""Asks the platform for a pass within so many seconds; raises PlatformTrouble."""


class RenewedKey:
    """Asks the platform for the item's own pass: another account does not hold it. Blocks; on threads that send."""

    def __init__(self, platform: Platform, look_up: LookUp | None = None) -> None:
        """`platform`: with the key in use. `look_up`: how it is asked, where not by a call of its own."""
        self._platform, self._look_up = platform, look_up
        self._renewed: set[str] = set()

    def opens(self, operation: Operation) -> bool:
        """Return whether the key in use opens the account that the operation was made for."""
        old, new = operation.tenant, self._platform.tenant
        if old in ("", new) or old in self._renewed:
            return True
        if not operation.uid or not may_be_renewed(old, new) or not self._holds(operation.uid):
            return False
        log.info("%s has a new key for the same account", self._platform.account)
        self._renewed.add(old)
        return True

    def _holds(self, uid: str) -> bool:
        look_up = self._look_up or self._platform.lookup
        try:
            return any(one.uid == uid for one in look_up(uid, LOOK_SECONDS))
        except PlatformTrouble:
            return False
