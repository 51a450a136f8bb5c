"""The door at a glance, for the status strip, the readiness screen and `scanner-app status`."""

from __future__ import annotations

from collections.abc import Sequence

from scanner_app.application.events import AccountStatus, Status
from scanner_app.application.ports import Connection
from scanner_app.application.present import Desk
from scanner_app.domain.scan import OperationState

_WORST = (Connection.UNAUTHORISED, Connection.OFFLINE, Connection.UNKNOWN, Connection.ONLINE)


def door_status(desk: Desk, accounts: Sequence[AccountStatus]) -> Status:
    """Return the status of the place in use. `accounts` as the sync threads see them."""
    settings, moment = desk.settings(), desk.clock.now()
    place = settings.current_place
    ledger = desk.clerk.ledger_reader()
    try:
        outbox = ledger.outbox_counts()
        conflicts = len(ledger.conflicts(open_only=True))
        start_of_day = place.local(moment.trusted).replace(hour=0, minute=0, second=0, microsecond=0) if place else None
        admitted = ledger.admitted_count(place.name, start_of_day) if place and start_of_day else 0
    finally:
        ledger.close()
    syncs = [a.last_sync for a in accounts]
    oldest = min((s for s in syncs if s), default=None) if all(syncs) else None
    totals = [a.platform_total for a in accounts]
    return Status(
        device=settings.device,
        place=place.name if place else "",
        policy=place.policy.value if place else "",
        direction=place.direction.value if place else "",
        connection=next((c for c in _WORST if any(a.connection is c for a in accounts)), Connection.UNKNOWN),
        accounts=tuple(accounts),
        held=sum(a.held for a in accounts),
        platform_total=sum(t for t in totals if t is not None) if any(t is not None for t in totals) else None,
        unsent=outbox.get(OperationState.PENDING, 0),
        refused=outbox.get(OperationState.REFUSED, 0),
        conflicts=conflicts,
        last_sync=oldest,
        cache_age=(moment.trusted - oldest).total_seconds() if oldest else None,
        clock_offset=moment.offset,
        admitted=admitted,
        training=settings.training,
    )
