"""What records count for at their doors, in all and by the minute: the flow that a supervisor sees."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.domain.passes import Direction
from scanner_app.venue.book import Happening
from scanner_app.venue.trust import Doubt

IN_ALL = 0
"""The minute under which everything is added up."""
Counts = Counter[tuple[str, str, int]]


def minute(at: datetime) -> int:
    """Return the minute that a time falls into; never later than now, whatever a record says."""
    return int(min(at.timestamp(), time.time())) // 60


def what(record: VenueRecord) -> str:
    """Return what a record counts as."""
    if record.kind is not RecordKind.CLAIM:
        return record.kind.value
    if record.direction is Direction.EXIT:
        return "exit"
    return "admitted" if record.policy == "hub" else "alone"


def count(records: Iterable[VenueRecord], sign: int = 1) -> Counts:
    """Return what these records add."""
    found: Counts = Counter()
    for record in records:
        name = what(record)
        found[record.kiosk, name, IN_ALL] += sign
        found[record.kiosk, name, minute(record.at)] += sign
    return found


def alarm(sequence: int, where: str, doubt: Doubt, record: VenueRecord | None) -> Happening:
    """Return the alarm of a record that is not believed. No guest is named."""
    body = {"why": doubt.value, "kiosk": record.kiosk if record else "", "at": datetime.now(UTC).isoformat()}
    return Happening(sequence, "alarm", where, body)


def over(record: VenueRecord, where: str) -> Happening:
    """Return what supervisors see of an admission for which no slot was left. No guest is named."""
    detail = record.detail
    body = {
        "at": record.at.isoformat(),
        "door": detail.get("door", record.place),
        "kiosk": record.kiosk,
        "winner_at": detail.get("winner_at", ""),
        "winner_place": detail.get("winner_place", ""),
        "winner_kiosk": detail.get("winner_kiosk", ""),
    }
    return Happening(record.sequence, "over", where, body)
