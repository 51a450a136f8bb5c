"""One kiosk, four platforms at one place: one account's trouble is its own, and no key is left anywhere to be found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner_app.application.config import AccountConfig
from scanner_app.platforms.registry import build
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from tests.e2e.conftest import Scene
from tests.e2e.four_platforms import PLACE, Quick, four_platforms, keys_of, set_up_all


@pytest.fixture
def venue() -> Iterator[Sandbox]:
    with four_platforms(60) as running:
        yield running


def templates(info: dict) -> list[str]:
    """The first template of a platform, or production."""
    return [(info.get("productions") or info["templates"])[0]["id"]]


def set_up(venue: Sandbox, folder: Path) -> Scene:
    scene = Quick(venue, folder, PLACE)
    set_up_all(scene, {info["platform"]: templates(info) for info in venue.infos}, "--zone", "Europe/Berlin")
    return scene


def own_pass(info: dict) -> str:
    """Make a pass whose code no other platform knows (the sandbox gives all of them the same guests); return it."""
    code = f"ONLY-{info['platform']}"
    platform = build(AccountConfig("made", info["platform"], info["base_url"]), "\n".join(keys_of(info)))
    names = {"passcreator": "barcodeValue", "passentry": "extId", "passkit": "ticketNumber", "airship": "externalId"}
    platform.counter.create(templates(info)[0], {names[info["platform"]]: code})
    platform.close()
    return code


def test_four_platforms_one_place(venue: Sandbox, tmp_path: Path) -> None:
    shown = {info["platform"]: own_pass(info) for info in venue.infos}
    scene = set_up(venue, tmp_path / "kiosk")
    scene.run("sync")
    status = scene.lines("status", "--json")[0]
    assert [a["complete"] for a in status["accounts"]] == [True] * 4
    told = [(a["passes_held"], a["platform_total"]) for a in status["accounts"]]
    assert all(held == total for held, total in told if total is not None)
    assert status["platform_total"] is None or None not in [total for _, total in told], "compared like with like"

    venue.accounts["passkit"].misbehaviours.faults.append(Misbehaviour("* *", "drop"))
    venue.accounts["passentry"].misbehaviours.faults.append(Misbehaviour("* *", "401"))
    lines = "".join(f"{code}\n" for code in [*shown.values(), "nobody's"])
    verdicts = scene.lines("gate", "--place", PLACE, "--source", "-", "--json", text=lines)
    asked = {v["raw"]: v for v in verdicts}
    for name, code in shown.items():
        assert asked[code]["pass"]["account"] == name, "the cache tells whose code it is"
        assert asked[code]["reason"] == "ADMIT"
    assert len(asked["nobody's"]["detail"]["asked"]) == 4

    done = scene.run("push", "--deadline", "5", check=False)
    assert done.returncode == 3
    doctor = scene.run("doctor", check=False).stdout
    assert "account passentry: The pass platform does not accept this key." in doctor
    assert "account airship: airship answers" in doctor
    assert "account passcreator: passcreator answers" in doctor

    for account in venue.accounts.values():
        account.misbehaviours.faults.clear()
    scene.run("push")
    assert scene.lines("status", "--json")[0]["unsent"] == 0
    scene.run("backup", str(tmp_path / "all.backup"))
    (scene.folder / "crash.txt").write_text("an earlier run died\n")
    looks = (["status", "--json"], ["doctor", "--json"], ["pass", "show", "x", "--json"], ["export", "scans"])
    printed = [scene.run(*words, check=False) for words in looks]
    said = "".join(p.stdout + p.stderr for p in [*printed, done])
    nowhere_but = {scene.folder / "secrets.json"}
    files = [p for p in scene.folder.rglob("*") if p.is_file() and p not in nowhere_but] + [tmp_path / "all.backup"]
    for info in venue.infos:
        for key in keys_of(info):
            assert key not in said
            assert [p for p in files if key.encode() in p.read_bytes()] == []


def test_a_wrong_region_is_said_at_set_up_and_by_the_doctor(venue: Sandbox, tmp_path: Path) -> None:
    says = "PassKit has two regions"
    venue.accounts["passkit"].switches.set("wrong_region", value=True)
    info = next(i for i in venue.infos if i["platform"] == "passkit")
    key_file = tmp_path / "passkit.key"
    key_file.write_text("\n".join(keys_of(info)))
    scene = Quick(venue, tmp_path / "kiosk", PLACE)
    words = ["--platform", "passkit", "--url", info["base_url"], "--key-file", str(key_file), "--place", PLACE]
    done = scene.run("setup", *words, check=False)
    assert done.returncode == 3
    assert says in done.stderr
    scene.run("setup", *words, "--offline")
    assert says in scene.run("doctor", check=False).stdout


def test_a_reader_needs_no_list_and_an_option_must_be_known(venue: Sandbox, tmp_path: Path) -> None:
    info = next(i for i in venue.infos if i["platform"] == "passentry")
    key_file = tmp_path / "key"
    key_file.write_text(info["api_key"])
    scene = Quick(venue, tmp_path / "kiosk", PLACE)
    words = ["--platform", "passentry", "--url", info["base_url"], "--key-file", str(key_file), "--place", PLACE]
    scene.run("setup", *words, "--door", "south-gate-1")
    done = scene.run("setup", *words, "--option", "page_pram=p", check=False)
    assert done.returncode == 3
    assert "page_pram" in done.stderr
