"""Undo, override and conflicts between two kiosks, offline and on the platform."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Scene, set_up


def guest(scene: Scene, expected: str = "ADMIT") -> str:
    """A code of the guest line."""
    return str(next(g for g in scene.sandbox.guest_line() if g["expected"] == expected)["barcode"])


def present(scene: Scene, code: str, *words: str) -> dict[str, Any]:
    """Show one code at the gate."""
    return scene.lines("gate", *words, "--place", scene.place, "--source", "-", "--json", text=code + "\n")[0]


def test_an_undone_admission_never_reaches_the_platform(scene: Scene) -> None:
    code = guest(scene)
    first = present(scene, code, "--offline")
    scene.run("undo", first["scan_id"], "--operator", "staff")
    assert present(scene, code, "--offline")["outcome"] == "admit"
    scene.run("push")
    assert [s["scanStatus"] for s in scene.scans()] == [0], "the undone one was cancelled, not sent"
    again = scene.run("undo", first["scan_id"], check=False)
    assert again.returncode == 3


def test_what_was_only_looked_at_cannot_be_taken_back(scene: Scene) -> None:
    file = scene.folder / "settings.json"
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["settings"]["places"][0]["policy"] = "look_only"
    file.write_text(json.dumps(kept), encoding="utf-8")
    looked = present(scene, guest(scene), "--offline")
    assert (looked["outcome"], looked["grade"]) == ("admit", "none")
    refused = scene.run("undo", looked["scan_id"], "--operator", "staff", check=False)
    assert (refused.returncode, "was not admitted" in refused.stderr) == (3, True)


def test_a_sent_admission_is_taken_back_on_the_platform(scene: Scene) -> None:
    code = guest(scene)
    first = present(scene, code)
    scene.run("push")
    used = scene.passes(code)
    scene.run("undo", first["scan_id"], "--reason", "wrong guest")
    scene.run("push", check=False)
    assert scene.lines("status", "--json")[0]["unsent"] == 0, "what the platform does not offer waits for nobody"
    assert scene.passes(code)["voided"] is False
    assert used["placesUsedAt"] != []
    assert scene.lines("status", "--json")[0]["conflicts"] == 0, "a scan that cannot be deleted is nobody's conflict"
    scene.run("sync", "--full")
    assert present(scene, code, "--offline")["outcome"] == "admit", "no download erases the undo"


def test_a_supervisor_admits_and_it_is_a_fact(scene: Scene) -> None:
    refused = present(scene, guest(scene, "EXPIRED"), "--offline")
    assert scene.run("override", refused["scan_id"], "--reason", " ", check=False).returncode == 3
    scene.run("override", refused["scan_id"], "--reason", "knows the band", "--operator", "supervisor:Kim")
    rows = scene.lines("export", "scans")
    assert [(r["kind"], r["outcome"], r["operator"], r["note"]) for r in rows][1] == (
        "override",
        "admit",
        "supervisor:Kim",
        "knows the band",
    )
    assert scene.lines("push", "--json")[0]["left"] == 0
    assert [s["scanStatus"] for s in scene.scans()] == [1, 0], "the refusal, and the admission on a supervisor's word"


def good_passes(scene: Scene, count: int) -> list[str]:
    """Codes of passes that nobody has used and that are good everywhere."""
    template = scene.sandbox.info["app_configurations"][0]["template"]
    rows = scene.get(f"/api/pass/list/{template}?start=0&pageSize=100")["results"]
    bad = ("voided", "placesUsedAt", "expirationDate", "validAsOfDate", "eligiblePlaces")
    return [str(row["barcodeValue"]) for row in rows if not any(row.get(key) for key in bad)][:count]


def conflicts(scene: Scene) -> list[dict[str, Any]]:
    """What `conflicts` lists."""
    return [json.loads(line) for line in scene.run("conflicts", "--json").stdout.splitlines()]


def test_two_kiosks_of_one_name_are_told_of_each_other(scene: Scene, tmp_path: Path) -> None:
    """A data folder copied to a second kiosk, or one name typed twice: their ledgers tell them apart."""
    name = scene.lines("status", "--json")[0]["device"]
    other = set_up(scene.sandbox, tmp_path / "other", "--device", name)
    other.run("sync")
    codes = good_passes(scene, 5)
    for door in (scene, other):
        line = ["gate", "--offline", "--place", scene.place, "--source", "-", "--json"]
        assert {each["outcome"] for each in door.lines(*line, text="\n".join(codes) + "\n")} == {"admit"}
    for door in (scene, other):
        door.run("push", check=False)
        door.run("sync", "--full")
    scene.run("sync", "--full")
    for door in (scene, other):
        found = conflicts(door)
        assert sorted(c["here"]["raw"] for c in found) == sorted(codes)
        assert {c["there"]["used_device"] for c in found} == {name}
        status = door.lines("status", "--json")[0]
        assert (status["conflicts"], status["same_name"]) == (5, 5)
        assert "name" in [check["name"] for check in status["checks"] if check["state"] == "warn"]
        assert "name" in [f["name"] for f in door.lines("doctor", "--json") if f["state"] == "warning"]


def test_two_doors_apart_admit_the_same_passes_and_both_are_told_of_each(scene: Scene, tmp_path: Path) -> None:
    other = set_up(scene.sandbox, tmp_path / "other", "--device", "Door 2")
    other.run("sync")
    codes = good_passes(scene, 20)
    assert len(codes) == 20
    for door in (scene, other):
        line = ["gate", "--offline", "--place", scene.place, "--source", "-", "--json"]
        assert {each["outcome"] for each in door.lines(*line, text="\n".join(codes) + "\n")} == {"admit"}
    scene.run("push")
    other.run("push", check=False)
    found = conflicts(other)
    assert sorted(c["here"]["raw"] for c in found) == sorted(codes)
    scene.run("sync")  # whoever told first is told as well
    scene.run("sync", "--full")
    mine = conflicts(scene)
    assert sorted(c["here"]["raw"] for c in mine) == sorted(codes)
    first = scene.lines("status", "--json")[0]["device"]
    assert first.startswith(socket.gethostname() + "-"), "two kiosks of one image are two devices"
    assert {(c["here"]["device"], c["there"]["used_device"]) for c in mine} == {(first, "Door 2")}
    assert {(c["here"]["device"], c["there"]["used_device"]) for c in found} == {("Door 2", first)}
    assert {c["answer"] for c in mine} <= {"used_later", "used_together"}  # a quick machine does both in one second
    assert {c["answer"] for c in found} <= {"used_elsewhere", "used_together"}
    other.run("sync", "--full")
    assert len(conflicts(other)) == len(codes), "the same two admissions are one conflict"
    told = other.run("conflicts").stdout
    assert "Door 2" in told
    assert "{" not in told
    for number in (0, 1, 99):  # 1 is the scan itself
        assert other.run("settle", str(number), "--note", "a slip", check=False).returncode == 3
    other.run("settle", str(found[0]["number"]), "--note", "twins")
    assert other.run("settle", str(found[0]["number"]), "--note", "again", check=False).returncode == 3
    assert other.lines("status", "--json")[0]["conflicts"] == len(codes) - 1
    exported = other.lines("export", "conflicts")
    assert {row["kind"] for row in exported} == {"conflict", "settled"}
    assert "twins" in json.dumps(exported)


def test_what_waits_goes_out_with_a_renewed_key(scene: Scene, tmp_path: Path) -> None:
    code, info = guest(scene), scene.sandbox.info
    present(scene, code, "--offline")
    scene.sandbox.accounts["passcreator"].api_key = "a-renewed-key"
    done = scene.run("push", "--deadline", "5", check=False)
    assert done.returncode == 3
    assert "key" in done.stderr
    paused = scene.lines("status", "--json")[0]
    assert paused["accounts"][0]["trouble"] == "platform_unauthorised"
    assert next(c["state"] for c in paused["checks"] if c["name"] == "account") == "danger"
    key_file = tmp_path / "renewed.key"
    key_file.write_text("a-renewed-key")
    words = ["--platform", "passcreator", "--url", info["base_url"], "--key-file", str(key_file)]
    door = info["app_configurations"][0]
    words += ["--template", door["template"], "--place", door["place"], "--app-configuration", door["id"]]
    scene.run("setup", *words, "--zone", "Europe/Berlin")
    assert scene.lines("push", "--json")[0]["left"] == 0
    assert scene.lines("status", "--json")[0]["accounts"][0]["trouble"] == ""
    assert [s["scannedBarcodeValue"] for s in scene.scans()] == [code]
