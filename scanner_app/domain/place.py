"""A configured validation place and its rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from scanner_app.domain.credential import OTHER_CODES, USUAL_CODES, Symbology
from scanner_app.domain.passes import Direction, Use


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
    `place` is the platform's name of this place, as `eligiblePlaces` and `placesUsedAt` have it. `formerly`: what it
    was called when some of its uses were kept; they count here still.
    """

    account: str
    templates: frozenset[str] = frozenset()
    door: str = ""
    place: str = ""
    voids: bool = True  # whether an admission here spends the pass on the platform
    records: bool = False  # whether the platform keeps scans of this place
    formerly: tuple[str, ...] = ()

    def called(self, place: str) -> Accepted:
        """Return the same with another name of the place; what was used under the old one counts on."""
        if place == self.place:
            return self
        before = (*self.formerly, *filter(None, [self.place]))
        return replace(self, place=place, formerly=tuple(dict.fromkeys(name for name in before if name != place)))

    def after(self, before: Accepted | None) -> Accepted:
        """Return this in place of what was set up before: what was used by the same door's earlier names counts on."""
        if before is None or before.door != self.door:
            return self
        return replace(self, formerly=before.called(self.place).formerly)


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
    """The flight a gate boards: carrier and airport are IATA codes, `date` the local date of departure.

    `suffix` is the letter after the number, which makes it another flight. `since`: when this gate began to board it.
    """

    carrier: str
    number: int
    date: date
    origin: str
    suffix: str = ""
    since: datetime | None = None

    @property
    def name(self) -> str:
        """As boards and tickets have it: carrier, number, suffix."""
        return f"{self.carrier} {self.number}{self.suffix}"

    def same(self, other: Flight | None) -> bool:
        """Whether both are the same flight, whenever its boarding began."""
        return other is not None and replace(self, since=None) == replace(other, since=None)


_FLIGHT_NAME = re.compile(r"([A-Z0-9]{2}[A-Z]?) ?0{0,3}([1-9][0-9]{0,3})([A-Z]?)", re.ASCII)
_AIRPORT = re.compile(r"[A-Z]{3}", re.ASCII)


def flight(name: str, day: date, origin: str) -> Flight | None:
    """Return the flight of a name such as "LH 738" from an airport such as "FRA"; None where one of them is none."""
    found = _FLIGHT_NAME.fullmatch(" ".join(name.upper().split()))
    airport = origin.strip().upper()
    if found is None or found[1].isdigit() or not _AIRPORT.fullmatch(airport):
        return None
    return Flight(found[1], int(found[2]), day, airport, found[3])


def boarding_from(new: Flight, old: Flight | None, now: datetime) -> Flight:
    """Return the flight with the moment its boarding began here: now, or as before where it is the same flight."""
    return replace(new, since=old.since if old is not None and new.same(old) else now)


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
    symbologies: frozenset[Symbology] = frozenset()  # what cameras read here; empty = the usual four
    confirm: bool = False  # ask the platform during the scan
    cache_limit: float | None = None  # seconds after which a pending admission wants attention
    undo_seconds: float = 120.0
    flight: Flight | None = None

    @property
    def codes(self) -> frozenset[Symbology]:
        """The barcodes that cameras read here."""
        return self.symbologies & frozenset((*USUAL_CODES, *OTHER_CODES)) or frozenset(USUAL_CODES)

    def accepted(self, account: str) -> Accepted | None:
        """Return what this place says of an account's passes, None when it takes none of them."""
        for accepted in self.accepts:
            if accepted.account == account:
                return accepted
        return None

    def platform_place(self, account: str) -> str:
        """Return the platform's name of this place."""
        return self.names(account)[0]

    def names(self, account: str) -> tuple[str, ...]:
        """Return every name that uses of an account's passes at this place may bear, the platform's own first."""
        found = self.accepted(account)
        return (found.place or self.name, *found.formerly) if found else (self.name,)

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the place's own time."""
        return moment.astimezone(ZoneInfo(self.zone))


def where(use: Use, account: str, places: Iterable[Place]) -> str:
    """Return where a use was as people call it: the id of the platform's own door says nothing to them."""
    here = ((place, place.accepted(account)) for place in places)
    mine = (place.name for place, accepted in here if accepted and accepted.door and accepted.door == use.place)
    return use.named or next(mine, use.place)
