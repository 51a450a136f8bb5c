"""The relay over a pseudo-terminal, and with a passage contact."""

import os
import queue
import threading
import tty
from contextlib import contextmanager

import pytest

from hardware.readers import BadSpec, open_relay
from hardware.relay import Opening, Relay, RelayProfile, switch_command

ON, OFF = bytes.fromhex("A00101A2"), bytes.fromhex("A00100A1")


@contextmanager
def working(relay):
    results = queue.Queue()
    relay.start()
    try:
        yield lambda: relay.open_once(lambda result, why: results.put((result, why))), results
    finally:
        assert relay.stop(5)


@pytest.fixture
def port(tmp_path):
    master, slave = os.openpty()
    tty.setraw(slave)
    link = tmp_path / "relay"
    link.symlink_to(os.ttyname(slave))
    yield master, link
    os.close(master)
    os.close(slave)


def read(master, size):
    data = b""
    while len(data) < size:
        data += os.read(master, size - len(data))
    return data


def test_commands():
    assert switch_command(1, on=True) == ON
    assert switch_command(1, on=False) == OFF
    assert switch_command(2, on=True) == bytes.fromhex("A00201A3")


def test_a_pulse_for_each_guest(port):
    master, link = port
    with working(open_relay(f"serial:{link}?pulse=0.05")) as (open_once, results):
        for _ in range(2):
            open_once()
            assert results.get(timeout=5) == (Opening.OPENED, "")
            assert read(master, 8) == ON + OFF


def test_a_receiver_that_fails_leaves_no_guest_before_a_locked_turnstile(port):
    master, link = port
    relay = open_relay(f"serial:{link}?pulse=0.05")
    with working(relay) as (open_once, results):
        relay.open_once(lambda _result, _why: 1 // 0)
        open_once()
        assert results.get(timeout=5) == (Opening.OPENED, "")
        assert read(master, 16) == (ON + OFF) * 2


def test_stopping_in_the_middle_of_a_pulse_leaves_it_off(port):
    master, link = port
    with working(open_relay(f"serial:{link}?pulse=10&channel=2")) as (open_once, results):
        open_once()
        assert read(master, 4) == switch_command(2, on=True)
    assert read(master, 4) == switch_command(2, on=False)
    assert results.get(timeout=1)[0] is Opening.OPENED


def test_a_failure_is_told_and_the_next_guest_is_let_through(port, tmp_path):
    master, link = port
    target = link.readlink()
    link.unlink()
    with working(open_relay(f"serial:{link}?pulse=0.05")) as (open_once, results):
        open_once()
        result, why = results.get(timeout=5)
        assert result is Opening.FAILED
        assert "relay" in why
        link.symlink_to(target)
        open_once()
        assert results.get(timeout=5)[0] is Opening.OPENED
        assert read(master, 8) == ON + OFF


class Turnstile:
    """A port with a passage contact; somebody walks through some time after it was switched on, or nobody."""

    def __init__(self, walks=True, broken=False):
        self.walks, self.broken = walks, broken
        self.sent = []
        self.switched_off = threading.Event()
        self.looks = 0

    def write(self, data):
        if self.broken:
            self.broken = False
            raise OSError(5, "Input/output error")
        self.sent.append(data)
        if data == OFF:
            self.switched_off.set()

    @property
    def contact(self):
        self.looks += 1
        return self.walks and self.looks > 5

    def close(self):
        self.sent.append(b"closed")


@pytest.mark.parametrize(("walks", "result"), [(True, Opening.TURNED), (False, Opening.NOT_TURNED)])
def test_whether_somebody_went_through(walks, result):
    turnstile = Turnstile(walks)
    profile = RelayProfile("x", pulse=0.05, turn=0.3)
    with working(Relay(profile, lambda: turnstile)) as (open_once, results):
        open_once()
        assert results.get(timeout=5) == (result, "")
    assert turnstile.sent == [ON, OFF, b"closed"]


def test_stopping_while_waiting_for_somebody_takes_nothing_back():
    turnstile = Turnstile(walks=False)
    with working(Relay(RelayProfile("x", pulse=0.01, turn=30), lambda: turnstile)) as (open_once, results):
        open_once()
        assert turnstile.switched_off.wait(5)
    assert results.get(timeout=1)[0] is Opening.OPENED


def test_a_relay_pulled_out_between_two_guests():
    ports = [Turnstile(), Turnstile()]
    left = list(ports)
    with working(Relay(RelayProfile("x", pulse=0.01), lambda: left.pop(0))) as (open_once, results):
        open_once()
        assert results.get(timeout=5)[0] is Opening.OPENED
        ports[0].broken = True
        open_once()
        assert results.get(timeout=5)[0] is Opening.OPENED
    assert ports[1].sent == [ON, OFF, b"closed"]


def test_a_relay_never_started_stops():
    assert Relay(RelayProfile("x")).stop(1)


@pytest.mark.parametrize(
    "spec", ["", "serial:", "usb:x", "serial:/dev/x?channel=99", "serial:/dev/x?pulse=x", "serial:/dev/x?a=b"]
)
def test_specs_that_cannot_be_meant(spec):
    with pytest.raises(BadSpec):
        open_relay(spec)
