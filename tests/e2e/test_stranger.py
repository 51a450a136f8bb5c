"""The whole way against a Passcreator that is not our sandbox and knows nothing but the published contract."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.stranger import KEY, OTHER, TEMPLATE, Stranger, a_pass, wall

from tests.e2e.conftest import Scene

GUESTS = {
    "BC00001": "ADMIT",
    "CUST-2": "UNKNOWN",  # its userProvidedId, shown as a code
    "p2_x": "UNKNOWN",  # its uid
    "BC00300": "VOIDED",
    "BC00301": "EXPIRED",
    "BC00302": "NOT_YET_VALID",
    "BC00303": "ALREADY_USED",
    "BC00304": "WRONG_EVENT",
    "BC00305": "WRONG_PLACE",
    "a b/c?&ü": "ADMIT",
    "nobody": "UNKNOWN",
    "../list/tpl_A": "UNKNOWN",
}


@pytest.fixture
def stranger():
    passes = [a_pass(n) for n in range(1, 230)]
    passes += [
        a_pass(300, voided=True),
        a_pass(301, voided=True, expirationDate=wall(-1)),
        a_pass(302, validAsOfDate=wall(2)),
        a_pass(303, voided=True, redeemed=True, lastUsage=wall(-1)),
        a_pass(304, OTHER),
        a_pass(305, eligiblePlaces=["Elsewhere"]),
        a_pass(306, userProvidedId="", expirationDate="", lastUsage="", placesUsedAt=[], barcodeValue="a b/c?&ü"),
    ]
    with Stranger(*passes) as running:
        yield running


@pytest.fixture
def scene(stranger: Stranger, tmp_path: Path) -> Any:
    (tmp_path / "key").write_text(KEY + "\n")
    scene = Scene(stranger, tmp_path / "kiosk", "Door")
    words = ["--platform", "passcreator", "--url", stranger.url, "--key-file", str(tmp_path / "key")]
    scene.run("setup", *words, "--template", TEMPLATE, "--place", "Door", "--zone", "UTC")
    return scene


def test_a_platform_without_app_configurations(stranger: Stranger, scene: Scene):
    scene.run("sync")
    assert scene.lines("status", "--json")[0]["passes_held"] == 235
    stranger.failures = 1
    shown = scene.lines("gate", "--place", "Door", "--source", "-", "--json", text="\n".join(GUESTS) + "\n")
    assert {each["raw"]: each["reason"] for each in shown} == GUESTS
    scene.run("push")
    assert {uid for uid, voided in stranger.orders if voided} == {"p1_x", "p306_x"}
    assert all(stranger.passes[uid]["voided"] for uid in ("p1_x", "p306_x"))
    assert scene.lines("status", "--json")[0]["unsent"] == 0
    scene.run("sync", "--full")
    assert scene.lines("check", "BC00001", "--place", "Door", "--json")[0]["reason"] == "ALREADY_USED"


def test_one_pass_that_nobody_can_read_stops_itself_alone(stranger: Stranger, scene: Scene):
    """It is the first of the list, too: the one that is asked what the fields are called."""
    stranger.passes["p1_x"] |= {"placesUsedAt": {"yesterday": "Door"}, "modifiedOn": "soon", "identifier": "p1_x"}
    scene.run("sync")
    assert scene.lines("status", "--json")[0]["passes_held"] == 235
    shown = scene.lines("gate", "--place", "Door", "--source", "-", "--json", text="BC00001\nBC00002\n")
    assert {each["raw"]: each["outcome"] for each in shown} == {"BC00001": "refuse", "BC00002": "admit"}
    stranger.passes["p1_x"] |= {"placesUsedAt": [], "modifiedOn": wall(0)}
    shown = scene.lines("gate", "--place", "Door", "--source", "-", "--json", text="BC00001\n")
    assert shown[0]["outcome"] == "admit"  # it is asked about


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"--url": "/nowhere"}, "address"), ({"--template": "tpl_Z"}, "template")],
    ids=["url", "template"],
)
def test_a_wrong_address_or_template_is_still_said(stranger: Stranger, tmp_path: Path, changed, says):
    (tmp_path / "key").write_text(KEY)
    words = {"--platform": "passcreator", "--url": "", "--key-file": str(tmp_path / "key"), "--template": TEMPLATE}
    words |= {"--place": "Door", "--data-dir": str(tmp_path / "kiosk")} | changed
    words["--url"] = stranger.url + words["--url"]
    command = [sys.executable, "-m", "scanner_app", "setup", *(part for pair in words.items() for part in pair)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert says in done.stderr
