"""The sandbox's flight passes carry bar-coded boarding passes, which our own reader, written apart from it, reads."""

import json
from collections import Counter
from datetime import date

import pytest

from scanner_app.domain.boarding_pass import BoardingPass, parse
from scanner_app.domain.flight_match import match_flight
from scanner_app.domain.place import Flight
from scanner_app.sandbox.passcreator import boarding
from scanner_app.sandbox.server import Sandbox

GATE = Flight("LH", 738, date(2026, 12, 1), "MUC")


@pytest.fixture(scope="module")
def passengers():
    """Each flight pass as the platform tells it, with its boarding pass."""
    with Sandbox(passes=2_000, seed=7) as sandbox:
        store = sandbox.accounts["passcreator"].store
        rows = store.rows("SELECT barcode, details_json FROM pc_pass WHERE details_json LIKE '%flightNumber%'")
    read = [(row["barcode"], parse(row["barcode"]), row["details_json"]) for row in rows]
    assert len(read) > 150
    return read


def test_every_flight_pass_is_a_boarding_pass(passengers):
    assert not [text for text, found, _ in passengers if not isinstance(found, BoardingPass)]
    assert len({text for text, _, _ in passengers}) == len(passengers)
    assert all(text.isascii() and found.rest == "" for text, found, _ in passengers)


def test_they_are_as_various_as_at_a_gate(passengers):
    told = Counter()
    for _text, found, _ in passengers:
        match = match_flight(found, GATE)
        told[f"{len(found.legs)} legs, {found.legs.index(match.leg)}, {match.reason}"] += 1
        told.update(note.value for note in match.notes)
        told["bare"] += found.version == ""
        told["signed"] += found.security is not None
        told["cabin " + match.leg.cabin] += 1
        told["flyer"] += bool(match.leg.frequent_flyer_number)
    journeys = ("1 legs, 0, None", "2 legs, 0, None", "2 legs, 1, None")
    others = ("1 legs, 0, other_date", "1 legs, 0, other_flight", "standby", "bare", "signed", "cabin C", "cabin Y")
    assert all(told[what] for what in (*journeys, *others, "flyer")), told


def test_the_code_and_the_fields_of_the_pass_agree(passengers):
    for _text, found, details in passengers:
        told = json.loads(details)
        told.pop("urlToThumbnail", None)
        assert boarding.read(told, creating=True, boarding_time_optional=False) == told
        leg = next(each for each in found.legs if each.number == told["flightNumber"])
        departs = date.fromisoformat(told["localScheduledDepartureTime"][:10])
        assert (leg.carrier, leg.origin, leg.destination) == tuple(
            told[key] for key in ("carrierCode", "originAirportCode", "destinationAirportCode")
        )
        assert (leg.day, leg.pnr) == (departs.timetuple().tm_yday, told["confirmationCode"])
        assert (leg.seat.lstrip("0"), leg.sequence) == (told["seatNumber"], told["sequenceNumber"].zfill(4))


def test_who_listens_is_told_of_the_flight():
    with Sandbox(passes=0, seed=7) as sandbox:
        told = [each.get("flight") for each in sandbox.info["templates"]]
    assert told == [None, None, {"name": "LH 738", "date": "2026-12-01", "airport": "MUC"}]
