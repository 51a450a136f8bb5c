"""Times as databases hold them: whole microseconds since 1970 UTC, exact both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=64)  # every row of one scan has its time
def to_us(moment: datetime) -> int:
    """Return microseconds since 1970 of an aware time."""
    return (moment - EPOCH) // _MICROSECOND


def from_us(number: int) -> datetime:
    """Return the aware UTC time."""
    return EPOCH + timedelta(microseconds=number)


def maybe_time(number: int | None) -> datetime | None:
    """Return the aware UTC time, None for None."""
    return None if number is None else from_us(number)


def iso(moment: datetime) -> str:
    """Return the time as people and exports see it: ISO 8601, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
