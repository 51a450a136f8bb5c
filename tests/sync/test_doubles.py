"""The door that was first learns of the other one's admission when it fetches the pass again."""

import pytest
from support.simulated_platform import fails, script

from scanner_app.domain.errors import PlatformKind
from scanner_app.domain.passes import Direction
from scanner_app.domain.scan import OperationKind, OperationState


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
    assert [c["answer"] for c in kiosk.conflicts()] == ["used_later"]
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


def test_another_kiosk_of_our_own_name_is_told_and_named(kiosk, platform, admitted):
    """Our ledger knows nothing of that admission, so somebody else works under our name."""
    kiosk.round()
    kiosk.later(minutes=1)
    platform.use("p1", "gate 1")
    kiosk.round()
    assert [there for _, _, there in told(kiosk)] == ["gate 1", "gate 2"]
    assert [n.code for n in kiosk.notices].count("same_name") == 1


def test_an_admission_of_ours_before_an_undo_is_nobody_elses(kiosk, platform):
    """The platform keeps the scan that was taken back: it bears our name, and our ledger has it."""
    platform.create("p1")
    kiosk.round()
    first = kiosk.admit("p1")
    kiosk.drain()
    platform.use("p1", "gate 1")
    kiosk.undo(first)
    kiosk.drain()
    kiosk.later(minutes=1)
    kiosk.admit("p1")
    kiosk.drain()
    platform.use("p1", "gate 1")
    kiosk.round(full=True)
    assert kiosk.conflicts() == []


@pytest.mark.parametrize("policy", ["attendance", "stored_value"])
def test_where_a_pass_is_good_any_number_of_times_nothing_is_told(kiosk, platform, policy):
    platform.create("p1")
    kiosk.admit("p1", policy=policy)
    kiosk.drain()
    kiosk.later(minutes=1)
    platform.use("p1", "gate 2")
    kiosk.round()
    assert kiosk.conflicts() == []


def moves(kiosk, platform, *steps, policy="in_out", **more):
    """Ours and theirs, in and out, a minute apart; return the scans of ours."""
    platform.create("p1")
    ours = []
    for step in steps:
        kiosk.later(minutes=1)
        who, way = step.split()
        if who == "we":
            ours.append(kiosk.admit("p1", (OperationKind.RECORD,), policy, Direction(way), **more))
        platform.use("p1", "gate 1" if who == "we" else who, direction=Direction(way))
    kiosk.drain()
    kiosk.later(minutes=1)
    kiosk.round()
    return ours


@pytest.mark.parametrize(
    ("steps", "mine"),
    [
        (("we entry", "they entry"), [0]),
        (("they entry", "we entry"), [0]),
        (("we entry", "they exit", "we entry"), []),
        (("we entry", "we exit", "they entry"), []),
        (("they entry", "they exit", "we entry"), []),
        (("we entry", "they exit", "they entry", "we exit", "we entry", "they entry"), [2]),
        (("they exit", "they entry", "we entry", "we exit"), [0]),
    ],
)
def test_two_ways_in_without_one_out_between(kiosk, platform, steps, mine):
    ours = moves(kiosk, platform, *steps)
    assert [c["scan_id"] for c in kiosk.conflicts()] == [ours[number] for number in mine]


@pytest.mark.parametrize(
    ("allowed", "steps", "mine"),
    [
        (3, ("we entry", "they entry", "we entry"), []),
        (3, ("we entry", "we entry", "they entry", "they entry"), [1]),
        (2, ("they entry", "they entry", "we entry", "we entry"), [0, 1]),
        (2, ("they entry", "they entry", "they exit", "we entry", "we exit"), [0]),
    ],
)
def test_more_entries_than_are_allowed(kiosk, platform, allowed, steps, mine):
    ours = moves(kiosk, platform, *steps, policy="counted", extra={"entries": str(allowed)})
    assert [c["scan_id"] for c in kiosk.conflicts()] == [ours[number] for number in reversed(mine)]


def test_entries_of_another_day_do_not_count_where_days_do(kiosk, platform):
    platform.create("p1")
    platform.use("p1", "they")
    kiosk.later(days=1)
    extra = {"entries": "1", "per_day": "Europe/Berlin"}
    kiosk.admit("p1", policy="counted", extra=extra)
    kiosk.drain()
    kiosk.round()
    assert kiosk.conflicts() == []
    kiosk.later(minutes=1)
    platform.use("p1", "they")
    kiosk.round()
    assert len(kiosk.conflicts()) == 1


def test_a_way_out_that_was_taken_back_is_none(kiosk, platform):
    entry, way_out = moves(kiosk, platform, "we entry", "we exit")
    kiosk.undo(way_out)
    kiosk.later(minutes=1)
    platform.use("p1", "they")
    kiosk.round()
    assert [c["scan_id"] for c in kiosk.conflicts()] == [entry]


def test_what_was_asked_is_not_asked_again_when_the_guest_moves_on(kiosk, platform):
    asked = []
    platform.next_fault = asked.append
    moves(kiosk, platform, "we entry", "they entry")
    kiosk.later(minutes=1)
    platform.use("p1", "they", direction=Direction.EXIT)
    kiosk.round()
    assert asked.count("others") == len(kiosk.conflicts()) == 1


def test_ordinary_comings_and_goings_ask_nothing_of_the_platform(kiosk, platform):
    asked = []
    platform.next_fault = asked.append
    moves(kiosk, platform, "we entry", "they exit", "we entry", "they exit")
    assert "others" not in asked


def test_a_refusal_of_ours_is_no_admission(kiosk, platform):
    platform.create("p1")
    kiosk.admit("p1", (OperationKind.RECORD,), outcome="refuse")
    kiosk.drain()
    kiosk.later(minutes=1)
    platform.use("p1", "gate 2")
    kiosk.round()
    assert kiosk.conflicts() == []


def test_an_admission_that_was_contested_is_told_of_a_third_door(kiosk, platform):
    platform.create("p1")
    platform.void("p1", "office")
    scan_id = kiosk.admit("p1", (OperationKind.VOID,))
    kiosk.drain()
    assert kiosk.counts() == {OperationState.CONTESTED: 1}
    kiosk.later(minutes=1)
    platform.use("p1", "gate 3")
    kiosk.round()
    assert [c["there"] for c in kiosk.conflicts() if c["scan_id"] == scan_id and "used_device" in c["there"]]


def test_one_report_of_two_still_waits_and_finds_out_by_itself(kiosk, platform):
    platform.create("p1")
    kiosk.admit("p1")
    platform.next_fault = script([None, fails(PlatformKind.BUSY)], "deliver")
    kiosk.drain(0.1)
    assert kiosk.counts() == {OperationState.SENT: 1, OperationState.PENDING: 1}
    platform.use("p1", "gate 2")
    kiosk.round()
    assert kiosk.conflicts() == []


def test_what_still_waits_finds_out_by_itself(kiosk, platform):
    platform.create("p1")
    kiosk.admit("p1")
    platform.use("p1", "gate 2")
    kiosk.round()
    assert kiosk.conflicts() == []
