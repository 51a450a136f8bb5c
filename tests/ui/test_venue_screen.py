"""The supervisor's view of the venue, in the window."""

from dataclasses import replace

import pytest

from scanner_app.application.events import StatusChanged
from scanner_app.application.hub import HubState
from scanner_app.application.venue_rule import VenueRule
from scanner_app.application.venue_view import DoorState
from scanner_app.ui import sample, texts, venue_words
from scanner_app.ui.widgets.text import Label


@pytest.fixture
def joined(door, open_window):
    door.kept = replace(sample.SETTINGS, venue=sample.JOINED)
    door.now = replace(sample.STATUS, venue=sample.HUB)
    return open_window()


def said(screen):
    return [label.text() for label in screen.findChildren(Label) if not label.isHidden()]


def test_a_kiosk_on_its_own_has_no_venue(window):
    assert "venue" not in window.screens


def test_doors_hubs_flow_twice_and_alarms(joined, qtbot, door):
    joined.go("venue")
    screen = joined.screens["venue"]
    qtbot.waitUntil(lambda: len(screen.rows) == 10)
    assert [row.line.title for row in screen.rows[:2]] == ["kiosk-09 · Family entrance", "kiosk-08 · North stand"]
    assert "17 not told yet" in screen.rows[1].line.below
    assert screen.rows[-1].line.title == "kiosk-10", "who never came is no trouble"
    words = said(screen)
    assert "The hubs decide." in words
    assert "Admitted twice · 2" in words
    qtbot.waitUntil(lambda: any("kiosk-03" in text and "not signed" in text for text in said(screen)))
    assert [label.text() for label in screen.figures] == ["10,862", "263"]


def test_it_follows_while_it_is_shown_and_rests_otherwise(joined, qtbot, door):
    screen = joined.screens["venue"]
    screen._timer.setInterval(20)
    joined.go("venue")
    qtbot.waitUntil(lambda: len(screen.rows) == 10)
    door.answers["venue"] = replace(sample.VENUE, doors=sample.VENUE.doors[:3], connected=False)
    qtbot.waitUntil(lambda: len(screen.rows) == 3)
    assert "No hub can be reached from here." in said(screen)
    joined.go("door")
    assert not screen._timer.isActive()


def test_the_rule_in_force_is_on_every_screen_while_no_hub_decides(joined, qtbot):
    strip = joined._strip
    assert strip._hub.isHidden()
    alone = HubState(connected=False, rule=VenueRule.CLOSED, isolated_for=3.0)
    joined.hear(StatusChanged(replace(sample.STATUS, venue=alone)))
    assert not strip._hub.isHidden()
    assert strip._hub.accessibleName() == "No hub · Alone: refuses"
    undecided = HubState(connected=True, rule=VenueRule.OPEN, isolated_for=1.0)
    assert venue_words.alone(undecided) == "No hub · Alone: admits, up to a limit"
    assert venue_words.alone(replace(undecided, spent=True)) == "No hub · Alone: limit reached, refuses"
    assert venue_words.alone(HubState(connected=True)) == ""


def test_the_strip_and_the_checks_say_why_no_hub_decides():
    cut_off = HubState(rule=VenueRule.OPEN, isolated_for=1.0, trouble="unreachable")
    shut_out = replace(cut_off, trouble="refused")
    assert venue_words.alone(shut_out) == "No hub · Shut out: refuses"
    said = {trouble: venue_words.why_alone(replace(cut_off, trouble=trouble)) for trouble in venue_words.TOLD}
    assert said["not_in_roster"].startswith("The hubs were not told of this kiosk.")
    assert len({*said.values(), venue_words.why_alone(cut_off)}) == len(said) + 1


@pytest.mark.parametrize("language", texts.languages())
def test_every_state_has_words(language):
    texts.set_language(language)
    try:
        for state in DoorState:
            view = replace(sample.VENUE, doors=tuple(replace(d, state=state) for d in sample.VENUE.doors))
            assert all("venue." not in line.below for line in venue_words.doors(view))
        states = [HubState(trouble=trouble) for trouble in venue_words.TOLD]
        assert all("venue." not in venue_words.why_alone(state) for state in states)
        assert all(
            texts.word(f"venue.why.{why}") != f"venue.why.{why}" for why in ("limit", "share", "shut_out", "news")
        )
        assert all("venue." not in text for text in venue_words.alarms(sample.VENUE) + venue_words.twice(sample.VENUE))
    finally:
        texts.set_language("en")
