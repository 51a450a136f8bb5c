"""Foreign text typed into the real window, over a real ledger and a platform that writes down what it was asked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from scanner_app.bootstrap import open_kiosk
from scanner_app.domain.verdict import Outcome
from scanner_app.ui.window import Window
from tests.e2e.conftest import Scene
from tests.e2e.real_window import real_window
from tests.e2e.test_hostile import ALLOWED, CORPUS


def test_typed_by_hand_it_is_a_plain_refusal_and_leaves_the_pass_route_alone(qtbot: QtBot, scene: Scene) -> None:
    typed = [text for text in CORPUS if text]
    with open_kiosk(scene.folder, writes=True) as kiosk, real_window(qtbot, kiosk) as (window, heard):
        kiosk.start_door()
        for count, text in enumerate(typed, 1):
            _type(qtbot, window, text)
            qtbot.waitUntil(lambda count=count: len(heard) == count, timeout=20_000)
            qtbot.waitUntil(lambda: window._overlay.panel is None)
            assert all(label.textFormat() is Qt.TextFormat.PlainText for label in window.findChildren(QLabel))
    assert {one.scan.verdict.outcome for one in heard} == {Outcome.REFUSE}
    paths = [request["path"] for request in scene.get("/sandbox/requests")]
    assert [path for path in paths if not ALLOWED.fullmatch(path)] == []


def _type(qtbot: QtBot, window: Window, text: str) -> None:
    """Open the panel, put the text in as a paste does, press its button."""
    qtbot.mouseClick(_named(window, "door-type"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window._overlay.panel is not None)
    panel = window._overlay.panel
    assert panel is not None
    field = panel.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.insert(text)
    qtbot.mouseClick(_named(window, "manual-go"), Qt.MouseButton.LeftButton)


def _named(window: Window, name: str) -> QPushButton:
    found = window.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found
