"""One kiosk shows its set-up on its screen; the camera of another reads it there and sets that one up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton

from scanner_app.bootstrap import Kiosk, open_kiosk
from scanner_app.demo import demo_settings
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.paths import prepare_data_dir
from scanner_app.sandbox.server import Sandbox
from scanner_app.sources import SourceSet
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.screens.setup import SetupScreen
from scanner_app.ui.screens.sheet_form import SheetForm
from scanner_app.ui.sound import Sounds
from scanner_app.ui.window import Window
from tests.e2e.conftest import SEED


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(passes=40, seed=SEED) as running:
        yield running


@pytest.fixture
def first(sandbox: Sandbox, tmp_path: Path) -> Iterator[Kiosk]:
    with open_kiosk(prepare_data_dir(tmp_path / "first"), writes=True, use_keyring=False) as kiosk:
        settings = demo_settings(sandbox.info, [])
        kiosk.secrets.put(settings.accounts[0].secret_name, sandbox.info["api_key"])
        kiosk.settings.save(settings)
        yield kiosk


@pytest.fixture
def open_window(qtbot, qapp) -> Iterator[object]:
    opened = []

    def open_it(kiosk: Kiosk) -> Window:
        bridge = Bridge()
        window = Window(
            kiosk.door, bridge, settings=kiosk.door.settings(), status=kiosk.door.status(), sounds=Sounds(silent=True)
        )
        opened.append((window, bridge, kiosk.door.listen(bridge.hear)))
        window.resize(1280, 800)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield open_it
    for window, bridge, deaf in opened:
        deaf()
        window.close_now()
        bridge.close()
        window.deleteLater()
        bridge.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def press(qtbot, window: Window, name: str) -> None:
    def found() -> list[QPushButton]:
        return [b for b in window.findChildren(QPushButton, name) if b.isVisible() and b.isEnabled()]

    qtbot.waitUntil(lambda: bool(found()), timeout=10_000)
    qtbot.mouseClick(found()[-1], Qt.MouseButton.LeftButton)


def test_a_kiosk_is_set_up_by_its_own_camera(first, sandbox, tmp_path, qtbot, open_window) -> None:
    here = open_window(first)
    here.go("settings")
    here.screens["settings"].show_section("sheets")
    qtbot.keyClicks(here.findChild(QLineEdit, "sheet-device"), "Door 2")
    press(qtbot, here, "sheet-make")
    qtbot.waitUntil(lambda: here.panel is not None, timeout=10_000)
    picture = tmp_path / "screen.png"
    here.grab().save(str(picture))  # the whole screen, as a camera sees it
    with open_kiosk(prepare_data_dir(tmp_path / "second"), writes=True, use_keyring=False) as second:
        there = open_window(second)
        setup = there.screens["setup"]
        assert isinstance(setup, SetupScreen)
        sources = SourceSet(second.door.present, second.door.tell)
        second.start_door()
        second.add("sources", sources.stop)
        press(qtbot, there, "setup-scan")
        sources.use([str(picture)])
        qtbot.waitUntil(lambda: isinstance(setup.form, SheetForm) and bool(setup.form.sheet), timeout=30_000)
        form = setup.form
        assert isinstance(form, SheetForm)
        qtbot.keyClicks(form.code, "wrong-code")
        qtbot.keyClick(form.code, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bool(form.message.text()), timeout=10_000)
        assert not second.settings.load().ready
        form.code.clear()
        qtbot.keyClicks(form.code, here.panel._report.code.lower().replace("-", " "))
        qtbot.keyClick(form.code, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: setup.at == 3, timeout=10_000)  # the camera: each kiosk has its own
        press(qtbot, there, "setup-next")
        press(qtbot, there, "setup-skip")
        press(qtbot, there, "setup-begin")
        qtbot.waitUntil(lambda: there.current == "door")
        settings = second.settings.load()
        assert (settings.device, settings.ready) == ("Door 2", True)
        assert settings.places == first.settings.load().places
        guest = next(g for g in sandbox.guest_line() if g["expected"] == "ADMIT")
        assert second.door.judge_now(Credential(guest["barcode"], Symbology.QR)).scan.verdict.admits
        assert not second.sheets.expecting  # from now on such a code is a guest's
    text = (tmp_path / "second" / "settings.json").read_text()
    assert sandbox.info["api_key"] not in text
