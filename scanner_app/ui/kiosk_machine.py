"""What an unattended kiosk shows when: an explicit state machine, without Qt and without a clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from scanner_app.application.events import (
    Checking,
    Decided,
    DeviceChanged,
    DeviceState,
    Event,
    FrameSeen,
    Level,
    Notice,
)
from scanner_app.domain.passes import Direction
from scanner_app.domain.verdict import Outcome, Reason
from scanner_app.ui import texts


class State(StrEnum):
    """What the guest sees."""

    WAITING = "waiting"
    READING = "reading"  # a code is in sight
    CHECKING = "checking"
    ADMITTED = "admitted"
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
BROKEN_DISK = frozenset({"storage_full", "storage_read_only", "storage_corrupt", "storage_io"})


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a state lasts unless something happens; states not named last."""

    reading: float = 3.0
    checking: float = 8.0
    verdict: float = 4.0
    see_staff: float = 12.0

    def of(self, state: State) -> float | None:
        """Return the seconds after which a state gives way to WAITING, None if it stays."""
        return {
            State.READING: self.reading,
            State.CHECKING: self.checking,
            State.ADMITTED: self.verdict,
            State.REFUSED: self.verdict + 2,
            State.SEE_STAFF: self.see_staff,
        }.get(state)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """Where the machine stands. `code` names what is shown, `broken` what keeps it out of order."""

    state: State = State.WAITING
    code: str = ""
    broken: str = ""

    def hear(self, event: Event) -> Kiosk:
        """Return where an event leads."""
        match event:
            case Decided():
                return self._decided(event)
            case Checking() if not self.broken:
                return replace(self, state=State.CHECKING)
            case FrameSeen() if event.outlines and self.state is State.WAITING:
                return replace(self, state=State.READING)
            case DeviceChanged():
                return self._device(event)
            case Notice() if event.level is Level.ERROR and event.code in BROKEN_DISK:
                return Kiosk(State.OUT_OF_ORDER, event.code, event.code)
            case _:
                return self

    def _decided(self, event: Decided) -> Kiosk:
        verdict = event.scan.verdict
        if verdict.reason is Reason.CANNOT_RECORD:
            return Kiosk(State.OUT_OF_ORDER, verdict.reason.value, verdict.reason.value)
        if self.broken:
            return self
        if verdict.outcome is Outcome.ADMIT:
            return Kiosk(State.ADMITTED, "LEAVE" if verdict.direction is Direction.EXIT else "ADMIT")
        if verdict.outcome is Outcome.ATTENTION or verdict.reason in SEE_STAFF:
            return Kiosk(State.SEE_STAFF, verdict.reason.value if verdict.reason is not Reason.ADMIT else "ADMIT_STALE")
        return Kiosk(State.REFUSED, texts.verdict_code(verdict))

    def _device(self, event: DeviceChanged) -> Kiosk:
        if event.state in (DeviceState.MISSING, DeviceState.LOST, DeviceState.FROZEN):
            return Kiosk(State.OUT_OF_ORDER, "device", "device") if not self.broken else self
        if event.state is DeviceState.RUNNING and self.broken == "device":
            return Kiosk()
        return self

    def time_out(self) -> Kiosk:
        """Return where waiting leads."""
        return self if self.broken else Kiosk()

    def repaired(self) -> Kiosk:
        """Return where a member of staff's word leads: in order again."""
        return Kiosk()
