"""The frame: PIN gate, keys, language and look at run time, setup and settings as a person walks them."""

import gc
import threading
import time
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from scanner_app.application.config import AccountConfig, DeviceConfig
from scanner_app.application.control import AccountReport, Role
from scanner_app.application.events import DeviceChanged, DeviceState, Level, Notice, StatusChanged
from scanner_app.application.ports import Connection, Door
from scanner_app.domain.credential import Symbology
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.ui import sample, texts
from scanner_app.ui.app import run_window
from scanner_app.ui.checks import checks
from scanner_app.ui.heartbeat import Heartbeat
from scanner_app.ui.screens.camera_form import CameraForm
from scanner_app.ui.screens.camera_tuning import CameraTuner
from scanner_app.ui.screens.door_panels import LeavePanel
from scanner_app.ui.screens.forms import AccountForm
from scanner_app.ui.screens.place_form import PlaceForm
from scanner_app.ui.screens.settings import SECTIONS
from scanner_app.ui.screenshot_stage import staged
from scanner_app.ui.screenshots import SHOTS
from scanner_app.ui.widgets.pinpad import PinPad
from scanner_app.ui.widgets.training import TrainingBand


def press(qtbot, window, name):
    def found():
        return [b for b in window.findChildren(QPushButton, name) if b.isVisible()]

    qtbot.waitUntil(lambda: bool(found()))
    qtbot.mouseClick(found()[-1], Qt.MouseButton.LeftButton)


def on_the_glass(window):
    """Return what people see, which is older than the window where it was not painted since."""
    return QApplication.primaryScreen().grabWindow(window.winId()).toImage()


def chips(window):
    return [c.accessibleName() for c in window._strip.chips if c.isVisible()]


def test_the_strip_tells_the_state_of_the_door(window, door, qtbot):
    door.tell(StatusChanged(replace(sample.STATUS, connection=Connection.OFFLINE, unsent=17, clock_offset=75.0)))
    door.tell(DeviceChanged("camera:0", DeviceState.LOST))
    wanted = {"Offline", "17 unsent", "List 40 s ago", "Clock off by 1 min", "Camera unplugged"}
    qtbot.waitUntil(lambda: set(chips(window)) == wanted)


def test_the_strip_tells_everything_that_the_platforms_do_not_have(window, door, qtbot):
    door.tell(StatusChanged(replace(sample.STATUS, refused=2, conflicts=3, unsent=17)))
    qtbot.waitUntil(lambda: {"2 refused by platform", "3 conflicts", "17 unsent"} <= set(chips(window)))
    door.tell(StatusChanged(replace(sample.STATUS, conflicts=3)))
    qtbot.waitUntil(lambda: "2 refused by platform" not in chips(window))
    assert "3 conflicts" in chips(window)
    door.tell(StatusChanged(replace(sample.STATUS, conflicts=1)))
    qtbot.waitUntil(lambda: "1 conflict" in chips(window))
    assert "All sent" not in chips(window)


def test_a_pin_typed_as_quickly_as_a_scanner_types_opens_and_is_recorded_nowhere(window, door, qtbot):
    door.pins[Role.ADMINISTRATOR] = "2468"
    window.chosen("settings")
    qtbot.waitUntil(lambda: isinstance(window.panel, PinPad))
    window.scanned("4006381333931")  # a guest's code, longer than any PIN
    window.scanned("SNF-7340219")
    assert [one.text for name, one in door.asked if name == "present"] == ["4006381333931", "SNF-7340219"]
    window.scanned("2468")
    qtbot.waitUntil(lambda: window.current == "settings")
    assert door.count("present") == 2
    window.scanned("2468")  # nobody asks for a PIN now: somebody's code
    assert door.count("present") == 3


def test_a_pin_typed_before_its_pad_is_up_waits_for_it(window, door, qtbot):
    """Whether a PIN is set is asked of another thread, and the pad comes with its answer."""
    door.pins[Role.ADMINISTRATOR] = "2468"
    window.chosen("settings")
    window.scanned("SNF-7340219")  # a guest's, whatever is asked for
    window.scanned("2468")
    qtbot.waitUntil(lambda: window.current == "settings")
    window.scanned("1357")  # nobody asks any more
    assert [one.text for name, one in door.asked if name == "present"] == ["SNF-7340219", "1357"]


def test_digits_scanned_where_no_pin_is_set_are_a_guests(window, door, qtbot):
    window.chosen("settings")
    window.scanned("2468")
    qtbot.waitUntil(lambda: window.current == "settings" and door.count("present") == 1)


@pytest.mark.parametrize("language", texts.languages())
def test_that_the_door_is_offline_is_told_whatever_else_is_wrong(qapp, language):
    with staged(next(s for s in SHOTS if s.name == "door-behind"), language, (1280, 800)) as stage:
        assert texts.word("strip.offline") in chips(stage.window)


def test_settings_want_the_administrators_pin(window, door, qtbot):
    door.pins[Role.ADMINISTRATOR] = "2468"
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_F1.value + len(window.screens) - 1))
    qtbot.waitUntil(lambda: isinstance(window.panel, PinPad))
    qtbot.keyClicks(window.panel, "1111")
    qtbot.keyClick(window.panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "4 tries" in window.panel.message.text())
    assert window.current == "door"
    qtbot.keyClicks(window.panel, "2468")
    qtbot.keyClick(window.panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.current == "settings")


def test_a_lock_out_is_told_and_takes_no_tries(window, door, qtbot):
    door.pins[Role.ADMINISTRATOR] = "2468"
    window.with_pin(Role.ADMINISTRATOR, lambda: None)
    qtbot.waitUntil(lambda: isinstance(window.panel, PinPad))
    for n in range(5):
        qtbot.keyClicks(window.panel, "1111")
        qtbot.keyClick(window.panel, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda wanted=n + 1: door.tries == wanted)
    qtbot.waitUntil(lambda: "30" in window.panel.message.text())
    ok = window.panel.findChild(QPushButton, "pin-ok")
    assert not ok.isEnabled()


def test_closing_wants_the_pin_where_one_is_set(window, door, qtbot):
    door.pins[Role.ADMINISTRATOR] = "2468"
    window.close()
    qtbot.waitUntil(lambda: isinstance(window.panel, PinPad))
    assert window.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.panel is None
    assert window.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: isinstance(window.panel, PinPad))
    qtbot.keyClicks(window.panel, "2468")
    qtbot.keyClick(window.panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_without_a_pin_no_single_key_ends_the_program(open_window, door, qtbot):
    kiosk = replace(door.kept.screen, attended=False)
    door.kept = replace(door.kept, screen=kiosk)
    window = open_window()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: isinstance(window.panel, LeavePanel))
        assert window.panel.stay.hasFocus()
        qtbot.keyClick(window.panel.stay, key)
        assert (window.panel is None) is (key is not Qt.Key.Key_Return)
        window.close_panel()
    assert window.isVisible()
    window.close()
    press(qtbot, window, "leave-go")
    qtbot.waitUntil(lambda: not window.isVisible())


def test_language_and_look_change_at_run_time(window, door, qtbot):
    window.go("settings")
    window.screens["settings"].show_section("language")
    press(qtbot, window, "Deutsch")
    qtbot.waitUntil(lambda: texts.language() == "de")
    qtbot.waitUntil(lambda: window.current == "settings" and not window._slices.busy)
    assert window.screens["settings"].section == "language", "whoever changes a look stays where they are"
    assert door.kept.screen.language == "de"
    assert window.screens["settings"].section == "language"  # and nobody is sent elsewhere
    assert window.focusWidget().text() == "Deutsch", "where the keyboard was"
    window.screens["settings"].page.keep_screen(theme="light", text_scale=1.5)
    qtbot.waitUntil(lambda: window.theme.palette.name == "light")
    assert window.theme.text == 1.5
    qtbot.waitUntil(lambda: not window._slices.busy)


@pytest.mark.parametrize("change", [{"theme": "light"}, {"language": "ar"}, {"text_scale": 2.0}], ids=str)
def test_a_change_of_look_never_holds_the_window_up(window, door, qtbot, change):
    """In processor time of this thread: what a machine with other work does in between is not ours."""
    longest, pieces = [], window._slices
    do = pieces._next

    def timed():
        began = time.thread_time()
        do()
        longest.append(time.thread_time() - began)

    pieces._timer.timeout.disconnect()
    pieces._timer.timeout.connect(timed)
    was = window.centralWidget()
    door.save_settings(replace(door.kept, screen=replace(door.kept.screen, **change)))
    qtbot.waitUntil(lambda: window.centralWidget() is not was and not pieces.busy, timeout=20_000)
    assert set(window.screens) == set(window._plan)
    assert max(longest) <= 0.1, longest
    assert sum(longest) > max(longest), "in one piece it would be one long wait"


def test_what_is_built_anew_knows_how_the_camera_fares(window, door, qtbot):
    door.tell(DeviceChanged("camera:0", DeviceState.LOST))
    qtbot.waitUntil(lambda: "Camera unplugged" in chips(window))
    window.save(replace(window.settings, screen=replace(window.settings.screen, theme="light")))
    qtbot.waitUntil(lambda: window.theme.palette.name == "light" and "readiness" in window.screens)
    assert window.screens["readiness"]._camera is DeviceState.LOST


def test_a_verdict_that_comes_while_everything_is_built_anew_is_shown(window, door, qtbot):
    window._slices._timer.setInterval(20)
    was = window.centralWidget()
    window.settings = replace(door.kept, screen=replace(door.kept.screen, theme="light"))
    window.rebuild()
    window._slices._next()
    assert window.screens == {}
    window.hear(sample.decided(sample.admitted()))
    qtbot.waitUntil(lambda: "door" in window.screens)
    assert window.screens["door"].panel.words.casefold() == texts.headline("ADMIT").casefold()
    qtbot.waitUntil(lambda: not window._slices.busy)
    assert window.centralWidget() is not was


def test_what_needs_no_new_window_gets_none(window, door, qtbot):
    was = window.centralWidget()
    window.go("settings")
    window.screens["settings"].show_section("sound")
    window.screens["settings"].page.keep_screen(volume=0.3, keyboard="always", details=("ticket",))
    qtbot.waitUntil(lambda: window.sounds.volume == 0.3)
    assert window.typing.mode == "always"
    qtbot.waitUntil(window.bridge.idle)
    assert window.centralWidget() is was


def test_a_notice_is_said_with_what_to_do(window, door, qtbot):
    door.tell(Notice("storage_full", Level.ERROR))
    qtbot.waitUntil(lambda: texts.sentence("storage_full") in window._toast.text)
    assert texts.advice("storage_full") in window._toast.text


def test_what_was_said_goes_by_a_press_and_for_a_panel_and_no_key_leads_away_from_it(window, door, qtbot):
    window.toast("kept")
    qtbot.mouseClick(window._toast, Qt.MouseButton.LeftButton)
    assert window._toast.text == ""
    window.toast("kept")
    window.screens["door"].open_manual()
    assert window._toast.text == ""
    qtbot.keyClick(window, Qt.Key.Key_F2)
    assert (window.current, window.panel is None) == ("door", False)


def test_a_call_that_fails_is_told(window, door, qtbot):
    window.bridge.call(_fail, PlatformTrouble(PlatformKind.BUSY))
    qtbot.waitUntil(lambda: texts.sentence("platform_busy") in window._toast.text)


def _fail(error):
    raise error


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens(window, section):
    window.go("settings")
    window.screens["settings"].show_section(section)
    assert window.screens["settings"].section == section


def test_an_account_with_unsent_scans_goes_at_the_second_word_and_another_can_follow(window, door, qtbot):
    window.status = replace(window.status, unsent=2)
    window.go("settings")
    window.screens["settings"].page.edit(door.kept.accounts[0])
    press(qtbot, window, "account-remove")
    assert window.panel.form.answer.text() == texts.word("account.unsent")
    assert door.kept.accounts
    press(qtbot, window, "account-remove")
    qtbot.waitUntil(lambda: not door.kept.accounts)
    qtbot.waitUntil(lambda: not window.settings.accounts)
    window.go("door")
    window.go("settings")
    assert window._rail.isVisible(), "the way to another account"


def test_an_account_that_comes_back_is_the_one_that_its_unsent_scans_wait_for(window):
    def made(address):
        form = AccountForm(window, None, lambda _: None)
        form.url.setText(address)
        return form.account()

    first = made("https://one.example")
    assert made("https://one.example").id == first.id != made("https://two.example").id
    window.settings = replace(window.settings, accounts=(first,))
    assert made("https://one.example").id != first.id, "two companies on one platform"


def test_an_account_is_tried_before_it_is_kept(window, door, qtbot):
    window.go("settings")
    press(qtbot, window, "account-add")
    form = window.panel.form
    assert form.key.echoMode() is QLineEdit.EchoMode.Password
    press(qtbot, window, "account-test")
    assert texts.word("account.need_key") in form.answer.text()
    form.key.setText("secret-key")
    form.prefix.setText(" B- ")
    door.answers["try_account"] = AccountReport("platform_unauthorised")
    press(qtbot, window, "account-test")
    qtbot.waitUntil(lambda: texts.sentence("platform_unauthorised") in form.answer.text())
    assert not window.panel.save.isEnabled()
    del door.answers["try_account"]
    press(qtbot, window, "account-test")
    qtbot.waitUntil(window.panel.save.isEnabled)
    assert form.test.property("kind") != "primary", "two buttons say that they are next"
    assert window.focusWidget() is window.panel.save
    press(qtbot, window, "account-save")
    qtbot.waitUntil(lambda: len(door.kept.accounts) == 2)
    assert door.kept.accounts[1].templates == sample.TEMPLATES
    assert door.kept.accounts[1].code_prefix == "B-"
    assert "secret-key" not in repr(door.kept)
    qtbot.waitUntil(lambda: "0600" in window._toast.text or texts.word("settings.saved") in window._toast.text)


def test_a_wrong_address_is_said_in_the_form(window, door, qtbot):
    window.go("settings")
    press(qtbot, window, "account-add")
    door.answers["try_account"] = SettingsTrouble("url_insecure")
    window.panel.form.key.setText("k")
    press(qtbot, window, "account-test")
    qtbot.waitUntil(lambda: texts.sentence("settings_url_insecure") in window.panel.form.answer.text())


def test_a_place_is_changed(window, door, qtbot):
    window.go("settings")
    screen = window.screens["settings"]
    screen.show_section("places")
    screen.page.edit(sample.GARDEN)
    window.panel.name.setText("Rose garden")
    window.panel.policy.setCurrentIndex(3)
    window.panel.use.setChecked(True)
    press(qtbot, window, "place-save")
    qtbot.waitUntil(lambda: door.kept.place == "Rose garden")
    changed = door.kept.find_place("Rose garden")
    assert changed.policy.value == "counted"
    assert changed.platform_place("main") == "Garden"


def test_a_place_gets_codes_and_a_flight(window, door, qtbot):
    window.go("settings")
    window.screens["settings"].show_section("places")
    window.screens["settings"].page.edit(sample.GARDEN)
    window.panel.codes.ticks[Symbology.DATA_MATRIX].setChecked(True)
    window.panel.codes.ticks[Symbology.QR].setChecked(False)
    window.panel.flight.name.setText("lh 0738")
    window.panel.flight.day.setText("2026-02-30")
    window.panel.flight.airport.setText("muc")
    press(qtbot, window, "place-save")
    assert window.panel.message.text() == texts.sentence("settings_flight_invalid")
    window.panel.flight.day.setText("2026-12-01")
    press(qtbot, window, "place-save")
    qtbot.waitUntil(lambda: door.kept.find_place("Garden").flight is not None)
    garden = door.kept.find_place("Garden")
    assert {code.value for code in garden.codes} == {"PDF417", "AZTEC", "CODE128", "DATA_MATRIX"}
    assert (garden.flight.name, garden.flight.origin, garden.flight.date) == ("LH 738", "MUC", date(2026, 12, 1))
    assert garden.flight.since is not None


def test_a_camera_is_adjusted_and_what_was_chosen_is_kept(window, door, qtbot):
    window.go("settings")
    window.screens["settings"].show_section("camera")
    tuner = window.screens["settings"].findChild(CameraTuner)
    qtbot.waitUntil(lambda: set(tuner.fields) == {"auto_exposure", "exposure", "gain", "auto_focus", "focus"})
    assert not tuner.fields["focus"].isEnabled(), "the automatic has it"
    qtbot.mouseClick(tuner.fields["auto_focus"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(tuner.fields["focus"].isEnabled)
    tuner.fields["exposure"].setFocus()
    qtbot.keyClick(tuner.fields["exposure"], Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: ("adjust_camera", ("camera:0", "exposure", 3)) in door.asked)
    press(qtbot, window, "camera-save")
    qtbot.waitUntil(lambda: bool(door.kept.devices.tuning))
    assert door.kept.devices.tuning == {"camera:0": {"auto_focus": 0, "exposure": 3}}


def test_a_camera_looked_at_in_the_settings_is_not_the_doors(window, door, qtbot):
    door.tell(DeviceChanged("camera:0", DeviceState.RUNNING))
    door.tell(DeviceChanged("camera:1", DeviceState.LOST, watched=True))
    qtbot.waitUntil(lambda: "Camera on" in chips(window))
    assert window.screens["door"].preview.message != texts.word("device.lost")
    assert window.screens["readiness"]._camera is DeviceState.RUNNING


def test_a_door_of_readers_alone_tells_of_no_camera(window, door, qtbot):
    window.settings = replace(window.settings, devices=DeviceConfig(("nfc:usb",)))
    door.tell(DeviceChanged("nfc:usb", DeviceState.RUNNING, reader=True))
    qtbot.waitUntil(lambda: not any("amera" in chip for chip in chips(window)))
    door.tell(DeviceChanged("nfc:usb", DeviceState.LOST, reader=True))
    qtbot.waitUntil(lambda: "Unplugged" in chips(window))
    assert window.screens["door"].preview.message != texts.word("device.lost")
    said = {check.name for check in checks(sample.STATUS, window.settings, DeviceState.OPENING)}
    assert "camera" not in said


def test_a_camera_without_controls_says_so(window, door, qtbot):
    window.go("settings")
    window.screens["settings"].show_section("camera")
    tuner = window.screens["settings"].findChild(CameraTuner)
    press(qtbot, window, "Built-in camera")
    said = texts.word("camera.lacks", names="Torch, Exposure, Focus")
    qtbot.waitUntil(lambda: said in [label.text() for label in tuner.findChildren(QLabel)])
    assert not tuner.fields


def test_a_camera_that_is_plugged_in_appears_in_the_list(window, door, qtbot):
    window.go("settings")
    window.screens["settings"].show_section("camera")
    form = window.screens["settings"].findChild(CameraForm)
    qtbot.waitUntil(lambda: len(form._known) == 2)
    door.answers["cameras"] = (*form._known, ("camera:2", "Document camera"))
    form._again.setInterval(10)
    qtbot.waitUntil(lambda: bool([b for b in form.findChildren(QPushButton, "Document camera") if b.isVisible()]))
    assert form.source == "camera:0", "what was chosen stays chosen"


def test_a_gate_counts_who_boarded(window, door, qtbot):
    def words():
        return {label.text() for label in window.screens["door"].findChildren(QLabel) if label.isVisible()}

    assert texts.word("door.admitted") in words()
    door.tell(StatusChanged(replace(sample.STATUS, flight="LH 738")))
    qtbot.waitUntil(lambda: texts.word("door.boarded") in words())
    assert texts.word("door.admitted") not in words()


def test_settings_that_cannot_be_kept_are_not_shown_as_kept(window, door, qtbot):
    window.go("settings")
    door.answers["save_settings"] = SettingsTrouble("invalid")
    window.screens["settings"].page.keep_screen(verdict_seconds=9.0)
    qtbot.waitUntil(lambda: texts.sentence("settings_invalid") in window._toast.text)
    qtbot.waitUntil(lambda: window.settings.screen.verdict_seconds == sample.SETTINGS.screen.verdict_seconds)


def test_two_places_cannot_share_a_name(window, door, qtbot):
    window.go("settings")
    window.screens["settings"].show_section("places")
    window.screens["settings"].page.edit(sample.GARDEN)
    window.panel.name.setText("Main gate")
    press(qtbot, window, "place-save")
    assert window.panel.message.text() == texts.word("place.twice")


def test_first_set_up_in_five_steps(open_window, door, qtbot):
    door.kept = replace(sample.SETTINGS, accounts=(), places=(), place="", device="")
    window = open_window()
    setup = window.screens["setup"]
    assert not setup.next.isEnabled()
    setup.form.key.setText("secret-key")
    press(qtbot, window, "account-test")
    qtbot.waitUntil(setup.next.isEnabled)
    press(qtbot, window, "setup-next")
    qtbot.waitUntil(lambda: setup.at == 1)
    press(qtbot, window, sample.TEMPLATES[0].name)
    press(qtbot, window, "setup-next")
    press(qtbot, window, "Garden")
    press(qtbot, window, "setup-next")
    assert setup.at == 3
    window.scanned("a code before there is a door")
    qtbot.waitUntil(lambda: ("watch_camera", "camera:0") in door.asked)
    press(qtbot, window, "setup-next")
    qtbot.waitUntil(lambda: setup.at == 4)
    pad = setup.findChild(PinPad)
    for pin in ("2468", "2468"):
        qtbot.keyClicks(pad, pin)
        qtbot.keyClick(pad, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ("set_pin", (Role.ADMINISTRATOR, "2468")) in door.asked)
    qtbot.waitUntil(lambda: any(b.isVisible() for b in window.findChildren(QPushButton, "setup-begin")))
    assert "present" not in [name for name, _ in door.asked]  # what came before: nobody stood at a door
    window.scanned("a-guest")  # the page says that scanning works: somebody stands there
    assert [what.text for name, what in door.asked if name == "present"] == ["a-guest"]
    press(qtbot, window, "setup-begin")
    qtbot.waitUntil(lambda: window.current == "door")
    assert door.kept.ready
    place = door.kept.current_place
    assert (place.name, place.accepts[0].door, place.accepts[0].templates) == ("Garden", "d-2", frozenset({"t-fest"}))
    assert place.accepts[0].records
    qtbot.waitUntil(lambda: not window._slices.busy)
    qtbot.waitUntil(lambda: on_the_glass(window) == window.grab().toImage())  # not the last step's picture


def test_the_first_set_up_speaks_the_language_that_is_chosen_and_keeps_it(open_window, door, qtbot):
    door.kept = replace(sample.SETTINGS, accounts=(), places=(), place="")
    window = open_window()
    before = window.screens["setup"]
    drop = before.language
    assert [drop.itemData(n) for n in range(drop.count())] == list(texts.languages())
    before.form._platforms["passentry"].click()
    before.form.key.setText("secret-key")
    drop.setFocus()
    drop.setCurrentIndex(drop.findData("de"))
    drop.activated.emit(drop.currentIndex())
    qtbot.waitUntil(lambda: window.screens.get("setup") not in (None, before) and not window._slices.busy)
    setup = window.screens["setup"]
    assert setup.title.text() == texts.catalogue("de").words["setup.account"]
    assert setup.language.currentData() == "de"
    assert window.focusWidget() is setup.language, "where the keyboard was"
    assert (setup.form.account().platform, setup.form.key.text()) == ("passentry", "secret-key"), "typed before"
    press(qtbot, window, "account-test")
    qtbot.waitUntil(setup.next.isEnabled)
    tried = setup.form.answer.text()
    setup.language.setCurrentIndex(setup.language.findData("fr"))
    setup.language.activated.emit(setup.language.currentIndex())
    qtbot.waitUntil(lambda: window.screens.get("setup") not in (None, setup) and not window._slices.busy)
    setup = window.screens["setup"]
    assert setup.form.answer.text() not in ("", tried), "what the platform said, in the other language"
    for step in (1, 2, 3, 4):
        press(qtbot, window, "setup-next")
        qtbot.waitUntil(lambda step=step: setup.at == step)
    assert not setup.language.isVisible()
    assert door.kept.screen.language == "fr"


def test_a_reader_is_offered_by_its_name_and_kept_by_its_id(window, qtbot):
    readers = [Door("count-1", "Head count", place="count-1"), Door("vip-1", "vip-1", place="vip-1")]
    form = PlaceForm(window, AccountConfig("pe", "passentry", "https://x.example"), readers, frozenset())
    qtbot.addWidget(form)
    assert [b.text() for b in form._doors.buttons()] == ["Head count", "vip-1"]
    assert form.name.text() == "Head count"
    form.name.setText("Main")
    assert (form.place().name, form.place().names("pe")) == ("Main", ("count-1",))
    form._doors.buttons()[1].click()
    assert (form.place().name, form.place().accepts[0].door) == ("vip-1", "vip-1")


def test_two_different_pins_are_not_taken(window, door, qtbot):
    window.go("settings")
    window.screens["settings"].show_section("pin")
    window.screens["settings"].page.choose(Role.STAFF)
    for pin in ("2468", "1357"):
        qtbot.keyClicks(window.panel, pin)
        qtbot.keyClick(window.panel, Qt.Key.Key_Return)
    assert window.panel.message.text() == texts.word("pin.differ")
    assert not door.pins


def test_tab_stays_in_the_panel_and_everything_there_has_a_name(window, qtbot):
    window.screens["door"].open_manual()
    seen = set()
    for _ in range(12):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        seen.add(window.focusWidget())
        assert window.panel.isAncestorOf(window.focusWidget())
    assert len(seen) >= 4
    assert all(w.accessibleName() for w in seen)


def test_run_window_ends_in_order_and_leaves_nothing(qapp, door):
    order, collects = [], gc.isenabled()
    before = set(threading.enumerate())
    QTimer.singleShot(300, lambda: [w.leave() for w in QApplication.topLevelWidgets() if hasattr(w, "leave")])
    sure = QTimer(interval=20)
    sure.timeout.connect(
        lambda: [b.click() for w in QApplication.topLevelWidgets() for b in w.findChildren(QPushButton, "leave-go")]
    )
    sure.start()
    door.kept = replace(door.kept, screen=replace(door.kept.screen, sounds=False))
    assert run_window(door, full_screen=False, on_quit=lambda: order.append(len(door._listeners))) == 0
    assert order == [0]  # deaf first, then the door
    assert set(threading.enumerate()) <= before
    assert gc.isenabled() is collects


def test_the_heartbeat_measures_stalls(qtbot):
    beats = []
    heart = Heartbeat(lambda: beats.append(1))
    heart.start()
    qtbot.waitUntil(lambda: len(beats) >= 2)
    heart.reset()
    before = len(beats)
    threading.Event().wait(0.3)  # a stall, on purpose
    assert len(beats) == before, "a service manager hears nothing of a window that hangs"
    qtbot.waitUntil(lambda: heart.stalls == 1)
    assert heart.worst >= 200
    heart.stop()


def test_every_widget_one_can_focus_has_a_name(window):
    for screen in window.screens:
        window.go(screen)
        for widget in window.findChildren(QWidget):
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                assert widget.accessibleName(), (screen, widget)


@pytest.mark.parametrize("attended", [True, False])
@pytest.mark.parametrize("language", texts.languages())
def test_training_is_said_above_every_screen_and_panel(open_window, door, language, attended):
    screen = replace(door.kept.screen, attended=attended, language=language)
    door.kept = replace(door.kept, screen=screen, training=True)
    window = open_window()
    band = window.findChild(TrainingBand)
    for name in window.screens:
        window.go(name)
        window.open_panel(QWidget())
        assert band.isVisibleTo(window)
        assert band.geometry().bottom() < window.centralWidget().geometry().top()
        assert band.width() == window.width()
    assert band.room() > 200, "stripes at both sides"


def test_a_real_door_is_not_marked_as_training(window):
    assert not window.findChild(TrainingBand).isVisibleTo(window)
