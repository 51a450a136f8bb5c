"""What may be said of a place on the command line, beside its name: codes read there, and the flight a gate boards."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, date, datetime

from scanner_app.domain.credential import OTHER_CODES, USUAL_CODES, Symbology
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.place import Flight, Place, boarding_from, flight


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `place` and `setup` share."""
    parser.add_argument(
        "--symbology",
        nargs="+",
        type=str.upper,
        choices=["USUAL", *(code.value for code in (*USUAL_CODES, *OTHER_CODES))],
        metavar="CODE",
        help="barcodes that cameras read here: usual, or any of "
        + ", ".join(code.value for code in (*USUAL_CODES, *OTHER_CODES)),
    )
    parser.add_argument(
        "--area",
        metavar="NAME",
        help="what this place is a door of: a pass let in at one door of an area leaves by any, and counts once for all"
        " of them (default: the place itself, which none means again)",
    )
    parser.add_argument("--flight", metavar="NAME", help='a boarding gate: the flight, as "LH 738"; none ends it')
    parser.add_argument("--flight-date", type=_day, metavar="YYYY-MM-DD", help="its local date (default: today there)")
    parser.add_argument("--airport", metavar="IATA", help="the airport it leaves from (default: as before)")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-12-24") from error


def with_place_options(place: Place, args: argparse.Namespace) -> Place:
    """Return the place as the options have it; what they do not name stays. SettingsTrouble for what cannot be."""
    if args.symbology is not None:
        chosen = frozenset(Symbology(name) for name in args.symbology if name != "USUAL")
        place = replace(place, symbologies=chosen | frozenset(USUAL_CODES) if "USUAL" in args.symbology else chosen)
        if place.symbologies == frozenset(USUAL_CODES):
            place = replace(place, symbologies=frozenset())
    if args.area is not None:
        place = _of_area(place, place.name if args.area.lower() == "none" else args.area.strip())
    if args.flight is None:
        if args.flight_date is not None or args.airport is not None:
            raise SettingsTrouble("flight_invalid", "--flight-date and --airport belong to --flight")
        return place
    return replace(place, flight=None if args.flight.lower() == "none" else _flight(place, args))


def _of_area(place: Place, area: str) -> Place:
    """Let its accounts call the place by the area's name; a door that the platform itself keeps has its own there."""
    if not area or all(accepted.door for accepted in place.accepts):
        raise SettingsTrouble("area_of_platform", place.name)
    return replace(place, accepts=tuple(a if a.door else replace(a, place=area) for a in place.accepts))


def _flight(place: Place, args: argparse.Namespace) -> Flight:
    now = datetime.now(UTC)
    airport = args.airport or (place.flight.origin if place.flight else "")
    found = flight(args.flight, args.flight_date or place.local(now).date(), airport)
    if found is None:
        raise SettingsTrouble("flight_invalid", f"{args.flight} {airport}".strip())
    return boarding_from(found, place.flight, now)
