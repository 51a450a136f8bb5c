"""The door at a glance, for the status strip, the readiness screen and `scanner-app status`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from scanner_app.application.events import AccountStatus, Status
from scanner_app.application.judging import Desk
from scanner_app.application.ports import ClockOffset, Connection, FactRow, LedgerReader
from scanner_app.domain.place import Place, Policy
from scanner_app.domain.scan import Moment, OperationState

_WORST = (Connection.UNAUTHORISED, Connection.OFFLINE, Connection.UNKNOWN, Connection.ONLINE)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the ledger says of one place today."""

    unsent: int = 0
    refused_upload: int = 0
    conflicts: int = 0
    same_name: int = 0
    admitted: int = 0
    refused: int = 0
    inside: int | None = None


def _sum(totals: Sequence[int | None]) -> int | None:
    """Return what all platforms say they have; None where one does not say: it would be held against all passes."""
    known = [total for total in totals if total is not None]
    return sum(known) if known and len(known) == len(totals) else None


def door_status(desk: Desk, accounts: Sequence[AccountStatus]) -> Status:
    """Return the status of the place in use. `accounts` as the sync threads see them."""
    settings, moment, known = desk.settings(), desk.clock.now(), desk.clock.known
    place = settings.current_place
    counts = _counts(desk, place, moment)
    syncs = [a.last_sync for a in accounts]
    oldest = min((s for s in syncs if s), default=None) if all(syncs) else None
    totals = [a.platform_total for a in accounts]
    return Status(
        device=settings.device,
        place=place.name if place else "",
        policy=place.policy.value if place else "",
        direction=place.direction.value if place else "",
        flight=place.flight.name if place and place.flight else "",
        connection=next((c for c in _WORST if any(a.connection is c for a in accounts)), Connection.UNKNOWN),
        accounts=tuple(accounts),
        held=sum(a.held for a in accounts),
        platform_total=_sum(totals),
        unsent=counts.unsent,
        refused=counts.refused_upload,
        conflicts=counts.conflicts,
        same_name=counts.same_name,
        last_sync=oldest,
        cache_age=(moment.trusted - oldest).total_seconds() if oldest else None,
        clock_offset=_offset(moment, known),
        clock_heard=known.at if known else None,
        admitted=counts.admitted,
        inside=counts.inside,
        refused_here=counts.refused,
        venue=desk.hub.state() if desk.hub is not None else None,
    )


def _counts(desk: Desk, place: Place | None, moment: Moment) -> Counts:
    with closing(desk.clerk.ledger_reader()) as ledger:
        outbox, open_ = ledger.outbox_counts(), ledger.conflicts(open_only=True)
        counts = Counts(
            outbox.get(OperationState.PENDING, 0),
            outbox.get(OperationState.REFUSED, 0),
            len(open_),
            sum(map(of_one_name, open_)),
        )
        if place is None:
            return counts
        morning = _counted_from(place, moment)
        return replace(
            counts,
            admitted=ledger.admitted_count(place.name, morning),
            refused=ledger.refused_count(place.name, morning),
            inside=_inside(ledger, place),
        )


def of_one_name(conflict: FactRow) -> bool:
    """Whether both sides of a conflict bear one device name though two kiosks made them."""
    here, there = conflict.body.get("here"), conflict.body.get("there")
    if not isinstance(here, dict) or not isinstance(there, dict):
        return False
    return bool(there.get("used_device")) and there.get("used_device") == here.get("device")


def _counted_from(place: Place, moment: Moment) -> datetime:
    """This morning; at a gate the moment its boarding began, for a gate boards several flights a day."""
    if place.flight is not None and place.flight.since is not None:
        return place.flight.since
    return place.local(moment.trusted).replace(hour=0, minute=0, second=0, microsecond=0)


def _inside(ledger: LedgerReader, place: Place) -> int | None:
    if place.policy is not Policy.IN_OUT:
        return None
    return sum(ledger.inside_count(name) for name in {n for a in place.accepts for n in place.names(a.account)})


def _offset(moment: Moment, known: ClockOffset | None) -> float | None:
    """Return how far the platform's clock is from ours: as last heard, or what our clock must be lifted by at least."""
    told = [offset for offset in (moment.offset, known.seconds if known else None) if offset is not None]
    return max(told, key=abs, default=None)
