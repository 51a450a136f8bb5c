"""Several codes in one picture: one is presented at a time, the one in the middle first."""

from hypothesis import given
from hypothesis import strategies as st

from hardware.decode import Read
from hardware.decode.turns import HOLD, Turns

SIZE = (1280, 720)
NEAR, FAR = (600, 340), (100, 80)


def read(text, at=NEAR, code="QR"):
    x, y = at
    return Read(code, text, text.encode(), ((x, y), (x + 80, y), (x + 80, y + 80), (x, y + 80)), "zxing")


def presented(frames, rate=30):
    turns, found = Turns(), []
    for index, reads in enumerate(frames):
        chosen = turns.next(reads, index / rate, SIZE)
        if chosen is not None:
            found.append((chosen.text, index))
    return found


def test_of_two_guests_in_one_picture_the_one_in_the_middle_is_judged_and_the_other_is_not():
    both = [[read("BEHIND", FAR), read("FRONT")]] * 300
    assert presented(both) == [("FRONT", 0)]


def test_the_other_has_its_turn_when_the_first_has_gone():
    frames = [[read("BEHIND", FAR), read("FRONT")]] * 30 + [[read("BEHIND", NEAR)]] * 30
    texts = [text for text, _ in presented(frames)]
    assert texts == ["FRONT", "BEHIND"]


def test_a_sheet_of_tickets_is_pushed_along():
    first = [[read("A", NEAR), read("B", (900, 340))]] * 60
    pushed = [[read("A", (300, 340)), read("B", NEAR)]] * 60
    back = first
    assert presented(first + pushed + back) == [("A", 0), ("B", 60)], "A was in view all the time: it is not new"


def test_codes_in_view_together_never_come_at_once():
    swap = [[read("A", NEAR), read("B", FAR)]] + [[read("A", FAR), read("B", NEAR)]] * 90
    (first, second) = presented(swap)
    assert (first[0], second[0]) == ("A", "B")
    assert second[1] - first[1] >= HOLD * 30


def test_a_code_that_a_frame_misses_keeps_its_turn():
    """The decoder looks where the last code was, and now and then everywhere: frames tell of one code only."""
    frames = [[read("FRONT")]] + [[read("BEHIND", FAR)], [read("FRONT")]] * 60
    assert presented(frames) == [("FRONT", 0)]


def test_one_guest_after_the_other_waits_for_nothing():
    frames = [[read("A")]] * 20 + [[]] * 10 + [[read("B")]] * 20
    assert presented(frames) == [("A", 0), ("B", 30)]


def test_a_ticket_with_its_code_twice_is_one_presentation():
    """Else the second would say "already used" to a guest who has just been admitted."""
    frames = [[read("T-1", NEAR), read("T-1", FAR, "CODE128")]] * 30 + [[read("T-1", FAR, "CODE128")]] * 30
    assert presented(frames) == [("T-1", 0)]


@given(st.lists(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([NEAR, FAR, (900, 500)])), max_size=3)))
def test_never_two_within_one_frame_and_never_what_is_not_there(frames):
    turns = Turns()
    for index, shown in enumerate(frames):
        reads = [read(text, at) for text, at in shown]
        chosen = turns.next(reads, index / 30, SIZE)
        assert chosen is None or chosen in reads
