"""Encryption at rest: the same door, nothing readable in the folder."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from scanner_app.sandbox.server import Sandbox
from scanner_app.storage import cipher
from tests.e2e.conftest import Scene, set_up

pytestmark = pytest.mark.skipif(not cipher.available(), reason="sqlcipher3 has wheels for Linux only")


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Scene:
    """An encrypted kiosk, synced."""
    made = set_up(sandbox, tmp_path / "kiosk", "--encrypt")
    made.run("sync")
    return made


def test_the_same_verdicts_and_nothing_readable_on_disk(scene: Scene, tmp_path: Path) -> None:
    line = [g for g in scene.sandbox.guest_line() if g["expected"] in ("ADMIT", "EXPIRED")][:4]
    codes = "".join(g["barcode"] + "\n" for g in line)
    verdicts = scene.lines("gate", "--offline", "--place", scene.place, "--source", "-", "--json", text=codes)
    assert [v["reason"] for v in verdicts] == [g["expected"] for g in line]
    secret = line[0]["barcode"].encode()
    files = [p for p in scene.folder.rglob("*") if p.is_file() and p.name != "secrets.json"]
    assert {"ledger.db", "journal.jsonl"} <= {p.name for p in files}
    assert [p.name for p in files if secret in p.read_bytes()] == []
    with closing(sqlite3.connect(scene.folder / "ledger.db")) as db, pytest.raises(sqlite3.DatabaseError):
        db.execute("SELECT count(*) FROM facts")
    assert scene.lines("verify", "--json")[0]["ok"]
    scene.run("push")
    assert len(scene.scans()) == len(line)
    archive = tmp_path / "kiosk.zip"
    scene.run("backup", str(archive))
    with zipfile.ZipFile(archive) as packed:
        assert "ledger.db" in packed.namelist()
        assert [name for name in packed.namelist() if secret in packed.read(name)] == [], "encrypted as in the folder"


def test_a_damaged_encrypted_ledger_is_rebuilt_from_its_journal(scene: Scene) -> None:
    code = next(g["barcode"] for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    first = scene.lines("gate", "--offline", "--place", scene.place, "--source", "-", "--json", text=code + "\n")[0]
    ledger = scene.folder / "ledger.db"
    ledger.write_bytes(b"\xff" * len(ledger.read_bytes()))
    (scene.folder / "ledger.open").touch()  # as after a power cut
    again = scene.lines("gate", "--offline", "--place", scene.place, "--source", "-", "--json", text=code + "\n")[0]
    assert again["reason"] == "ALREADY_USED"
    assert first["scan_id"] in scene.run("export", "scans").stdout


def test_without_its_key_the_folder_is_refused_in_a_sentence_and_left_alone(scene: Scene, tmp_path: Path) -> None:
    stolen = tmp_path / "stolen"
    shutil.copytree(scene.folder, stolen)
    (stolen / "secrets.json").unlink()
    before = (stolen / "ledger.db").read_bytes()
    other = Scene(scene.sandbox, stolen, scene.place)
    done = other.run("gate", "--offline", "--place", scene.place, "--source", "-", text="x\n", check=False)
    assert done.returncode == 3
    assert (stolen / "ledger.db").read_bytes() == before


def test_an_existing_folder_is_not_encrypted_afterwards(sandbox: Sandbox, tmp_path: Path) -> None:
    made = set_up(sandbox, tmp_path / "plain")
    info, door = sandbox.info, sandbox.info["app_configurations"][0]
    words = ["--platform", "passcreator", "--url", info["base_url"], "--key-file", str(tmp_path / "plain.key")]
    done = made.run("setup", *words, "--template", door["template"], "--place", "x", "--encrypt", check=False)
    assert done.returncode == 3
