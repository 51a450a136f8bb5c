"""ISO-DEP blocks, activation parameters and their bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sim.iso_dep import IsoDepCard

from hardware.apdu import TapBroken
from hardware.nfc.errors import LinkGarbled, LinkTimeout
from hardware.nfc.iso_dep import IsoDep, Parameters, read_ats

FAST = Parameters(64, 0.001)


def talk(card, parameters=FAST):
    card.receive(b"\xe0\x80")

    def exchange(frame, _timeout):
        answer = card.receive(frame)
        if answer is None:
            raise LinkTimeout
        return answer

    return IsoDep(exchange, parameters)


@pytest.mark.parametrize(
    ("ats", "size", "wait"),
    [
        ("0578807002", 256, 0.0387),
        ("0278", 256, 0.0048),
        ("037880", 256, 0.0048),
        ("01", 32, 0.0048),
        ("0533A0F0", 0, 0),
        ("037F", 0, 0),
        ("0478807002", 256, 0.0387),
        ("032080", 16, 0.0773),
        ("04307080FF", 16, 0.0773),
        ("0320F0", 16, 0.0048),
    ],
)
def test_answers_to_select(ats, size, wait):
    if not size:
        with pytest.raises(TapBroken):
            read_ats(bytes.fromhex(ats))
        return
    read = read_ats(bytes.fromhex(ats))
    assert (read.frame_size, pytest.approx(read.waiting_time, abs=1e-4)) == (size, wait)


@given(st.binary(max_size=300), st.sampled_from([16, 64, 256]), st.integers(1, 250), st.integers(0, 2), st.booleans())
def test_any_length_both_ways(data, frame, block, wtx, inside):
    card = IsoDepCard(lambda apdu: apdu[::-1], block=block, wtx=wtx, wtx_in_chain=inside)
    transmit = talk(card, Parameters(frame, 0.001))
    for body in (data + b"x", b"again"):
        assert transmit(body) == body[::-1]


@given(st.lists(st.sampled_from(["lost", "garbled", "fine", "fine", "fine"]), min_size=60, max_size=60))
def test_lost_and_garbled_blocks_are_repeated_or_given_up_never_mixed_up(fates):
    card = IsoDepCard(lambda apdu: apdu[::-1], block=7)
    card.receive(b"\xe0\x80")
    left = iter(fates)

    def exchange(frame, _timeout):
        fate = next(left, "fine")
        answer = card.receive(frame) if fate != "lost" else None
        if answer is None:
            raise LinkTimeout
        if fate == "garbled":
            raise LinkGarbled
        return answer

    try:
        assert IsoDep(exchange, Parameters(16, 0.001))(b"0123456789" * 4) == (b"0123456789" * 4)[::-1]
    except TapBroken:
        return


def test_a_card_that_only_asks_for_time_is_given_up():
    now = [0.0]

    def exchange(_frame, timeout):
        now[0] += timeout
        return b"\xf2\x3b"

    with pytest.raises(TapBroken, match="too long"):
        IsoDep(exchange, Parameters(64, 0.1), clock=lambda: now[0])(b"x")
    assert now[0] < 10


def test_an_answer_without_end_is_given_up():
    number = [1]

    def exchange(_frame, _timeout):
        number[0] ^= 1
        return bytes([0x12 | number[0]]) + bytes(250)

    with pytest.raises(TapBroken, match="long"):
        IsoDep(exchange, FAST)(b"x")


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_noise_breaks_the_tap_and_nothing_else(blocks):
    left = iter(blocks)

    def exchange(_frame, _timeout):
        return next(left, b"")

    try:
        answer = IsoDep(exchange, FAST)(b"hello")
    except TapBroken:
        return
    assert answer in [block[1:] for block in blocks] or len(answer) <= sum(map(len, blocks)) - 2
