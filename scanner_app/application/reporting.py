"""What a platform is told of a scan. Decided at the door, kept in the outbox, sent when it can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scanner_app.domain.doubles import ENTRIES, PER_DAY
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.domain.rules import allowance
from scanner_app.domain.scan import Operation, OperationKind, Scan
from scanner_app.domain.verdict import Reason

UNREPORTED = frozenset(
    {
        Reason.UNREADABLE,
        Reason.AMBIGUOUS,
        Reason.NOT_LOADED,
        Reason.NULLIFIED,  # gone there: it could only answer 404
        Reason.WRONG_EVENT,  # no door of this place belongs to that template
        Reason.HUB_UNDECIDED,  # says nothing of the pass
        Reason.CANNOT_RECORD,
        Reason.ERROR,
    }
)
"""Refusals that no platform is told of; they stay in the ledger as facts."""

Shared = tuple[
    str, str, str, datetime, str, str, str, str, Direction, str, str, str, str, str, Mapping[str, str]
]  # fmt: skip
"""All of an `Operation` between its kind and its amount, in its order."""


def plan(scan: Scan, place: Place, tenants: Mapping[str, str]) -> tuple[Operation, ...]:
    """Return the outbox rows of one scan, in the order they are to be sent. `tenants`: key fingerprint per account."""
    if place.policy is Policy.LOOK_ONLY or scan.verdict.reason in UNREPORTED:
        return ()
    accepted = _teller(scan, place)
    if accepted is None:
        return ()
    kinds = _kinds(scan, place, accepted)
    if not kinds:
        return ()
    shared, amount = _shared(scan, place, accepted, tenants), scan.verdict.amount
    taken = amount and -amount
    return tuple([Operation(k, *shared, taken if k is OperationKind.VALUE else amount) for k in kinds])


def _teller(scan: Scan, place: Place) -> Accepted | None:
    if scan.verdict.subject:
        return place.accepted(scan.verdict.subject.account)
    return next((a for a in place.accepts if a.records), None)  # an unknown code: whoever keeps scans of this place


def _kinds(scan: Scan, place: Place, accepted: Accepted) -> list[OperationKind]:
    kinds = [OperationKind.RECORD] if accepted.records else []
    if not scan.verdict.admits:
        return kinds
    if scan.verdict.spends and accepted.voids:
        kinds.append(OperationKind.VOID)
    if place.policy is Policy.STORED_VALUE:
        kinds.append(OperationKind.VALUE)
    return kinds


def _shared(scan: Scan, place: Place, accepted: Accepted, tenants: Mapping[str, str]) -> Shared:
    """Return what all operations of one scan have in common."""
    verdict, credential = scan.verdict, scan.credential
    return (
        scan.scan_id,
        accepted.account,
        verdict.subject.uid if verdict.subject else "",
        scan.moment.trusted,
        credential.text,
        scan.device,
        accepted.door,
        accepted.place or place.name,
        verdict.direction,
        str(verdict.reason),
        str(verdict.outcome),
        str(place.policy),
        str(credential.symbology),
        tenants.get(accepted.account, ""),
        _extra(scan, place, accepted),
    )


def _extra(scan: Scan, place: Place, accepted: Accepted) -> dict[str, str]:
    """Mark what a platform's adapter, or whoever finds another door's admission, cannot see from the operation."""
    if place.policy is Policy.COUNTED and scan.verdict.subject:
        days = {PER_DAY: place.zone} if place.per_day else {}
        return {ENTRIES: str(allowance(scan.verdict.subject, place)), **days}
    flies_on = place.flight and scan.verdict.admits and not scan.verdict.spends  # void now, it would board nowhere else
    if flies_on or not accepted.voids:
        return {"attends": "yes"} if place.policy is Policy.ONCE else {}
    # A void that follows finds out by itself whether somebody else was first.
    return {"spends": "yes"} if scan.verdict.admits and scan.verdict.spends else {}


COMPENSATION: Mapping[OperationKind, OperationKind] = {
    OperationKind.VOID: OperationKind.RESTORE,
    OperationKind.RECORD: OperationKind.UNRECORD,
    OperationKind.VALUE: OperationKind.VALUE,
}
"""What takes back an operation that has, or may have, reached the platform."""
