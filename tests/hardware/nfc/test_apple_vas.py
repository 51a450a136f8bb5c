"""Whole Apple VAS conversations with an emulated iPhone, without a reader."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sim.phones import ApplePhone

from hardware.apple_vas import AppleWallet, VasOutcome, is_apple, merchant_id, read_pass, select_ose

KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
ONE, TWO, THREE = "pass.org.example.one", "pass.org.example.two", "pass.org.example.three"


def tap(phone, ids=(ONE,), keys=(KEY,)):
    assert is_apple(select_ose(phone))
    return read_pass(phone, AppleWallet(tuple(ids), tuple(keys)))


@pytest.mark.parametrize("fallback", [False, True])
def test_the_message_arrives_by_either_key_derivation(fallback):
    reading = tap(ApplePhone({ONE: (KEY.public_key(), b"T-0001")}, fallback=fallback))
    assert (reading.outcome, reading.opened.message) == (VasOutcome.OK, "T-0001")
    assert abs(reading.opened.phone_time - time.time()) < 2


def test_pass_types_are_asked_in_turn_until_one_answers():
    phone = ApplePhone({TWO: (KEY.public_key(), b"T-2")})
    reading = tap(phone, (ONE, TWO, THREE))
    assert (reading.opened.message, reading.pass_type_id) == ("T-2", TWO)
    assert phone.asked == [(merchant_id(ONE), True), (merchant_id(TWO), True)]


def test_the_last_pass_type_says_so():
    phone = ApplePhone({})
    assert tap(phone, (ONE, TWO)).outcome is VasOutcome.NO_PASS
    assert [more for _, more in phone.asked] == [True, False]


def test_one_of_several_keys_opens_it():
    assert tap(ApplePhone({ONE: (KEY.public_key(), b"T")}), keys=(OTHER, KEY)).outcome is VasOutcome.OK


def test_a_pass_for_another_key_is_not_opened():
    reading = tap(ApplePhone({ONE: (OTHER.public_key(), b"T")}))
    assert (reading.outcome, reading.opened) == (VasOutcome.UNKNOWN_KEY, None)


def test_a_locked_phone_ends_the_tap_and_the_next_one_reads():
    phone = ApplePhone({ONE: (KEY.public_key(), b"T")}, locked_taps=1)
    assert tap(phone, (ONE, TWO)).outcome is VasOutcome.LOCKED
    assert len(phone.asked) == 1
    assert tap(phone).outcome is VasOutcome.OK


@pytest.mark.parametrize("answer", [b"", b"\x70", b"\x70\x00", b"\x70\x04\x9f\x27\x05\x00"])
def test_malformed_answers(answer):
    assert read_pass(lambda _: answer + b"\x90\x00", AppleWallet((ONE,), (KEY,))).outcome is VasOutcome.MALFORMED
