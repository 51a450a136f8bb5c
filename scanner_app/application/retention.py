"""Privacy: what the ledger tells of people is blanked some days after it happened; the chain stays whole."""

from __future__ import annotations

from datetime import timedelta

from scanner_app.application.ids import new_id
from scanner_app.application.judging import Desk
from scanner_app.application.ports import Priority

BATCH = 2000


def purge(desk: Desk, days: int) -> int:
    """Blank facts older than so many days, but for those that a platform has still to be told of; return how many."""
    moment = desk.clock.now()
    before = moment.trusted - timedelta(days=days)
    blanked = 0
    while True:
        done = desk.clerk.ledger(lambda tx: tx.purge(new_id(), moment, before, BATCH), Priority.SYNC)
        blanked += done
        if done < BATCH:
            return blanked
