"""Keyboard scanners: bursts become credentials whatever has the focus; typing stays typing."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton

from scanner_app.domain.credential import Credential, Symbology
from scanner_app.ui.wedge import BurstAssembler, Key, WedgeFilter


@pytest.fixture
def keys(window, qapp):
    made = WedgeFilter(BurstAssembler(), window.scanned, window)
    made.install(qapp)
    yield made
    qapp.removeEventFilter(made)


def burst(window, text, end=Qt.Key.Key_Return):
    """What a scanner does: keys without a pause, to whatever has the focus."""
    for char in text:
        _key(window, Qt.Key.Key_A, char)
    _key(window, end, "\r")


def _key(window, key, char):
    target = window.focusWidget() or window
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, char))


def presented(door):
    return [what for name, what in door.asked if name == "present"]


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_a_burst_is_a_credential(window, door, keys, end):
    burst(window, "SNF-7340219", end)
    assert presented(door) == [Credential("SNF-7340219", Symbology.SCANNER)]


def test_a_burst_never_presses_the_focused_button(window, door, keys):
    pressed = []
    made = window.findChild(QPushButton, "door-type")
    made.clicked.connect(lambda: pressed.append(1))
    made.setFocus()
    burst(window, "SNF 73 40 219 ")
    assert pressed == []
    assert window.panel is None
    assert len(presented(door)) == 1


def test_a_burst_works_while_a_panel_is_open_and_types_nothing_into_it(window, door, keys):
    window.screens["door"].open_manual()
    field = window.panel.field
    field.setFocus()
    burst(window, "SNF-7340219")
    assert field.text() == ""
    assert window.panel is not None
    assert len(presented(door)) == 1


def test_typing_reaches_the_field(window, door, keys, qtbot):
    window.screens["door"].open_manual()
    field = window.panel.field
    for n, char in enumerate("Ada"):
        _key(window, Qt.Key.Key_A, char)
        qtbot.waitUntil(lambda wanted=n + 1: len(field.text()) == wanted)
    assert field.text() == "Ada"
    assert presented(door) == []


def test_a_quick_short_word_and_enter_are_typing(window, door, keys, qtbot):
    window.screens["door"].open_manual()
    burst(window, "ab")
    assert presented(door) == [Credential("ab", Symbology.TYPED)]  # the field's own Enter
    assert window.panel is None


def test_many_scans_in_a_row_lose_nothing(window, door, keys):
    codes = [f"CODE-{n:05d}" for n in range(200)]
    for code in codes:
        burst(window, code)
    assert [c.text for c in presented(door)] == codes


def test_prefix_and_suffix_are_taken_off(window, door, keys):
    from dataclasses import replace

    window.settings = replace(
        window.settings, devices=replace(window.settings.devices, wedge_prefix="]Q1", wedge_suffix="~")
    )
    burst(window, "]Q1SNF-1~")
    assert presented(door)[0].text == "SNF-1"


def test_the_assembler_tells_bursts_from_typing():
    assembler = BurstAssembler(pause=0.03, least=4)
    for n, char in enumerate("ABCDEF"):
        assert assembler.feed(char, n * 0.01, terminator=False).key is Key.HOLD
    answer = assembler.feed("", 0.06, terminator=True)
    assert (answer.key, answer.text) == (Key.DONE, "ABCDEF")
    assembler.feed("A", 1.0, terminator=False)
    assembler.feed("B", 1.5, terminator=False)
    assert assembler.feed("", 1.51, terminator=True).key is Key.TYPED
