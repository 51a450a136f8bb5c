"""Whether a boarding pass is for the flight that a gate boards: leg, date, document. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from scanner_app.domain.boarding_pass import BoardingPass, Leg
from scanner_app.domain.place import Flight

_RECEIPT = "I"
_NOT_CHECKED_IN = frozenset("02")
_STANDBY = "7"


class FlightReason(StrEnum):
    """Why a boarding pass may not board here."""

    OTHER_FLIGHT = "other_flight"
    OTHER_AIRPORT = "other_airport"
    OTHER_DATE = "other_date"
    RECEIPT = "receipt"


class FlightNote(StrEnum):
    """What staff should see beside a boarding pass that may board."""

    STANDBY = "standby"
    NOT_CHECKED_IN = "not_checked_in"
    SELECTED = "selected"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class FlightMatch:
    """The leg that comes nearest and its date; it may board when there is no `reason`."""

    leg: Leg
    departs: date | None
    reason: FlightReason | None
    notes: tuple[FlightNote, ...] = ()


def departure(day: int, reference: date, issued: str = "") -> date | None:
    """The date of a day of the year, which comes without its year; None where no year near has that day.

    A boarding pass that says when it was issued flies on or after that day; without it the date nearest to the
    reference counts, so that 1 January is next year's on 31 December.
    """
    issue = _issue_date(issued, reference)
    if issue is not None:
        later = [d for d in _dates(day, range(issue.year, issue.year + 2)) if d >= issue]
        return min(later, default=None)
    near = _dates(day, range(reference.year - 1, reference.year + 2))
    return min(near, key=lambda d: abs(d - reference), default=None)


def match_flight(boarding_pass: BoardingPass, flight: Flight) -> FlightMatch:
    """Compare each leg with the gate's flight; the leg that agrees most is the one told of."""
    found = [_compare(boarding_pass, leg, flight) for leg in boarding_pass.legs]
    return min(found, key=lambda m: _ORDER.index(m.reason))


_ORDER = (None, FlightReason.RECEIPT, FlightReason.OTHER_DATE, FlightReason.OTHER_AIRPORT, FlightReason.OTHER_FLIGHT)


def _compare(boarding_pass: BoardingPass, leg: Leg, flight: Flight) -> FlightMatch:
    departs = departure(leg.day, flight.date, boarding_pass.issued)
    reason: FlightReason | None = None
    if (leg.carrier, leg.number, leg.suffix) != (flight.carrier.upper(), flight.number, flight.suffix.upper()):
        reason = FlightReason.OTHER_FLIGHT
    elif leg.origin != flight.origin.upper():
        reason = FlightReason.OTHER_AIRPORT
    elif departs != flight.date:
        reason = FlightReason.OTHER_DATE
    elif boarding_pass.document_type == _RECEIPT:
        reason = FlightReason.RECEIPT
    return FlightMatch(leg, departs, reason, tuple(_notes(leg)))


def _notes(leg: Leg) -> Iterable[FlightNote]:
    if leg.status == _STANDBY:
        yield FlightNote.STANDBY
    if leg.status in _NOT_CHECKED_IN:
        yield FlightNote.NOT_CHECKED_IN
    if leg.selectee == "1":
        yield FlightNote.SELECTED
    if leg.document_check == "1":
        yield FlightNote.DOCUMENTS


def _issue_date(issued: str, reference: date) -> date | None:
    """The latest date with this last digit of the year and this day that is not long after the reference."""
    if len(issued) != 4 or not (issued.isascii() and issued.isdigit()):
        return None
    years = [y for y in range(reference.year - 9, reference.year + 2) if y % 10 == int(issued[0])]
    dates = [d for d in _dates(int(issued[1:]), years) if d <= reference + timedelta(days=2)]
    return max(dates, default=None)


def _dates(day: int, years: Iterable[int]) -> list[date]:
    if not 1 <= day <= 366:
        return []
    found = [(y, date(y, 1, 1) + timedelta(days=day - 1)) for y in years if date.min.year <= y < date.max.year]
    return [d for y, d in found if d.year == y]
