"""What an unattended kiosk shows when: an explicit state machine, without Qt and without a clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypedDict

from scanner_app.application.events import (
    Checking,
    Decided,
    DeviceChanged,
    DeviceState,
    Event,
    FrameSeen,
    GateMoved,
    GateState,
    Level,
    Notice,
    Status,
    StatusChanged,
)
from scanner_app.domain.passes import Direction
from scanner_app.domain.verdict import Outcome, Reason


class State(StrEnum):
    """What the guest sees."""

    WAITING = "waiting"
    READING = "reading"  # a code is in sight
    CHECKING = "checking"
    ADMITTED = "admitted"
    GATE_OPEN = "gate_open"  # the turnstile let go: walk
    REFUSED = "refused"
    SEE_STAFF = "see_staff"
    OUT_OF_ORDER = "out_of_order"  # stays until staff says so, or what was broken works again


SEE_STAFF = frozenset(
    {
        Reason.ALREADY_USED, Reason.AMBIGUOUS, Reason.NULLIFIED, Reason.VOIDED, Reason.NOTHING_LEFT, Reason.NOT_INSIDE,
        Reason.ALREADY_INSIDE, Reason.UNKNOWN, Reason.ERROR,
    }
)  # fmt: skip
"""Refusals that a guest cannot mend alone."""
DEVICE = "device"
"""What is broken when a camera or reader is gone: it ends by itself when the device is back."""
BROKEN_DISK = frozenset({"storage_full", "storage_read_only", "storage_corrupt", "storage_io", "storage_gone"})


class _Told(TypedDict):
    state: State
    code: str


_AFTER_GATE = {
    GateState.NOT_PASSED: _Told(state=State.REFUSED, code="turnstile_not_turned"),
    GateState.FAILED: _Told(state=State.SEE_STAFF, code="relay_failed"),
}


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a state lasts unless something happens; states not named last."""

    reading: float = 3.0
    checking: float = 8.0
    verdict: float = 4.0
    see_staff: float = 12.0
    gate: float = 6.0

    def of(self, state: State) -> float | None:
        """Return the seconds after which a state gives way to WAITING, None if it stays."""
        return {
            State.READING: self.reading,
            State.CHECKING: self.checking,
            State.ADMITTED: self.verdict,
            State.GATE_OPEN: self.gate,
            State.REFUSED: self.verdict + 2,
            State.SEE_STAFF: self.see_staff,
        }.get(state)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """Where the machine stands. `code` names what is shown, `broken` what keeps it out of order.

    `gate` is the scan that the turnstile let go for.

    A camera that is gone keeps no other device from working: its verdicts are shown, then it is out of order again.
    """

    state: State = State.WAITING
    code: str = ""
    broken: str = ""
    gate: str = ""

    @property
    def sticky(self) -> str:
        """What only a member of staff may end, '' for nothing."""
        return "" if self.broken == DEVICE else self.broken

    def hear(self, event: Event) -> Kiosk:
        """Return where an event leads."""
        match event:
            case Decided():
                return self._decided(event)
            case DeviceChanged():
                return self._device(event)
            case Notice() if event.level is Level.ERROR and event.code in BROKEN_DISK:
                return Kiosk(State.OUT_OF_ORDER, event.code, event.code)
            case StatusChanged(status=Status(cannot_record=code)) if code in BROKEN_DISK and not self.sticky:
                return Kiosk(State.OUT_OF_ORDER, code, code)
            case _:
                return self if self.sticky else self._passing(event)

    def _passing(self, event: Event) -> Kiosk:
        match event:
            case Checking():
                return replace(self, state=State.CHECKING)
            case GateMoved():
                return self._gate(event)
            case FrameSeen() if event.outlines and self.state is State.WAITING:
                return replace(self, state=State.READING)
            case _:
                return self

    def _decided(self, event: Decided) -> Kiosk:
        verdict = event.scan.verdict
        if verdict.reason is Reason.CANNOT_RECORD:
            return Kiosk(State.OUT_OF_ORDER, verdict.reason.value, verdict.reason.value)
        if self.sticky:
            return self
        if verdict.outcome is Outcome.ADMIT:
            # The turnstile may have let go before the window heard why.
            state = State.GATE_OPEN if self.gate == event.scan.scan_id else State.ADMITTED
            return self._showing(state, "LEAVE" if verdict.direction is Direction.EXIT else "ADMIT")
        if verdict.outcome is Outcome.ATTENTION or verdict.reason in SEE_STAFF:
            return self._showing(
                State.SEE_STAFF, verdict.reason.value if verdict.reason is not Reason.ADMIT else "ADMIT_STALE"
            )
        return self._showing(State.REFUSED, verdict.reason.value)

    def _showing(self, state: State, code: str) -> Kiosk:
        return replace(self, state=state, code=code)

    def _gate(self, event: GateMoved) -> Kiosk:
        if event.state is GateState.OPEN:
            opened = replace(self, gate=event.scan_id)
            return replace(opened, state=State.GATE_OPEN) if self.state is State.ADMITTED else opened
        if event.scan_id != self.gate:
            return self
        done = replace(self, gate="")
        if self.state is not State.GATE_OPEN:
            return done
        if event.state is GateState.PASSED:
            return done.time_out()
        return replace(done, **_AFTER_GATE[event.state]) if event.state in _AFTER_GATE else done

    def _device(self, event: DeviceChanged) -> Kiosk:
        if event.state.away:
            return self if self.broken else Kiosk(State.OUT_OF_ORDER, DEVICE, DEVICE)
        if event.state is DeviceState.RUNNING and self.broken == DEVICE:
            return Kiosk()
        return self

    def time_out(self) -> Kiosk:
        """Return where waiting leads."""
        return Kiosk(State.OUT_OF_ORDER, self.broken, self.broken) if self.broken else Kiosk()

    def repaired(self) -> Kiosk:
        """Return where a member of staff's word leads: in order again."""
        return Kiosk()
