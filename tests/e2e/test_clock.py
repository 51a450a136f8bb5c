"""What is known of the platform's clock, as whoever asks `status` later sees it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Scene


def test_the_clock_is_known_after_any_answer_and_told_with_its_age(scene: Scene) -> None:
    status = scene.lines("status", "--json")[0]
    assert status["clock_offset"] == pytest.approx(0.0, abs=2.0)
    assert 0.0 <= status["clock_offset_age"] < 60.0
    scene.sandbox.clock.offset = 90
    scene.run("sync")
    assert scene.lines("status", "--json")[0]["clock_offset"] == pytest.approx(90.0, abs=2.0)


def test_a_clock_that_ran_ahead_once_is_forgotten_when_the_platform_was_heard(scene: Scene) -> None:
    """Its facts kept time above them, also after the clock was set right: passes not valid yet were admitted."""
    guests = {g["expected"]: g["barcode"] for g in scene.sandbox.guest_line()}
    scene.run("gate", "--offline", "--place", scene.place, "--source", "-", text=guests["UNKNOWN"] + "\n")
    with closing(sqlite3.connect(scene.folder / "ledger.db")) as db:
        db.execute("UPDATE facts SET at = at + 400 * 86400 * 1000000")  # as a clock 400 days ahead would have written
        db.commit()
    judge = ("check", guests["NOT_YET_VALID"], "--offline", "--place", scene.place, "--json")
    assert scene.lines(*judge)[0]["reason"] == "NOT_YET_VALID"  # looking alone has no floor
    scene.run("sync")
    text = guests["NOT_YET_VALID"] + "\n"
    told = scene.lines("gate", "--offline", "--place", scene.place, "--source", "-", "--json", text=text)
    assert told[0]["reason"] == "NOT_YET_VALID"


def test_the_doctor_says_that_the_clock_is_wrong(scene: Scene) -> None:
    scene.sandbox.clock.offset = -900
    said = scene.run("doctor", check=False).stdout
    assert "passcreator answers" in said
    assert "Clock off by 15 min" in said


def test_the_zone_is_found_out_and_a_wrong_one_is_said(scene: Scene, tmp_path: Path) -> None:
    settings = json.loads((scene.folder / "settings.json").read_text())["settings"]
    assert settings["accounts"][0]["zone"] == settings["places"][0]["zone"] == "Europe/Berlin"
    info, key = scene.sandbox.info, scene.folder.parent / f"{scene.folder.name}.key"
    words = ["--platform", "passcreator", "--url", info["base_url"], "--key-file", str(key)]
    words += ["--template", info["templates"][0]["id"], "--place", "Door"]
    elsewhere = Scene(scene.sandbox, tmp_path / "elsewhere", "Door")
    done = elsewhere.run("setup", *words, "--zone", "America/New_York")
    assert "do not fit the time zone America/New_York; they fit Europe/Berlin" in done.stderr
