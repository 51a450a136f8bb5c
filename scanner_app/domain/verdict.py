"""What the door says. Verdicts are values, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from enum import StrEnum

from scanner_app.domain.passes import Direction, Pass
from scanner_app.domain.values import value


class Outcome(StrEnum):
    """What the screen turns to."""

    ADMIT = "admit"
    REFUSE = "refuse"
    ATTENTION = "attention"  # admitted and recorded, but on old data: amber, never green


class Grade(StrEnum):
    """Who stands behind an admission."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    NONE = "none"


class Reason(StrEnum):
    """The first check that failed (rules.md), or ADMIT."""

    UNREADABLE = "UNREADABLE"
    UNKNOWN = "UNKNOWN"
    NOT_LOADED = "NOT_LOADED"  # not found, but the first load is not finished and nobody else could be asked
    AMBIGUOUS = "AMBIGUOUS"
    NULLIFIED = "NULLIFIED"
    WRONG_EVENT = "WRONG_EVENT"
    VOIDED = "VOIDED"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    WRONG_PLACE = "WRONG_PLACE"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    WRONG_FLIGHT = "WRONG_FLIGHT"
    ALREADY_USED = "ALREADY_USED"
    NOTHING_LEFT = "NOTHING_LEFT"
    NOT_INSIDE = "NOT_INSIDE"
    ALREADY_INSIDE = "ALREADY_INSIDE"
    HUB_UNDECIDED = "HUB_UNDECIDED"  # the venue's hub gave no answer in time, and the rule in force refuses then
    ADMIT = "ADMIT"
    CANNOT_RECORD = "CANNOT_RECORD"  # the disk did not take it: do not admit
    ERROR = "ERROR"  # an unknown error refuses, never admits


Detail = str | int | float | bool | None | list[str]


@value(frozen=True, slots=True)
class Verdict:
    """One decision. `detail` holds the facts a screen shows: ISO times, names, counts; never sentences."""

    outcome: Outcome
    reason: Reason
    grade: Grade = Grade.NONE
    subject: Pass | None = None
    detail: Mapping[str, Detail] = field(default_factory=dict)
    records_use: bool = False
    direction: Direction = Direction.ENTRY
    amount: Decimal = Decimal(0)
    spends: bool = False  # this use leaves nothing of the pass: the platform may be told to void it

    @property
    def admits(self) -> bool:
        """Whether the guest goes through."""
        return self.outcome is not Outcome.REFUSE
