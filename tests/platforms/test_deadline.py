"""Sockets under one deadline, and cut from another thread."""

import socket

import pytest

from scanner_app.platforms.deadline import Deadline, Wires


class CutWhileConnecting(Wires):
    """The cut comes when the socket is counted, but not connected yet."""

    def keep(self, sock: socket.socket) -> None:
        super().keep(sock)
        self.cut()


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


def test_a_cut_in_the_middle_of_connecting_ends_the_call(listener):
    wires = CutWhileConnecting()
    with pytest.raises(OSError, match="closed"):
        wires.connect("127.0.0.1", listener.getsockname()[1], Deadline(5))


def test_nothing_is_opened_after_the_cut(listener):
    wires = Wires()
    wires.cut()
    with pytest.raises(OSError, match="closed"):
        wires.connect("127.0.0.1", listener.getsockname()[1], Deadline(5))


def test_a_deadline_that_has_passed():
    with pytest.raises(TimeoutError):
        Deadline(0).left()
    assert 0 < Deadline(5).left() <= 5


def test_no_such_name():
    with pytest.raises(OSError, match=r".+"):
        Wires().connect("no-such-name.invalid", 443, Deadline(20))


def test_a_name_that_no_idna_takes():
    with pytest.raises(OSError, match=r".+"):
        Wires().connect("x" * 300, 443, Deadline(20))
