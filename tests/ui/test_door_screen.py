"""The attended door: what staff see and do."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from scanner_app.application.control import CorrectionReport, Role
from scanner_app.application.events import Checking, GateMoved, GateState, StatusChanged
from scanner_app.application.fates import Fate
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.verdict import Grade, Reason
from scanner_app.ui import sample, texts
from scanner_app.ui.screens.record_panel import RecordPanel
from scanner_app.ui.widgets.face import badge, face
from scanner_app.ui.widgets.strip import StatusStrip
from scanner_app.ui.widgets.symbol import Symbol


def press(qtbot, window, name):
    def found():
        return [b for b in window.findChildren(QPushButton, name) if b.isVisible()]

    qtbot.waitUntil(lambda: bool(found()))
    qtbot.mouseClick(found()[-1], Qt.MouseButton.LeftButton)


def visible_texts(window):
    from PySide6.QtWidgets import QLabel

    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


@pytest.mark.parametrize("name", sample.VERDICTS)
def test_every_verdict_says_what_and_what_to_do(window, door, qtbot, name):
    verdict = sample.VERDICTS[name]
    screen = window.screens["door"]
    door.tell(sample.decided(verdict, 1))
    code = texts.verdict_code(verdict)
    qtbot.waitUntil(lambda: screen.panel.words == texts.headline(code))
    assert screen.panel.advice.text() == texts.advice(code)
    assert screen.panel.headline.pixels >= 96
    if verdict.subject:
        assert screen.panel.name.text() == verdict.subject.holder
    assert screen.recent.rows[0].event_shown.scan.verdict is verdict


def test_who_confirmed_is_said():
    by_platform = sample.admitted()
    by_hub = replace(by_platform, detail={**by_platform.detail, "hub_slot": 1})
    assert (badge(by_platform), badge(by_hub)) == ("Confirmed by the platform", "Confirmed by the venue's hub")


def test_pending_never_looks_like_confirmed():
    confirmed, pending = face(sample.admitted()), face(sample.admitted(Grade.PENDING))
    assert confirmed.symbol is not pending.symbol
    assert confirmed.ground != pending.ground
    assert pending.edge
    assert not confirmed.edge


def test_stale_is_attention_and_every_refusal_a_refusal():
    assert face(sample.admitted(Grade.PENDING, stale=True)).symbol is Symbol.ATTENTION
    assert {face(sample.refused(r)).symbol for r in Reason if r is not Reason.ADMIT} == {Symbol.REFUSE}


def test_a_refusal_says_when_where_and_by_which_kiosk(window, door, qtbot):
    door.tell(sample.decided(sample.refused(Reason.ALREADY_USED)))
    qtbot.waitUntil(lambda: "Kiosk 1" in visible_texts(window))
    shown = visible_texts(window)
    assert "Main gate" in shown
    assert any("Jun 2026" in t for t in shown)


def test_ready_again_after_the_time_set(open_window, door, qtbot):
    from dataclasses import replace

    door.kept = replace(door.kept, screen=replace(door.kept.screen, verdict_seconds=0.5))
    window = open_window()
    panel = window.screens["door"].panel
    door.tell(sample.decided(sample.refused(Reason.UNKNOWN)))
    qtbot.waitUntil(lambda: panel.words == texts.headline("UNKNOWN"))
    qtbot.waitUntil(lambda: panel.words == texts.word("door.ready"))


def test_checking_is_shown_until_the_verdict(window, door, qtbot):
    door.tell(Checking(Credential("x", Symbology.QR)))
    panel = window.screens["door"].panel
    qtbot.waitUntil(lambda: panel.words == texts.word("door.checking"))
    door.tell(sample.decided(sample.admitted()))
    qtbot.waitUntil(lambda: panel.words == texts.headline("ADMIT"))


def test_a_door_that_can_record_nothing_says_so_until_it_can(window, door, qtbot):
    panel, strip = window.screens["door"].panel, window.findChild(StatusStrip)
    full = replace(sample.STATUS, disk_free=0, cannot_record="storage_full")
    door.tell(StatusChanged(full))
    qtbot.waitUntil(lambda: panel.words == texts.headline("storage_full"))
    assert texts.advice("storage_full") in visible_texts(panel)
    assert texts.headline("storage_full") in [chip.accessibleName() for chip in strip.chips if chip.isVisible()]
    door.tell(StatusChanged(sample.STATUS))
    qtbot.waitUntil(lambda: panel.words == texts.word("door.ready"))
    assert texts.headline("storage_full") not in visible_texts(strip)
    door.tell(StatusChanged(replace(sample.STATUS, disk_free=100 * 1024**2)))
    qtbot.waitUntil(lambda: texts.word("ready.disk_free", size=texts.number(0.1, 1)) in visible_texts(strip))
    assert panel.words == texts.word("door.ready")


def test_undo_from_the_panel(window, door, qtbot):
    door.tell(sample.decided(sample.admitted(), 7))
    screen = window.screens["door"]
    qtbot.waitUntil(lambda: screen.panel.words == texts.headline("ADMIT"))
    press(qtbot, window, "door-undo")
    qtbot.waitUntil(lambda: ("undo", "scan-00007") in door.asked)
    qtbot.waitUntil(lambda: texts.word("door.undone") in window._toast.text)
    assert screen.panel.words == texts.word("door.ready")


def test_undo_from_the_toast(open_window, door, qtbot):
    from dataclasses import replace

    door.kept = replace(door.kept, screen=replace(door.kept.screen, verdict_seconds=0.02))
    window = open_window()
    door.tell(sample.decided(sample.admitted(), 8))
    qtbot.waitUntil(lambda: "Ada Lovelace" in window._toast.text)
    press(qtbot, window, "toast-action")
    qtbot.waitUntil(lambda: ("undo", "scan-00008") in door.asked)


def test_no_undo_lies_over_what_is_pressed_elsewhere(window, door, qtbot):
    """A press on Save took an admission back."""
    door.tell(sample.decided(sample.admitted(), 8))
    screen = window.screens["door"]
    qtbot.waitUntil(lambda: screen.panel.words == texts.headline("ADMIT"))
    screen._to_ready()
    assert window._toast.isVisible()
    window.go("history")
    assert not window._toast.isVisible()
    screen._to_ready()
    assert not window._toast.isVisible()
    window.go("door")
    screen.open_manual()
    screen._to_ready()
    assert not window._toast.isVisible()


def test_an_admission_that_the_turnstile_gave_back_does_not_stand_there(window, door, qtbot):
    """It went on saying "Let the guest in": whoever opened by hand let in a pass that was still unused."""
    screen = window.screens["door"]
    door.tell(sample.decided(sample.admitted(), 8))
    qtbot.waitUntil(lambda: screen.panel.words == texts.headline("ADMIT"))
    door.tell(GateMoved("scan-00008", GateState.NOT_PASSED))
    qtbot.waitUntil(lambda: screen.panel.words == texts.word("door.ready"))
    assert screen.recent.rows[0].line.below == texts.word("door.undone")
    assert not window._toast.isVisible()


def test_a_late_undo_wants_the_supervisor_and_a_reason(window, door, qtbot):
    door.answers["undo"] = CorrectionReport("undo_needs_supervisor")
    door.tell(sample.decided(sample.admitted(), 9))
    qtbot.waitUntil(lambda: window.screens["door"].panel.words == texts.headline("ADMIT"))
    press(qtbot, window, "door-undo")
    qtbot.waitUntil(lambda: window._overlay.panel is not None)
    window._overlay.panel.field.setText("wrong guest")
    door.answers["undo"] = CorrectionReport("", "u")
    press(qtbot, window, "reason-go")
    qtbot.waitUntil(lambda: texts.word("door.undone") in window._toast.text)


def test_override_wants_pin_and_reason(window, door, qtbot):
    door.pins[Role.SUPERVISOR] = "2468"
    door.tell(sample.decided(sample.refused(Reason.ALREADY_USED), 3))
    qtbot.waitUntil(lambda: window.screens["door"].panel.words == texts.headline("ALREADY_USED"))
    press(qtbot, window, "door-override")
    qtbot.waitUntil(lambda: window._overlay.panel is not None)
    qtbot.keyClicks(window._overlay.panel, "2468")
    press(qtbot, window, "pin-ok")
    qtbot.waitUntil(lambda: hasattr(window._overlay.panel, "field"))
    press(qtbot, window, "reason-go")
    assert window._overlay.panel is not None  # no reason, no admission
    qtbot.keyClicks(window._overlay.panel.field, "was outside for air")
    press(qtbot, window, "reason-go")
    qtbot.waitUntil(lambda: ("override", ("scan-00003", "supervisor", "was outside for air")) in door.asked)


def test_a_typed_code_is_presented_as_typed(window, door, qtbot):
    press(qtbot, window, "door-type")
    panel = window._overlay.panel
    qtbot.keyClicks(panel.field, "SNF-7340219")
    press(qtbot, window, "manual-go")
    assert ("present", Credential("SNF-7340219", Symbology.TYPED)) in door.asked
    assert window._overlay.panel is None


def test_a_typed_pass_says_that_none_was_shown(window, door, qtbot):
    door.tell(sample.decided(sample.admitted(shown=False)))
    badge = window.screens["door"].panel.badge
    qtbot.waitUntil(lambda: texts.word("door.not_shown") in badge.text())


def test_several_passes_are_offered_to_a_supervisor(window, door, qtbot):
    door.tell(sample.decided(sample.refused(Reason.AMBIGUOUS)))
    qtbot.waitUntil(lambda: window.screens["door"].panel.words == texts.headline("AMBIGUOUS"))
    newest = window.screens["door"].recent.rows[0]
    assert (newest.line.title, newest.line.below) == ("Ada Lovelace", texts.headline("AMBIGUOUS"))
    assert texts.word("door.nobody") not in newest.line.title
    press(qtbot, window, "door-choose")
    qtbot.waitUntil(lambda: window._overlay.panel is not None)
    name = next(b for b in window._overlay.panel.findChildren(QPushButton) if "Grace Hopper" in b.text())
    qtbot.mouseClick(name, Qt.MouseButton.LeftButton)
    assert ("choose", (sample.guest(1).key, "supervisor")) in door.asked


def test_look_only_is_clearly_marked(window, door, qtbot):
    press(qtbot, window, "door-look")
    qtbot.waitUntil(lambda: texts.word("door.look_on") in visible_texts(window))
    assert texts.word("strip.look") in visible_texts(window)


def test_the_last_scans_are_there_after_a_restart_and_are_told_as_they_are_now(window, door, qtbot):
    recent = window.screens["door"].recent
    qtbot.waitUntil(lambda: len(recent.rows) == 5)
    door.tell(sample.decided(sample.admitted(sample.Grade.PENDING, n=1), 901, undo=True))
    qtbot.waitUntil(lambda: recent.rows[0].event_shown is not None)
    first = recent.rows[0]
    assert texts.word("door.not_confirmed") in first.line.below
    row = replace(door.recent(1)[0], fact_id=first.scan_id)
    door.answers["recent"] = [row]
    door.answers["fates"] = {first.scan_id: Fate(sent=True)}
    door.tell(StatusChanged(replace(door.now, unsent=door.now.unsent + 1)))
    qtbot.waitUntil(lambda: texts.word("door.not_confirmed") not in first.line.below)
    qtbot.mouseClick(recent.rows[-1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(window.panel, RecordPanel))


def test_only_the_last_five_scans_stay(window, door, qtbot):
    for n in range(9):
        door.tell(sample.decided(sample.admitted(n=n), n))
    rows = window.screens["door"].recent.rows
    qtbot.waitUntil(lambda: len(rows) == 5 and rows[0].scan_id == "scan-00008")


def test_a_scan_shows_over_an_open_panel(window, door, qtbot):
    press(qtbot, window, "door-type")
    door.tell(sample.decided(sample.admitted(n=1)))
    qtbot.waitUntil(window._banner.isVisible)
    assert window._banner.headline.text() == texts.headline("ADMIT")
    assert window._overlay.panel is not None
    window.close_panel()
    assert not window._banner.isVisible(), "the door's own verdict stands below"
    window.go("helpdesk")
    door.tell(sample.decided(sample.admitted(n=2)))
    qtbot.waitUntil(window._banner.isVisible)
    window.go("door")
    assert not window._banner.isVisible()
