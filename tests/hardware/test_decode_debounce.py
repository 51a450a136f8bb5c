"""Repeats of a pass still lying there are one presentation."""

from hypothesis import given
from hypothesis import strategies as st

from hardware.decode import Debounce, Read

_SQUARE = ((0, 0), (9, 0), (9, 9), (0, 9))
WINDOW = 2.5


def read(text, code="QR"):
    return Read(code, text, text.encode(), _SQUARE, "zxing")


def test_a_pass_lying_there_for_an_hour_is_one_presentation():
    debounce = Debounce()
    assert sum(debounce.is_new(read("A"), tenth / 10) for tenth in range(36_000)) == 1


def test_two_guests_with_the_same_pass_are_two_presentations():
    debounce = Debounce()
    assert debounce.is_new(read("A"), 0)
    assert not debounce.is_new(read("A"), 1)
    assert debounce.is_new(read("A"), 1 + WINDOW + 0.01)


def test_another_pass_is_new_at_once_and_does_not_disturb_the_first():
    debounce = Debounce()
    assert debounce.is_new(read("A"), 0)
    assert debounce.is_new(read("B"), 0.03)
    assert not debounce.is_new(read("A"), 0.06)
    assert not debounce.is_new(read("B"), 0.1)


def test_the_same_bytes_in_another_symbology_are_another_code():
    debounce = Debounce()
    assert debounce.is_new(read("A"), 0)
    assert debounce.is_new(read("A", "AZTEC"), 0)


def test_a_clock_that_steps_back_starts_afresh():
    debounce = Debounce()
    assert debounce.is_new(read("A"), 100)
    assert debounce.is_new(read("A"), 3)
    assert not debounce.is_new(read("A"), 4)


def test_reset_forgets():
    debounce = Debounce()
    assert debounce.is_new(read("A"), 0)
    debounce.reset()
    assert debounce.is_new(read("A"), 0.1)


def test_a_day_of_passes_does_not_grow_the_table():
    debounce = Debounce()
    for number in range(20_000):
        assert debounce.is_new(read(str(number)), number * 1.0)
    assert len(debounce._last) <= 65


sightings = st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0, 4)), max_size=60)


@given(sightings)
def test_new_means_out_of_sight_for_longer_than_the_window(steps):
    debounce, last, at = Debounce(WINDOW), {}, 0.0
    for name, pause in steps:
        at += pause
        expected = name not in last or at - last[name] > WINDOW
        assert debounce.is_new(read(name), at) == expected
        last[name] = at


@given(sightings)
def test_the_same_sightings_give_the_same_answers(steps):
    def run():
        debounce, at, answers = Debounce(WINDOW), 0.0, []
        for name, pause in steps:
            at += pause
            answers.append(debounce.is_new(read(name), at))
        return answers

    assert run() == run()
