"""Entry and exit at one door, and what is asked before it is turned."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from scanner_app.application.control import Role
from scanner_app.application.roles import Action, allowed, role_for
from scanner_app.domain.passes import Direction
from scanner_app.domain.verdict import Grade, Reason
from scanner_app.ui import sample, texts
from scanner_app.ui.widgets.pinpad import PinPad


@pytest.fixture
def garden(open_window, door):
    door.now = replace(door.now, place="Garden", policy="in_out")
    door.kept = replace(door.kept, place="Garden")
    return open_window()


def test_a_door_of_one_way_has_no_switch(open_window, door):
    assert not open_window().screens["door"].way.isVisible()


def test_the_door_is_turned_round_and_looks_it(garden, door, qtbot):
    screen = garden.screens["door"]
    assert screen.panel.words == texts.word("door.ready")
    qtbot.mouseClick(garden.findChild(QPushButton, "way-exit"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.panel.words == texts.word("direction.exit"))
    assert ("set_direction", Direction.EXIT) in door.asked
    assert garden.findChild(QPushButton, "way-exit").isChecked()
    assert not garden.findChild(QPushButton, "way-entry").isChecked()
    for grade in (Grade.CONFIRMED, Grade.PENDING):
        door.tell(sample.decided(replace(sample.admitted(grade), direction=Direction.EXIT)))
        qtbot.waitUntil(lambda: screen.panel.advice.text() == texts.advice("LEAVE"))
        assert screen.panel.words.casefold() == texts.headline("LEAVE").casefold()
    screen._to_ready()
    assert screen.panel.words == texts.word("direction.exit")


def test_who_is_refused_at_an_exit_is_let_out_not_in(garden, door, qtbot):
    garden.screens["door"]._direction = Direction.EXIT
    door.tell(sample.decided(sample.refused(Reason.NOT_INSIDE)))
    found = lambda: garden.findChild(QPushButton, "door-override")  # noqa: E731
    qtbot.waitUntil(lambda: found() is not None)
    assert found().text() == texts.word("door.override_out")
    qtbot.mouseClick(found(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: garden.panel is not None)
    assert garden.panel.findChild(QPushButton, "reason-go").text() == texts.word("door.override_out")
    qtbot.keyClicks(garden.panel.field, "came in with the crew")
    qtbot.keyClick(garden.panel.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: texts.word("door.override_out_done") in garden._toast.text)


def test_a_pin_may_stand_before_it(garden, door, qtbot):
    door.pins[Role.SUPERVISOR] = "2468"
    door.kept = garden.settings = replace(door.kept, pins={"turn": "supervisor"})
    qtbot.mouseClick(garden.findChild(QPushButton, "way-exit"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(garden.panel, PinPad))
    assert door.count("set_direction") == 0
    assert garden.findChild(QPushButton, "way-entry").isChecked(), "not turned before it is turned"
    qtbot.keyClicks(garden.panel, "2468")
    qtbot.keyClick(garden.panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: door.count("set_direction") == 1)


def test_what_the_rules_keep_for_a_supervisor_cannot_be_given_away():
    for action in (Action.OVERRIDE, Action.UNDO_LATE, Action.OFFICE, Action.SETTLE, Action.CHOOSE):
        assert allowed(action) == ("supervisor", "administrator")
        assert role_for(action, {action.value: ""}) == "supervisor"
        assert role_for(action, {action.value: "nonsense"}) == "supervisor"
    assert role_for(Action.TYPE, {"type": "administrator"}) == "administrator"
    assert role_for(Action.TYPE, {}) == ""


def test_every_figure_of_the_day_is_told(garden, door, qtbot):
    counts = garden.screens["door"].counts
    told = {key: label.text() for key, label in counts.figures.items()}
    assert told == {"admitted": "1,284", "expected": "5,000", "inside": "1,197", "refused": "23"}
