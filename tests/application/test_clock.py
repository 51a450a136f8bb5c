"""Wall time may jump, sleep and lie; what the platform said, and what the ledger holds, keep the door's time honest."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner_app.application.clock import SystemClock
from scanner_app.application.ports import ClockOffset
from scanner_app.clock_memory import ClockMemory

START = datetime(2026, 10, 24, 18, 0, tzinfo=UTC)


class Machine:
    """A machine whose clocks are set by hand."""

    def __init__(self) -> None:
        self.wall_time, self.mono, self.boot = START, 100.0, 500.0

    def pass_time(self, seconds: float) -> None:
        self.wall_time += timedelta(seconds=seconds)
        self.mono += seconds
        self.boot += seconds

    def sleep(self, seconds: float) -> None:
        self.wall_time += timedelta(seconds=seconds)
        self.boot += seconds

    def clock(self, *, runs_asleep: bool = True) -> SystemClock:
        steady = (lambda: self.boot) if runs_asleep else (lambda: self.mono)
        return SystemClock(lambda: self.wall_time, lambda: self.mono, steady, runs_asleep=runs_asleep)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_nothing_heard_means_no_offset(machine: Machine) -> None:
    clock = machine.clock()
    assert clock.now().offset is None
    assert clock.offset is None
    assert not clock.warning
    assert clock.now().trusted == START


def test_offset_is_the_median_and_one_wild_date_changes_nothing(machine: Machine) -> None:
    clock = machine.clock()
    for _ in range(4):
        clock.heard(machine.wall_time + timedelta(seconds=60))
        machine.pass_time(1)
    clock.heard(machine.wall_time + timedelta(days=365))
    assert clock.offset == pytest.approx(60.5)
    assert clock.warning


def test_half_the_round_trip_is_counted(machine: Machine) -> None:
    clock = machine.clock()
    clock.heard(machine.wall_time, round_trip=2.0)
    assert clock.offset == pytest.approx(1.5)
    assert not clock.warning


def test_a_clock_set_back_is_corrected_by_what_was_heard(machine: Machine) -> None:
    clock = machine.clock()
    clock.heard(machine.wall_time)
    machine.pass_time(60)
    truth = machine.wall_time
    machine.wall_time -= timedelta(days=1)
    assert abs(clock.now().trusted - truth) < timedelta(seconds=1)
    assert clock.behind


@pytest.mark.parametrize("runs_asleep", [True, False])
def test_a_sleep_is_noticed_and_does_not_shift_the_offset(machine: Machine, runs_asleep: bool) -> None:
    clock = machine.clock(runs_asleep=runs_asleep)
    told: list[float] = []
    clock.on_jump = told.append
    clock.heard(machine.wall_time)
    machine.sleep(3600)
    truth = machine.wall_time
    assert abs(clock.now().trusted - truth) < timedelta(seconds=1)
    assert clock.check() == pytest.approx(3600)
    assert told == [pytest.approx(3600)]
    assert clock.check() == 0.0
    assert len(told) == 1


def test_a_clock_set_forward_is_corrected_where_the_machine_counts_its_sleep(machine: Machine) -> None:
    clock = machine.clock()
    clock.heard(machine.wall_time)
    truth = machine.wall_time
    machine.wall_time += timedelta(days=400)
    assert abs(clock.now().trusted - truth) < timedelta(seconds=1)


def test_time_never_falls_below_the_ledger(machine: Machine) -> None:
    clock = machine.clock()
    last_fact = machine.wall_time + timedelta(hours=2)
    clock.floor(last_fact)
    clock.floor(START - timedelta(days=3))
    machine.pass_time(30)
    assert clock.now().trusted == last_fact + timedelta(seconds=30)
    assert clock.behind
    assert clock.warning


def test_the_platform_outranks_a_ledger_written_by_a_wrong_clock(machine: Machine) -> None:
    clock = machine.clock()
    clock.floor(START + timedelta(days=4000))
    clock.heard(machine.wall_time)
    assert abs(clock.now().trusted - START) < timedelta(seconds=1)


def test_slow_drift_is_no_jump(machine: Machine) -> None:
    clock = machine.clock()
    for _ in range(100):
        machine.pass_time(10)
        machine.wall_time += timedelta(milliseconds=100)
        clock.now()
    assert clock.check() == 0.0


def test_what_was_heard_is_known_and_ages(machine: Machine) -> None:
    clock = machine.clock()
    assert clock.known is None
    clock.heard(machine.wall_time + timedelta(seconds=40))
    machine.pass_time(90)
    known = clock.known
    assert known is not None
    assert known.seconds == pytest.approx(40.5)
    assert known.at == START


def test_what_an_earlier_run_knew_is_told_until_something_is_heard_and_keeps_time_above_it(machine: Machine) -> None:
    clock = machine.clock()
    clock.recall(ClockOffset(40.0, START + timedelta(hours=1)))  # our clock was set back since
    assert clock.known == ClockOffset(40.0, START + timedelta(hours=1))
    assert clock.now().trusted == START + timedelta(hours=1, seconds=40)
    clock.heard(machine.wall_time)
    assert clock.known is not None
    assert clock.known.seconds == pytest.approx(0.5)


def test_whoever_keeps_the_offset_hears_of_it_at_the_next_look(machine: Machine) -> None:
    clock = machine.clock()
    told: list[ClockOffset] = []
    clock.on_known = told.append
    clock.check()
    assert told == []
    clock.heard(machine.wall_time)
    clock.check()
    assert [round(known.seconds, 1) for known in told] == [0.5]


NAIVE = '{"offset": 1, "at": "2026-01-01T00:00:00+00:00", "disproved": "2027-01-01"}'


def test_the_offset_survives_on_disk_and_a_broken_file_is_only_nothing_known(tmp_path: Path) -> None:
    memory = ClockMemory(tmp_path)
    assert memory.read() is None
    memory.keep(ClockOffset(12.345, START))
    assert ClockMemory(tmp_path).read() == ClockOffset(12.345, START)
    written = (tmp_path / "clock.json").stat().st_mtime_ns
    memory.keep(ClockOffset(12.5, START + timedelta(seconds=5)))
    assert (tmp_path / "clock.json").stat().st_mtime_ns == written  # no news
    memory.keep(ClockOffset(15.0, START + timedelta(seconds=6)))
    assert ClockMemory(tmp_path).read() == ClockOffset(15.0, START + timedelta(seconds=6))
    for rubbish in ("", "[]", '{"offset": "x", "at": 7}', '{"offset": 1, "at": "2026-01-01"}', NAIVE):
        (tmp_path / "clock.json").write_text(rubbish)
        assert ClockMemory(tmp_path).read() is None


def test_a_ledger_that_a_wrong_clock_wrote_is_no_floor_after_a_restart_either(machine: Machine, tmp_path: Path) -> None:
    """Once a year ahead, it judged by that year whenever the platform was out of reach."""
    clock, year = machine.clock(), START + timedelta(days=365)
    clock.floor(year)
    clock.heard(machine.wall_time)
    known = clock.known
    assert known is not None
    assert known.disproves(year)
    assert not known.disproves(START + timedelta(minutes=50))  # what is written from now on counts
    assert not known.disproves(year + timedelta(days=1))  # nor is anything said of what comes later still
    ClockMemory(tmp_path).keep(known)
    again = machine.clock()
    recalled = ClockMemory(tmp_path).read()
    assert recalled is not None
    again.recall(recalled)
    assert recalled.disproves(year)
    again.heard(machine.wall_time)
    assert again.known is not None
    assert again.known.disproves(year)  # it is not forgotten by the next answer


@pytest.mark.parametrize("years", [1, -1])
def test_a_restart_that_is_no_start_of_the_machine_keeps_the_platforms_time(
    machine: Machine, tmp_path: Path, years: int
) -> None:
    """A door started again out of reach judged by a clock that the platform had shown to be a year ahead."""
    clock = machine.clock()
    clock.heard(START)
    assert clock.known is not None
    ClockMemory(tmp_path, "this boot").keep(clock.known)
    machine.pass_time(600)
    right, wrong = machine.wall_time, machine.wall_time + timedelta(days=365 * years)
    machine.wall_time = wrong
    again, known = machine.clock(), ClockMemory(tmp_path, "this boot").read()
    assert known is not None
    again.recall(known)
    again.floor(wrong)  # a fact that the wrong clock dated
    assert again.now().trusted == pytest.approx(right, abs=timedelta(seconds=1))
    assert again.warning
    assert not again.behind or years < 0
    again.heard(right + timedelta(seconds=60))  # what the platform says now counts alone
    assert again.now().trusted == pytest.approx(right + timedelta(seconds=60), abs=timedelta(seconds=1))


def test_what_was_heard_before_the_machine_was_started_anew_says_how_early_it_can_be_and_no_more(
    machine: Machine, tmp_path: Path
) -> None:
    clock = machine.clock()
    clock.heard(START)
    assert clock.known is not None
    ClockMemory(tmp_path, "one boot").keep(clock.known)
    machine.wall_time += timedelta(hours=3)
    again, known = machine.clock(), ClockMemory(tmp_path, "the next").read()
    assert known is not None
    again.recall(known)
    assert again.now().trusted == START + timedelta(hours=3)
    assert again.now().offset is None


def test_a_ledger_a_little_ahead_is_not_disproved(machine: Machine) -> None:
    clock = machine.clock()
    clock.floor(START + timedelta(minutes=30))
    clock.heard(machine.wall_time)
    assert clock.known is not None
    assert clock.known.disproved is None
