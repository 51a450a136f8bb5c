"""Verify, purge, backup and restore, as an administrator uses them."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Scene, set_up_words
from tests.e2e.test_corrections import good_passes


def admitted(scene: Scene) -> str:
    """Admit the first guest offline; return the code."""
    guest = next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    code = str(guest["barcode"])
    scene.run("gate", "--offline", "--place", scene.place, "--source", "-", text=code + "\n")
    return code


def test_a_changed_fact_breaks_the_chain(scene: Scene) -> None:
    admitted(scene)
    good = scene.lines("verify", "--json")[0]
    assert (good["ok"], good["facts"]) == (True, 1)
    with closing(sqlite3.connect(scene.folder / "ledger.db")) as db:
        db.execute("UPDATE facts SET body = replace(body, 'admit', 'ADMIT')")
        db.commit()
    done = scene.run("verify", "--json", check=False)
    assert done.returncode == 3
    assert '"first_bad":1' in done.stdout


def test_a_dropped_tail_is_noticed_by_the_head_noted_before(scene: Scene) -> None:
    admitted(scene)
    head = scene.lines("verify", "--json")[0]["head"]
    assert scene.run("verify", "--head", head).returncode == 0
    with closing(sqlite3.connect(scene.folder / "ledger.db")) as db:
        db.execute("DELETE FROM facts")
        db.commit()
    assert scene.run("verify", "--head", head, check=False).returncode == 3


def test_a_copied_folder_takes_a_name_of_its_own_and_sends_nothing_twice(scene: Scene, tmp_path: Path) -> None:
    """Both hold what was not sent yet, and both go on: each admission is told once, and a double is told as one."""
    code = admitted(scene)
    name = scene.lines("status", "--json")[0]["device"]
    copy = Scene(scene.sandbox, Path(shutil.copytree(scene.folder, tmp_path / "copy")), scene.place)
    copy.run("setup", *set_up_words(scene))  # its keys are kept by the folder's path in a keyring
    scene.run("push")
    copy.run("push")
    mine, its = (each.lines("status", "--json")[0] for each in (scene, copy))
    assert (mine["device"], mine["copied_from"]) == (name, None)
    assert (its["device"].startswith(f"{name}-"), its["copied_from"]) == (True, name)
    assert [check["says"] for check in its["checks"] if check["name"] == "name"]
    assert [s["scannedBarcodeValue"] for s in scene.scans()] == [code], "looked for before it is sent again"
    copy.run("setup", *set_up_words(scene), "--device", "Door 2")
    assert [copy.lines("status", "--json")[0][key] for key in ("device", "copied_from")] == ["Door 2", None]
    moved = Scene(scene.sandbox, scene.folder.rename(tmp_path / "moved"), scene.place)
    moved.run("setup", *set_up_words(scene))
    assert moved.lines("status", "--json")[0]["device"] == name, "a folder that was moved is the same kiosk"


def test_an_older_ledger_put_in_place_is_completed_from_its_second_copy(scene: Scene, tmp_path: Path) -> None:
    """Nobody is admitted again, nothing unsent is forgotten, and it is said."""
    admitted(scene)
    shutil.copy(scene.folder / "ledger.db", tmp_path / "old.db")
    codes = good_passes(scene, 3)
    line = ["gate", "--offline", "--place", scene.place, "--source", "-", "--json"]
    text = "\n".join(codes) + "\n"
    assert {each["outcome"] for each in scene.lines(*line, text=text)} == {"admit"}
    before = scene.lines("export", "scans", "--format", "jsonl")
    shutil.copy(tmp_path / "old.db", scene.folder / "ledger.db")
    for left in ("ledger.db-wal", "ledger.db-shm"):
        (scene.folder / left).unlink(missing_ok=True)
    assert {each["reason"] for each in scene.lines(*line, text=text)} == {"ALREADY_USED"}
    assert scene.lines("export", "scans", "--format", "jsonl")[: len(before)] == before
    assert scene.lines("verify", "--json")[0]["ok"]
    assert scene.lines("push", "--json")[0]["left"] == 0
    assert {s["scannedBarcodeValue"] for s in scene.scans()} >= set(codes)
    assert "data" in [f["name"] for f in scene.lines("doctor", "--json") if f["state"] == "warning"]


def test_facts_and_uses_cut_off_together_are_put_back(scene: Scene) -> None:
    code = admitted(scene)
    scene.run("push")
    with closing(sqlite3.connect(scene.folder / "ledger.db")) as db:
        for table in ("facts", "uses", "outbox"):
            db.execute(f"DELETE FROM {table}")
        db.commit()
    line = ["gate", "--offline", "--place", scene.place, "--source", "-", "--json"]
    assert scene.lines(*line, text=code + "\n")[0]["reason"] == "ALREADY_USED"


@pytest.mark.parametrize(
    ("left", "trouble"), [(None, "settings_key_missing"), ('{"acc', "settings_secrets_unreadable")]
)
def test_a_door_whose_key_is_missing_goes_on_with_the_list_it_holds(
    scene: Scene, left: str | None, trouble: str
) -> None:
    """A keyring that is locked at the start: judging needs no key, and what was admitted is told once it is back."""
    first, second = good_passes(scene, 2)
    secrets, kept = scene.folder / "secrets.json", scene.folder / "secrets.kept"
    held = scene.lines("status", "--json")[0]["passes_held"]
    secrets.rename(kept)
    if left is not None:
        secrets.write_text(left)
    line = ["gate", "--place", scene.place, "--source", "-", "--json"]
    shown = scene.lines(*line, text=first + "\nnobody's\n")
    assert [(each["outcome"], each["reason"]) for each in shown] == [("admit", "ADMIT"), ("refuse", "UNKNOWN")]
    told = scene.lines("status", "--json")[0]
    assert (held > 0, told["passes_held"], told["unsent"]) == (True, held, 3)
    account = told["accounts"][0]
    assert (account["trouble"], account["complete"]) == (trouble, True)
    kept.rename(secrets)
    scene.lines(*line, text=second + "\n")
    assert scene.lines("status", "--json")[0]["unsent"] == 0
    assert {s["scannedBarcodeValue"] for s in scene.scans()} == {first, second, "nobody's"}


def test_what_a_stranger_deletes_beside_the_facts_is_noticed(scene: Scene) -> None:
    admitted(scene)
    with closing(sqlite3.connect(scene.folder / "ledger.db")) as db:
        db.execute("DELETE FROM uses")
        db.execute("DELETE FROM outbox WHERE number = (SELECT max(number) FROM outbox)")
        db.commit()
    done = scene.run("verify", "--json", check=False)
    assert done.returncode == 3
    found = json.loads(done.stdout)
    assert (found["ok"], found["first_bad"]) == (False, None)
    assert [(d["table"], d["what"]) for d in found["differs"]] == [("uses", "missing"), ("outbox", "missing")]


def test_a_backup_holds_everything_but_keys_and_restores_elsewhere(scene: Scene, tmp_path: Path) -> None:
    code = admitted(scene)
    archive = tmp_path / "kiosk.zip"
    (scene.folder / "ledger.db").chmod(0o644)  # as earlier versions made it
    before = os.umask(0)
    try:
        scene.run("backup", str(archive))
        scene.run("sync")
    finally:
        os.umask(before)
    assert not [p for p in scene.folder.rglob("*") if p.stat().st_mode & 0o077]
    assert archive.stat().st_mode & 0o077 == 0, "guests' names are in it"
    assert scene.sandbox.info["api_key"].encode() not in archive.read_bytes()
    other = Scene(scene.sandbox, tmp_path / "other", scene.place)
    other.run("restore", str(archive))
    assert [r["raw"] for r in other.lines("export", "scans")] == [code]
    again = other.run("restore", str(archive), check=False)
    assert again.returncode == 3, "never over a ledger"


@pytest.mark.skipif(os.name == "nt", reason="limits of a process")
@pytest.mark.parametrize("room", [20_000, 40_000], ids=["database", "archive"])
def test_a_backup_without_room_says_so_and_leaves_nothing_behind(scene: Scene, tmp_path: Path, room: int) -> None:
    """It called that a mistake of the program, and left its half."""
    admitted(scene)
    (scene.folder / "pins.json").write_bytes(os.urandom(50_000))
    before = sorted(each.name for each in scene.folder.iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "scanner_app", "backup", str(tmp_path / "kiosk.zip"), "--data-dir", str(scene.folder)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert "mistake" not in done.stderr
    assert not list(tmp_path.glob("*kiosk.zip*"))
    assert sorted(each.name for each in scene.folder.iterdir() if "-" not in each.name) == before


FULL = """
import errno, os, sys
folder = sys.argv.pop(1)
made = ("os.mkdir", "tempfile.mkdtemp", "tempfile.mkstemp")

def no_room(event, words):
    if event in made and os.path.dirname(os.fspath(words[0])) == folder:
        raise OSError(errno.ENOSPC, "No space left on device")

sys.addaudithook(no_room)
from scanner_app.cli import main
sys.exit(main())
"""


def test_a_backup_needs_no_room_where_the_data_folder_is(scene: Scene, tmp_path: Path) -> None:
    """A full disk is when one is made, onto another."""
    admitted(scene)
    stick = tmp_path / "stick"
    stick.mkdir()
    words = ["backup", str(stick / "kiosk.zip"), "--data-dir", str(scene.folder)]
    subprocess.run([sys.executable, "-c", FULL, str(scene.folder), *words], timeout=60, check=True)
    assert [each.name for each in stick.iterdir()] == ["kiosk.zip"]


def test_a_restore_that_was_broken_off_can_be_begun_anew(scene: Scene, tmp_path: Path) -> None:
    code = admitted(scene)
    scene.run("backup", str(tmp_path / "kiosk.zip"))
    other = Scene(scene.sandbox, tmp_path / "other", scene.place)
    text = other.run("gate", "--offline", "--place", "Door", "--source", "-", check=False)  # opened in between
    assert text.returncode == 3, "it is not set up"
    assert (other.folder / "ledger.db").exists()
    (other.folder / ".ledger.db.half").write_bytes(b"SQLite format 3")
    (other.folder / "settings.json").write_bytes((scene.folder / "settings.json").read_bytes())
    other.run("restore", str(tmp_path / "kiosk.zip"))
    assert [r["raw"] for r in other.lines("export", "scans")] == [code]


def test_purging_blanks_people_and_keeps_the_chain_and_the_unsent(scene: Scene) -> None:
    code = admitted(scene)
    assert scene.lines("purge", "--days", "0", "--json")[0]["purged"] == 0, "the platform has still to be told"
    scene.run("push")
    assert scene.lines("purge", "--days", "0", "--json")[0]["purged"] >= 1
    assert code not in scene.run("export", "scans").stdout
    assert scene.lines("verify", "--json")[0]["ok"]
    verdict = scene.lines("check", code, "--offline", "--place", scene.place, "--json")[0]
    assert verdict["reason"] == "ALREADY_USED", "the use itself is remembered"
