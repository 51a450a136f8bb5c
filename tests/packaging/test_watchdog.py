"""What the service manager hears, over a socket of its kind."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner_app.watchdog import BEATS_PER_LIMIT, FALLBACK_EVERY, Watchdog

LIMIT = 10.0


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        yield ear


def heard(manager: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(manager.recv(1024).decode())
        except BlockingIOError:
            return found


class Hands:
    """A clock moved by hand, in seconds."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_ready_comes_with_the_first_beat_and_only_once(manager: socket.socket) -> None:
    watchdog = Watchdog(manager.getsockname(), 2.5, Hands())
    assert heard(manager) == []
    watchdog.beat()
    watchdog.beat()
    assert [m.splitlines()[0] for m in heard(manager)] == ["READY=1", "WATCHDOG=1"]


def test_beats_are_thinned_out(manager: socket.socket) -> None:
    clock = Hands()
    watchdog = Watchdog(manager.getsockname(), 2.5, clock)
    for _ in range(200):  # ten seconds of a window that beats every 50 ms
        watchdog.beat()
        clock.now += 0.05
    assert heard(manager).count("WATCHDOG=1") == BEATS_PER_LIMIT


def test_stopping_is_said(manager: socket.socket) -> None:
    Watchdog(manager.getsockname()).stopping()
    assert heard(manager) == ["STOPPING=1"]


def test_the_environment_names_socket_and_limit(manager: socket.socket) -> None:
    env = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": str(int(LIMIT * 1e6)), "WATCHDOG_PID": "1"}
    watchdog = Watchdog.from_environment(env)
    assert watchdog._every == LIMIT / BEATS_PER_LIMIT
    watchdog.beat()
    assert heard(manager)


@pytest.mark.parametrize("limit", ["", "0", "-1", "soon", "²"])
def test_a_strange_limit_falls_back(limit: str) -> None:
    assert Watchdog.from_environment({"WATCHDOG_USEC": limit})._every == FALLBACK_EVERY


def test_nobody_asked_nobody_is_told(caplog: pytest.LogCaptureFixture) -> None:
    watchdog = Watchdog.from_environment({})
    watchdog.beat()
    watchdog.stopping()
    assert not caplog.records


def test_the_abstract_namespace_is_spoken_to() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("")  # the kernel picks an abstract name
        ear.setblocking(False)
        Watchdog("@" + ear.getsockname()[1:].decode()).stopping()
        assert heard(ear) == ["STOPPING=1"]


def test_a_deaf_manager_does_not_close_the_door(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Watchdog(str(tmp_path / "nobody")).beat()
    assert "did not hear READY" in caplog.text
