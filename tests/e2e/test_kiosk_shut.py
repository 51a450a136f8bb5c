"""A kiosk whose door cannot open says so on its screen: a service manager's log is read by nobody there."""

from __future__ import annotations

import sqlite3
from argparse import Namespace
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from scanner_app.commands import window
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.ui import texts
from scanner_app.ui.dress import dressed
from scanner_app.ui.shut import ShutDoor
from tests.e2e.conftest import Scene


class Seen(QObject):
    """Remembers what every window said that was shown, full screen."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def eventFilter(self, watched: QObject, _event: object) -> bool:
        """Look, and let it pass."""
        if isinstance(watched, ShutDoor) and watched.isFullScreen():
            self.said = watched.says
        return False


@pytest.fixture
def seen(qapp: QApplication) -> Seen:
    made = Seen()
    qapp.installEventFilter(made)
    return made


def newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        db.execute("PRAGMA user_version = 99")
        db.commit()


@pytest.mark.parametrize("supervised", [True, False], ids=["kiosk", "terminal"])
def test_newer_data_are_told_on_the_screen_of_a_kiosk(
    scene: Scene, seen: Seen, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, supervised: bool
) -> None:
    newer(scene.folder)
    monkeypatch.setattr(window, "SHUT_SECONDS", 0.01)
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if supervised:
        monkeypatch.setenv("NOTIFY_SOCKET", "@nobody-listens")
    with pytest.raises(StorageTrouble, match="99"):
        window.run(Namespace(data_dir=scene.folder, windowed=False))
    qapp.removeEventFilter(seen)
    assert bool(seen.said) is supervised
    if supervised:
        assert seen.said[0] == texts.headline("storage_too_new")
        assert "Install the newer version" in seen.said[1]


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
