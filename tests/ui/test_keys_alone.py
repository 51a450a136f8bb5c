"""The window by keys alone: where Tab goes can be seen, has a name, and never lies behind a panel."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider, QWidget

from scanner_app.ui.screenshot_stage import settle, staged
from scanner_app.ui.screenshots import SHOTS

FORWARD = (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
BACK = (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)


def stops(window, key):
    """Press Tab until it comes round; return every stop."""
    found = []
    while len(found) < 300:
        QTest.keyClick(window.focusWidget() or window, *key)
        settle()
        at = window.focusWidget()
        if at in found:
            return found
        found.append(at)
    raise AssertionError("Tab never comes round")


def seen(widget):
    """Whether all of it, or a finger's breadth of it, is in view."""
    return widget.visibleRegion().boundingRect().height() >= min(widget.height(), 40)


@pytest.mark.parametrize("key", [FORWARD, BACK], ids=["forward", "back"])
@pytest.mark.parametrize("name", ["settings-pin", "settings-taps", "settings-one-place", "history", "helpdesk"])
def test_what_tab_comes_to_is_in_view_and_has_a_name(qapp, name, key):
    with staged(next(s for s in SHOTS if s.name == name), "en", (1280, 800)) as stage:
        for widget in stops_as_they_come(stage.window, key):
            assert seen(widget), widget.accessibleName()
            assert widget.accessibleName() or widget.text()


def stops_as_they_come(window, key):
    """The same, each looked at while Tab stands there."""
    for _ in range(len(stops(window, key))):
        QTest.keyClick(window.focusWidget() or window, *key)
        settle()
        yield window.focusWidget()


@pytest.mark.parametrize(
    "name", ["helpdesk-project", "helpdesk-new-pass-made", "helpdesk-link-made", "door-choose", "pin"]
)
def test_keys_never_go_to_what_lies_behind_a_panel(qapp, name):
    """Also where one panel follows another, and where what had the focus went out of it."""
    with staged(next(s for s in SHOTS if s.name == name), "en", (1280, 800)) as stage:
        settle()
        panel = stage.window.panel
        assert all(panel.isAncestorOf(widget) for widget in stops(stage.window, FORWARD))
        QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Escape)
        settle()
        assert stage.window.panel is None


def test_focus_stays_in_the_panel_when_what_had_it_goes_out_of_it(window, qtbot):
    window.activateWindow()
    window.screens["door"].open_manual()
    panel = window.panel
    qtbot.waitUntil(panel.field.hasFocus)
    panel.field.hide()
    qtbot.waitUntil(lambda: window.focusWidget() is panel or panel.isAncestorOf(window.focusWidget()))


def test_the_language_that_is_spoken_shows_that_the_keyboard_is_at_it(qapp):
    with staged(next(s for s in SHOTS if s.name == "kiosk-waiting"), "en", (1280, 800)) as stage:
        chosen = stage.window.findChild(QWidget, "language-en")
        before = chosen.grab().toImage()
        chosen.setFocus(Qt.FocusReason.TabFocusReason)
        assert chosen.hasFocus()
        assert chosen.grab().toImage() != before


def test_the_pin_of_the_first_set_up_is_typed_and_reached_by_tab(qapp):
    with staged(next(s for s in SHOTS if s.name == "setup-5-pin"), "en", (1280, 800)) as stage:
        names = [widget.accessibleName() or widget.text() for widget in stops(stage.window, FORWARD)]
        assert names.count("1") == 1
        assert all(names)


def test_after_a_message_the_keyboard_is_where_it_was(qapp):
    """What was done is told by a story made anew."""
    with staged(next(s for s in SHOTS if s.name == "helpdesk"), "en", (1280, 800)) as stage:
        stage.window.findChild(QWidget, "office-push").setFocus()
        QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Space)
        stage.until(lambda: stage.window.panel is not None)
        QTest.keyClicks(stage.window.panel.field, "Doors open at 19:00")
        QTest.keyClick(stage.window.panel.field, Qt.Key.Key_Return)
        stage.until(lambda: stage.window.panel is None and stage.window.bridge.idle())
        settle()
        assert stage.window.focusWidget() is stage.window.findChild(QWidget, "office-push")


def test_after_what_is_done_with_the_keyboard_is_at_what_can_be_done_now(qapp):
    """A blocked pass has no Block any more, and one that was taken back no Undo."""
    with staged(next(s for s in SHOTS if s.name == "helpdesk"), "en", (1280, 800)) as stage:
        desk = stage.window.screens["helpdesk"]
        stage.window.findChild(QWidget, "office-void").setFocus()
        gone = desk.story.story
        stage.window.control.story = lambda _: replace(gone, subject=replace(gone.subject, voided=True), facts=())
        desk.open(gone.subject.key)
        stage.until(lambda: desk.story.story is not gone and stage.window.bridge.idle())
        settle()
        assert desk.story.isAncestorOf(stage.window.focusWidget())
        assert stage.window.focusWidget().isEnabled()


def test_tab_ends_the_idle_kiosks_picture_and_goes_nowhere_unseen(qapp):
    with staged(next(s for s in SHOTS if s.name == "kiosk-attract"), "en", (1280, 800)) as stage:
        kiosk = stage.window.screens["kiosk"]
        assert kiosk.attract.isVisible()
        QTest.keyClick(stage.window.findChild(QWidget, "language-en"), *FORWARD)
        assert not kiosk.attract.isVisible()
        assert all(seen(widget) for widget in stops(stage.window, FORWARD))


@pytest.mark.parametrize("look", ["dark", "light", "contrast"])
def test_a_slider_shows_that_the_keyboard_is_at_it(qapp, look):
    with staged(next(s for s in SHOTS if s.name == "settings-sound"), "en", (1280, 800), look) as stage:
        slider = stage.window.findChild(QSlider)
        before = slider.grab().toImage()
        slider.setFocus(Qt.FocusReason.TabFocusReason)
        settle()
        assert slider.grab().toImage() != before
