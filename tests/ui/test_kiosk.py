"""The unattended kiosk: its state machine, its screen, nothing about other guests."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from scanner_app.application.control import Role
from scanner_app.application.events import Checking, DeviceChanged, DeviceState, FrameSeen, Level, Notice
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict
from scanner_app.ui import sample, texts
from scanner_app.ui.kiosk_machine import SEE_STAFF, Kiosk, State, Timing

SEEN = FrameSeen("camera:0", None, (((0, 0), (1, 0), (1, 1)),))
CHECKING = Checking(Credential("x", Symbology.QR))


def test_the_way_of_a_guest():
    kiosk = Kiosk().hear(SEEN)
    assert kiosk.state is State.READING
    kiosk = kiosk.hear(CHECKING)
    assert kiosk.state is State.CHECKING
    kiosk = kiosk.hear(sample.decided(sample.admitted()))
    assert kiosk.state is State.ADMITTED
    assert kiosk.time_out().state is State.WAITING


@pytest.mark.parametrize("reason", [r for r in Reason if r not in (Reason.ADMIT, Reason.CANNOT_RECORD)])
def test_refusals_lead_to_staff_where_a_guest_cannot_mend_them(reason):
    state = Kiosk().hear(sample.decided(sample.refused(reason))).state
    assert state is (State.SEE_STAFF if reason in SEE_STAFF else State.REFUSED)


def test_attention_needs_a_person():
    assert Kiosk().hear(sample.decided(sample.admitted(Grade.PENDING, stale=True))).state is State.SEE_STAFF


def test_one_code_that_fails_puts_no_kiosk_out_of_order():
    assert Kiosk().hear(sample.decided(Verdict(Outcome.REFUSE, Reason.ERROR))).time_out().state is State.WAITING


def test_a_disk_that_takes_nothing_puts_the_kiosk_out_of_order_until_staff_says_so():
    kiosk = Kiosk().hear(sample.decided(Verdict(Outcome.REFUSE, Reason.CANNOT_RECORD)))
    assert kiosk.state is State.OUT_OF_ORDER
    for event in (SEEN, CHECKING, sample.decided(sample.admitted()), DeviceChanged("c", DeviceState.RUNNING)):
        assert kiosk.hear(event).state is State.OUT_OF_ORDER
    assert kiosk.time_out().state is State.OUT_OF_ORDER
    assert kiosk.repaired().state is State.WAITING


def test_a_camera_that_comes_back_mends_itself_a_full_disk_does_not():
    lost = Kiosk().hear(DeviceChanged("c", DeviceState.LOST))
    assert lost.state is State.OUT_OF_ORDER
    assert lost.hear(DeviceChanged("c", DeviceState.RUNNING)).state is State.WAITING
    full = Kiosk().hear(Notice("storage_full", Level.ERROR))
    assert full.hear(DeviceChanged("c", DeviceState.RUNNING)).state is State.OUT_OF_ORDER


def test_every_passing_state_has_an_end():
    for state in State:
        stays = state in (State.WAITING, State.OUT_OF_ORDER)
        assert (Timing().of(state) is None) is stays


@pytest.fixture
def kiosk(open_window, door):
    door.kept = replace(door.kept, screen=replace(door.kept.screen, attended=False))
    return open_window()


def visible_texts(window):
    return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_the_screen_says_nothing_of_where_and_by_whom(kiosk, door, qtbot):
    door.tell(sample.decided(sample.refused(Reason.ALREADY_USED)))
    screen = kiosk.screens["kiosk"]
    qtbot.waitUntil(lambda: screen.machine.state is State.SEE_STAFF)
    shown = visible_texts(kiosk)
    assert texts.guest("ALREADY_USED") in shown
    for secret in ("Kiosk 1", "Main gate", "Ada Lovelace", "Sofia"):
        assert secret not in shown


def test_the_kiosk_speaks_the_language_of_the_pass_then_its_own_again(kiosk, door, qtbot):
    verdict = sample.admitted()
    door.tell(sample.decided(replace(verdict, subject=replace(verdict.subject, locale="de-AT"))))
    screen = kiosk.screens["kiosk"]
    german = texts.catalogue("de").codes["ADMIT"]["guest"]
    qtbot.waitUntil(lambda: screen.says.text() == german)
    screen._time_out()
    assert screen.headline.text() == texts.catalogue("en").words["kiosk.welcome"]


def test_a_guest_chooses_a_language_right_to_left_too(kiosk, qtbot):
    screen = kiosk.screens["kiosk"]
    qtbot.mouseClick(kiosk.findChild(QPushButton, "kiosk-language"), Qt.MouseButton.LeftButton)
    arabic = next(b for b in kiosk.panel.findChildren(QPushButton) if b.text() == texts.catalogue("ar").name)
    qtbot.mouseClick(arabic, Qt.MouseButton.LeftButton)
    assert screen.says.text() == texts.catalogue("ar").words["kiosk.show"]
    assert screen.layoutDirection() is Qt.LayoutDirection.RightToLeft


def test_leaving_wants_the_pin(kiosk, door, qtbot):
    door.pins[Role.STAFF] = "2468"
    qtbot.mouseClick(kiosk.findChild(QPushButton, "kiosk-staff"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: kiosk.panel is not None)
    qtbot.keyClicks(kiosk.panel, "2468")
    qtbot.keyClick(kiosk.panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(kiosk.findChildren(QPushButton, "kiosk-quit")))
    assert not kiosk._rail.isVisible()
