"""A configured validation place and its rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from scanner_app.domain.passes import Direction


class Policy(StrEnum):
    """How often a pass is good at a place (rules.md)."""

    ONCE = "once"
    ATTENDANCE = "attendance"
    IN_OUT = "in_out"
    COUNTED = "counted"
    STORED_VALUE = "stored_value"
    LOOK_ONLY = "look_only"


@dataclass(frozen=True, slots=True)
class Accepted:
    """One account whose passes are good here: which templates, and the platform's own door behind this place.

    `templates` empty means every template of the account. `door` is an app configuration, a reader id, ... or ''.
    `place` is the platform's name of this place, as `eligiblePlaces` and `placesUsedAt` have it.
    """

    account: str
    templates: frozenset[str] = frozenset()
    door: str = ""
    place: str = ""
    voids: bool = True  # whether an admission here spends the pass on the platform
    records: bool = False  # whether the platform keeps scans of this place


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours on some weekdays (Monday = 0), local time; past midnight when `closes` <= `opens`."""

    opens: time
    closes: time
    days: frozenset[int] = frozenset(range(7))

    def covers(self, local: datetime) -> bool:
        """Return whether the place is open at this local time."""
        t = local.time()
        if self.opens < self.closes:
            return local.weekday() in self.days and self.opens <= t < self.closes
        started_today = local.weekday() in self.days and t >= self.opens
        started_yesterday = (local.weekday() - 1) % 7 in self.days and t < self.closes
        return started_today or started_yesterday

    def next_opening(self, local: datetime) -> datetime | None:
        """Return the next opening at or after this local time, within a week."""
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            at = datetime.combine(day, self.opens, local.tzinfo)
            if day.weekday() in self.days and at >= local:
                return at
        return None


@dataclass(frozen=True, slots=True)
class Flight:
    """The flight a gate boards: carrier and airport are IATA codes, `date` the local date of departure."""

    carrier: str
    number: int
    date: date
    origin: str


@dataclass(frozen=True, slots=True)
class Place:
    """A door: who may pass, how often, when. Seconds for limits; `zone` is an IANA name."""

    name: str
    accepts: tuple[Accepted, ...] = ()
    policy: Policy = Policy.ONCE
    direction: Direction = Direction.ENTRY
    hours: tuple[Hours, ...] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    zone: str = "UTC"
    entries: int = 1  # counted: how many
    per_day: bool = False  # counted: per local day instead of for good
    amount: Decimal = Decimal(1)  # stored_value: what one admission takes off
    symbologies: frozenset[str] = frozenset()  # empty = the usual four and taps
    confirm: bool = False  # ask the platform during the scan
    cache_limit: float | None = None  # seconds after which a pending admission wants attention
    undo_seconds: float = 120.0
    flight: Flight | None = None

    def accepted(self, account: str) -> Accepted | None:
        """Return what this place says of an account's passes, None when it takes none of them."""
        return next((a for a in self.accepts if a.account == account), None)

    def platform_place(self, account: str) -> str:
        """Return the platform's name of this place."""
        found = self.accepted(account)
        return (found.place if found else "") or self.name

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the place's own time."""
        return moment.astimezone(ZoneInfo(self.zone))
