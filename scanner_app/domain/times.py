"""Times as databases hold them, whole microseconds since 1970 UTC, exact both ways; and as people see them."""

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
    """Return the time as people and exports see it: ISO 8601, UTC, milliseconds.

    Put together from texts made before: `isoformat` takes three times as long after an fsync (docs/decisions/0008).
    """
    minute, rest = divmod(to_us(moment), 60_000_000)
    return _minute(minute) + _SECONDS[rest // 1_000_000] + _MILLISECONDS[rest // 1000 % 1000]


@lru_cache(maxsize=4)
def _minute(number: int) -> str:
    return (EPOCH + timedelta(minutes=number)).isoformat()[:17]


_SECONDS = [f"{second:02d}." for second in range(60)]
_MILLISECONDS = [f"{thousandth:03d}+00:00" for thousandth in range(1000)]
