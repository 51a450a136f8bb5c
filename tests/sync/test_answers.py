"""Every answer has its action, and every wait its bounds."""

import random

import pytest

from scanner_app.application.ports import Delivery
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.sync.answers import (
    ACTIONS,
    ANSWERS,
    CAP_SECONDS,
    LATE_SECONDS,
    POISON_TRIES,
    RETRY_AFTER_CAP,
    Action,
    Try,
    delay,
    step_after,
)
from scanner_app.sync.courier import STATES
from scanner_app.sync.lock import Lock
from scanner_app.sync.tally import Tally

CHANCE = random.Random(4)


def test_every_answer_and_every_trouble_has_an_action():
    assert set(ACTIONS) == set(PlatformKind)
    assert set(ANSWERS) == set(Delivery)


def test_every_answer_ends_the_matter():
    assert set(ANSWERS.values()) <= set(STATES)


@pytest.mark.parametrize("failures", [0, 1, 5, 6, 7, 100, 10**6])
def test_jitter_is_full_and_capped_at_a_minute(failures):
    waits = [delay(failures, None, CHANCE) for _ in range(500)]
    longest = min(CAP_SECONDS, 2.0**failures if failures < 16 else CAP_SECONDS)
    assert 0.0 <= min(waits) < 0.1 * longest
    assert 0.9 * longest < max(waits) <= longest


@pytest.mark.parametrize(("asked", "least"), [(0.0, 0.0), (-5.0, 0.0), (7.0, 7.0), (86_400.0, RETRY_AFTER_CAP)])
def test_what_was_asked_for_is_kept_within_five_minutes(asked, least):
    waits = [delay(3, asked, CHANCE) for _ in range(100)]
    assert min(waits) >= least
    assert max(waits) <= least + 1.0


@pytest.mark.parametrize("kind", [PlatformKind.NOT_FOUND, PlatformKind.REFUSED])
def test_a_refusal_counts_when_it_is_said_twice(kind):
    trouble = PlatformTrouble(kind)
    assert step_after(trouble, Try(), CHANCE).action is Action.RETRY
    assert step_after(trouble, Try(same_before=True), CHANCE).action is Action.REFUSED


@pytest.mark.parametrize("kind", [k for k in PlatformKind if ACTIONS[k] not in (Action.CONTESTED, Action.CONFIRM)])
def test_poison_is_set_apart(kind):
    step = step_after(PlatformTrouble(kind), Try(own_failures=POISON_TRIES), CHANCE)
    assert (step.action, step.reason) == (Action.REFUSED, "poison")
    assert step_after(PlatformTrouble(kind), Try(own_failures=POISON_TRIES - 1), CHANCE).action is ACTIONS[kind]


def test_a_lost_answer_is_not_asked_after_at_once():
    lost = PlatformTrouble(PlatformKind.UNREACHABLE)
    unsent = PlatformTrouble(PlatformKind.UNREACHABLE, sent=False)
    assert min(step_after(lost, Try(), CHANCE).wait for _ in range(100)) == LATE_SECONDS
    assert max(step_after(unsent, Try(), CHANCE).wait for _ in range(100)) <= 1.0


def test_a_whole_platform_that_fails_poisons_nothing():
    tally, trouble = Tally(random.Random(1)), PlatformTrouble(PlatformKind.BUSY, status=503)
    for second in range(200):
        for number in range(5):
            assert tally.failed(number, trouble, "", float(second)).action is Action.RETRY


def test_one_failing_item_rests_alone_two_give_the_account_a_rest():
    tally, trouble = Tally(random.Random(1)), PlatformTrouble(PlatformKind.BUSY, status=503, retry_after=30.0)
    tally.failed(1, trouble, "", 0.0)
    assert tally.resting(0.0) == 0.0
    tally.failed(2, trouble, "", 0.0)
    assert tally.resting(0.0) >= 30.0
    assert tally.doubtful
    tally.went_through(3)
    assert tally.resting(0.0) == 0.0
    assert not tally.doubtful


def test_a_second_report_proves_the_key_and_the_first_waits_for_the_next_look():
    lock = Lock(random.Random(1))
    lock.deny(1, "platform_unauthorised", 0.0)
    assert (lock.held(1.0), lock.bars(1, 1.0), lock.bars(2, 1.0)) == (0.0, True, False)
    lock.deny(2, "platform_unauthorised", 0.0)
    assert 200 < lock.held(1.0) < 400
    assert not lock.bars(1, 1000.0)
    lock.look_again()
    assert (lock.held(1.0), lock.bars(1, 1.0), lock.code) == (0.0, False, "platform_unauthorised")
    lock.open()
    assert (lock.code, lock.left(0.0)) == ("", 0.0)
    lock.deny(3, "platform_unauthorised", 0.0)
    assert lock.held(1.0) == 0.0, "what was refused before a report was taken proves nothing any more"
