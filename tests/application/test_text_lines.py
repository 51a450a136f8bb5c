"""Lines of standard input, however they come: cut, glued, endless, without an end."""

import os
import threading

import pytest

from scanner_app.text_lines import LONGEST, text_lines


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0), open(writing, "wb", buffering=0) as into:  # noqa: PTH123 - descriptors
        yield reading, into


@pytest.mark.parametrize(
    "pieces", [[b"ab\r\nZo\xc3\xab\n\nlast"], [b"a", b"b\r", b"\nZo\xc3", b"\xab\n", b"\nla", b"st"]]
)
def test_a_line_is_whole_in_whatever_pieces_it_comes(pipe, pieces):
    reading, into = pipe
    lines = text_lines(reading, threading.Event())
    for piece in pieces[:-1]:
        into.write(piece)
    into.write(pieces[-1])
    into.close()
    assert [line.text for line in lines] == ["ab", "Zoë", "", "last"]


def test_a_line_is_given_before_the_next_begins(pipe):
    reading, into = pipe
    lines = text_lines(reading, threading.Event())
    into.write(b"one\n")
    assert next(lines).text == "one"
    into.write(b"two\n")
    assert next(lines).text == "two"


def test_a_line_longer_than_any_code_is_cut_and_the_next_is_whole(pipe):
    reading, into = pipe
    feed = threading.Thread(target=lambda: (into.write(b"x" * 5 * LONGEST), into.write(b"\nnext\n"), into.close()))
    feed.start()
    long, after = text_lines(reading, threading.Event())
    feed.join()
    assert (len(long.data), after.text) == (LONGEST, "next")


def test_a_silent_stream_is_left_when_it_is_time_to_stop(pipe):
    reading, _ = pipe
    stop = threading.Event()
    seen = []
    reader = threading.Thread(target=lambda: seen.extend(text_lines(reading, stop)))
    reader.start()
    stop.set()
    reader.join(5)
    assert not reader.is_alive()
    assert seen == []


def test_bytes_that_are_no_utf_8_are_read_as_the_scanner_sends_them(pipe):
    reading, into = pipe
    into.write(b"Zo\xeb\n")
    line = next(text_lines(reading, threading.Event()))
    assert (line.text, line.data) == ("Zoë", b"Zo\xeb")


def test_half_a_line_is_nobodys_code_when_it_is_time_to_stop(pipe):
    reading, into = pipe
    stop = threading.Event()
    lines = text_lines(reading, stop)
    into.write(b"one\nhal")
    assert next(lines).text == "one"
    stop.set()
    assert list(lines) == []
