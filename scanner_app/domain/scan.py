"""Facts: what happened at this door. Append-only; corrections are facts of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from scanner_app.domain.credential import Credential, storable
from scanner_app.domain.passes import Direction, Pass, PassKey
from scanner_app.domain.times import iso
from scanner_app.domain.values import value
from scanner_app.domain.verdict import Outcome, Verdict


class FactKind(StrEnum):
    """What kinds of fact the ledger holds."""

    SCAN = "scan"
    UNDO = "undo"
    OVERRIDE = "override"
    SETTLED = "settled"  # a conflict settled by a person
    CONFLICT = "conflict"
    PURGE = "purge"
    OFFICE = "office"  # a person at the help desk had something done to a pass
    CLAIM = "claim"  # about to be asked of the venue's hub: durable before it is sent


@value(frozen=True, slots=True)
class Moment:
    """When something happened, as far as this kiosk knows.

    `wall` is the door's own clock, aware UTC; `offset` is the platform's clock minus ours in seconds, None if unknown;
    `monotonic` in seconds since an arbitrary start within one boot.
    """

    wall: datetime
    monotonic: float
    offset: float | None = None
    trusted: datetime = field(init=False, repr=False, compare=False)
    """The best known time: ours, corrected where the platform's clock is clearly another."""

    def __post_init__(self) -> None:
        """Correct the clock once: whatever is written of a scan asks for its time."""
        clearly = self.offset is not None and abs(self.offset) >= CLOCK_NOISE
        trusted = self.wall + timedelta(seconds=self.offset or 0.0) if clearly else self.wall
        object.__setattr__(self, "trusted", trusted)  # as of a frozen value


CLOCK_NOISE = 5.0
"""Seconds: an offset below this may come from the network and from whole-second dates; it corrects nothing."""


@value(frozen=True, slots=True)
class Scan:
    """Something was presented and this was decided. `scan_id` (UUIDv7) is made before the first attempt."""

    scan_id: str
    moment: Moment
    device: str
    place: str
    credential: Credential
    verdict: Verdict
    operator: str = ""
    kind: FactKind = FactKind.SCAN
    note: str = ""

    @property
    def key(self) -> PassKey | None:
        """The pass it was about, if one was found."""
        return self.verdict.subject.key if self.verdict.subject else None


def scan_record(scan: Scan) -> dict[str, object]:
    """Return the scan as the ledger keeps it and as `gate` and `export` print it (field names are promises)."""
    verdict, subject = scan.verdict, scan.verdict.subject
    return {
        "scan_id": scan.scan_id,
        "kind": scan.kind,
        "at": iso(scan.moment.trusted),
        "raw": storable(scan.credential.text),
        "symbology": scan.credential.symbology,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "grade": verdict.grade,
        "pass": pass_record(subject) if subject else None,
        "detail": dict(verdict.detail),
        "direction": verdict.direction,
        "place": scan.place,
        "device": scan.device,
        "operator": scan.operator,
        "note": scan.note,
        "clock_offset": scan.moment.offset,
    }


def pass_record(subject: Pass) -> dict[str, object]:
    """Return what a scan keeps of a pass: enough to find and to name it, no more personal data than that."""
    return {
        "platform": subject.platform,
        "account": subject.account,
        "uid": subject.uid,
        "barcode": storable(subject.barcode),
        "holder": storable(subject.holder),
        "template": subject.template,
        "template_name": storable(subject.template_name),
    }


class OperationKind(StrEnum):
    """What a platform is told."""

    RECORD = "record"  # a scan took place: app scan, scans/log, validate, check-in
    VOID = "void"  # the pass is spent
    RESTORE = "restore"  # undo of a void
    VALUE = "value"  # stored value changes by `amount`
    UNRECORD = "unrecord"  # undo of a record


class OperationState(StrEnum):
    """Where an outbox row stands (rules.md: pending -> sent | refused | contested; never deleted)."""

    PENDING = "pending"
    SENT = "sent"
    REFUSED = "refused"
    CONTESTED = "contested"
    CANCELLED = "cancelled"  # undone before it was sent, or superseded by a later local operation


@value(frozen=True, slots=True)
class Operation:
    """One thing to tell one account's platform. Ordered per pass; retries reuse `scan_id`."""

    kind: OperationKind
    scan_id: str
    account: str
    uid: str  # '' for an unknown code
    at: datetime
    raw: str = ""
    device: str = ""
    door: str = ""
    place: str = ""
    direction: Direction = Direction.ENTRY
    reason: str = ""
    outcome: str = ""
    policy: str = ""
    symbology: str = ""
    tenant: str = ""  # fingerprint of the key it may be sent with
    extra: Mapping[str, str] = field(default_factory=dict)
    amount: Decimal = Decimal(0)
    own: tuple[LocalUse, ...] | None = None  # this kiosk's uses of the pass when it is told; None: no ledger was asked

    @property
    def refused(self) -> bool:
        """Whether it tells of a guest who was sent away."""
        return self.outcome == Outcome.REFUSE.value


@value(frozen=True, slots=True)
class LocalUse:
    """One use this kiosk (or the venue's hub) knows of, and whether it was taken back."""

    scan_id: str
    place: str
    at: datetime
    direction: Direction
    amount: Decimal = Decimal(0)
    device: str = ""
    undone: bool = False
    value_sent: bool = False  # whether the platform's stored value already has `amount` taken off
    venue: bool = False
    value_sent_at: datetime | None = None  # when the platform took it off, by this kiosk's clock
    returned_at: datetime | None = None  # when an undone one was given back to the venue's hub, which alone admits here


@value(frozen=True, slots=True)
class LocalVoid:
    """One void or restore this kiosk ordered; `sent_at` None while the platform does not know."""

    voided: bool
    sent_at: datetime | None = None


@value(frozen=True, slots=True)
class LocalFacts:
    """All local facts about one pass, oldest first."""

    uses: tuple[LocalUse, ...] = ()
    voids: tuple[LocalVoid, ...] = ()
