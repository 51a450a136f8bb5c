"""Times for people: clock, day, how long ago, in the language set and the place's own time. Needs no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scanner_app.ui import texts

_clocks: list[Callable[[], datetime]] = [lambda: datetime.now(UTC)]


def now() -> datetime:
    """Return this moment, UTC: what the window measures ages and days by."""
    return _clocks[-1]()


@contextmanager
def standing(at: datetime) -> Iterator[None]:
    """Let the window's clock stand, so that a picture is the same whenever it is drawn."""
    _clocks.append(lambda: at)
    try:
        yield
    finally:
        _clocks.pop()


def parse(value: object) -> datetime | None:
    """Return the moment an ISO text names, None when it names none."""
    if isinstance(value, datetime):
        return value
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def local(moment: datetime, zone: str = "") -> datetime:
    """Return the moment in a zone; in this machine's own where none is named or it is not known."""
    try:
        return moment.astimezone(ZoneInfo(zone) if zone else None)
    except (ZoneInfoNotFoundError, ValueError):
        return moment.astimezone()


def clock(moment: datetime, zone: str = "", *, seconds: bool = False) -> str:
    """Return the time of day."""
    return local(moment, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(moment: datetime, zone: str = "") -> str:
    """Return the date as the language writes it, the month as a word."""
    at = local(moment, zone)
    formats = texts.catalogue(texts.language()).formats
    return str(formats["date"]).format(d=at.day, month=formats["months"][at.month - 1], y=at.year)


def short_day(at: date) -> str:
    """Return a day without its year, as short as the language writes it."""
    formats = texts.catalogue(texts.language()).formats
    return str(formats["short"]).format(d=at.day, m=at.month, month=formats["months"][at.month - 1])


def when(moment: datetime, now: datetime, zone: str = "") -> str:
    """Return the time of day, with the date when it is not today."""
    at, today = local(moment, zone), local(now, zone)
    if at.date() == today.date():
        return clock(moment, zone)
    return texts.word("time.day_clock", day=day(moment, zone), clock=clock(moment, zone))


def span(seconds: float) -> str:
    """Return a length of time in its largest unit."""
    whole = abs(round(seconds))
    for size, key in ((86400, "time.days"), (3600, "time.hours"), (60, "time.minutes")):
        if whole >= size:
            return texts.plural(key, whole // size)
    return texts.plural("time.seconds", whole)


def ago(seconds: float) -> str:
    """Return how long ago something was."""
    return texts.word("time.now") if seconds < 5 else texts.word("time.ago", span=span(seconds))
