"""Keyboard scanners: bursts become credentials whatever has the focus; typing stays typing."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton

from scanner_app.application.config import DeviceConfig, WedgeConfig
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.ui.wedge import WedgeFilter
from scanner_app.wedge_line import LayoutWedge

PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease


@pytest.fixture
def keys(window, qapp):
    made = WedgeFilter(LayoutWedge(DeviceConfig), window.scanned, window)
    made.install(qapp)
    yield made
    qapp.removeEventFilter(made)


def burst(window, text, end=Qt.Key.Key_Return):
    """What a scanner does: keys 5 ms apart, to whatever has the focus."""
    for n, char in enumerate(text):
        _stamped(window, char, 5000 + 5 * n)
    _stamped(window, "\r", 5000 + 5 * len(text), end)


def _key(window, key, char):
    target = window.focusWidget() or window
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, char))


def _stamped(window, char, at, key=Qt.Key.Key_A):
    """A key as a window system gives it: with the milliseconds at which it was pressed."""
    for kind in (PRESS, RELEASE):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, char)
        event.setTimestamp(at)
        QApplication.sendEvent(window.focusWidget() or window, event)


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


def test_what_was_typed_stays_with_its_field_when_a_finger_is_quicker(window, door, keys, qtbot):
    window.screens["door"].open_manual()
    field = window.panel.field
    _key(window, Qt.Key.Key_A, "A")
    window.panel.findChild(QPushButton).setFocus()  # pressed before anybody knew that the key was typed
    qtbot.waitUntil(lambda: field.text() == "A")


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


def test_a_persons_space_presses_the_focused_button_and_types_nothing(window, door, keys, qtbot):
    pressed = []
    made = window.findChild(QPushButton, "door-type")
    made.clicked.connect(lambda: pressed.append(1))
    made.setFocus()
    _key(window, Qt.Key.Key_Space, " ")  # let go before anybody knows that it was typed
    qtbot.waitUntil(lambda: pressed == [1])
    assert not made.isDown()


@pytest.mark.parametrize(
    ("letters", "enter", "presses"),
    [("", 7000, 1), ("A1", 9000, 1), ("SNF-7340219", 6110, 0), ("SNF-7340219", 6500, 0)],
    ids=["alone", "long after letters", "of a slow scanner", "of one that stumbles"],
)
def test_a_persons_enter_presses_the_focused_button_and_a_scanners_does_not(window, keys, letters, enter, presses):
    pressed = []
    made = window.findChild(QPushButton, "door-look")
    made.clicked.connect(lambda: pressed.append(1))
    made.setFocus()
    for n, char in enumerate(letters):
        _stamped(window, char, 5000 + 100 * n)  # too slow to be known for a scan
    _stamped(window, "\r", enter, Qt.Key.Key_Return)
    assert len(pressed) == presses


def test_a_key_let_go_after_it_was_replayed_is_let_go(window, door, keys, qtbot):
    made = window.findChild(QPushButton, "door-type")
    made.setFocus()
    down, up = (QKeyEvent(k, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ") for k in (PRESS, RELEASE))
    QApplication.sendEvent(made, down)
    qtbot.waitUntil(made.isDown)
    QApplication.sendEvent(made, up)
    assert not made.isDown()
    assert window.panel is not None


def test_a_double_letter_sent_at_once_is_not_taken_for_a_key_held_down(window, door, keys):
    """X11 calls a release and a press of one key with one time a repetition; a quick scanner does just that."""
    for char, repeated in (("S", False), ("N", False), ("N", True), ("7", False)):
        for kind in (PRESS, RELEASE):
            event = QKeyEvent(kind, ord(char), Qt.KeyboardModifier.NoModifier, char, repeated)
            event.setTimestamp(5000)
            QApplication.sendEvent(window.focusWidget() or window, event)
    _stamped(window, "\r", 5000, Qt.Key.Key_Return)
    assert [c.text for c in presented(door)] == ["SNN7"]


def test_a_key_held_down_is_a_persons(window, door, keys, qtbot):
    window.screens["door"].open_manual()
    field = window.panel.field
    repeat = QKeyEvent(PRESS, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a", True)
    for _ in range(5):
        QApplication.sendEvent(field, repeat)
    assert field.text() == "aaaaa"


def test_what_altgr_types_belongs_to_the_scan(window, door, keys):
    """Windows tells AltGr as Control and Alt together."""
    altgr = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    target = window.focusWidget() or window
    for char in "A@b{":
        mods = altgr if char in "@{" else Qt.KeyboardModifier.NoModifier
        for kind in (PRESS, RELEASE):
            QApplication.sendEvent(target, QKeyEvent(kind, Qt.Key.Key_A, mods, char))
    _key(window, Qt.Key.Key_Return, "\r")
    assert [c.text for c in presented(door)] == ["A@b{"]


@pytest.fixture
def devices(window, qapp):
    """The kiosk's own assembler, with settings that a test may change."""
    held = [DeviceConfig()]
    made = WedgeFilter(LayoutWedge(lambda: held[0]), window.scanned, window)
    made.install(qapp)
    yield held
    qapp.removeEventFilter(made)


def test_each_scanner_is_known_by_its_own_marks(window, door, devices):
    devices[0] = DeviceConfig(wedges=(WedgeConfig("#A", "~"), WedgeConfig("#G", kind="smart_tap")))
    for text in ("#ASNF-1~", "#GTOKEN-1", "SNF-3"):
        burst(window, text)
    assert presented(door) == [
        Credential("SNF-1", Symbology.SCANNER),
        Credential("TOKEN-1", Symbology.SMART_TAP),
        Credential("SNF-3", Symbology.SCANNER),
    ]


def test_keyboard_scanners_can_be_switched_off_meanwhile(window, door, devices):
    devices[0] = DeviceConfig(wedge=False)
    burst(window, "SNF-1")
    assert presented(door) == []


def test_a_dead_key_of_the_computer_is_a_character_of_the_scanner(window, door, devices):
    """A US scanner at a German computer types its = where the computer has a dead accent."""
    devices[0] = DeviceConfig(wedge_layout="de")
    for char in ("t", "_", "i", "d", "", "7", "&", "z"):
        _key(window, Qt.Key.Key_A if char else Qt.Key.Key_Dead_Acute, char)
    _key(window, Qt.Key.Key_Return, "\r")
    assert [c.text for c in presented(door)] == ["t?id=7^y"]


def test_a_persons_tab_goes_on_to_the_next_field(window, door, keys):
    made = window.findChild(QPushButton, "door-type")
    made.setFocus()
    _key(window, Qt.Key.Key_Tab, "\t")
    assert window.focusWidget() is not made
    assert presented(door) == []


def test_a_window_that_was_busy_loses_no_scan(window, door, keys, monkeypatch):
    """The keys were pressed 5 ms apart; the window hears of each a second after the last."""
    clock = iter(range(1, 100))
    monkeypatch.setattr("scanner_app.ui.wedge.time.monotonic", lambda: float(next(clock)))
    for n, char in enumerate("SNF-7340219"):
        _stamped(window, char, 5000 + 5 * n)
        keys._timer.timeout.emit()  # and the timer comes before the next key
    _stamped(window, "\r", 5055, Qt.Key.Key_Return)
    assert [c.text for c in presented(door)] == ["SNF-7340219"]


def test_what_was_typed_slowly_is_no_scan_though_the_window_hears_it_at_once(window, door, keys):
    for n, char in enumerate("SNF-7340219"):
        _stamped(window, char, 5000 + 100 * n)
    _stamped(window, "\r", 6200, Qt.Key.Key_Return)
    assert presented(door) == []


def test_what_a_person_typed_just_before_a_scan_does_not_go_with_it(window, door, keys, qtbot):
    window.screens["door"].open_manual()
    field = window.panel.field
    _stamped(window, "A", 4900)
    _stamped(window, "1", 4950)
    burst(window, "SNF-7340219")
    assert [c.text for c in presented(door)] == ["SNF-7340219"]
    assert field.text() == "A1"


def test_a_button_pressed_right_after_quick_typing_finds_what_was_typed(window, door, keys, qtbot):
    window.screens["door"].open_manual()
    for char in "SNF-7340219":
        _key(window, Qt.Key.Key_A, char)
    qtbot.mouseClick(window.panel.findChild(QPushButton, "manual-go"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: presented(door) == [Credential("SNF-7340219", Symbology.TYPED)])


def test_a_finger_in_the_middle_of_a_burst_tears_no_scan_and_presses_after_it(window, door, keys, qtbot):
    pressed = []
    made = window.findChild(QPushButton, "door-look")
    made.clicked.connect(lambda: pressed.append(len(presented(door))))
    for char in "SNF-73":
        _key(window, Qt.Key.Key_A, char)
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    burst(window, "40219")
    assert [c.text for c in presented(door)] == ["SNF-7340219"]
    assert pressed == [1]


def test_a_quick_backspace_takes_away_the_letter_before_it(window, door, keys, qtbot):
    window.screens["door"].open_manual()
    field = window.panel.field
    field.setText("Ad")
    _key(window, Qt.Key.Key_S, "s")
    _key(window, Qt.Key.Key_Backspace, "\x08")
    _key(window, Qt.Key.Key_A, "a")
    qtbot.waitUntil(lambda: field.text() == "Ada")


def test_a_separator_that_a_scanner_sends_as_a_command_is_kept(window, door, keys):
    """A group separator comes as Control and a bracket; Shift comes with every capital."""
    for char in "SNF":
        _key(window, Qt.Key.Key_Shift, "")
        _key(window, Qt.Key.Key_A, char)
    for kind in (PRESS, RELEASE):
        event = QKeyEvent(kind, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier, "\x1d")
        QApplication.sendEvent(window.focusWidget() or window, event)
    burst(window, "734")
    assert [c.text for c in presented(door)] == ["SNF\x1d734"]
