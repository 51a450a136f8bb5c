"""Bar-coded boarding passes: IATA Resolution 792, format "M", mandatory and conditional items of up to nine legs. Pure.

Positions and names are those of the BCBP Implementation Guide. Nothing in a boarding pass proves itself: the security
field is kept for whoever holds the airline's key, and never trusted here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

UNIQUE_SIZE = 23  # format, legs, name, electronic ticket
LEG_SIZE = 37  # the mandatory items of one leg, with the size of its variable field
_NUMBER = re.compile(r" *(\d{1,4})([A-Z]?) *")
_CODE = re.compile(r"[A-Z0-9]{2,3}")
_AIRPORT = re.compile(r"[A-Z]{3}")
_HEX = re.compile(r"[0-9A-Fa-f]{2}")


class Fault(StrEnum):
    """Why a text is not a boarding pass that can be read."""

    NOT_BCBP = "not_bcbp"
    TOO_SHORT = "too_short"
    BAD_LEG_COUNT = "bad_leg_count"
    BAD_AIRPORT = "bad_airport"
    BAD_CARRIER = "bad_carrier"
    BAD_FLIGHT_NUMBER = "bad_flight_number"
    BAD_DAY = "bad_day"
    BAD_SIZE = "bad_size"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A text that is no readable boarding pass; `leg` counts from 1, 0 is what all legs share."""

    fault: Fault
    leg: int = 0


@dataclass(frozen=True, slots=True)
class Leg:
    """One flight of the journey. `day` is the day of the year; texts are without the blanks that fill them."""

    pnr: str
    origin: str
    destination: str
    carrier: str
    number: int
    day: int
    suffix: str = ""
    cabin: str = ""
    seat: str = ""
    sequence: str = ""
    status: str = ""
    airline_numeric: str = ""
    document_number: str = ""
    selectee: str = ""
    document_check: str = ""
    marketing_carrier: str = ""
    frequent_flyer_airline: str = ""
    frequent_flyer_number: str = ""
    id_ad: str = ""
    baggage: str = ""
    fast_track: str = ""
    airline_data: str = ""


@dataclass(frozen=True, slots=True)
class Security:
    """The airline's signature, unchecked."""

    kind: str
    data: str


@dataclass(frozen=True, slots=True)
class BoardingPass:
    """A passenger's journey. `issued` is the last digit of the year and the day of the year, as printed."""

    name: str
    legs: tuple[Leg, ...]
    electronic: bool = True
    version: str = ""
    description: str = ""
    checkin_source: str = ""
    issue_source: str = ""
    issued: str = ""
    document_type: str = ""
    issuer: str = ""
    bag_tags: tuple[str, ...] = ()
    security: Security | None = None
    rest: str = field(default="", repr=False)

    @property
    def holder(self) -> str:
        """The name as people say it: given name first."""
        family, _, given = self.name.partition("/")
        return f"{given} {family}".strip()


def looks_like_boarding_pass(text: str) -> bool:
    """Whether it is worth telling somebody that this boarding pass is malformed, rather than that it is none."""
    return len(text) >= UNIQUE_SIZE and text[0] == "M" and text[1] in "123456789"


def parse(text: str) -> BoardingPass | Malformed:
    """Read a boarding pass. Blanks that a scanner cut off its end are taken as there; conditional items may be odd."""
    if not looks_like_boarding_pass(text) or any(unicodedata.category(c) == "Cc" for c in text):
        return Malformed(Fault.NOT_BCBP)
    shared: dict[str, str] = {}
    legs: list[Leg] = []
    at = UNIQUE_SIZE
    for number in range(1, int(text[1]) + 1):
        found = _read_leg(text, at, shared if number == 1 else None)
        if isinstance(found, Fault):
            return Malformed(found, number)
        leg, at = found
        legs.append(leg)
    security, rest = _read_security(text[at:])
    return _assemble(text, tuple(legs), shared, security, rest)


def _assemble(
    text: str, legs: tuple[Leg, ...], shared: dict[str, str], security: Security | None, rest: str
) -> BoardingPass:
    tags = tuple(t for name in BAG_TAGS if (t := shared.pop(name, "")))
    electronic = text[22] == "E"
    return BoardingPass(text[2:22].rstrip(), legs, electronic, bag_tags=tags, security=security, rest=rest, **shared)


MANDATORY = (
    ("pnr", 7), ("origin", 3), ("destination", 3), ("carrier", 3), ("number", 5), ("day", 3), ("cabin", 1),
    ("seat", 4), ("sequence", 5), ("status", 1), ("size", 2),
)  # fmt: skip
BAG_TAGS = ("tag_1", "tag_2", "tag_3")
UNIQUE = (
    ("description", 1), ("checkin_source", 1), ("issue_source", 1), ("issued", 4), ("document_type", 1),
    ("issuer", 3), *((name, 13) for name in BAG_TAGS),
)  # fmt: skip
REPEATED = (
    ("airline_numeric", 3), ("document_number", 10), ("selectee", 1), ("document_check", 1), ("marketing_carrier", 3),
    ("frequent_flyer_airline", 3), ("frequent_flyer_number", 16), ("id_ad", 1), ("baggage", 3), ("fast_track", 1),
)  # fmt: skip


def _read_leg(text: str, at: int, shared: dict[str, str] | None) -> tuple[Leg, int] | Fault:
    """The leg at `at` and where the next begins; the first leg's variable field also fills `shared`."""
    if len(text) < at + LEG_SIZE:
        return Fault.TOO_SHORT
    items = _slice(text[at : at + LEG_SIZE], MANDATORY)
    flight = _NUMBER.fullmatch(text[at + 16 : at + 21])
    fault = _check(items, flight)
    if fault or flight is None:
        return fault or Fault.BAD_FLIGHT_NUMBER
    start, size = at + LEG_SIZE, int(items.pop("size"), 16)
    variable = text[start : start + size].ljust(size)
    conditional = _read_variable(variable, shared)
    del items["number"]
    day = int(items.pop("day"))
    return Leg(number=int(flight[1]), suffix=flight[2], day=day, **items, **conditional), start + size


def _check(items: dict[str, str], flight: re.Match[str] | None) -> Fault | None:
    if not (_AIRPORT.fullmatch(items["origin"]) and _AIRPORT.fullmatch(items["destination"])):
        return Fault.BAD_AIRPORT
    if not _CODE.fullmatch(items["carrier"]):
        return Fault.BAD_CARRIER
    if flight is None:
        return Fault.BAD_FLIGHT_NUMBER
    day = items["day"]
    if not (day.isascii() and day.isdigit() and 1 <= int(day) <= 366):
        return Fault.BAD_DAY
    return None if _HEX.fullmatch(items["size"]) else Fault.BAD_SIZE


def _read_variable(variable: str, shared: dict[str, str] | None) -> dict[str, str]:
    """The conditional items of a leg, and what follows them as the airline's own.

    Odd ones are all the airline's own: the mandatory items suffice to board, and airlines put what they like here.
    """
    whole = {"airline_data": variable.rstrip()} if variable.strip() else {}
    rest = variable
    if shared is not None:
        if variable[:1] != ">" or len(variable) < 2:
            return whole
        block = _block(variable[2:])
        if block is None:
            return whole
        unique, rest = block
        shared |= {"version": variable[1].strip(), **_slice(unique, UNIQUE)}
    if not rest.strip():
        return {}
    block = _block(rest)
    if block is None:
        return {"airline_data": rest.rstrip()}
    repeated, own = block
    return {**_slice(repeated, REPEATED), "airline_data": own.rstrip()}


def _block(text: str) -> tuple[str, str] | None:
    """A field with its size before it, and what follows."""
    if not _HEX.fullmatch(text[:2]):
        return None
    size = int(text[:2], 16)
    return (text[2 : 2 + size], text[2 + size :]) if len(text) >= 2 + size else None


def _slice(text: str, items: tuple[tuple[str, int], ...]) -> dict[str, str]:
    """Items by position, without filling blanks; later versions have more of them, earlier ones fewer."""
    found: dict[str, str] = {}
    at = 0
    for name, size in items:
        if at >= len(text):
            break
        found[name] = text[at : at + size].strip()
        at += size
    return found


def _read_security(text: str) -> tuple[Security | None, str]:
    if len(text) < 4 or text[0] != "^" or not _HEX.fullmatch(text[2:4]):
        return None, text.rstrip()
    end = 4 + int(text[2:4], 16)
    return Security(text[1], text[4:end]), text[end:].rstrip()
