"""Settings: scanners, NFC readers, taps and the turnstile."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton

from hardware.keyboard_layouts import LAYOUTS
from hardware.readers import KINDS
from scanner_app.application.config import TapConfig, WedgeConfig
from scanner_app.application.devices import NO_PASSAGE
from scanner_app.application.events import Checking, Level, Notice
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.ui import texts
from scanner_app.ui.screens import wedge_panel


@pytest.fixture
def page(window, qtbot):
    window.go("settings")
    screen = window.screens["settings"]
    screen.show_section("readers")
    qtbot.waitUntil(lambda: _button(screen, "reader-serial:/dev/ttyACM0") is not None)
    return screen


def _button(parent, name):
    return next((b for b in parent.findChildren(QPushButton) if b.objectName() == name and b.isVisibleTo(parent)), None)


def _press(qtbot, window, name):
    qtbot.waitUntil(lambda: _button(window, name) is not None)
    qtbot.mouseClick(_button(window, name), Qt.MouseButton.LeftButton)


def _saved(door):
    return [what for name, what in door.asked if name == "save_settings"]


def test_each_reader_is_listed_with_its_state(page):
    assert _button(page, "reader-serial:/dev/ttyACM0").text().endswith("Connected")
    assert _button(page, "reader-nfc:usb:04e6:5591").text().endswith("Not found")
    assert _button(page, "reader-camera:0") is None


def test_a_reader_that_is_plugged_in_is_added_and_removed(page, window, door, qtbot):
    _button(page, "reader-nfc:usb:04e6:5591").click()
    _button(window, "reader-remove").click()
    qtbot.waitUntil(lambda: bool(_saved(door)))
    assert _saved(door)[-1].devices.sources == ("camera:0", "serial:/dev/ttyACM0")
    qtbot.waitUntil(lambda: _button(page, "reader-add") is not None)
    _button(page, "reader-add").click()
    window.panel.source.setText("ttyUSB0")
    _button(window, "reader-save").click()
    assert window.panel.message.isVisible()
    window.panel.source.setText("nfc:pcsc:ACR1252")
    _button(window, "reader-save").click()
    qtbot.waitUntil(lambda: len(_saved(door)) == 2)
    assert _saved(door)[-1].devices.sources == ("camera:0", "serial:/dev/ttyACM0", "nfc:pcsc:ACR1252")


def test_what_is_read_is_told_with_its_trust(page):
    page.hear(Checking(Credential("T-0001\u202e", Symbology.UID)))
    assert "T-0001" in page.page.last.text()
    assert "\u202e" not in page.page.last.text()
    assert "proves nothing" in page.page.last.text()
    page.hear(Notice("tap_locked", Level.INFO, "nfc:usb"))
    assert "locked" in page.page.last.text()


def _field(window, name):
    return window.panel.findChild(QLineEdit, f"taps-{name}")


def test_taps_are_set_up_and_switched_off(page, window, door, qtbot):
    _button(page, "taps-set").click()
    _field(window, "apple_types").setText("pass.org.example.a, pass.org.example.b")
    _field(window, "apple_file").setText("/media/usb/wrong.pem")
    _button(window, "taps-save").click()
    qtbot.waitUntil(window.panel.message.isVisible)
    assert "PEM" in window.panel.message.text()
    _field(window, "apple_file").setText("/media/usb/apple.pem")
    _button(window, "taps-save").click()
    qtbot.waitUntil(lambda: bool(_saved(door)))
    assert ("keep_tap_keys", ("/media/usb/apple.pem", "", "")) in door.asked
    assert _saved(door)[-1].devices.taps.apple_pass_types == ("pass.org.example.a", "pass.org.example.b")
    qtbot.waitUntil(lambda: _button(page, "taps-set") is not None)
    _button(page, "taps-set").click()
    _button(window, "taps-off").click()
    qtbot.waitUntil(lambda: len(_saved(door)) == 2)
    assert _saved(door)[-1].devices.taps == TapConfig()
    assert ("forget_tap_keys", None) in door.asked


@pytest.mark.parametrize(("name", "text"), [("collector", "x"), ("version", "4294967296"), ("version", "0")])
def test_numbers_that_cannot_be_are_refused(page, window, door, name, text):
    _button(page, "taps-set").click()
    _field(window, name).setText(text)
    _button(window, "taps-save").click()
    assert window.panel.message.isVisible()
    assert not _saved(door)


def test_the_turnstile_is_tried(page, window, door, qtbot):
    page.page.relay.setText("serial:/dev/ttyUSB1")
    page.page.relay.editingFinished.emit()
    qtbot.waitUntil(lambda: bool(_saved(door)))
    assert _saved(door)[-1].devices.relay == "serial:/dev/ttyUSB1"
    _button(page, "relay-try").click()
    qtbot.waitUntil(lambda: ("open_once", None) in door.asked)


def test_a_turnstile_whose_contact_says_nothing_is_not_called_well(page, window):
    """Without the contact each admission would be given back though its guest is inside."""
    page.page._tried(NO_PASSAGE)
    assert window._toast.text == texts.word("relay.no_passage")


def test_a_reader_that_comes_later_is_shown(page, door, qtbot):
    devices = replace(door.kept.devices, sources=("camera:0", "serial:/dev/later"))
    door.kept = replace(door.kept, devices=devices)
    qtbot.waitUntil(lambda: _button(page, "reader-serial:/dev/later") is not None)


def test_a_keyboard_scanner_is_told_apart_changed_and_forgotten(page, window, door, qtbot):
    assert wedge_panel.KINDS == KINDS
    assert set(wedge_panel.LAYOUTS) == set(LAYOUTS)
    _press(qtbot, window, "wedge-0")
    window.panel.suffix.setText("!")
    _press(qtbot, window, "wedge-save")
    qtbot.waitUntil(lambda: door.kept.devices.wedges == (WedgeConfig("~", "!", "de", "uid"),))
    _press(qtbot, window, "wedge-add")
    qtbot.keyClicks(window.panel.prefix, "~")
    window.panel.suffix.setText("!")
    window.panel.layout_of.setCurrentIndex(window.panel.layout_of.findData("fr"))
    _press(qtbot, window, "wedge-save")
    qtbot.waitUntil(lambda: door.kept.devices.wedges == (WedgeConfig("~", "!", "fr", "scanner"),), timeout=3000)
    _press(qtbot, window, "wedge-0")
    _press(qtbot, window, "wedge-remove")
    qtbot.waitUntil(lambda: door.kept.devices.wedges == ())
