"""The window asks with '' whether a PIN is set at all; that must never use up a try."""

from scanner_app.application.control import Role
from scanner_app.pins import Pins


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
