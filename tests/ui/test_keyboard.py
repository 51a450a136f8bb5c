"""The keyboard on the screen: a finger brings it, it types into the field and never covers it; scans go their way."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QInputDevice, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from scanner_app.ui import layouts, texts
from scanner_app.ui.wedge import WedgeFilter
from scanner_app.wedge_line import LayoutWedge


@pytest.fixture(scope="module")
def finger(qapp):
    return QTest.createTouchDevice(QInputDevice.DeviceType.TouchScreen)


def touch(window, finger, widget, at=None):
    where = widget.mapTo(window, at or widget.rect().center())
    QTest.touchEvent(window, finger).press(0, where, window).commit()
    QTest.touchEvent(window, finger).release(0, where, window).commit()


def press(window, *names):
    for name in names:
        key = next(b for b in window.typing.keyboard.findChildren(QPushButton, name) if b.isVisible())
        QTest.mouseClick(key, Qt.MouseButton.LeftButton)


def open_now(window):
    return window.typing.keyboard is not None and window.typing.keyboard.isVisible()


def free_of_it(window, field):
    foot = field.mapTo(window.centralWidget(), QPoint(0, field.height())).y()
    top = field.mapTo(window.centralWidget(), QPoint(0, 0)).y()
    return top >= 0 and foot <= window.typing.keyboard.y()


def test_a_finger_brings_it_a_mouse_does_not(window, finger, qtbot):
    window.go("helpdesk")
    field = window.screens["helpdesk"].field
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.focusWidget() is field)
    window.typing.look()
    assert not open_now(window)
    window.screens["helpdesk"].setFocus()
    touch(window, finger, field)
    qtbot.waitUntil(lambda: open_now(window))
    assert free_of_it(window, field)
    assert window.focusWidget() is field


def test_it_types_erases_and_goes(open_window, door, qtbot):
    door.kept = replace(door.kept, screen=replace(door.kept.screen, keyboard="always"))
    window = open_window()
    window.screens["door"].open_manual()
    qtbot.waitUntil(lambda: open_now(window))
    field = window.panel.field
    edited = []
    field.textEdited.connect(edited.append)
    press(window, "keyboard-shift", "key-A", "key-b", "key-@", "key-1")
    assert field.text() == "Ab@1"
    assert edited[-1:] == ["Ab@1"], "whoever listens for typing hears this typing"
    press(window, "keyboard-erase")
    assert field.text() == "Ab@"
    field.selectAll()
    press(window, "key-x")
    assert field.text() == "x"
    press(window, "keyboard-done")
    assert not open_now(window)
    assert window.centralWidget().room.y() == 0
    window.typing.look()
    assert not open_now(window), "done is done until a field is chosen anew"
    window.panel.findChild(QPushButton, "manual-go").setFocus()
    qtbot.waitUntil(lambda: window.focusWidget() is not field)
    field.setFocus()
    qtbot.waitUntil(lambda: open_now(window))
    press(window, "keyboard-enter")
    qtbot.waitUntil(lambda: door.count("present") == 1)
    qtbot.waitUntil(lambda: not open_now(window))


def test_off_is_off(open_window, door, finger, qtbot):
    door.kept = replace(door.kept, screen=replace(door.kept.screen, keyboard="off"))
    window = open_window()
    window.go("helpdesk")
    touch(window, finger, window.screens["helpdesk"].field)
    window.typing.look()
    assert not open_now(window)


def test_no_field_is_ever_covered(open_window, door, qtbot):
    door.kept = replace(door.kept, screen=replace(door.kept.screen, keyboard="always"))
    window = open_window()
    window.go("settings")
    settings = window.screens["settings"]
    for section in ("kiosk", "places"):
        settings.show_section(section)
        if section == "places":
            settings.page.edit(door.kept.places[1])
        page = settings.page.window().panel or settings.page
        qtbot.waitUntil(lambda page=page: any(f.isVisible() for f in page.findChildren(QLineEdit)))
        for field in [f for f in page.findChildren(QLineEdit) if f.isVisible() and f.isEnabled()]:
            field.setFocus()
            qtbot.waitUntil(lambda: open_now(window))
            qtbot.waitUntil(lambda f=field: free_of_it(window, f))


def test_a_scan_goes_to_the_door_not_into_the_field(open_window, door, qtbot, qapp):
    door.kept = replace(door.kept, screen=replace(door.kept.screen, keyboard="always"))
    window = open_window()
    keys = WedgeFilter(LayoutWedge(lambda: door.kept.devices), window.scanned)
    keys.install(qapp)
    try:
        window.screens["door"].open_manual()
        qtbot.waitUntil(lambda: open_now(window))
        press(window, "key-a")
        for letter in "SNF-7340219":
            event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
            QApplication.sendEvent(window.focusWidget(), event)
        end = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r")
        QApplication.sendEvent(window.focusWidget(), end)
        qtbot.waitUntil(lambda: door.count("present") == 1)
        assert window.panel.field.text() == "a"
        press(window, "key-b")
        assert window.panel.field.text() == "ab"
    finally:
        qapp.removeEventFilter(keys)


@pytest.mark.parametrize("language", texts.languages())
def test_every_language_has_its_letters_under_large_keys(open_window, door, qtbot, language):
    screen = replace(door.kept.screen, keyboard="always", language=language)
    door.kept = replace(door.kept, screen=screen)
    window = open_window((960, 600))
    window.screens["door"].open_manual()
    qtbot.waitUntil(lambda: open_now(window))
    keys = [b for b in window.typing.keyboard.findChildren(QPushButton) if b.isVisible()]
    assert all(k.height() >= 64 and k.width() >= 60 and k.accessibleName() for k in keys), min(
        (k.width(), k.text()) for k in keys
    )
    press(window, *[f"key-{letter}" for row in layouts.letters(language) for letter in row])
    assert window.panel.field.text() == "".join(layouts.letters(language))
    if language != "en":
        press(window, "keyboard-language", "key-q")
        assert window.panel.field.text().endswith("q"), "addresses are written in Latin letters"


def test_a_finger_presses_what_lies_in_a_list_that_it_could_pull(window, finger, qtbot):
    window.go("settings")
    button = window.findChild(QPushButton, "section-sound")
    touch(window, finger, button)
    qtbot.waitUntil(lambda: window.screens["settings"].section == "sound")
