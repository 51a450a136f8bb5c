"""The turnstile behind this kiosk: let go after the admission is on disk, which is taken back when nobody goes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from hardware.readers import BadSpec, open_relay
from hardware.relay import Opening, Relay
from scanner_app.application.control import CorrectionReport
from scanner_app.application.events import Decided, Event, Level, Notice, Overridden
from scanner_app.domain.errors import SettingsTrouble

log = logging.getLogger(__name__)

OPERATOR = "turnstile"

Undo = Callable[[str, str, str], CorrectionReport]


class Turnstile:
    """Hears the door's verdicts. `undo` takes an admission back, `tell` says what went wrong."""

    def __init__(self, relay: Relay, undo: Undo, tell: Callable[[Event], None]) -> None:
        self._relay, self._undo, self._tell = relay, undo, tell

    def start(self) -> None:
        """Begin."""
        self._relay.start()

    def stop(self, deadline: float = 3.0) -> bool:
        """Lock, and end within `deadline` seconds; whether it did."""
        return self._relay.stop(deadline)

    def hear(self, event: Event) -> None:
        """Let one guest through for each recorded use; a look, or a verdict that is not on disk, opens nothing."""
        if isinstance(event, Overridden):
            self._let_through(event.scan_id)
        elif isinstance(event, Decided) and event.durable:
            verdict = event.scan.verdict
            if verdict.admits and verdict.records_use:
                self._let_through(event.scan.scan_id)

    def _let_through(self, scan_id: str) -> None:
        self._relay.open_once(lambda result, why: self._opened(scan_id, result, why))

    def _opened(self, scan_id: str, result: Opening, why: str) -> None:
        if result is Opening.FAILED:
            # The guest stays admitted: staff open by hand, or undo.
            self._tell(Notice("relay_failed", Level.ERROR, why))
        elif result is Opening.NOT_TURNED:
            report = self._undo(scan_id, OPERATOR, "nobody went through")
            log.info("nobody went through for %s: %s", scan_id, report.trouble or "taken back")
            code = "turnstile_not_undone" if report.trouble else "turnstile_not_turned"
            self._tell(Notice(code, Level.WARNING, scan_id))


def open_turnstile(spec: str, undo: Undo, tell: Callable[[Event], None]) -> Turnstile | None:
    """The turnstile of the settings, not yet started; None where there is none. Raises SettingsTrouble."""
    if not spec:
        return None
    try:
        return Turnstile(open_relay(spec), undo, tell)
    except BadSpec as error:
        raise SettingsTrouble("bad_relay", str(error)) from error
