"""What can be wrong, said in a sentence with exit code 3; nothing lost, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hardware.opencv import cv2
from hardware.scene import code_picture
from scanner_app.cli import main
from scanner_app.commands.correct import _in_words
from scanner_app.commands.output import json_line
from scanner_app.domain.scan import FactKind
from scanner_app.lifecycle import InstanceLock
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from scanner_app.ui import sample
from tests.e2e.conftest import Scene


def words_of(sandbox: Sandbox, key_file: Path, **changes: str) -> list[str]:
    """The words of a set-up, some of them changed."""
    info = sandbox.info
    door = info["app_configurations"][0]
    words = {"--url": info["base_url"], "--key-file": str(key_file), "--template": door["template"]}
    words |= {"--place": door["place"], "--platform": "passcreator", **{f"--{k}": v for k, v in changes.items()}}
    return [part for pair in words.items() for part in pair]


@pytest.fixture
def key_file(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A file that holds the sandbox's key."""
    path = tmp_path / "key"
    path.write_text(sandbox.info["api_key"] + "\n")
    return path


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"key-file": "/nowhere/key"}, "key"),
        ({"url": "https://127.0.0.1:1"}, "reach"),
        ({"url": "http://app.example.com"}, "https"),
        ({"url": "not an address"}, "address"),
        ({"template": "nowhere"}, "no such pass template"),
        ({"app-configuration": "nowhere"}, "no such door"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_a_wrong_set_up_is_said_and_not_kept(
    sandbox: Sandbox, key_file: Path, tmp_path: Path, changes: dict[str, str], says: str
) -> None:
    scene = Scene(sandbox, tmp_path / "kiosk", "")
    done = scene.run("setup", *words_of(sandbox, key_file, **changes), check=False)
    assert done.returncode == 3
    assert says in done.stderr.lower(), done.stderr
    assert sandbox.info["api_key"] not in done.stderr
    assert not (scene.folder / "settings.json").exists()


def test_a_wrong_key(sandbox: Sandbox, tmp_path: Path) -> None:
    wrong = tmp_path / "key"
    wrong.write_text("not-the-key")
    done = Scene(sandbox, tmp_path / "kiosk", "").run("setup", *words_of(sandbox, wrong), check=False)
    assert done.returncode == 3
    assert "key" in done.stderr
    assert "not-the-key" not in done.stderr


def test_usage_is_exit_code_2(tmp_path: Path) -> None:
    for words in (["gate"], ["setup", "--platform", "nobody"], ["dance"], ["decode", ""], []):
        command = [sys.executable, "-m", "scanner_app", *words, "--data-dir", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2, done.stderr


def test_a_kiosk_that_is_not_set_up(sandbox: Sandbox, tmp_path: Path) -> None:
    scene = Scene(sandbox, tmp_path / "kiosk", "")
    for words in (["sync"], ["push"], ["gate", "--place", "x", "--source", "-"], ["check", "x", "--place", "y"]):
        done = scene.run(*words, check=False, text="")
        assert done.returncode == 3
        assert len(done.stderr.strip().splitlines()) <= 2, done.stderr


def test_a_failed_set_up_is_none(sandbox: Sandbox, key_file: Path, tmp_path: Path) -> None:
    scene = Scene(sandbox, tmp_path / "kiosk", "")
    scene.run("setup", *words_of(sandbox, key_file, template="nowhere"), check=False)
    done = scene.run("status", "--json", check=False)
    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_an_output_that_has_no_room_is_said_with_what_to_do(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(OSError), Path("/dev/full").open("w") as full:  # closing it fails as well
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["status", "--data-dir", str(scene.folder)]) == 3
        monkeypatch.undo()
    assert "No space left on device. Make room there" in capsys.readouterr().err


def test_an_object_is_one_line_to_every_reader() -> None:
    """Python's own `splitlines` among them, which ends a line at more than LF."""
    record = {"raw": "left\u2028right\u2029\x85\x0c\x1c"}
    line = json_line(record)
    assert line.splitlines() == [line]
    assert json.loads(line) == record


def test_a_second_instance_is_told_and_looks_go_on(scene: Scene) -> None:
    lock = InstanceLock(scene.folder)
    lock.acquire()
    try:
        done = scene.run("gate", "--place", scene.place, "--source", "-", text="x\n", check=False)
        assert (done.returncode, done.stdout) == (3, "")
        assert "running" in done.stderr
        assert scene.lines("status", "--json")[0]["passes_held"] > 0
        assert scene.lines("check", "x", "--place", scene.place, "--json")[0]["reason"] == "UNKNOWN"
    finally:
        lock.release()


def test_a_database_of_a_newer_program_stays_untouched(scene: Scene) -> None:
    ledger = scene.folder / "ledger.db"
    with closing(sqlite3.connect(ledger)) as db:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        db.execute(f"PRAGMA user_version = {version + 40}")
        db.commit()
    before = ledger.read_bytes()
    done = scene.run("gate", "--place", scene.place, "--source", "-", text="x\n", check=False)
    assert done.returncode == 3
    assert "newer" in done.stderr
    assert ledger.read_bytes() == before


def test_a_camera_that_is_not_there(scene: Scene) -> None:
    done = scene.run("gate", "--place", scene.place, "--source", "/nowhere/film.avi", "--json", check=False)
    assert done.returncode == 3
    assert "/nowhere/film.avi" in done.stderr
    assert done.stdout == ""


def test_a_camera_that_may_come_is_waited_for_aloud(scene: Scene) -> None:
    words = ["gate", "--data-dir", str(scene.folder), "--place", scene.place, "--source", "camera:63", "--offline"]
    with subprocess.Popen([sys.executable, "-m", "scanner_app", *words], stderr=subprocess.PIPE, text=True) as gate:
        assert gate.stderr is not None
        said = next(line for line in gate.stderr if "camera:63" in line)
        gate.terminate()
        rest = gate.stderr.read()
    assert "missing" in said
    assert "tried again" in said
    assert rest == ""
    assert gate.returncode == 0


@pytest.mark.skipif(os.name == "nt" or not shutil.which("mount") or os.geteuid() != 0, reason="mounts as root only")
def test_a_disk_that_fills_up_refuses_and_is_named(scene: Scene, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", small], check=False).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    pipe, words = subprocess.PIPE, ["--place", scene.place, "--source", "-", "--json", "--offline"]
    try:
        folder = Path(shutil.copytree(scene.folder, small / "kiosk"))
        command = [sys.executable, "-m", "scanner_app", "gate", "--data-dir", str(folder), *words]
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, bufsize=1) as gate:
            assert gate.stdin is not None
            assert gate.stdout is not None
            assert gate.stderr is not None
            gate.stdin.write("before\n")
            assert json.loads(gate.stdout.readline())["durable"] is True
            with suppress(OSError), (small / "ballast").open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    continue
            reason = ""
            for _ in range(1500):
                gate.stdin.write("x" * 4000 + "\n")
                reason = json.loads(gate.stdout.readline())["reason"]
                if reason == "CANNOT_RECORD":
                    break
            told = replace(scene, folder=folder).lines("status", "--json")[0]
            gate.stdin.write("once more\n")
            gate.stdin.close()
            said = gate.stderr.read()
        assert reason == "CANNOT_RECORD"
        assert said.count("disk is full") == 1, said
        assert (told["cannot_record"], told["ready"]) == ("storage_full", False)
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_a_cache_that_is_damaged_at_the_start_is_set_aside(scene: Scene) -> None:
    for cache in (scene.folder / "cache").glob("*.db"):
        cache.write_bytes(b"noise" * 20_000)
    refused = scene.lines("gate", "--place", scene.place, "--source", "-", "--json", "--offline", text="x\n")
    assert [line["reason"] for line in refused] == ["NOT_LOADED"]
    scene.run("sync")
    assert scene.lines("status", "--json")[0]["passes_held"] > 0


def test_a_list_that_is_cut_short_is_seen_in_what_sync_says(scene: Scene) -> None:
    for cut in (False, True):
        for cache in (scene.folder / "cache").glob("*.db*"):
            cache.unlink()
        if cut:
            faults = scene.sandbox.accounts["passcreator"].misbehaviours.faults
            faults.append(Misbehaviour("GET /api/pass/list/*", "short_list"))
        assert ("held of the" in scene.run("sync", "--full").stdout) is cut


def test_pictures_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"no picture")
    (tmp_path / "y.mp4").write_bytes(b"")
    (tmp_path / "none").mkdir()
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((40, 60), 255, np.uint8))
    given = [tmp_path / "absent.mp4", tmp_path / "none", tmp_path]
    command = [sys.executable, "-m", "scanner_app", "decode", *map(str, given), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        f"scanner-app: there is no file {given[0]}",
        f"scanner-app: there are no pictures in {given[1]}",
        f"scanner-app: there is no barcode in {blank}",
        f"scanner-app: {tmp_path / 'x.png'} is not a picture that can be read, or a part of it is missing",
        f"scanner-app: {tmp_path / 'y.mp4'} is empty",
    ]


def test_a_recording_that_is_not_there_or_is_none(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "junk.mp4").write_bytes(b"junk")
    (tmp_path / "junk.png").write_bytes(b"junk")
    (tmp_path / "empty").mkdir()
    for source in ("nowhere.mp4", "junk.mp4", "junk.png", "empty"):
        words = ["gate", "--offline", "--place", scene.place, "--source", str(tmp_path / source), "--json"]
        done = scene.run(*words, check=False)
        assert done.returncode == 3, source
        assert str(tmp_path / source) in done.stderr.partition("missing (")[2]


def test_a_broken_picture_among_good_ones_is_told_and_the_others_are_judged(scene: Scene, tmp_path: Path) -> None:
    guest = next(g["barcode"] for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    shown = tmp_path / "shown"
    shown.mkdir()
    (shown / "a.png").write_bytes(b"no picture")
    cv2.imwrite(str(shown / "b.png"), code_picture(guest, "QR", 300))
    words = ["gate", "--offline", "--place", scene.place, "--source", str(shown), "--json"]
    done = scene.run(*words, check=False)
    assert (done.returncode, json.loads(done.stdout)["reason"]) == (3, "ADMIT")
    assert done.stderr.count("A picture could not be read.") == 1
    assert f"{shown / 'a.png'} is not a picture" in done.stderr


def test_what_is_unsent_of_an_account_that_is_gone_is_said_to_be_its(scene: Scene, key_file: Path) -> None:
    """`push` left it where it was and said nothing of why."""
    guest = next(g["barcode"] for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    scene.run("gate", "--offline", "--place", scene.place, "--source", "-", text=guest + "\n")
    scene.run("setup", *words_of(scene.sandbox, key_file, account="other"))
    file = scene.folder / "settings.json"
    held = json.loads(file.read_text())
    del held["settings"]["accounts"][0]
    file.write_text(json.dumps(held))
    done = scene.run("push", check=False)
    assert done.returncode == 3
    assert "are of the account passcreator, which is not set up here" in done.stderr
    assert scene.lines("status", "--json")[0]["unsent"] > 0


@pytest.mark.parametrize("source", ["ftp://x/y", "", "serial:/dev/x?baud=fast"])
def test_a_source_that_cannot_be_meant_is_no_mistake_of_the_program(scene: Scene, source: str) -> None:
    done = scene.run("gate", "--offline", "--place", scene.place, "--source", source, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("scanner-app: This is no camera, file, folder or address that can be read.")


def test_a_conflict_is_one_line_however_long_a_name_is() -> None:
    body = {"pass": {"holder": "A" * 3000 + "\u202e"}, "here": {"place": "Main", "device": "Door 1"}, "answer": "used"}
    row = sample.fact(7, sample.admitted(), 1)
    assert len(_in_words(replace(row, kind=FactKind.CONFLICT, body=body))) < 200
