"""Help desk, history, numbers, readiness: a person's walk through each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from scanner_app.application.control import CorrectionReport, OfficeTask
from scanner_app.application.devices import ReaderReport
from scanner_app.application.events import AccountStatus, DeviceState, StatusChanged
from scanner_app.application.fates import Fate
from scanner_app.application.ports import Connection, FactRow
from scanner_app.domain.scan import FactKind
from scanner_app.domain.verdict import Grade, Reason
from scanner_app.ui import keep, records, sample, texts
from scanner_app.ui.charts import round_top
from scanner_app.ui.checks import Tone, checks, ready
from scanner_app.ui.screens.door_panels import ManualPanel, NotePanel
from scanner_app.ui.screens.history import as_csv
from scanner_app.ui.screens.readiness import CheckRow
from scanner_app.ui.screens.record_panel import RecordPanel
from scanner_app.ui.widgets.text import Label


@pytest.fixture
def documents(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    return tmp_path


def press(qtbot, window, name):
    def found():
        return [b for b in window.findChildren(QPushButton, name) if b.isVisible() and b.isEnabled()]

    qtbot.waitUntil(lambda: bool(found()))
    qtbot.mouseClick(found()[-1], Qt.MouseButton.LeftButton)


# --- help desk
def test_search_as_one_types_and_see_the_story(window, door, qtbot):
    window.go("helpdesk")
    desk = window.screens["helpdesk"]
    qtbot.keyClicks(desk.field, "lov")
    qtbot.waitUntil(lambda: len(desk.rows) == 6)
    assert door.count("search") == 1  # one for three quick keys
    qtbot.mouseClick(desk.rows[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.story is not None)
    assert desk.story.story.subject.holder == "Ada Lovelace"
    door.answers["search"] = []
    desk.field.setText("somebody else")
    qtbot.waitUntil(lambda: desk.rows == [])
    assert desk.story is None, "nobody acts on the guest before"


def test_passes_of_several_accounts_say_whose_they_are(window, qtbot):
    first = window.settings.accounts[0]
    desk = window.screens["helpdesk"]
    window.go("helpdesk")
    desk.field.setText("x")

    def told(*more):
        window.settings = replace(window.settings, accounts=(first, *more))
        desk._show_hits("x", [sample.guest()])
        desk.open(sample.guest().key)
        qtbot.waitUntil(lambda: desk.story is not None)
        shown = [desk.rows[0].accessibleName(), *(label.text() for label in desk.story.findChildren(QLabel))]
        return [text for text in shown if "Passcreator" in text]

    assert told() == []
    desk.story = None
    assert len(told(replace(first, id="other", platform="passkit"))) == 2, "in the list and in the story"


def test_an_answer_that_comes_too_late_is_dropped(window, qtbot):
    desk = window.screens["helpdesk"]
    window.go("helpdesk")
    desk.field.setText("new")
    desk._show_hits("old", [sample.guest(1)])
    assert desk.rows == []


def test_nothing_found_is_said(window, door, qtbot):
    door.answers["search"] = []
    window.go("helpdesk")
    desk = window.screens["helpdesk"]
    desk.field.setText("zzz")
    qtbot.keyClick(desk.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk._note.text() == texts.word("helpdesk.nothing"))


def test_undo_at_the_help_desk_wants_a_reason(window, door, qtbot):
    window.go("helpdesk")
    window.screens["helpdesk"].open(sample.guest().key)
    press(qtbot, window, "desk-undo")
    qtbot.waitUntil(lambda: window.panel is not None)
    qtbot.keyClicks(window.panel.field, "mix-up")
    press(qtbot, window, "note-go")
    qtbot.waitUntil(lambda: ("undo", "scan-00099") in door.asked)


def test_a_pass_found_can_be_admitted_as_searched(window, door, qtbot):
    story = door.story(sample.guest(2).key)
    window.screens["helpdesk"]._show_story(replace(story, preview=sample.admitted(n=2)))
    window.go("helpdesk")
    press(qtbot, window, "desk-present")
    qtbot.waitUntil(lambda: ("choose", (sample.guest(2).key, "staff")) in door.asked)
    assert window.current == "door"


def test_an_open_story_is_told_as_it_is_now(window, door, qtbot, monkeypatch):
    """Scanned meanwhile, reported meanwhile, come back to: nobody acts on what was true a while ago."""
    key, asked = sample.guest(2).key, []
    story = door.story(key)
    as_now = [replace(story, outbox=({"kind": "record", "state": state},)) for state in ("pending", "sent")]
    monkeypatch.setattr(door, "story", lambda key: asked.append(key) or as_now[min(len(asked), 2) - 1])
    window.go("helpdesk")
    desk = window.screens["helpdesk"]

    def told(times):
        qtbot.waitUntil(lambda: len(asked) == times and window.bridge.idle())

    desk.open(key)
    told(1)
    window.open_panel(ManualPanel(window))
    door.tell(sample.decided(sample.admitted(n=2)))
    qtbot.waitUntil(window._banner.isVisible)
    told(1)  # under a panel nothing is made anew: the keyboard goes back to what is there
    window.close_panel()
    door.tell(StatusChanged(sample.STATUS))
    told(2)
    door.tell(StatusChanged(sample.STATUS))  # all sent: nothing to tell
    door.tell(sample.decided(sample.admitted(n=2)))
    told(3)
    window.go("door")
    window.go("helpdesk")
    told(4)
    assert desk.story.story.outbox[0]["state"] == "sent"


def test_a_story_that_comes_after_somebody_else_is_looked_for_is_dropped(window, door, qtbot):
    window.go("helpdesk")
    desk = window.screens["helpdesk"]
    door.answers["search"] = []
    desk.open(sample.guest().key)
    desk.field.setText("zzz")
    desk._show_hits("zzz", [])
    qtbot.waitUntil(window.bridge.idle)
    assert desk.story is None


def test_in_the_list_the_pass_of_the_story_is_marked_and_no_other(window, door, qtbot):
    window.go("helpdesk")
    desk = window.screens["helpdesk"]
    desk.field.setText("x")
    desk._show_hits("x", [sample.guest(n) for n in (1, 2)])
    for key, marked in ((sample.guest(2).key, [False, True]), (sample.guest(5).key, [False, False])):
        desk.open(key)
        assert [row.isChecked() for row in desk.rows] == marked


# --- history
def test_why_there_is_a_conflict_is_read_to_its_end(window, door, qtbot):
    why = "Dieser Pass war zuerst an einer anderen Tür benutzt."
    row = next(iter(door.conflicts()))
    window.open_panel(RecordPanel(window, records.read(replace(row, body={**row.body, "note": why})), ""))
    (label,) = [one for one in window.panel.findChildren(Label) if one.text() == why]
    qtbot.waitUntil(label.isVisible)
    assert label.wordWrap()
    assert label.heightForWidth(label.width()) <= label.height()


def test_filters_and_conflicts(window, door, qtbot):
    window.go("history")
    screen = window.screens["history"]
    qtbot.waitUntil(lambda: len(screen.rows) == 100)
    press(qtbot, window, "history-refused")
    assert all(not r.admits for r in screen.chosen())
    press(qtbot, window, "history-conflicts")
    assert len(screen.rows) == 2


def test_what_was_taken_back_or_sent_meanwhile_is_told_as_it_is_now(window, door, qtbot):
    window.go("history")
    screen = window.screens["history"]
    qtbot.waitUntil(lambda: bool(screen.rows))
    undone = screen.rows[3]
    assert undone.line.below.startswith(texts.word("door.undone"))
    qtbot.mouseClick(undone, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.panel is not None)
    told = [label.text() for label in window.panel.findChildren(QLabel)]
    assert {"supervisor", "wrong guest"} <= set(told)
    assert not window.panel.findChildren(QPushButton, "record-undo")
    window.close_panel()
    waiting = [r for r in screen.chosen() if r.code == "ADMIT_PENDING"]
    assert waiting
    door.answers["fates"] = {r.row.fact_id: Fate(sent=True) for r in waiting}
    door.tell(StatusChanged(replace(door.now, unsent=door.now.unsent + 1)))
    qtbot.waitUntil(lambda: all(r.code != "ADMIT_PENDING" for r in screen.chosen()))


def test_a_conflict_is_settled_with_a_note(window, door, qtbot):
    window.go("history")
    screen = window.screens["history"]
    press(qtbot, window, "history-conflicts")
    qtbot.waitUntil(lambda: len(screen.rows) == 2)
    opened = screen.rows[0]
    opened.setFocus()
    qtbot.mouseClick(opened, Qt.MouseButton.LeftButton)
    press(qtbot, window, "settle")
    qtbot.waitUntil(lambda: hasattr(window.panel, "field"))
    press(qtbot, window, "note-go")
    assert door.count("settle") == 0  # no note, no settling
    qtbot.keyClicks(window.panel.field, "twins with one pass")
    press(qtbot, window, "note-go")
    qtbot.waitUntil(lambda: ("settle", (90, "supervisor", "twins with one pass")) in door.asked)
    # The list is drawn anew, and whoever works by keys goes on where they were.
    qtbot.waitUntil(lambda: screen.rows[0] is not opened and screen.rows[0].hasFocus())


def test_trouble_with_settling_is_said(window, door, qtbot):
    window.screens["history"]._done(CorrectionReport("settle_needs_note"))
    assert texts.sentence("settle_needs_note") in window._toast.text


def test_export_writes_what_is_shown_and_no_formulas(window, door, qtbot, documents):
    window.go("history")
    screen = window.screens["history"]
    qtbot.waitUntil(lambda: bool(screen.rows))
    press(qtbot, window, "history-export")
    qtbot.waitUntil(lambda: str(documents) in window._toast.text)
    (file,) = documents.iterdir()
    lines = file.read_text("utf-8-sig").splitlines()
    assert len(lines) == 301
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_cell_is_never_a_formula():
    record = records.read(sample.fact(1, sample.admitted(), 1))
    text = as_csv([replace(record, holder="=HYPERLINK(1)")]).decode("utf-8-sig")
    assert "'=HYPERLINK" in text


def test_a_full_disk_while_exporting_is_said(window, door, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(keep, "documents", lambda: tmp_path / "gone")
    window.go("history")
    press(qtbot, window, "history-export")
    qtbot.waitUntil(lambda: texts.sentence("storage_io") in window._toast.text)


# --- numbers
def rows(*minutes_and_verdicts):
    return [sample.fact(n, verdict, minutes) for n, (minutes, verdict) in enumerate(minutes_and_verdicts)]


def test_the_tally_counts_arrivals_reasons_doors():
    admit, used = sample.admitted(), sample.refused(Reason.ALREADY_USED)
    looked = sample.admitted(Grade.NONE)
    found = rows((0, admit), (1, admit), (2, used), (3, looked), (16, admit), (90, used), (4, admit))
    undone = {found[-1].fact_id}
    tally = records.tally(found, sample.NOW - timedelta(hours=1), sample.NOW + timedelta(minutes=1), undone)
    assert (tally.admitted, tally.refused) == (3, 1)
    assert tally.reasons == (("ALREADY_USED", 1),)
    assert tally.doors == (("Main gate · Kiosk 3", 3),)
    assert sum(count for _, count in tally.slots) == 3
    assert [b - a for (a, _), (b, _) in zip(tally.slots, tally.slots[1:], strict=False)] == [timedelta(minutes=5)] * 3
    assert tally.busiest == (sample.NOW.replace(second=0) - timedelta(minutes=16), 1)  # the first of the best


def test_a_purged_fact_counts_for_nothing_and_breaks_nothing():
    purged = FactRow(1, "x", FactKind.SCAN, datetime.now(UTC), {"purged": True}, "")
    record = records.read(purged)
    assert (record.code, record.holder, record.key) == ("unknown_code", "", None)


def test_numbers_are_shown_and_kept(window, door, qtbot, documents):
    window.go("numbers")
    screen = window.screens["numbers"]
    qtbot.waitUntil(lambda: screen.tally.admitted > 0)
    assert screen.here.figures["admitted"].text() == texts.number(screen.tally.admitted)
    for ending in ("png", "pdf", "csv"):
        press(qtbot, window, f"numbers-{ending}")
        qtbot.waitUntil(
            lambda e=ending: any(f.suffix == f".{e}" and f.stat().st_size > 100 for f in documents.iterdir())
        )


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (3, 3), (4, 4), (7, 8), (13, 15), (99, 100), (1234, 1500)])
def test_the_scale_is_round_and_holds_the_highest_bar(most, top):
    assert round_top(most) == top


# --- readiness
def test_ready_when_all_is_well():
    found = checks(sample.STATUS, sample.SETTINGS, DeviceState.RUNNING)
    assert ready(found)
    assert {c.tone for c in found} == {Tone.GOOD, Tone.NOTE}


BAD = {
    "passes": replace(sample.STATUS, accounts=(AccountStatus("main", "passcreator", Connection.ONLINE, 10, 5000),)),
    "list": replace(sample.STATUS, cache_age=None),
    "account": replace(sample.STATUS, accounts=(AccountStatus("main", "passcreator", Connection.UNAUTHORISED),)),
    "clock": replace(sample.STATUS, clock_offset=-75.0),
}


@pytest.mark.parametrize("name", BAD)
def test_not_ready_says_what_is_missing_and_what_to_do(window, door, qtbot, name):
    door.now = BAD[name]
    door.tell(StatusChanged(BAD[name]))
    window.go("readiness")
    screen = window.screens["readiness"]
    qtbot.waitUntil(lambda: screen.headline.text() == texts.word("ready.not"))
    bad = [c for c in checks(BAD[name], sample.SETTINGS, DeviceState.RUNNING) if c.tone is Tone.DANGER]
    assert name in [c.name for c in bad]
    assert all(c.advice for c in bad)


def test_warnings_do_not_keep_the_door_shut():
    status = replace(sample.STATUS, unsent=3, conflicts=1, connection=Connection.OFFLINE)
    assert ready(checks(status, sample.SETTINGS, DeviceState.MISSING))


def test_sync_now(window, door, qtbot):
    window.go("readiness")
    press(qtbot, window, "ready-sync")
    qtbot.waitUntil(lambda: ("sync_now", False) in door.asked)


def test_the_help_desk_sends_a_message_and_blocks(window, door, qtbot):
    """What the platform can do is offered; words are asked for where they are needed."""
    window.go("helpdesk")
    desk = window.screens["helpdesk"]
    key = door.search("lov")[0].key
    desk.open(key)
    qtbot.waitUntil(lambda: desk.story is not None)
    qtbot.waitUntil(lambda: desk.story.findChild(QWidget, "office-push") is not None)
    desk._ask_words(OfficeTask.PUSH)
    panel = window.findChild(NotePanel)
    panel.field.setText("Gate 4, please")
    panel.go()
    desk._ask_words(OfficeTask.VOID)
    asked = [(key, OfficeTask.PUSH, "supervisor", "Gate 4, please"), (key, OfficeTask.VOID, "supervisor", "")]
    qtbot.waitUntil(lambda: [a for name, a in door.asked if name == "office"] == asked)


def test_the_platforms_figures_are_shown_with_their_age_and_kept(window, door, qtbot, documents):
    window.go("numbers")
    press(qtbot, window, "numbers-platform")
    screen = window.screens["numbers"]
    qtbot.waitUntil(lambda: screen.platform.figures["active"].text() == texts.number(4860))
    assert screen.platform.says.text().startswith(texts.word("numbers.as_of", ago="")[:4])
    screen.platform.series.setCurrentIndex(1)
    for ending in ("pdf", "csv"):
        press(qtbot, window, f"numbers-{ending}")
        qtbot.waitUntil(lambda e=ending: any(f.suffix == f".{e}" for f in documents.iterdir()))
    (kept,) = documents.glob("*.csv")
    assert "Summer Night Festival,active,2026-06-20,4860" in kept.read_text("utf-8-sig")
    assert all(f.stat().st_mode & 0o777 == 0o600 for f in documents.iterdir())


def test_figures_that_cannot_be_had_say_why(window, door, qtbot):
    before = door.front.figures()
    door.answers["figures"] = [replace(before[0], trouble="platform_unreachable")]
    window.go("numbers")
    press(qtbot, window, "numbers-platform")
    screen = window.screens["numbers"]
    qtbot.waitUntil(lambda: texts.sentence("platform_unreachable") in screen.platform.says.text())
    assert screen.platform.figures["active"].text() == texts.number(4860)  # what was told last stays
    door.answers["figures"], door.can = [], frozenset()
    window.chosen("door")
    window.go("numbers")
    press(qtbot, window, "numbers-platform")
    qtbot.waitUntil(lambda: texts.sentence("account_unusable") in screen.platform.says.text())


def test_bars_appear_once_their_library_has_been_loaded_off_the_windows_thread(window, door, qtbot):
    window.go("numbers")
    chart = window.screens["numbers"].here.arrivals
    qtbot.waitUntil(lambda: chart._plot is not None and bool(chart._bars))
    drawn = [item for item in chart._plot.getPlotItem().items if type(item).__name__ == "BarGraphItem"]
    assert len(drawn) == 1
    assert sum(drawn[0].opts["height"]) == window.screens["numbers"].tally.admitted
    assert chart.accessibleName()


def test_disk_readers_and_the_limits_of_a_door_without_a_network_are_told():
    status = replace(sample.STATUS, disk_free=300 * 1024**2)
    readers = (ReaderReport("nfc:usb", DeviceState.RUNNING), ReaderReport("serial:/dev/ttyS9", DeviceState.MISSING))
    place = replace(sample.PLACE, confirm=True)
    settings = replace(sample.SETTINGS, places=(place,))
    found = {(c.name, c.tone) for c in checks(status, settings, DeviceState.RUNNING, readers)}
    assert ("disk", Tone.DANGER) in found
    assert {("reader", Tone.GOOD), ("reader", Tone.WARN)} <= found
    notes = [c.says for c in checks(status, settings, DeviceState.RUNNING) if c.name == "offline"]
    assert notes == [texts.word("ready.offline.doors"), texts.word("ready.offline.confirm")]
    assert ready(checks(replace(status, disk_free=1024**3), settings, DeviceState.RUNNING, readers))
    shut = replace(sample.STATUS, cannot_record="storage_read_only")  # plenty of room
    assert not ready(checks(shut, settings, DeviceState.RUNNING, readers))
    shut = replace(shut, store_troubles=("storage_copy",))  # which says that scans are recorded
    assert texts.sentence("storage_copy") not in [c.says for c in checks(shut, settings, DeviceState.RUNNING)]
    troubled = replace(sample.STATUS, store_troubles=("storage_copy", "storage_chores"))
    told = {c.says: c.tone for c in checks(troubled, settings, DeviceState.RUNNING)}
    assert told[texts.sentence("storage_copy")] is told[texts.sentence("storage_chores")] is Tone.WARN


@pytest.fixture
def german():
    texts.set_language("de")
    yield
    texts.set_language("en")


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("state", [s for s in DeviceState if s.away])
def test_what_keeps_a_reader_or_the_camera_away_is_told_in_the_users_language_and_what_to_do(state):
    readers = (ReaderReport("nfc:usb", state, "the device's own words"),)
    found = {c.name: c for c in checks(sample.STATUS, sample.SETTINGS, state, readers)}
    assert found["camera"].says == texts.word(f"device.{state.value}") != f"device.{state.value}"
    assert found["reader"].says == f"nfc:usb · {texts.headline(state.code)}"
    assert found["camera"].advice == found["reader"].advice == texts.device_help(state.code)
    administrators = (DeviceState.NO_PERMISSION, DeviceState.NO_LIBRARY, DeviceState.UNSUPPORTED)
    administrators += (DeviceState.SIGN_IN, DeviceState.NO_STREAM)
    assert found["reader"].advice == (texts.admin if state in administrators else texts.advice)(state.code)


def test_the_screen_asks_how_the_readers_fare(window, door, qtbot):
    window.go("readiness")
    screen = window.screens["readiness"]
    qtbot.waitUntil(window.bridge.idle)
    assert len(screen._readers) == len(door.devices.readers())
    shown = [row.accessibleName() for row in screen.findChildren(CheckRow)]
    for reader in screen._readers:
        assert any(reader.source in name for name in shown)
