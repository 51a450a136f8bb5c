"""A kiosk whose door cannot open says so on its screen: a service manager's log is read by nobody there."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.ui import texts
from scanner_app.ui.dress import dressed
from scanner_app.ui.shut import ShutDoor
from tests.e2e.conftest import Scene

ROOT = Path(__file__).parents[2]


def newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        db.execute("PRAGMA user_version = 99")
        db.commit()


@pytest.mark.parametrize("supervised", [True, False], ids=["kiosk", "terminal"])
def test_newer_data_are_told_on_the_screen_of_a_kiosk(scene: Scene, supervised: bool) -> None:
    newer(scene.folder)
    around = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    if supervised:
        around["NOTIFY_SOCKET"] = "@nobody-listens"
    child = [sys.executable, "-m", "tests.support.shut_kiosk", str(scene.folder)]
    ran = subprocess.run(child, env=around, cwd=ROOT, capture_output=True, check=True, text=True, timeout=60)
    told = json.loads(ran.stdout)
    assert "99" in told["trouble"]
    assert bool(told["said"]) is supervised
    if supervised:
        assert told["said"][0] == texts.headline("storage_too_new")
        assert "Install the newer version" in told["said"][1]


def test_it_says_what_to_do_in_every_language_and_fits(qapp: QApplication) -> None:
    from scanner_app.application.config import ScreenConfig

    error = StorageTrouble(StorageKind.TOO_NEW, "ledger.db has version 99, this program knows 2")
    for language in texts.languages():
        theme = dressed(ScreenConfig(language=language), 1280, 800)
        shut = ShutDoor(error, theme)
        shut.resize(1280, 800)
        assert shut.says[0] == texts.headline("storage_too_new")
        assert shut.minimumSizeHint().height() <= 800, language
        shut.deleteLater()
    dressed(ScreenConfig(), 1280, 800)
