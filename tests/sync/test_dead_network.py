"""A network that swallows everything is shown within three seconds, by the real adapter on a real socket."""

import time

import pytest
from support.fault_server import FaultServer, answer, drip_headers, half_open, hang_up, late, portal, reset

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
