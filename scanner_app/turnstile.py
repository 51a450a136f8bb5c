"""The turnstile behind this kiosk: let go after the admission is on disk, which is taken back when nobody goes."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable

from hardware.readers import BadSpec, open_relay
from hardware.relay import Opening, Relay
from scanner_app.application.control import CorrectionReport
from scanner_app.application.devices import NO_PASSAGE
from scanner_app.application.events import Decided, Event, GateMoved, GateState, Level, Notice, Overridden
from scanner_app.domain.errors import SettingsTrouble

log = logging.getLogger(__name__)

OPERATOR = "turnstile"

_STATES = {
    Opening.OPENED: GateState.SHUT,
    Opening.TURNED: GateState.PASSED,
    Opening.FAILED: GateState.FAILED,
}

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

    def open_once(self, deadline: float = 5.0) -> str:
        """Let go for a try; return why it did not, '' when it did, NO_PASSAGE when nobody was seen to go."""
        told: queue.SimpleQueue[tuple[Opening, str]] = queue.SimpleQueue()
        self._relay.open_once(lambda result, why: told.put((result, why)))
        try:
            result, why = told.get(timeout=deadline + self._relay.longest)
        except queue.Empty:
            return "no answer"
        if result is Opening.NOT_TURNED:
            return NO_PASSAGE
        return why if result is Opening.FAILED else ""

    def _let_through(self, scan_id: str) -> None:
        self._tell(GateMoved(scan_id, GateState.OPEN))
        self._relay.open_once(lambda result, why: self._opened(scan_id, result, why))

    def _opened(self, scan_id: str, result: Opening, why: str) -> None:
        if result is Opening.NOT_TURNED:
            self._give_back(scan_id)
            return
        self._tell(GateMoved(scan_id, _STATES[result]))
        if result is Opening.FAILED:
            # The guest stays admitted: staff open by hand, or undo.
            self._tell(Notice("relay_failed", Level.ERROR, why))

    def _give_back(self, scan_id: str) -> None:
        """Take an admission back of which nobody made use, and tell so once that is on disk."""
        report = self._undo(scan_id, OPERATOR, "nobody went through")
        log.info("nobody went through for %s: %s", scan_id, report.trouble or "taken back")
        self._tell(GateMoved(scan_id, GateState.FAILED if report.trouble else GateState.NOT_PASSED))
        self._tell(Notice("turnstile_not_undone" if report.trouble else "turnstile_not_turned", Level.WARNING, scan_id))


class Turnstiles:
    """The turnstile of the settings, also when they change. Its verdicts come from `hear`, its tries from a screen."""

    def __init__(self, undo: Undo, tell: Callable[[Event], None]) -> None:
        self._undo, self._tell = undo, tell
        self._spec = ""
        self._turnstile: Turnstile | None = None

    def use(self, spec: str) -> None:
        """Drive this relay from now on; one that cannot be meant is told and drives nothing."""
        if spec == self._spec:
            return
        self.stop()
        self._spec = spec
        try:
            self._turnstile = open_turnstile(spec, self._undo, self._tell)
        except SettingsTrouble as trouble:
            self._tell(Notice("relay_failed", Level.ERROR, trouble.detail))
        if self._turnstile:
            self._turnstile.start()

    def hear(self, event: Event) -> None:
        """Let guests through."""
        if turnstile := self._turnstile:  # read once: the settings change it from another thread
            turnstile.hear(event)

    def open_once(self) -> str:
        """Let it go once without a guest; return why not, '' when it did."""
        turnstile = self._turnstile
        return turnstile.open_once() if turnstile else self._spec or "no turnstile"

    def stop(self, deadline: float = 3.0) -> bool:
        """Lock, and end within `deadline` seconds; whether it did."""
        turnstile, self._turnstile, self._spec = self._turnstile, None, ""
        return turnstile.stop(deadline) if turnstile else True


def open_turnstile(spec: str, undo: Undo, tell: Callable[[Event], None]) -> Turnstile | None:
    """The turnstile of the settings, not yet started; None where there is none. Raises SettingsTrouble."""
    if not spec:
        return None
    try:
        return Turnstile(open_relay(spec), undo, tell)
    except BadSpec as error:
        raise SettingsTrouble("bad_relay", str(error)) from error
