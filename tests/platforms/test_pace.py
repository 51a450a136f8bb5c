"""Not more requests than a platform wants, over all threads of an account, and nobody waits past a deadline."""

import threading
import time
from itertools import pairwise

import pytest

from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.platforms.pace import Pace, rate

GAP = 0.02


def gone(pace, threads, *, each=3):
    """Have threads take turns; return when each went, in order."""
    times = []

    def work():
        for _ in range(each):
            pace.wait("read", 5.0)
            times.append(time.monotonic())

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sorted(times)


def test_threads_go_one_after_the_other():
    times = gone(Pace(int(1 / GAP)), 4)
    assert len(times) == 12
    assert times[-1] - times[0] >= 11 * GAP * 0.95


def test_each_kind_has_a_line_of_its_own():
    pace = Pace(1)
    assert pace.wait("read", 0.5) == pytest.approx(0.5, abs=0.2)
    assert pace.wait("write", 0.5) == pytest.approx(0.5, abs=0.2)


class Overslept:
    """An event whose first waiters are all woken at one late moment."""

    def __init__(self, until):
        self._until, self._event = until, threading.Event()

    def wait(self, seconds):
        return self._event.wait(max(seconds, self._until - time.monotonic()))


def test_those_who_overslept_do_not_go_at_once():
    pace = Pace(int(1 / GAP))
    pace._ended = Overslept(time.monotonic() + 10 * GAP)
    times = gone(pace, 5, each=1)[1:]  # the first one did not wait
    # When it went is noted a moment before it is told: most of the gap has to be there between any two.
    assert all(later - earlier > GAP / 4 for earlier, later in pairwise(times))


def test_a_turn_past_the_deadline_is_not_waited_for():
    pace = Pace(1)
    pace.wait("read", 0.5)
    began = time.monotonic()
    with pytest.raises(PlatformTrouble) as caught:
        pace.wait("read", 0.5)
    assert (caught.value.kind, caught.value.outcome_unknown) == (PlatformKind.BUSY, False)
    assert 0.5 < caught.value.retry_after <= 1.0
    assert time.monotonic() - began < 0.4
    assert 0.0 < pace.wait("read", 1.5) < 1.0, "nobody stands in the turn that was not waited for"


def test_whoever_waits_is_woken_at_the_end():
    pace, ended = Pace(1), []
    pace.wait("read", 5.0)

    def wait():
        with pytest.raises(PlatformTrouble) as caught:
            pace.wait("read", 5.0)
        ended.append(caught.value)

    waiter = threading.Thread(target=wait)
    waiter.start()
    pace.close()
    waiter.join(0.5)
    assert [(trouble.kind, trouble.outcome_unknown) for trouble in ended] == [(PlatformKind.UNREACHABLE, False)]


@pytest.mark.parametrize("written", ["", "0", "-1", "1.5", "10001", "٣", "many"])
def test_no_rate(written):
    with pytest.raises(SettingsTrouble):
        rate(written)
    assert rate("25") == 25
