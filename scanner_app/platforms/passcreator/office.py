"""What an office does with passes: made, changed, deleted, sent, counted. Times in company time on the wire."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.platforms.fields import an_object, needed, text, whole
from scanner_app.platforms.passcreator.boarding import BoardingFields
from scanner_app.platforms.passcreator.calls import PAGE_SIZE, Calls
from scanner_app.platforms.strict_json import Json, nonsense
from scanner_app.platforms.zones import MINUTES

T = TypeVar("T")

MOST_PUSHES = 500
"""Most passes of one `sendpushnotifications` (seed 001)."""
TIMELINES = (
    "activeRegistrationsTimeline",
    "inactiveRegistrationsTimeline",
    "createdPassesTimeline",
    "updatedPassesTimeline",
    "sentPushNotificationsTimeline",
    "receivedPushNotificationsTimeline",
)


class TimeFrame(StrEnum):
    """How much statistics at once; a year only for templates of less than 10,000 passes."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Created:
    """A new pass. `page` is the address to give to people."""

    uid: str
    barcode: str
    page: str
    file: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """Passes per day for each timeline, and passes per operating system."""

    timelines: Mapping[str, Sequence[tuple[str, int]]]
    systems: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Day:
    """Active and inactive passes on one day."""

    date: str
    active: int
    inactive: int


class Office:
    """The calls of seed 001 that no door needs, with their limits checked before anything is sent."""

    def __init__(self, calls: Calls, zone: ZoneInfo) -> None:
        self._calls, self._zone = calls, zone

    def create(self, template: str, values: Mapping[str, object], flight: BoardingFields | None = None) -> Created:
        """Make a pass from named fields and the contract's own parameters. Times may be aware datetimes."""
        reply = self._calls.create(template, self._body(values, flight))
        found = an_object(reply.json(), "created pass")
        if text(found, "ErrorMessage"):
            raise PlatformTrouble(PlatformKind.REFUSED, text(found, "ErrorMessage")[:200], status=reply.status)
        keys = ("identifier", "barcodeValue", "linkToPassPage", "linkToPassFile")
        return Created(needed(found, keys[0]), *(text(found, key) for key in keys[1:]))

    def update(self, uid: str, values: Mapping[str, object], flight: Mapping[str, str | int] | None = None) -> None:
        """Change what is named, nothing else. `flight`: any of the boarding-pass fields, as on the wire."""
        body = self._body(values, None) | dict(flight or {})
        self._by_uid(uid, lambda known: self._calls.update(known, body))

    def _by_uid(self, name: str, call: Callable[[str], T]) -> T:
        """Make a call that takes no barcode, and maybe no own id: what it does not know by this name is looked up."""
        try:
            return call(name)
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
        uid = needed(an_object(self._calls.read(name).json(), "pass"), "identifier")
        return call(uid)

    def list_filter(
        self, created: datetime | None = None, modified: datetime | None = None, *, start: int = 0, page_size: int = 0
    ) -> dict[str, str]:
        """Return the parameters of a list: passes made, or changed, since a moment; the contract takes one of the two.

        Raises PlatformTrouble for both at once and for a page of more than 100: the platform would drop one, or refuse.
        """
        if created and modified:
            raise PlatformTrouble(PlatformKind.REFUSED, "created_or_modified", sent=False)
        if not 0 <= page_size <= PAGE_SIZE or start < 0:
            raise PlatformTrouble(PlatformKind.REFUSED, "page_size", sent=False)
        wanted = {"createdSince": self._minutes(created) if created else ""}
        wanted |= {"modifiedSince": self._minutes(modified) if modified else ""}
        wanted |= {"start": str(start or ""), "pageSize": str(page_size or "")}
        return {name: value for name, value in wanted.items() if value}

    def mark(self, uid: str, *, voided: bool) -> None:
        """Void a pass, or take that back."""
        self._calls.mark(uid, voided=voided)

    def delete(self, uid: str) -> None:
        """Delete a pass; cannot be undone."""
        self._calls.delete(uid)

    def uris(self, uid: str) -> dict[str, str]:
        """Return the wallets' own files: `iPhoneUri` and `AndroidUri`."""
        return self._by_uid(uid, self._calls.uris)

    def enable_download(self, uid: str, until: datetime | None = None) -> None:
        """Let an active pass be downloaded again, for ten minutes or until a moment."""
        moment = self._minutes(until) if until else ""
        self._by_uid(uid, lambda known: self._calls.enable_download(known, moment))

    def push(self, uid: str, words: str) -> bool:
        """Send a message; return False when the pass had this very message before."""
        return self._calls.push(uid, _message(words))

    def push_many(self, uids: Sequence[str], words: str) -> None:
        """Send one message to 1 to 500 passes; done later, unknown ones left out silently."""
        if not 1 <= len(uids) <= MOST_PUSHES:
            raise PlatformTrouble(PlatformKind.REFUSED, "push_count", sent=False)
        self._calls.push_many(uids, _message(words))

    def email(self, uid: str, recipient: str) -> None:
        """Send a pass by e-mail with the template's own words."""
        if not re.fullmatch(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+", recipient):
            raise PlatformTrouble(PlatformKind.REFUSED, "email_address", sent=False)
        self._calls.email(uid, recipient)

    def set_stored_value(self, uid: str, value: Decimal) -> None:
        """Set a pass's value."""
        self._calls.set_stored_value(uid, value)

    def statistics(self, template: str, frame: TimeFrame, day: date | None = None) -> Statistics:
        """Return how passes of a template were made, saved and dropped."""
        found = self._calls.statistics(template, frame.value, day.isoformat() if day else "today")
        systems = an_object(found.get("passesPerOperatingSystem"), "passesPerOperatingSystem")
        timelines = {key: [_count(each) for each in _timeline(found, key)] for key in TIMELINES}
        return Statistics(timelines, {name: whole(systems, name) or 0 for name in systems})

    def active_history(self, template: str, start: date | None = None) -> list[Day]:
        """Return active and inactive passes per day since a day, of a week without one."""
        rows = self._calls.active_history(template, start.isoformat() if start else "")
        return [_day(an_object(row, "day")) for row in rows]

    def _body(self, values: Mapping[str, object], flight: BoardingFields | None) -> dict[str, Json]:
        return {key: self._wire(value) for key, value in values.items()} | (flight.body() if flight else {})

    def _wire(self, value: object) -> Json:
        if isinstance(value, datetime):
            return self._minutes(value)
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        return value

    def _minutes(self, moment: datetime) -> str:
        return (moment.astimezone(self._zone) if moment.tzinfo else moment).strftime(MINUTES)


def _message(words: str) -> str:
    if not words.strip():
        raise PlatformTrouble(PlatformKind.REFUSED, "push_text", sent=False)
    return words


def _timeline(found: Mapping[str, Json], key: str) -> list[Json]:
    rows = found.get(key)
    if not isinstance(rows, list):
        raise nonsense(f"{key} is no list")
    return rows


def _count(row: Json) -> tuple[str, int]:
    found = an_object(row, "timeline")
    return needed(found, "date"), whole(found, "noOfPasses") or 0


def _day(found: Mapping[str, Json]) -> Day:
    return Day(needed(found, "date"), whole(found, "active") or 0, whole(found, "inactive") or 0)
