"""The unattended kiosk: its state machine, its screen, nothing about other guests."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton

from scanner_app.application.control import Role
from scanner_app.application.events import (
    Checking,
    DeviceChanged,
    DeviceState,
    FrameSeen,
    GateMoved,
    GateState,
    Level,
    Notice,
    StatusChanged,
)
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict
from scanner_app.ui import sample, texts
from scanner_app.ui.kiosk_machine import SEE_STAFF, Kiosk, State, Timing
from scanner_app.ui.pictures import GUEST, HOUSE, content_of, picture_from

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
    assert kiosk.sticky
    assert kiosk.repaired().state is State.WAITING


def test_a_camera_that_comes_back_mends_itself_a_full_disk_does_not():
    lost = Kiosk().hear(DeviceChanged("c", DeviceState.LOST))
    assert lost.state is State.OUT_OF_ORDER
    assert lost.hear(DeviceChanged("c", DeviceState.RUNNING)).state is State.WAITING
    full = Kiosk().hear(Notice("storage_full", Level.ERROR))
    assert full.hear(DeviceChanged("c", DeviceState.RUNNING)).state is State.OUT_OF_ORDER
    told = Kiosk().hear(StatusChanged(replace(sample.STATUS, cannot_record="storage_full")))
    assert (told.state, told.sticky) == (State.OUT_OF_ORDER, "storage_full")
    assert told.hear(StatusChanged(sample.STATUS)).state is State.OUT_OF_ORDER


def test_every_passing_state_has_an_end():
    for state in State:
        stays = state in (State.WAITING, State.OUT_OF_ORDER)
        assert (Timing().of(state) is None) is stays


def gate(state, scan="scan-00000"):
    return GateMoved(scan, state)


def test_a_gate_that_opens_is_shown_whichever_was_heard_first():
    admitted = sample.decided(sample.admitted())
    later = Kiosk().hear(admitted).hear(gate(GateState.OPEN))
    sooner = Kiosk().hear(gate(GateState.OPEN)).hear(admitted)
    assert later.state is sooner.state is State.GATE_OPEN
    assert later.hear(gate(GateState.PASSED)).state is State.WAITING, "the next guest need not wait"
    assert later.hear(gate(GateState.SHUT)).state is State.GATE_OPEN, "nobody knows: the time goes by"
    assert later.hear(gate(GateState.SHUT)).time_out().state is State.WAITING


def test_a_gate_that_fails_or_was_not_passed_is_told_to_the_guest():
    opened = Kiosk().hear(sample.decided(sample.admitted())).hear(gate(GateState.OPEN))
    failed, missed = opened.hear(gate(GateState.FAILED)), opened.hear(gate(GateState.NOT_PASSED))
    assert (failed.state, missed.state) == (State.SEE_STAFF, State.REFUSED)
    for code in (failed.code, missed.code):
        assert texts.guest(code) != texts.guest("ERROR")
    assert opened.hear(gate(GateState.FAILED, "another")).state is State.GATE_OPEN, "an earlier guest's gate"


def test_a_verdict_of_another_device_is_shown_while_the_camera_is_gone():
    lost = Kiosk().hear(DeviceChanged("c", DeviceState.LOST))
    shown = lost.hear(sample.decided(sample.admitted()))
    assert shown.state is State.ADMITTED
    assert shown.time_out().state is State.OUT_OF_ORDER
    assert not lost.sticky


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


def test_nobody_reads_at_the_kiosk_who_went_in_nor_takes_it_back(kiosk, door, qtbot):
    qtbot.waitUntil(lambda: "door" in kiosk.screens)
    event = sample.decided(sample.admitted())
    assert event.undo_until is not None
    door.tell(event)
    qtbot.waitUntil(lambda: kiosk.screens["kiosk"].machine.state is State.ADMITTED)
    kiosk.screens["door"]._to_ready()
    assert not kiosk._toast.isVisible()
    kiosk.go("door")  # past the PIN
    kiosk.screens["door"]._to_ready()
    assert "Ada Lovelace" in kiosk._toast.text
    kiosk.go("kiosk")
    assert not kiosk._toast.isVisible()


def test_the_kiosk_speaks_the_language_of_the_pass_then_its_own_again(kiosk, door, qtbot):
    verdict = sample.admitted()
    door.tell(sample.decided(replace(verdict, subject=replace(verdict.subject, locale="de-AT"))))
    screen = kiosk.screens["kiosk"]
    german = texts.catalogue("de").codes["ADMIT"]["guest"]
    qtbot.waitUntil(lambda: screen.says.text() == german)
    screen._time_out()
    assert screen.headline.text() == texts.catalogue("en").words["kiosk.welcome"]


def test_a_guest_chooses_a_language_by_its_flag_right_to_left_too(kiosk, qtbot):
    screen = kiosk.screens["kiosk"]
    assert {f.accessibleName() for f in screen.flags if f.isVisible()} == {
        texts.catalogue(code).name for code in texts.languages()
    }
    qtbot.mouseClick(kiosk.findChild(QPushButton, "language-ar"), Qt.MouseButton.LeftButton)
    assert screen.says.text() == texts.catalogue("ar").words["kiosk.show"]
    assert screen.layoutDirection() is Qt.LayoutDirection.RightToLeft
    assert [f.language for f in screen.flags if f.isChecked()] == ["ar"]


def test_a_refusal_is_read_in_another_language_and_does_not_stay_longer_for_it(kiosk, door, qtbot):
    screen = kiosk.screens["kiosk"]
    door.tell(sample.decided(sample.refused(Reason.NOT_YET_VALID)))
    qtbot.waitUntil(lambda: screen.machine.state is State.REFUSED)
    left = screen._timer.remainingTime()
    qtbot.mouseClick(kiosk.findChild(QPushButton, "language-pl"), Qt.MouseButton.LeftButton)
    assert screen.says.text() == texts.catalogue("pl").codes["NOT_YET_VALID"]["guest"]
    assert screen._timer.remainingTime() <= left


def test_leaving_wants_the_pin(kiosk, door, qtbot):
    door.pins[Role.STAFF] = "2468"
    qtbot.mouseClick(kiosk.findChild(QPushButton, "kiosk-staff"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: kiosk.panel is not None)
    qtbot.keyClicks(kiosk.panel, "2468")
    qtbot.keyClick(kiosk.panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(kiosk.findChildren(QPushButton, "kiosk-quit")))
    assert not kiosk._rail.isVisible()


def test_staff_at_a_kiosk_find_their_way_around_and_back_by_touch(kiosk, door, qtbot):
    kiosk.screens["kiosk"]._staff_here()
    qtbot.mouseClick(kiosk.panel.findChild(QPushButton, "kiosk-door"), Qt.MouseButton.LeftButton)
    assert kiosk.current == "door"
    assert kiosk._rail.isVisible()
    back = next(b for b in kiosk._rail.findChildren(QAbstractButton) if b.text() == texts.word("nav.kiosk"))
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert kiosk.current == "kiosk"
    assert not kiosk._rail.isVisible()


def test_out_of_order_outlives_a_restart_and_ends_by_a_member_of_staff(kiosk, open_window, door, qtbot):
    door.tell(Notice("storage_full", Level.ERROR))
    qtbot.waitUntil(lambda: ("set_out_of_order", "storage_full") in door.asked)
    window = open_window()
    again = window.screens["kiosk"]
    qtbot.waitUntil(lambda: again.machine.state is State.OUT_OF_ORDER)
    again._staff_here()
    assert again.machine.state is State.OUT_OF_ORDER, "who only looks in mends nothing"
    qtbot.mouseClick(window.panel.findChild(QPushButton, "kiosk-back"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ("set_out_of_order", "") in door.asked)
    assert again.machine.state is State.WAITING


def test_nothing_of_the_staffs_stays_open_when_nobody_is_there(kiosk, door, qtbot):
    kiosk.screens["kiosk"]._staff_here()
    qtbot.waitUntil(lambda: kiosk.panel is not None)
    kiosk.nobody_there()
    assert kiosk.panel is None
    kiosk.go("door")
    kiosk.nobody_there()
    assert kiosk.current == "kiosk"


def grey(level):
    return FrameSeen("camera:0", np.full((480, 640), level, np.uint8))


@pytest.fixture
def idle_kiosk(open_window, door, tmp_path):
    picture = QImage(1600, 900, QImage.Format.Format_RGB32)
    picture.fill(QColor("#336699"))
    path = tmp_path / "house.png"
    picture.save(str(path))
    screen = replace(door.kept.screen, attended=False, attract=str(path), attract_after=0.05)
    door.kept = replace(door.kept, screen=screen)
    return open_window()


def test_the_house_picture_comes_when_nobody_does_and_goes_with_a_touch(idle_kiosk, qtbot):
    screen = idle_kiosk.screens["kiosk"]
    qtbot.waitUntil(screen.attract.isVisible)
    assert screen.attract.grab().toImage().pixelColor(640, 60).blue() > 120, "the picture that was chosen"
    qtbot.mouseClick(screen.attract, Qt.MouseButton.LeftButton)
    assert not screen.attract.isVisible()
    qtbot.waitUntil(screen.attract.isVisible)


def test_it_goes_when_somebody_moves_or_scans_and_never_lies_over_a_verdict(idle_kiosk, door, qtbot):
    screen = idle_kiosk.screens["kiosk"]
    qtbot.waitUntil(screen.attract.isVisible)
    for level in (100, 103, 101):
        screen.hear(grey(level))
    assert screen.attract.isVisible(), "noise is nobody"
    screen.hear(grey(160))
    assert not screen.attract.isVisible()
    qtbot.waitUntil(screen.attract.isVisible)
    door.tell(CHECKING)
    qtbot.waitUntil(lambda: not screen.attract.isVisible())
    door.tell(sample.decided(sample.refused(Reason.EXPIRED)))
    qtbot.waitUntil(lambda: screen.machine.state is State.REFUSED)
    screen._show_picture()
    qtbot.waitUntil(idle_kiosk.bridge.idle)
    assert not screen.attract.isVisible()


def test_the_picture_moves_so_that_nothing_burns_in(idle_kiosk):
    attract = idle_kiosk.screens["kiosk"].attract
    before = attract._drift(100)
    for _ in range(100):
        attract._step()
    assert attract._drift(100) != before


def test_the_welcome_begins_in_the_language_of_the_kiosk(idle_kiosk, door):
    attract = idle_kiosk.screens["kiosk"].attract
    for language in texts.languages():
        texts.set_language(language)
        attract.begin(None)
        heard = [attract.speaks]
        for _ in range(1000):
            attract._step()
            heard += [attract.speaks] if attract.speaks != heard[-1] else []
        assert heard[0] == language
        assert set(heard) == set(texts.languages()), "each in its turn"
        attract.end()


def test_a_picture_that_is_none_or_too_large_is_not_shown(tmp_path):
    fit = QSize(1280, 800)
    for content in (b"", b"GIF89a" + b"\0" * 60, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"):
        assert picture_from(content, HOUSE, fit) is None
    wide = QImage(2100, 10, QImage.Format.Format_RGB32)
    wide.fill(QColor("red"))
    wide.save(str(tmp_path / "wide.png"))
    content = (tmp_path / "wide.png").read_bytes()
    assert picture_from(content, GUEST, fit) is None
    assert picture_from(content, HOUSE, fit) is not None
    assert content_of(str(tmp_path / "none.png"), HOUSE) == b""
