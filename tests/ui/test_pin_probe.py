"""PINs: asking with '' whether one is set uses up no try; five wrong ones lock, for longer each time."""

import pytest

from scanner_app.application.control import Role
from scanner_app.boot import computers_own
from scanner_app.pins import Pins

WRONG, RIGHT = "1111", "2468"


class Hours:
    """The time of day, and the computer's own."""

    def __init__(self):
        self.wall, self.start, self.up = 1e9, "first start", 100.0

    def pins(self, folder):
        return Pins(folder, lambda: self.wall, lambda: (self.start, self.up))

    def go_by(self, seconds):
        self.wall, self.up = self.wall + seconds, self.up + seconds


def locked(folder, hours):
    pins = hours.pins(folder)
    pins.set(Role.ADMINISTRATOR, RIGHT)
    answers = [pins.check(Role.ADMINISTRATOR, WRONG) for _ in range(5)]
    assert [(a.wait, a.tries_left) for a in answers] == [(0, 4), (0, 3), (0, 2), (0, 1), (30, 0)]
    return pins


def test_the_wait_doubles_to_a_quarter_of_an_hour_and_ends_with_the_right_pin(tmp_path):
    hours = Hours()
    pins = locked(tmp_path, hours)
    for wait in (60, 120, 240, 480, 900, 900):
        assert pins.check(Role.ADMINISTRATOR, RIGHT).wait > 0  # not even the right one meanwhile
        hours.go_by(900)
        assert pins.check(Role.ADMINISTRATOR, WRONG).wait == wait
    hours.go_by(900)
    assert pins.check(Role.ADMINISTRATOR, RIGHT).ok
    assert pins.check(Role.ADMINISTRATOR, WRONG).tries_left == 4


@pytest.mark.parametrize("step", [86400.0, -86400.0], ids=["forward", "back"])
def test_neither_a_restart_nor_the_clock_ends_it(tmp_path, step):
    hours = Hours()
    locked(tmp_path, hours)
    hours.go_by(10)
    hours.wall += step  # somebody sets the clock
    again = hours.pins(tmp_path)
    assert again.check(Role.ADMINISTRATOR, RIGHT).wait == 20
    hours.go_by(20)
    assert again.check(Role.ADMINISTRATOR, RIGHT).ok


def test_after_a_restart_of_the_computer_the_clock_counts_and_one_set_back_does_not(tmp_path):
    hours = Hours()
    locked(tmp_path, hours)
    hours.go_by(10)
    hours.start, hours.up = "second start", 5.0
    assert hours.pins(tmp_path).check(Role.ADMINISTRATOR, RIGHT).wait == 20
    hours.wall = 0.0  # a board without a clock
    assert hours.pins(tmp_path).check(Role.ADMINISTRATOR, RIGHT).wait == 30


def test_this_computers_own_time_goes_on():
    start, up = computers_own()
    assert computers_own() >= (start, up)


def test_asking_with_nothing_counts_no_try(tmp_path):
    pins = Pins(tmp_path, wall=lambda: 0.0)
    assert pins.check(Role.ADMINISTRATOR, "").unset
    pins.set(Role.ADMINISTRATOR, "2468")
    answers = [pins.check(Role.ADMINISTRATOR, "") for _ in range(20)]
    assert {(a.ok, a.wait, a.tries_left) for a in answers} == {(False, 0.0, 5)}
    assert pins.check(Role.ADMINISTRATOR, "2468").ok


def test_a_role_without_a_pin_says_that_it_borrows_a_higher_ones(tmp_path):
    pins = Pins(tmp_path, wall=lambda: 0.0)
    pins.set(Role.ADMINISTRATOR, "2468")
    assert pins.check(Role.ADMINISTRATOR, "").own
    answer = pins.check(Role.STAFF, "")
    assert (answer.ok, answer.unset, answer.own) == (False, False, False)
