"""The sandbox's own passengers: each code in a picture, a journey through its gates, offline and sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hardware.opencv import cv2
from hardware.scene import code_picture
from scanner_app.sandbox.server import Sandbox
from tests.e2e.conftest import SEED, Scene

MUNICH = ("--flight", "LH 738", "--flight-date", "2026-12-01", "--airport", "MUC")
LOS_ANGELES = ("--flight", "UA 1207", "--flight-date", "2026-12-01", "--airport", "LAX")


@pytest.fixture(scope="module")
def airport() -> Iterator[Sandbox]:
    """An airline's passes: some two hundred on flights."""
    with Sandbox(passes=1_500, seed=SEED) as sandbox:
        yield sandbox


@pytest.fixture
def gate(airport: Sandbox, tmp_path: Path) -> Scene:
    """Gate B16 boards LH 738."""
    door = next(d for d in airport.info["app_configurations"] if d["place"] == "Gate B16")
    return kiosk(airport, tmp_path / "munich", door["place"], *MUNICH, "--app-configuration", door["id"])


def kiosk(airport: Sandbox, folder: Path, place: str, *flight: str) -> Scene:
    info = airport.info
    key = folder.parent / f"{folder.name}.key"
    key.write_text(info["api_key"])
    scene = Scene(airport, folder, place)
    account = ["--platform", "passcreator", "--url", info["base_url"], "--key-file", str(key)]
    template = next(each["id"] for each in info["templates"] if "flight" in each)
    scene.run("setup", *account, "--template", template, "--place", place, "--zone", "Europe/Berlin", *flight)
    scene.run("sync")
    return scene


def fresh(airport: Sandbox, like: str) -> list[dict[str, Any]]:
    """Passes that nothing keeps from boarding, by how their code begins or goes on."""
    sql = """SELECT * FROM pc_pass WHERE barcode LIKE ? AND NOT voided AND NOT redeemed AND used_json='[]'
             AND expires IS NULL AND valid_from IS NULL ORDER BY rowid"""
    found = airport.accounts["passcreator"].store.rows(sql, [like])
    return [row | {"details": json.loads(row["details_json"])} for row in found]


def test_passengers_of_the_sandbox_board_from_every_code(gate: Scene, airport: Sandbox, tmp_path: Path) -> None:
    """Right flight first or second on the journey, from PDF417, Aztec and QR; seat and group as the pass has them."""
    one, feeder = fresh(airport, "M1%MUCLAXLH 0738 335%"), fresh(airport, "M2%PRGMUCLH 1693%")
    shown = dict(zip(("PDF417", "AZTEC", "QR"), (feeder[0], one[0], feeder[1]), strict=True))
    (tmp_path / "shown").mkdir()
    for symbology, guest in shown.items():
        picture = np.full((1080, 1920), 90, np.uint8)
        code = code_picture(guest["barcode"], symbology, 900 if symbology == "PDF417" else 400)
        picture[200 : 200 + code.shape[0], 200 : 200 + code.shape[1]] = code
        cv2.imwrite(str(tmp_path / "shown" / f"{symbology}.png"), picture)
    source = ("gate", "--place", gate.place, "--offline", "--json", "--source", str(tmp_path / "shown"))
    verdicts = {verdict["symbology"]: verdict for verdict in gate.lines(*source)}
    assert verdicts.keys() == shown.keys()
    for symbology, guest in shown.items():
        told = verdicts[symbology]
        assert (told["raw"], told["reason"], told["grade"]) == (guest["barcode"], "ADMIT", "pending")
        wanted = {"seat": guest["details"]["seatNumber"], "group": guest["details"]["boardingGroup"]}
        assert wanted.items() <= told["detail"].items()
    status = gate.lines("status", "--json")[0]
    assert (status["flight"], status["boarded"], status["unsent"]) == ("LH 738", 3, 6)
    gate.run("push")
    assert all(airport_says(airport, guest)["voided"] for guest in shown.values()), "their last flight"


def airport_says(airport: Sandbox, guest: dict[str, Any]) -> dict[str, Any]:
    (row,) = airport.accounts["passcreator"].store.rows(
        "SELECT * FROM pc_pass WHERE identifier=?", [guest["identifier"]]
    )
    return row


def test_a_boarding_pass_is_good_at_each_gate_of_the_journey(gate: Scene, airport: Sandbox, tmp_path: Path) -> None:
    """It was void after its first flight: at the next gate a conflict, or no boarding at all."""
    guest = fresh(airport, "M2%LAXSFO%")[0]
    elsewhere = kiosk(airport, tmp_path / "prague", "Gate A1", *MUNICH[:-1], "PRG")
    assert [v["detail"]["why"] for v in shown(elsewhere, guest)] == ["other_airport"]
    assert [v["reason"] for v in shown(gate, guest, guest)] == ["ADMIT", "ALREADY_USED"]
    assert "left 0" in gate.run("push").stdout
    told = airport_says(airport, guest)
    assert (told["voided"], json.loads(told["used_json"])[0][1]) == (0, "Gate B16")
    next_gate = kiosk(airport, tmp_path / "angeles", "Gate 71A", *LOS_ANGELES)
    assert [v["reason"] for v in shown(next_gate, guest, guest)] == ["ADMIT", "ALREADY_USED"]
    assert "contested 0, left 0" in next_gate.run("push").stdout
    assert next_gate.lines("conflicts", "--json") == []
    assert airport_says(airport, guest)["voided"] == 1, "that was its last flight"


def shown(scene: Scene, *guests: dict[str, Any]) -> list[dict[str, Any]]:
    text = "".join(guest["barcode"] + "\n" for guest in guests)
    return scene.lines("gate", "--place", scene.place, "--source", "-", "--json", text=text)
