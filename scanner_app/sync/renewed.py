"""Whether a new key opens the account that an item was made for: keys are renewed, and what waits must still go out."""

from __future__ import annotations

import logging

from scanner_app.application.tenants import may_be_renewed
from scanner_app.domain.errors import PlatformTrouble
from scanner_app.domain.scan import Operation
from scanner_app.sync.line import Line

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0


class RenewedKey:
    """Asks the platform for the item's own pass: another account does not hold it. Asked on the upload's thread."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._renewed: set[str] = set()

    def opens(self, operation: Operation) -> bool:
        """Return whether the key in use opens the account that the operation was made for."""
        old, new = operation.tenant, self._line.platform.tenant
        if old in self._renewed:
            return True
        if not operation.uid or not may_be_renewed(old, new) or not self._holds(operation.uid):
            return False
        log.info("%s has a new key for the same account", self._line.account)
        self._renewed.add(old)
        return True

    def _holds(self, uid: str) -> bool:
        ask = self._line.connectivity.ask
        try:
            found = ask(lambda: self._line.platform.lookup(uid, LOOK_SECONDS))
        except PlatformTrouble:
            return False
        return any(one.uid == uid for one in found)
