"""Serial scanners over pseudo-terminals: framing, kinds, hot-plug, and a polled VTAP reader."""

import os
import queue
import threading
import tty
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st
from serial.tools.list_ports_common import ListPortInfo

from hardware.readers import BadSpec, is_reader, open_reader
from hardware.serial_reader import (
    IDLE_S,
    LONGEST,
    LineFramer,
    SerialProfile,
    SerialStream,
    Source,
    VtapPoll,
    attribute,
    serial_ports,
)
from hardware.text_reader import LineState


class Pty:
    """A port by a stable name, as /dev/serial/by-id has it."""

    def __init__(self, link):
        self.link = link
        self.master = self.slave = None

    def plug(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self.slave))

    def unplug(self):
        self.link.unlink(missing_ok=True)
        for number in (self.master, self.slave):
            if number is not None:
                os.close(number)
        self.master = self.slave = None

    def send(self, data):
        os.write(self.master, data)


@pytest.fixture
def pty(tmp_path):
    port = Pty(tmp_path / "scanner")
    port.plug()
    yield port
    port.unplug()


@contextmanager
def reading(spec):
    found, states = queue.Queue(), queue.Queue()
    reader = open_reader(spec)
    reader.start(lambda text, kind: found.put((text, kind)), lambda state, _why: states.put(state))
    try:
        yield found, states
    finally:
        assert reader.stop(5)


def frame(chunks, **profile):
    framer = LineFramer(SerialProfile("x", **profile))
    return [v for data, at in chunks for v in framer.feed(data, at)]


def test_scans_arrive_with_their_bytes_whatever_ends_them(pty):
    with reading(f"serial:{pty.link}") as (found, states):
        assert states.get(timeout=5) is LineState.RUNNING
        pty.send(b"0190a5b2-7c3d\r\nhttps://t.example/x\r\x02stx\x03")
        pty.send("Größe\n".encode())
        pty.send(b"Gr\xf6\xdfe\n")
        texts = [found.get(timeout=5) for _ in range(5)]
    assert texts == [(t, "scanner") for t in ("0190a5b2-7c3d", "https://t.example/x", "stx", "Größe", "Größe")]


def test_a_port_that_leaves_and_comes_back(pty):
    with reading(f"serial:{pty.link}?baud=115200") as (found, states):
        assert states.get(timeout=5) is LineState.RUNNING
        pty.unplug()
        assert states.get(timeout=5) is LineState.LOST
        pty.plug()
        assert states.get(timeout=10) is LineState.RUNNING
        pty.send(b"back\r")
        assert found.get(timeout=5) == ("back", "scanner")


def test_why_a_port_is_lost_is_said_in_words(pty):
    stream = SerialStream(str(pty.link), 9600)
    pty.unplug()
    with pytest.raises(OSError, match="unplugged, or another program") as caught:
        stream.read(1.0)
    stream.close()
    assert "readiness" not in caught.value.strerror


def test_a_port_that_is_not_there_yet(tmp_path):
    port = Pty(tmp_path / "late")
    with reading(f"serial:{port.link}") as (found, states):
        assert states.get(timeout=5) is LineState.MISSING
        port.plug()
        assert states.get(timeout=10) is LineState.RUNNING
        port.send(b"hello\r")
        assert found.get(timeout=5)[0] == "hello"
    port.unplug()


def test_a_port_that_another_program_has_open_is_in_use(pty):
    with serial.Serial(str(pty.link), exclusive=True), reading(f"serial:{pty.link}") as (_, states):
        assert states.get(timeout=5) is LineState.BUSY


@pytest.mark.parametrize("spec", ["serial:/dev/null", "serial:/dev"], ids=["another device", "a folder"])
def test_what_is_no_serial_port_is_told_as_that(spec):
    """Looked for again like a port that is away, but nobody is sent to look at a cable."""
    with reading(spec) as (_, states):
        assert states.get(timeout=5) is LineState.UNSUPPORTED


def test_prefixes_say_what_a_value_is(pty):
    with reading(f"serial:{pty.link}?from=A%3E:vas&from=G%3E:smart_tap&suffix=%23") as (found, states):
        assert states.get(timeout=5) is LineState.RUNNING
        pty.send(b"A>token-1#\rG>2018#\rnobody's\r")
        assert [found.get(timeout=5) for _ in range(2)] == [("token-1", "vas"), ("2018", "smart_tap")]
        pty.send(b"A>last#\r")
        assert found.get(timeout=5) == ("last", "vas")


def test_a_scanner_nobody_set_up_ends_its_values_by_pauses(pty):
    with reading(f"serial:{pty.link}") as (found, states):
        assert states.get(timeout=5) is LineState.RUNNING
        pty.send(b"no-terminator")
        assert found.get(timeout=5) == ("no-terminator", "scanner")


def test_noise_is_no_value_and_begins_none():
    assert frame([(b"\xff\x00", 1.0), (b"", 1.5), (b"SNF-1\r", 4.0)]) == [("SNF-1", "scanner")]


def test_the_rest_of_a_broken_scan_does_not_begin_the_next():
    assert frame([(b"A-1\r", 1.0), (b"BROK", 2.0), (b"", 3.0), (b"", 5.0), (b"SNF-2\r", 9.0)]) == [
        ("A-1", "scanner"),
        ("SNF-2", "scanner"),
    ]
    assert frame([(b"garbage\x02SNF-3\x03", 1.0)]) == [("SNF-3", "scanner")]


def test_a_scanner_that_ends_its_values_may_pause_within_one():
    assert frame([(b"A-1\r", 1.0), (b"SLOW", 2.0), (b"", 2.5), (b"-2\r", 2.6)]) == [
        ("A-1", "scanner"),
        ("SLOW-2", "scanner"),
    ]


def test_a_speed_the_port_cannot_do_is_told(pty, monkeypatch):
    monkeypatch.setattr("serial.Serial", _no_such_speed)
    with reading(f"serial:{pty.link}?baud=1234567") as (_, states):
        assert states.get(timeout=5) is LineState.MISSING


def _no_such_speed(*_, **__):
    raise ValueError("Invalid baud rate: 1234567")


def test_a_pause_ends_a_value_where_nothing_else_does():
    assert frame([(b"123", 1.0), (b"45", 1.01), (b"", 1.02), (b"", 1.1)], idle=True) == [("12345", "scanner")]
    assert frame([(b"123", 1.0), (b"45", 1.0 + IDLE_S), (b"", 3.0)], idle=True) == [
        ("123", "scanner"),
        ("45", "scanner"),
    ]
    assert frame([(b"123", 1.0), (b"", 9.0)]) == []


def test_endless_lines_stay_bounded():
    ((text, _),) = frame([(b"x" * 100_000, 1.0), (b"\r", 1.1)])
    assert len(text) == LONGEST


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_bytes_arrive_in_any_pieces(pieces):
    whole = b"".join(pieces) + b"\r"
    assert frame([(p, 1.0) for p in pieces] + [(b"\r", 1.0)]) == frame([(whole, 1.0)])


def test_the_longest_prefix_wins():
    profile = SerialProfile("x", sources=(Source("", "scanner"), Source("A", "vas"), Source("AB", "smart_tap")))
    assert [attribute(t, profile) for t in ("ABx", "Ax", "x", "AB")] == [
        ("x", "smart_tap"),
        ("x", "vas"),
        ("x", "scanner"),
        ("B", "vas"),
    ]


class Vtap:
    """A VTAP reader in passive mode behind a pseudo-terminal."""

    def __init__(self, pty):
        self.payload, self.type = "", ""
        self.empty_answers = threading.Semaphore(0)
        self._pty = pty
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        buffer = b""
        while True:
            try:
                buffer += os.read(self._pty.master, 64)
            except OSError:
                return
            while b"\r" in buffer:
                command, _, buffer = buffer.partition(b"\r")
                answer = {b"?r": self.payload, b"?type": self.type}.get(command, "")
                os.write(self._pty.master, answer.encode() + b"\r\n")
                if not answer:
                    self.empty_answers.release()
            if buffer == b"END":
                return

    def close(self):
        os.write(self._pty.slave, b"END")
        self._thread.join(5)


def test_a_polled_vtap_reader(pty):
    vtap = Vtap(pty)
    try:
        with reading(f"serial:{pty.link}?vtap=1") as (found, _):
            assert vtap.empty_answers.acquire(timeout=5)
            vtap.type, vtap.payload = "G16", "2018"
            assert found.get(timeout=5) == ("2018", "smart_tap")
            vtap.type, vtap.payload = "A11", "T-0001"
            assert found.get(timeout=5) == ("T-0001", "vas")
            vtap.payload = ""
            assert vtap.empty_answers.acquire(timeout=5)
            vtap.payload = "T-0001"
            assert found.get(timeout=5) == ("T-0001", "vas")
            assert found.empty()
    finally:
        vtap.close()


def test_a_silent_vtap_reader_is_asked_again():
    poll = VtapPoll(SerialProfile("x"))
    assert poll.due(10.0) == b"?r\r"
    assert poll.due(10.5) == b""
    assert poll.due(11.1) == b"?r\r"
    assert poll.feed(b"late", 11.2) == []


@pytest.mark.parametrize(
    "spec",
    [
        "serial:",
        "serial:/dev/x?baud=fast",
        "serial:/dev/x?baud=1",
        "serial:/dev/x?colour=red",
        "serial:/dev/x?from=A:unknown",
        "serial:/dev/x?=",
        "evdev:x?layout=klingon",
        "nfc:nothing",
        "camera:0",
        "",
    ],
)
def test_specs_that_cannot_be_meant(spec):
    with pytest.raises(BadSpec):
        open_reader(spec)


def test_which_specs_are_readers():
    assert all(is_reader(s) for s in ("serial:/dev/ttyACM0", "evdev:0c2e:0b61", "nfc:usb"))
    assert not any(is_reader(s) for s in ("camera:0", "-", "door.mp4", "http://x"))


def test_a_device_is_offered_by_the_name_that_stays_with_it(tmp_path):
    """One that the system tells from all others by its id; of two alike each by its socket; else as it is called."""
    known = {"ACM0": (1, "A"), "ACM1": (2, None), "ACM2": (2, None), "ACM3": (3, "C"), "S0": (None, None)}
    links = {"by-id/one": "ACM0", "by-id/two": "ACM2", "by-path/b": "ACM1", "by-path/c": "ACM2"}
    for folder in ("by-id", "by-path"):
        (tmp_path / folder).mkdir()
    ports = []
    for name, (vendor, number) in known.items():
        (tmp_path / name).touch()
        port = ListPortInfo(str(tmp_path / name))
        port.vid, port.pid, port.serial_number, port.description = vendor, 1, number, name
        ports.append(port)
    for link, name in links.items():
        (tmp_path / link).symlink_to(tmp_path / name)
    offered = {name: Path(port).relative_to(tmp_path) for port, name in serial_ports(ports, tmp_path)}
    names = {"ACM0": "by-id/one", "ACM1": "by-path/b", "ACM2": "by-path/c", "ACM3": "ACM3"}
    assert offered == {name: Path(lasting) for name, lasting in names.items()}
