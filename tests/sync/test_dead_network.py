"""A network that swallows everything is shown within three seconds, by the real adapter on a real socket."""

import threading
import time
from contextlib import contextmanager, suppress

import pytest
from support.fault_server import (
    FaultServer,
    answer,
    drip_headers,
    half_open,
    hang_up,
    in_turn,
    late,
    portal,
    reset,
    then_hang_up,
)

from scanner_app.application.clock import SystemClock
from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Connection, Template
from scanner_app.domain.errors import PlatformTrouble
from scanner_app.platforms.passcreator import PasscreatorPlatform
from scanner_app.sync.line import Line, LineOracle

NOTICED = 3.0
SLACK = 0.3  # a tenth of the deadline (reliability.md, O2)


@pytest.fixture
def server():
    with FaultServer(answer(200, [])) as running:
        yield running


@pytest.fixture
def line(server):
    config = AccountConfig("acc", "passcreator", server.url, (Template("t", "T"),))
    platform = PasscreatorPlatform(config, "key")
    yield Line.open(config, platform, None, SystemClock())
    platform.close()


@pytest.mark.parametrize(
    "behaviour", [half_open, late(30.0, answer(200, [])), drip_headers(0.2), hang_up, reset, portal(), portal(511)]
)
def test_a_probe_tells_within_three_seconds(line, server, behaviour):
    assert line.connectivity.probe() is Connection.ONLINE
    server.behave(behaviour)
    began = time.monotonic()
    assert line.connectivity.probe() is Connection.OFFLINE
    assert time.monotonic() - began <= NOTICED + SLACK
    server.behave(answer(200, []))
    assert line.connectivity.probe() is Connection.ONLINE


def test_a_guest_waits_once_and_the_next_one_not_at_all(line, server):
    line.connectivity.probe()
    server.behave(half_open)
    oracle = LineOracle(line)
    assert oracle.believed_up()
    began = time.monotonic()
    with pytest.raises(PlatformTrouble):
        oracle.lookup("code", 0.8)
    assert time.monotonic() - began <= 0.8 * 1.1 + 0.1
    assert not oracle.believed_up()
    assert line.connectivity.until_probe() < 0.5


@contextmanager
def watched(line):
    """The probe's thread."""
    offline = threading.Event()
    line.connectivity.listen(lambda state: offline.set() if state is Connection.OFFLINE else None)
    thread = threading.Thread(target=line.connectivity.run, daemon=True)
    thread.start()
    try:
        yield offline
    finally:
        line.connectivity.bell.close()
        line.platform.close()  # ends what hangs
        thread.join(5)


@pytest.mark.parametrize("behaviour", [half_open, drip_headers(0.2)])
def test_a_call_that_hangs_for_its_ten_seconds_is_noticed_within_three(line, server, behaviour):
    """An upload or a page of a list may take long; that nothing comes of it is shown all the same."""
    assert line.connectivity.probe() is Connection.ONLINE

    def page():
        with suppress(PlatformTrouble):
            line.connectivity.ask(lambda: line.platform.page("t", "", ""))

    server.behave(behaviour)
    caller = threading.Thread(target=page, daemon=True)
    with watched(line) as offline:
        caller.start()
        assert offline.wait(NOTICED)
    caller.join(5)


def test_a_server_that_ends_while_nobody_asks_is_noticed_at_once(line, server):
    assert line.connectivity.probe() is Connection.ONLINE
    with watched(line) as offline:
        server.close()
        assert offline.wait(NOTICED)


def test_a_connection_that_the_server_closed_for_its_age_is_no_alarm(line, server):
    """Every server does that; the platform is asked anew, once."""
    server.behave(in_turn(then_hang_up(answer(200, [])), answer(200, [])))
    states = []
    line.connectivity.listen(states.append)
    with watched(line):
        asked = time.monotonic()
        while len(server.requests) < 2 and time.monotonic() - asked < NOTICED:
            line.connectivity.bell.wait(0.01)
        asked_anew = len(server.requests)
    assert asked_anew == 2
    assert states == [Connection.ONLINE]
