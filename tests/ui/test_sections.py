"""Sections of settings as an administrator walks them: details, PINs, hours, privacy, set-up file, idle picture."""

from dataclasses import replace
from datetime import time
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QPushButton, QSlider

from scanner_app.application.control import PinAnswer, Role
from scanner_app.application.sheets import Applied, SheetReport
from scanner_app.domain.place import Hours
from scanner_app.ui import facts, sample, texts
from scanner_app.ui.screens.sections import details, transfer
from scanner_app.ui.screenshot_stage import settle, staged
from scanner_app.ui.screenshots import SHOTS


def press(qtbot, window, name):
    def found():
        return [b for b in window.findChildren(QPushButton, name) if b.isVisible()]

    qtbot.waitUntil(lambda: bool(found()))
    qtbot.mouseClick(found()[-1], Qt.MouseButton.LeftButton)


@pytest.fixture
def section(window):
    def open_it(name):
        window.go("settings")
        window.screens["settings"].show_section(name)
        return window.screens["settings"].page

    return open_it


def test_what_the_door_shows_is_chosen_and_ordered(section, window, door, qtbot):
    section("details")
    press(qtbot, window, "add-email")  # a field of the template's own
    qtbot.waitUntil(lambda: door.kept.screen.details[-1] == "email")
    for _ in range(3):
        press(qtbot, window, "up-email")
    press(qtbot, window, "remove-seat")
    qtbot.waitUntil(lambda: "seat" not in door.kept.screen.details)
    assert door.kept.screen.details == ("holder", "ticket", "email", "entries_left", "notes")
    window.go("door")
    door.tell(sample.decided(sample.admitted()))
    panel = window.screens["door"].panel
    qtbot.waitUntil(lambda: bool(panel._fact_labels))
    shown = [label.text() for label in panel._fact_labels if not label.isHidden()]
    assert shown[:2] == [facts.label("email"), "guest0@example.org"]
    assert "Row 3, seat 12" not in shown


def test_a_door_that_need_not_know_names_shows_none(open_window, door, qtbot):
    door.kept = replace(door.kept, screen=replace(door.kept.screen, details=("ticket",)))
    window = open_window()
    door.tell(sample.decided(sample.admitted()))
    panel = window.screens["door"].panel
    qtbot.waitUntil(lambda: panel.ticket.text() != "")
    assert panel.name.text() == ""


def test_moving_stops_at_both_ends():
    assert details.moved("abc", "a", -1) == ("a", "b", "c")
    assert details.moved("abc", "c", 1) == ("a", "b", "c")
    assert details.moved("abc", "a", 1) == ("b", "a", "c")


def test_each_action_asks_for_the_role_that_was_chosen(section, window, door, qtbot):
    door.pins[Role.SUPERVISOR] = "2468"
    page = section("pin")
    qtbot.waitUntil(lambda: page.states[Role.SUPERVISOR].text() == texts.word("pin.chosen"))
    assert page.states[Role.STAFF].text() == texts.word("pin.none")
    page._state(Role.STAFF, PinAnswer(ok=False, own=False))
    assert page.states[Role.STAFF].text() == texts.word("pin.higher"), "it has none of its own"
    drop = next(d for a, d in page.drops.items() if a.value == "type")
    drop.setCurrentIndex(drop.findData("supervisor"))
    qtbot.waitUntil(lambda: door.kept.pins == {"type": "supervisor"})
    window.go("door")
    press(qtbot, window, "door-type")
    qtbot.waitUntil(lambda: window.panel is not None)
    assert window.panel.findChild(QPushButton, "pin-ok") is not None


def test_hours_of_a_place(section, window, door, qtbot):
    page = section("places")
    page.edit(sample.GARDEN)
    press(qtbot, window, "hours-add")
    line = window.panel.hours.lines[0]
    for day in (5, 6):
        line.days[day].setChecked(False)
    line.opens.setCurrentIndex(line.opens.findData("18:30:00"))
    line.closes.setCurrentIndex(line.closes.findData("02:00:00"))
    press(qtbot, window, "place-save")
    wanted = Hours(time(18, 30), time(2), frozenset(range(5)))
    qtbot.waitUntil(lambda: door.kept.find_place("Garden").hours == (wanted,))
    section("places").edit(door.kept.find_place("Garden"))
    assert window.panel.hours.chosen() == (wanted,), "odd times stay, too"


def test_retention_is_set_and_old_records_blanked_now(section, window, door, qtbot):
    page = section("privacy")
    assert not page.findChild(QPushButton, "privacy-now").isEnabled()
    page._turn(True)
    qtbot.waitUntil(lambda: door.kept.retention_days == 30)
    qtbot.waitUntil(lambda: window.settings.retention_days == 30)
    window.screens["settings"].page.days.changed(7)
    qtbot.waitUntil(lambda: window.settings.retention_days == 7)
    press(qtbot, window, "privacy-now")
    qtbot.waitUntil(lambda: ("purge", 7) in door.asked)
    qtbot.waitUntil(lambda: "128" in window._toast.text)


@pytest.mark.parametrize("wrong", ["10.0.0.7", "localhost", "*.example.org", "http://example.org", "example..org"])
def test_only_names_of_servers_are_taken(section, door, wrong, qtbot):
    page = section("privacy")
    page.hosts.setText(wrong)
    page._keep_hosts()
    assert door.count("save_settings") == 0
    assert page.message.property("tone") == "danger"


def png(colour):
    from PySide6.QtCore import QBuffer, QIODevice

    image, buffer = QImage(300, 400, QImage.Format.Format_RGB32), QBuffer()
    image.fill(QColor(colour))
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return buffer.data().data()


def with_photo(n):
    verdict = sample.admitted(n=n)
    return sample.decided(replace(verdict, subject=replace(verdict.subject, photo_url=f"https://img.example.org/{n}")))


def test_a_photo_appears_when_it_comes_and_goes_with_its_guest(open_window, door, qtbot):
    screen = replace(door.kept.screen, photo_hosts=("img.example.org",))
    door.kept = replace(door.kept, screen=screen)
    door.answers["photo"] = png("#aa3366")
    window = open_window()
    panel = window.screens["door"].panel
    door.tell(with_photo(1))
    qtbot.waitUntil(panel.photo.isVisible)
    assert door.count("photo") == 1
    door.tell(sample.decided(sample.refused(sample.Reason.UNKNOWN)))
    qtbot.waitUntil(lambda: not panel.photo.isVisible())
    assert door.count("photo") == 1


def test_no_photo_is_asked_for_unless_an_administrator_named_a_server(window, door, qtbot):
    door.tell(with_photo(1))
    qtbot.waitUntil(lambda: window.screens["door"].panel.name.text() != "")
    assert door.count("photo") == 0


def test_what_is_no_picture_shows_nothing(open_window, door, qtbot):
    door.kept = replace(door.kept, screen=replace(door.kept.screen, photo_hosts=("img.example.org",)))
    door.answers["photo"] = b"<svg/>"
    window = open_window()
    door.tell(with_photo(1))
    qtbot.waitUntil(lambda: door.count("photo") == 1)
    qtbot.waitUntil(window.bridge.idle)
    assert not window.screens["door"].panel.photo.isVisible()


def test_the_set_up_goes_out_as_a_file_and_comes_in_with_its_code(section, window, door, qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    made = SheetReport("", "PSP1:abc", "AAAA-BBBB-CCCC")
    opened = replace(sample.SETTINGS, device="Kiosk 9")
    tried = []

    def apply(text, code):
        tried.append((text, code))
        return Applied("", opened, 1) if code == made.code else Applied("settings_sheet_wrong_code")

    door.sheets = SimpleNamespace(make=lambda wanted: made, apply=apply, expecting=False)
    page = section("transfer")
    press(qtbot, window, "transfer-out")
    qtbot.waitUntil(lambda: page.code.text() == made.code)
    (file,) = tmp_path.glob("*.txt")
    assert file.read_text() == made.text
    assert file.stat().st_mode & 0o077 == 0
    assert not page.take.isEnabled()
    press(qtbot, window, "transfer-in")
    window.panel.open(tmp_path)
    press(qtbot, window, file.name)
    qtbot.waitUntil(page.take.isEnabled)
    page.typed.setText("wrong")
    press(qtbot, window, "transfer-apply")
    qtbot.waitUntil(lambda: texts.sentence("settings_sheet_wrong_code") in page.told.text())
    page.typed.setText(made.code)
    press(qtbot, window, "transfer-apply")
    qtbot.waitUntil(lambda: door.kept.device == "Kiosk 9")
    assert tried[-1] == (made.text, made.code)


def test_a_file_that_is_no_set_up_is_said_so(section, window, door, qtbot, tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    page = section("transfer")
    page.choose(tmp_path / "a.txt")
    qtbot.waitUntil(lambda: texts.sentence("settings_sheet_unreadable") in window._toast.text)
    assert not page.take.isEnabled()
    assert transfer.GOOD_FOR == 720


def test_an_idle_picture_is_chosen_from_a_folder(section, window, door, qtbot, tmp_path):
    (tmp_path / "Event").mkdir()
    (tmp_path / "Event" / "poster.png").write_bytes(png("#123456"))
    (tmp_path / "Event" / "notes.doc").write_text("no picture")
    section("kiosk")
    press(qtbot, window, texts.word("settings.attract.file"))
    window.panel.open(tmp_path)
    press(qtbot, window, "Event/")
    qtbot.waitUntil(lambda: any(b.isVisible() for b in window.panel.findChildren(QPushButton, "poster.png")))
    assert not window.panel.findChildren(QPushButton, "notes.doc")
    press(qtbot, window, "poster.png")
    qtbot.waitUntil(lambda: door.kept.screen.attract == str(tmp_path / "Event" / "poster.png"))


def test_the_keyboard_shows_at_a_slider_by_its_handle_alone(qapp):
    shot = next(s for s in SHOTS if s.name == "settings-sound")
    with staged(shot, "en", (1280, 800)) as stage:
        slider = stage.window.findChild(QSlider)
        slider.setFocus()
        settle()
        shown = stage.window.grab(QRect(slider.mapTo(stage.window, QPoint(0, 0)), slider.size())).toImage()
        colour = stage.window.theme.colour
        for corner in ((1, 1), (shown.width() - 2, shown.height() - 2)):
            assert shown.pixelColor(*corner) == colour("surface")
        row = (shown.pixelColor(x, shown.height() // 2) for x in range(shown.width()))
        assert any(seen == colour("focus") for seen in row)
