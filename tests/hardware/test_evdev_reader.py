"""Grabbed keyboard scanners: events from a named pipe in place of the kernel's input device."""

import os
import queue
import sys
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.evdev_reader import EVENT, KeyParser, evdev_reader, find_input
from hardware.keyboard_layouts import DEAD, LAYOUTS
from hardware.text_reader import LineState

SHIFT, ALTGR, ENTER, CAPS, SPACE = 42, 100, 28, 58, 57
CODES = (41, *range(2, 14), *range(16, 28), 43, *range(30, 41), *range(44, 54), 86)


def event(code, value, kind=1):
    return EVENT.pack(0, 0, kind, code, value)


def tap(code, *with_keys):
    downs = b"".join(event(k, 1) for k in with_keys)
    ups = b"".join(event(k, 0) for k in with_keys)
    return downs + event(4, code, kind=4) + event(code, 1) + event(code, 0) + ups + event(0, 0, kind=0)


def keys(text, layout="us"):
    rows = LAYOUTS[layout]
    out = b""
    for character in text:
        if character == " ":
            out += tap(SPACE)
        elif character in rows.plain:
            out += tap(CODES[rows.plain.index(character)])
        elif character in rows.shifted:
            out += tap(CODES[rows.shifted.index(character)], SHIFT)
        else:
            out += tap(CODES[rows.altgr.index(character)], ALTGR)
    return out + tap(ENTER)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_scan_by_every_layout(layout):
    rows = LAYOUTS[layout]
    everything = "".join(c for c in dict.fromkeys(rows.plain + rows.shifted + rows.altgr) if c != DEAD) + " x"
    assert KeyParser(layout).feed(keys(everything, layout), 0) == [(everything, "scanner")]


@given(st.text(alphabet="abcXYZ0189-_/:?&=. ", min_size=1, max_size=60), st.integers(1, 50))
def test_events_arrive_in_any_pieces(text, size):
    raw, parser = keys(text), KeyParser()
    found = [v for i in range(0, len(raw), size) for v in parser.feed(raw[i : i + size], 0)]
    assert found == [(text, "scanner")]


def test_a_separator_comes_as_control_and_a_key_and_other_commands_type_nothing():
    control, bracket, c = 29, 27, 46
    typed = tap(c) + tap(bracket, control) + tap(c, control) + tap(c) + tap(ENTER)
    assert KeyParser().feed(typed, 0) == [("c\x1dc", "scanner")]


@given(st.binary(max_size=2000))
def test_any_bytes_do_no_harm(data):
    parser = KeyParser()
    parser.feed(data + bytes(-len(data) % EVENT.size), 0)
    parser.feed(event(0, 0, kind=0) + event(3, 0, kind=0) + tap(ENTER), 0)  # the kernel lost events: all is let go
    found = parser.feed(keys("ab1"), 0)
    assert [text.lower() for text, _ in found] == ["ab1"]  # caps lock may be on


def test_caps_lock_keypad_and_repeats():
    parser = KeyParser()
    assert parser.feed(tap(CAPS) + keys("abC1"), 0) == [("ABc1", "scanner")]
    assert parser.feed(tap(CAPS) + tap(71) + tap(82) + tap(74) + event(30, 1) + event(30, 2) + tap(96), 0) == [
        ("70-aa", "scanner")
    ]
    assert parser.feed(tap(ENTER), 0) == []


@contextmanager
def reading(path, grab):
    found, states = queue.Queue(), queue.Queue()
    reader = evdev_reader(str(path), grab=grab)
    reader.start(lambda text, kind: found.put((text, kind)), lambda state, why: states.put((state, why)))
    try:
        yield found, states
    finally:
        assert reader.stop(5)


def test_a_grabbed_device_is_read_and_found_again(tmp_path):
    path, grabbed = tmp_path / "event7", []
    with reading(path, grabbed.append) as (found, states):
        assert states.get(timeout=5)[0] is LineState.MISSING
        os.mkfifo(path)
        writer = os.open(path, os.O_RDWR)
        assert states.get(timeout=5)[0] is LineState.RUNNING
        os.write(writer, keys("0190a5b2-7c3d"))
        assert found.get(timeout=5) == ("0190a5b2-7c3d", "scanner")
        path.unlink()
        os.close(writer)
        assert states.get(timeout=5)[0] is LineState.LOST
        os.mkfifo(path)
        writer = os.open(path, os.O_RDWR)
        assert states.get(timeout=10)[0] is LineState.RUNNING
        os.close(writer)
    assert len(grabbed) == 2


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (OSError(16, "Device or resource busy"), LineState.BUSY),
        (PermissionError(13, "Permission denied"), LineState.NO_PERMISSION),
    ],
    ids=["grabbed by somebody else", "not this user's"],
)
def test_why_a_device_cannot_be_taken_is_told(tmp_path, error, state):
    path = tmp_path / "event7"
    os.mkfifo(path)

    def refuses(_number):
        raise error

    with reading(path, refuses) as (_, states):
        assert states.get(timeout=5) == (state, error.strerror)


@pytest.mark.parametrize("path", ["/dev/null", "/dev"], ids=["another device", "a folder"])
@pytest.mark.skipif(sys.platform != "linux", reason="Linux grabs input devices")
def test_what_is_no_input_device_is_told_as_that(path):
    with reading(path, None) as (_, states):
        assert states.get(timeout=5)[0] is LineState.UNSUPPORTED


def test_devices_by_name_and_number(tmp_path):
    for number, (name, vendor, product) in enumerate(
        [("Keyboard", "046d", "c31c"), ("Honeywell 1950", "0c2e", "0b61")]
    ):
        ids = tmp_path / f"event{number}" / "device" / "id"
        ids.mkdir(parents=True)
        (ids.parent / "name").write_text(name + "\n")
        (ids / "vendor").write_text(vendor + "\n")
        (ids / "product").write_text(product + "\n")
    assert find_input("honeywell", tmp_path).name == "event1"
    assert find_input("0C2E:0B61", tmp_path).name == "event1"
    assert find_input("/dev/input/by-id/x", tmp_path).as_posix() == "/dev/input/by-id/x"
    with pytest.raises(FileNotFoundError):
        find_input("zebra", tmp_path)


def test_of_a_scanners_devices_the_one_that_types_is_taken(tmp_path):
    for name, keys_of_it in (
        ("event2", "1f0000 0"),
        ("event10", "402000000 feffffdfffefffff fffffffffffffffe"),
    ):
        device = tmp_path / name / "device"
        (device / "capabilities").mkdir(parents=True)
        (device / "name").write_text("Honeywell Scanner\n")
        (device / "capabilities" / "key").write_text(keys_of_it + "\n")
    assert find_input("honeywell", tmp_path).name == "event10"


def test_events_that_the_kernel_lost_spoil_the_scan_and_only_that():
    parser = KeyParser()
    lost = event(3, 0, kind=0)
    scans = parser.feed(keys("BROK")[: EVENT.size * 9] + lost + keys("EN-1") + keys("SNF-2"), 1.0)
    assert scans == [("SNF-2", "scanner")]
    parser.feed(event(42, 1) + lost, 2.0)  # a shift whose release the kernel loses
    assert parser.feed(keys("7") + keys("1-2"), 3.0)[-1] == ("1-2", "scanner")
