"""The door that was first learns of the other one's admission when it fetches the pass again."""

import pytest
from support.simulated_platform import fails, script

from scanner_app.domain.errors import PlatformKind


@pytest.fixture
def admitted(kiosk, platform):
    """A pass admitted here and told; the other door's admission is told a minute later."""
    platform.create("p1")
    kiosk.round()
    scan_id = kiosk.admit("p1")
    kiosk.drain()
    kiosk.round()
    assert kiosk.conflicts() == []
    kiosk.later(minutes=1)
    platform.use("p1", "gate 2")
    return scan_id


def told(kiosk):
    return [(c["scan_id"], c["here"]["device"], c["there"]["used_device"]) for c in kiosk.conflicts()]


def test_it_is_told_once_however_often_the_pass_comes_by(kiosk, platform, admitted):
    for full in (False, True):
        kiosk.round(full=full)
        assert told(kiosk) == [(admitted, "gate 1", "gate 2")]
    kiosk.restart()
    kiosk.round(full=True)
    assert told(kiosk) == [(admitted, "gate 1", "gate 2")]
    assert [n.code for n in kiosk.notices].count("upload_contested") == 1
    kiosk.later(minutes=1)
    platform.use("p1", "gate 3")
    kiosk.round()
    assert [there for _, _, there in told(kiosk)] == ["gate 3", "gate 2"]


def test_the_platform_is_asked_once_for_each_change_of_its_uses(kiosk, platform, admitted):
    asked = []
    platform.next_fault = asked.append
    for full in (False, True, True):
        kiosk.round(full=full)
    assert asked.count("others") == 1
    kiosk.later(minutes=1)
    platform.use("p1", "gate 3")
    kiosk.round()
    assert asked.count("others") == 2


def test_a_crash_between_the_finding_and_the_page_tells_it_once(kiosk, platform, admitted):
    fault = script([fails(PlatformKind.UNREACHABLE)], "others")
    platform.next_fault = fault
    assert kiosk.round().trouble
    assert kiosk.conflicts() == []
    kiosk.restart()
    kiosk.round()
    assert told(kiosk) == [(admitted, "gate 1", "gate 2")]


def test_who_else_admitted_cannot_be_asked_and_the_passes_come_all_the_same(kiosk, platform, admitted):
    platform.next_fault = script([fails(PlatformKind.NOT_FOUND)], "others")
    assert not kiosk.round().trouble
    kiosk.round(full=True)
    assert told(kiosk) == [(admitted, "gate 1", "gate 2")]


def test_what_was_undone_is_nobodys_conflict(kiosk, platform, admitted):
    kiosk.undo(admitted)
    kiosk.drain()
    kiosk.round()
    assert kiosk.conflicts() == []


@pytest.mark.parametrize("policy", ["attendance", "in_out", "counted", "stored_value"])
def test_where_a_pass_is_good_more_than_once_nothing_is_told(kiosk, platform, policy):
    platform.create("p1")
    kiosk.admit("p1", policy=policy)
    kiosk.drain()
    platform.use("p1", "gate 2")
    kiosk.round()
    assert kiosk.conflicts() == []


def test_what_still_waits_finds_out_by_itself(kiosk, platform):
    platform.create("p1")
    kiosk.admit("p1")
    platform.use("p1", "gate 2")
    kiosk.round()
    assert kiosk.conflicts() == []
