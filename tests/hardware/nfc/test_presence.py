"""One reading a presentation, told by sweeps and times alone."""

import pytest

from hardware.nfc.presence import GONE_AFTER_S, Presence
from hardware.nfc.tap import Refusal, Refused, Tap

TAP = Tap("vas", "x", "wallet")
RANDOM, OTHER_RANDOM = bytes.fromhex("08000001"), bytes.fromhex("08000002")


def settled(uid=RANDOM, result=TAP):
    presence = Presence()
    assert presence.wants_reading(uid, 0)
    presence.read(uid, "A", result, 0)
    return presence


def test_a_read_card_is_not_read_again_while_it_stays():
    presence = settled()
    assert not any(presence.wants_reading(uid, t) for t, uid in enumerate([RANDOM, OTHER_RANDOM] * 50))


def test_only_its_own_technology_tells_whether_it_is_still_there():
    presence = settled()
    assert presence.technology == "A"
    presence.nothing(1)
    presence.nothing(2)
    assert presence.technology == ""


def test_it_is_read_again_after_the_field_was_empty():
    presence = settled()
    presence.nothing(1)
    presence.nothing(1 + GONE_AFTER_S)
    assert presence.wants_reading(RANDOM, 2)


def test_a_trembling_hand_is_no_new_presentation():
    presence = settled()
    presence.nothing(1)
    assert not presence.wants_reading(RANDOM, 1.1)
    presence.nothing(1.2)
    assert not presence.wants_reading(RANDOM, 9)
    presence.nothing(10)
    presence.nothing(10.1)
    assert not presence.wants_reading(RANDOM, 10.2)


def test_another_fixed_uid_is_another_card():
    presence = settled(b"\x04" + bytes(6))
    assert not presence.wants_reading(b"\x04" + bytes(6), 1)
    assert presence.wants_reading(b"\x05" + bytes(6), 1.1)


@pytest.mark.parametrize(
    ("before", "now"),
    [("DEADBEEF", "CAFEBABE"), ("04112233445566", "DEADBEEF"), ("DEADBEEF", "08000001"), ("08000001", "DEADBEEF")],
)
def test_a_card_put_in_the_place_of_another_is_read(before, now):
    presence = settled(bytes.fromhex(before))
    assert presence.wants_reading(bytes.fromhex(now), 0.1)


def test_a_phone_makes_up_numbers_of_type_b_too():
    presence = Presence()
    assert presence.wants_reading(b"\x11" * 4, 0)
    presence.read(b"\x11" * 4, "B", TAP, 0)
    assert not presence.wants_reading(b"\x22" * 4, 0.1)


@pytest.mark.parametrize("result", [Refused(Refusal.BROKEN), Refused(Refusal.TRY_AGAIN)])
def test_what_is_taken_away_too_soon_is_told_once_it_is_gone(result):
    presence = settled(result=result)
    assert presence.nothing(1) is None
    assert presence.nothing(1 + GONE_AFTER_S) is result.reason
    assert presence.nothing(2) is None


@pytest.mark.parametrize("result", [TAP, Refused(Refusal.LOCKED), Refused(Refusal.NO_PASS)])
def test_what_was_told_is_not_told_again_when_it_leaves(result):
    presence = settled(result=Refused(Refusal.BROKEN))
    presence.read(RANDOM, "A", result, 0.1)
    assert [presence.nothing(t) for t in (1, 2, 3)] == [None] * 3


def test_flaky_readings_are_tried_three_times_and_told_once():
    presence = Presence()
    told = []
    for t in range(3):
        assert presence.wants_reading(RANDOM, t)
        told.append(presence.read(RANDOM, "A", Refused(Refusal.BROKEN), t))
    assert told == [None, None, Refusal.BROKEN]
    assert not presence.wants_reading(RANDOM, 9)


def test_a_locked_phone_is_told_at_once_and_asked_every_second():
    presence = Presence()
    assert presence.wants_reading(RANDOM, 0)
    assert presence.read(RANDOM, "A", Refused(Refusal.LOCKED), 0) is Refusal.LOCKED
    assert not presence.settled
    assert not presence.wants_reading(RANDOM, 0.5)
    assert presence.wants_reading(RANDOM, 1.1)
    assert presence.read(RANDOM, "A", Refused(Refusal.LOCKED), 1.1) is None
    assert presence.wants_reading(RANDOM, 2.2)
    assert presence.read(RANDOM, "A", TAP, 2.2) is None
    assert presence.settled


def test_final_refusals_are_not_tried_again():
    presence = settled(result=Refused(Refusal.REPLAYED))
    assert presence.settled
    assert not presence.wants_reading(RANDOM, 5)
