"""What is believed of the network follows everything that is said on it, and is asked for when nothing is said."""

import random

import pytest
from support.simulated_platform import fails, script

from scanner_app.application.ports import Connection
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.sync.connectivity import IDLE_SECONDS, LOCKED_SECONDS, OFFLINE_SECONDS, QUIET_SECONDS, Connectivity


@pytest.fixture
def connectivity(world, platform):
    return Connectivity("sim", platform.check, world.clock(), random.Random(2))


@pytest.fixture
def heard(connectivity):
    states = []
    connectivity.listen(states.append)
    return states


def ask(connectivity, platform):
    return connectivity.ask(lambda: platform.lookup("x", 0.8))


def test_nothing_is_known_at_first_and_asking_is_worth_it(connectivity):
    assert connectivity.state is Connection.UNKNOWN
    assert connectivity.believed_up()
    assert connectivity.until_probe() == 0.0


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (PlatformKind.UNREACHABLE, Connection.OFFLINE),
        (PlatformKind.PORTAL, Connection.OFFLINE),
        (PlatformKind.UNAUTHORISED, Connection.UNAUTHORISED),
        (PlatformKind.BUSY, Connection.ONLINE),
        (PlatformKind.NOT_FOUND, Connection.ONLINE),
        (PlatformKind.REFUSED, Connection.ONLINE),
        (PlatformKind.CONFLICT, Connection.ONLINE),
    ],
)
def test_one_answer_of_any_kind_is_enough_to_know(connectivity, platform, kind, state, heard):
    platform.next_fault = script([fails(kind)])
    with pytest.raises(PlatformTrouble):
        ask(connectivity, platform)
    assert connectivity.state is state
    assert heard == [state]
    assert connectivity.believed_up() is (state is Connection.ONLINE)
    if state is not Connection.ONLINE:
        assert connectivity.trouble == f"platform_{kind.value}"
        assert connectivity.until_probe() < 0.5  # the first failure is checked at once
        connectivity.probe()
        assert connectivity.state is Connection.ONLINE
        assert not connectivity.trouble


def test_offline_is_probed_every_two_seconds_and_online_only_when_nothing_else_was_said(connectivity, platform, world):
    platform.next_fault = lambda _: fails(PlatformKind.UNREACHABLE)
    connectivity.probe()
    for _ in range(20):
        wait = connectivity.until_probe()
        assert 0.7 * OFFLINE_SECONDS <= wait <= 1.3 * OFFLINE_SECONDS
        world.advance(wait)
        connectivity.probe()
    platform.next_fault = lambda _: None
    connectivity.probe()
    world.advance(IDLE_SECONDS - 1)
    ask(connectivity, platform)
    world.advance(IDLE_SECONDS - 1)
    assert connectivity.until_probe() == pytest.approx(1.0)


def test_a_wrong_key_is_confirmed_once_and_then_left_alone(connectivity, platform):
    platform.next_fault = lambda _: fails(PlatformKind.UNAUTHORISED)
    with pytest.raises(PlatformTrouble):
        ask(connectivity, platform)
    assert connectivity.until_probe() < 0.5
    connectivity.probe()
    assert connectivity.until_probe() > 0.7 * LOCKED_SECONDS


def test_a_slow_failure_proves_nothing_against_a_later_success(connectivity, platform, world):
    started = world.elapsed
    world.advance(5)
    ask(connectivity, platform)
    connectivity.failed(PlatformTrouble(PlatformKind.UNREACHABLE), started)
    assert connectivity.state is Connection.ONLINE
    assert connectivity.until_probe() < 0.5


def test_nonsense_decides_nothing_but_is_looked_into(connectivity, platform, heard):
    connectivity.probe()
    platform.next_fault = script([fails(PlatformKind.NONSENSE)])
    with pytest.raises(PlatformTrouble):
        ask(connectivity, platform)
    assert connectivity.state is Connection.ONLINE
    assert connectivity.until_probe() < 0.5
    assert heard == [Connection.ONLINE]


def test_a_probe_sets_the_clock(platform, world):
    clock = world.clock(error=-100.0)
    Connectivity("sim", platform.check, clock).probe()
    assert clock.offset == pytest.approx(100.0, abs=1.0)


def test_a_call_that_brings_nothing_is_doubted_long_before_its_own_deadline(connectivity, platform, world):
    connectivity.probe()

    def hangs():
        assert connectivity.until_probe() == pytest.approx(QUIET_SECONDS)
        world.advance(QUIET_SECONDS)
        assert connectivity.until_probe() == 0.0

    connectivity.ask(hangs)
    assert connectivity.until_probe() > QUIET_SECONDS  # it came back: nothing is in doubt any more


def test_a_platform_that_is_only_slow_is_asked_once_a_second_at_most(connectivity, platform, world):
    connectivity.probe()
    probes = []

    def slow():
        for _ in range(10):
            world.advance(connectivity.until_probe())
            connectivity.probe()
            probes.append(world.elapsed)

    began = world.elapsed
    connectivity.ask(slow)
    assert len(probes) == 10
    assert world.elapsed - began >= 10 * QUIET_SECONDS - 0.001
    assert connectivity.state is Connection.ONLINE


def test_other_answers_keep_a_slow_call_above_suspicion(connectivity, platform, world):
    connectivity.probe()

    def slow():
        world.advance(QUIET_SECONDS / 2)
        ask(connectivity, platform)  # another thread's
        assert connectivity.until_probe() == pytest.approx(QUIET_SECONDS)

    connectivity.ask(slow)


def test_a_call_under_way_wakes_whoever_waits_for_the_next_probe(connectivity):
    connectivity.probe()
    connectivity.ask(lambda: None)
    assert connectivity.bell.wait(0.0)


def test_nonsense_from_a_probe_beside_a_hanging_call_is_no_storm(connectivity, platform, world):
    connectivity.probe()
    platform.next_fault = lambda _: fails(PlatformKind.NONSENSE)

    def hangs():
        world.advance(QUIET_SECONDS)
        connectivity.probe()
        assert connectivity.until_probe() >= QUIET_SECONDS * 0.9

    connectivity.ask(hangs)
