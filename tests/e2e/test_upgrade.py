"""An upgrade of the package waits for what has not been sent: the real preinst asks the real program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import Scene

PREINST = Path(__file__).resolve().parents[2] / "packaging" / "debian" / "preinst"


def upgrade(folder: Path, tmp_path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run preinst as dpkg does, on this folder, and where no systemd is."""
    program = tmp_path / "scanner-app"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scanner_app "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    env = {
        **os.environ,
        "PASS_SCANNER_DATA": str(folder),
        "PASS_SCANNER_PROGRAM": str(program),
        "PASS_SCANNER_SYSTEMD": str(tmp_path / "no-systemd"),
        **more,
    }
    words = ["sh", str(PREINST), "upgrade", "0.1.0"]
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_an_upgrade_waits_for_what_has_not_been_sent(scene: Scene, tmp_path: Path) -> None:
    code = next(str(g["barcode"]) for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    scene.run("gate", "--offline", "--place", scene.place, "--source", "-", text=code + "\n")
    refused = upgrade(scene.folder, tmp_path)
    assert refused.returncode == 1
    assert "1 not sent yet" in refused.stderr
    assert upgrade(scene.folder, tmp_path, PASS_SCANNER_UPGRADE_ANYWAY="1").returncode == 0
    scene.run("push")
    done = upgrade(scene.folder, tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_door_that_does_not_answer_is_not_upgraded(tmp_path: Path) -> None:
    folder = tmp_path / "kiosk"
    folder.mkdir()
    (folder / "ledger.db").write_bytes(b"not a ledger")
    refused = upgrade(folder, tmp_path)
    assert refused.returncode == 1
    assert "does not say" in refused.stderr


def test_a_machine_without_records_is_upgraded(tmp_path: Path) -> None:
    assert upgrade(tmp_path / "none", tmp_path).returncode == 0
