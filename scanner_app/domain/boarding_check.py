"""Whether a boarding pass is for the flight a gate boards. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from scanner_app.domain.boarding_pass import Malformed, looks_like_boarding_pass, parse
from scanner_app.domain.credential import Credential
from scanner_app.domain.flight_match import FlightReason, match_flight
from scanner_app.domain.passes import Pass
from scanner_app.domain.place import Flight


def boarding_text(presented: Credential, subject: Pass) -> str:
    """Return the text of the boarding pass: the pass's own, which a tap or a search found by something else."""
    if looks_like_boarding_pass(subject.barcode):
        return subject.barcode
    return next(iter(presented.candidates), "")


def flight_refusal(text: str, flight: Flight) -> dict[str, str] | None:
    """Return why this bar-coded boarding pass may not board the flight, None when it may.

    `why` is a code; `flight` the gate's, `shown_flight`, `date` and `airport` what the boarding pass says.
    """
    wanted = flight.name
    read = parse(text)
    if isinstance(read, Malformed):
        return {"why": read.fault.value, "flight": wanted}
    match = match_flight(read, flight)
    if match.reason is None:
        return None
    leg = match.leg
    told = {"why": match.reason.value, "flight": wanted, "shown_flight": f"{leg.carrier} {leg.number}{leg.suffix}"}
    if match.departs:
        told["date"] = match.departs.isoformat()
    if match.reason is FlightReason.OTHER_AIRPORT:
        told["airport"] = leg.origin
    return told


def flies_on(text: str, flight: Flight) -> bool:
    """Whether the journey goes on after this flight: its later gates need the boarding pass too."""
    read = parse(text)
    return not isinstance(read, Malformed) and match_flight(read, flight).leg is not read.legs[-1]


def flight_details(text: str, flight: Flight, fields: Mapping[str, str]) -> dict[str, str | list[str]]:
    """Return what staff want to see of a boarding pass that boards: seat, sequence, cabin, group, notes (codes).

    `fields` are those of the pass, which alone know the boarding group (seed 001's names).
    """
    read = parse(text)
    if isinstance(read, Malformed):
        return {}
    match = match_flight(read, flight)
    leg = match.leg
    told = {
        "seat": leg.seat.lstrip("0") or fields.get("seatNumber", ""),
        "group": fields.get("boardingGroup", ""),
        "sequence": leg.sequence.lstrip("0") or fields.get("sequenceNumber", ""),
        "cabin": leg.cabin,
    }
    notes = [note.value for note in match.notes]
    return {key: value for key, value in told.items() if value} | ({"flight_notes": notes} if notes else {})
