"""A gate boards one flight: IATA boarding passes of a flight template, held up as PDF417, Aztec and QR code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from hardware.opencv import cv2
from hardware.scene import code_picture
from scanner_app.sandbox.server import Sandbox
from tests.e2e.conftest import SEED, Scene

DAY = date(2026, 12, 1)
NUMBER = DAY.timetuple().tm_yday


def boarding_pass(name: str, *legs: str, ticket: str = "E", security: str = "") -> str:
    return f"M{len(legs)}{name:20}{ticket}{''.join(legs)}{security}"


def leg(
    pnr: str,
    *,
    origin: str = "MUC",
    carrier: str = "LH",
    number: str = "0738 ",
    day: int = NUMBER,
    seat: str = "012A",
    more: str = "",
) -> str:
    return f"{pnr:7}{origin}LAX{carrier:3}{number:5}{day:03}Y{seat}0042 1{len(more):02X}{more}"


ISSUED_LAST_DAY = ">60B W 6334BLH "
GUESTS = {
    "plain": boarding_pass("NOVAK/JAN", leg("AAAAA1")),
    "second leg": boarding_pass(
        "NOVAK/EVA", leg("AAAAA2", origin="PRG", number="1693 "), leg("AAAAA3", seat="001C"), security="^104ABCD"
    ),
    "with items": boarding_pass("NOVAK/OLA", leg("AAAAA4", more=ISSUED_LAST_DAY), ticket=" "),
    "lower case name": boarding_pass("novak/ida", leg("AAAAA5", seat="    ")),
    "other flight": boarding_pass("NOVAK/MAX", leg("BBBBB1", number="0739 ")),
    "suffix": boarding_pass("NOVAK/MAY", leg("BBBBB6", number="0738A")),
    "other airline": boarding_pass("NOVAK/LEA", leg("BBBBB2", carrier="OS")),
    "other airport": boarding_pass("NOVAK/TIM", leg("BBBBB3", origin="FRA")),
    "yesterday": boarding_pass("NOVAK/PIA", leg("BBBBB4", day=NUMBER - 1)),
    "issued last year": boarding_pass("NOVAK/UWE", leg("BBBBB5", more=">60B W 5334BLH ")),
    "no boarding pass": "AN-ORDINARY-CODE-1",
}
EXPECTED = {
    "other flight": ("WRONG_FLIGHT", "other_flight"),
    "suffix": ("WRONG_FLIGHT", "other_flight"),
    "other airline": ("WRONG_FLIGHT", "other_flight"),
    "other airport": ("WRONG_FLIGHT", "other_airport"),
    "yesterday": ("WRONG_FLIGHT", "other_date"),
    "issued last year": ("WRONG_FLIGHT", "other_date"),
    "no boarding pass": ("WRONG_FLIGHT", "not_bcbp"),
}


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Scene]:
    """A kiosk at gate B16, set up for LH 738, with a boarding pass for every guest."""
    with Sandbox(passes=0, seed=SEED) as sandbox:
        info = sandbox.info
        door = next(d for d in info["app_configurations"] if d["place"] == "Gate B16")
        key = tmp_path / "key"
        key.write_text(info["api_key"])
        scene = Scene(sandbox, tmp_path / "kiosk", door["place"])
        account = ["--platform", "passcreator", "--url", info["base_url"], "--key-file", str(key)]
        place = ["--template", door["template"], "--place", door["place"], "--app-configuration", door["id"]]
        flight = ["--flight", "lh738", "--flight-date", DAY.isoformat(), "--airport", "MUC"]
        scene.run("setup", *account, *place, *flight, "--zone", "Europe/Berlin")
        for name, text in GUESTS.items():
            scene.post(f"/api/pass?passtemplate={door['template']}&zapierStyle=false", flight_body(name, text))
        scene.run("sync")
        yield scene


def flight_body(name: str, barcode: str) -> dict[str, object]:
    return {
        "barcodeValue": barcode,
        "originAirportCode": "MUC",
        "destinationAirportCode": "LAX",
        "localScheduledDepartureTime": "2026-12-01T15:13",
        "localBoardingDateTime": "2026-12-01T14:29",
        "passengerName": name,
        "carrierCode": "LH",
        "confirmationCode": "AAAAA1",
        "flightNumber": 738,
        "boardingGroup": "3",
        "seatNumber": "14F",
    }


def test_every_passenger_gets_the_right_answer(gate: Scene) -> None:
    shown = [*GUESTS.values(), GUESTS["plain"]]
    verdicts = gate.lines("gate", "--place", gate.place, "--source", "-", "--json", text="\n".join(shown) + "\n")
    for name, verdict in zip(GUESTS, verdicts, strict=False):
        reason, why = EXPECTED.get(name, ("ADMIT", None))
        assert (verdict["reason"], verdict["detail"].get("why")) == (reason, why), name
    assert verdicts[-1]["reason"] == "ALREADY_USED"
    seats = {v["detail"].get("seat") for v in verdicts if v["reason"] == "ADMIT"}
    assert seats == {"12A", "1C", "14F"}, "the leg's own; the pass's where the boarding pass has none"
    assert {v["detail"].get("group") for v in verdicts if v["reason"] == "ADMIT"} == {"3"}
    status = gate.lines("status", "--json")[0]
    assert (status["flight"], status["boarded"]) == ("LH 738", 4)


def test_a_boarding_pass_is_read_in_each_of_its_codes(gate: Scene, tmp_path: Path) -> None:
    shown = {"PDF417": "second leg", "AZTEC": "with items", "QR": "plain"}
    (tmp_path / "shown").mkdir()
    for symbology, name in shown.items():
        picture = np.full((720, 1280), 90, np.uint8)
        code = code_picture(GUESTS[name], symbology, 700 if symbology == "PDF417" else 300)
        picture[200 : 200 + code.shape[0], 200 : 200 + code.shape[1]] = code
        cv2.imwrite(str(tmp_path / "shown" / f"{symbology}.png"), picture)
    verdicts = gate.lines("gate", "--place", gate.place, "--source", str(tmp_path / "shown"), "--json")
    assert {(v["symbology"], v["raw"], v["reason"]) for v in verdicts} == {
        (symbology, GUESTS[name], "ADMIT") for symbology, name in shown.items()
    }
    the_allow_list_reaches_the_decoder(gate, tmp_path)


def the_allow_list_reaches_the_decoder(gate: Scene, tmp_path: Path) -> None:
    """A code beyond the usual four is read where it is allowed, and only there."""
    drawn = zxingcpp.create_barcode(GUESTS["lower case name"], zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=6)
    cv2.imwrite(str(tmp_path / "dm.png"), np.pad(np.array(drawn, np.uint8), 80, constant_values=255))
    words = ("gate", "--place", gate.place, "--source", str(tmp_path / "dm.png"), "--json")
    assert gate.lines(*words) == []
    gate.run("place", gate.place, "--symbology", "data_matrix", "qr")
    (verdict,) = gate.lines(*words)
    assert (verdict["symbology"], verdict["reason"]) == ("DATA_MATRIX", "ADMIT")
    (shown,) = gate.lines("place", gate.place, "--symbology", "usual", "--json")
    assert shown["symbologies"] == ["AZTEC", "CODE128", "PDF417", "QR"]


def test_the_next_flight_is_set_and_counted_from_nothing(gate: Scene) -> None:
    text = GUESTS["plain"] + "\n"
    gate.lines("gate", "--place", gate.place, "--source", "-", "--json", text=text)
    gate.run("place", gate.place, "--flight", "LH 739", "--flight-date", DAY.isoformat())
    assert gate.lines("status", "--json")[0]["boarded"] == 0
    (verdict,) = gate.lines(
        "gate", "--place", gate.place, "--source", "-", "--json", text=GUESTS["other flight"] + "\n"
    )
    assert verdict["reason"] == "ADMIT"
    shown = gate.lines("place", gate.place, "--json")[0]
    assert (shown["flight"], shown["airport"]) == ("LH 739", "MUC")
    gate.run("place", gate.place, "--flight", "none")
    what_is_no_flight_is_refused(gate)


def what_is_no_flight_is_refused(gate: Scene) -> None:
    for words in (("nonsense", "--airport", "MUC"), ("LH 738", "--airport", "Munich"), ("12 738", "--airport", "MUC")):
        done = gate.run("place", gate.place, "--flight", *words, check=False)
        assert done.returncode != 0
        assert "LH 738, 2026-12-24, FRA" in done.stderr
    assert gate.lines("place", gate.place, "--json")[0]["flight"] is None
