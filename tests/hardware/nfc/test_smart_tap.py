"""Whole Smart Tap conversations with an emulated Android phone, without a reader."""

import itertools
import subprocess
import sys
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sim.phones import AndroidPhone

from hardware.apdu import TapBroken
from hardware.apple_vas import select_ose
from hardware.nfc.conversation import Accepted, converse
from hardware.nfc.port import CardKind
from hardware.smart_tap import GoogleWallet, TapOutcome, read_passes_from
from hardware.smart_tap_records import Terminal

KEY = ec.generate_private_key(ec.SECP256R1())
WALLET = GoogleWallet(20180608, KEY, 1)


def tap(wallet=WALLET, **faults):
    phone = AndroidPhone(KEY.public_key(), b"2018", **faults)
    return read_passes_from(phone, wallet, select_ose(phone)), phone


def test_the_value_arrives():
    reading, phone = tap()
    assert [p.value for p in reading.passes] == ["2018"]
    assert (reading.passes[0].kind, reading.passes[0].object_id) == ("event_ticket", bytes(range(8)))
    assert phone.compressed_answers == 1


@pytest.mark.parametrize(
    "faults", [{"chunk": 7}, {"chunk": 200}, {"bare_ose": True}, {"well_known": True}, {"sequence_step": 0}]
)
def test_variants_of_good_phones(faults):
    reading, _ = tap(**faults)
    assert [p.value for p in reading.passes] == ["2018"]


def test_without_compression():
    reading, phone = tap(GoogleWallet(20180608, KEY, 1, terminal=Terminal(system=0x01)))
    assert reading.passes[0].value == "2018"
    assert phone.compressed_answers == 0


def test_the_first_guest_does_not_wait_for_what_a_signature_loads():
    tried = """if True:
        import sys
        from cryptography.hazmat.primitives.asymmetric import ec
        from hardware.smart_tap import GoogleWallet, sign
        wallet = GoogleWallet(1, ec.generate_private_key(ec.SECP256R1()))
        loaded = set(sys.modules)
        sign(wallet.key, b"the first tap")
        print(sorted(set(sys.modules) - loaded))
    """
    said = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_phone_that_answers_byte_by_byte_is_given_up():
    """Each answer in its time, all of them for ever: the next guest waits behind it."""
    phone = AndroidPhone(KEY.public_key(), b"2018", chunk=1)
    card = SimpleNamespace(kind=CardKind.ISO_DEP, technology="A", uid=b"\x08abc", transmit=phone)
    seconds = itertools.count(0.0, 0.1)
    with pytest.raises(TapBroken, match="too long"):
        converse(card, Accepted(google=GoogleWallet(20180608, KEY, 1)), lambda: next(seconds))


def test_several_passes_are_all_reported():
    reading, _ = tap(passes=[b"one", b"two"])
    assert [p.value for p in reading.passes] == ["one", "two"]


@pytest.mark.parametrize(
    ("faults", "outcome"),
    [
        ({"encrypted": False}, TapOutcome.UNENCRYPTED),
        ({"break_mac": True}, TapOutcome.WRONG_MAC),
        ({"bomb": True}, TapOutcome.BAD_COMPRESSION),
        ({"collector_id": 1}, TapOutcome.NOT_AUTHENTICATED),
        ({"key_version": 2}, TapOutcome.NOT_AUTHENTICATED),
        ({"versions": b"\x00\x02\x00\x03"}, TapOutcome.VERSION),
        ({"session_status": 5}, TapOutcome.SESSION),
        ({"sequence_step": -1}, TapOutcome.SEQUENCE),
        ({"data_status": b"\x90\x01"}, TapOutcome.NO_PASS),
        ({"data_status": b"\x92\x00"}, TapOutcome.TRY_AGAIN),
        ({"data_status": b"\x93\x02"}, TapOutcome.USER_MUST_ACT),
        ({"data_status": b"\x94\x06"}, TapOutcome.TOO_MANY_REQUESTS),
        ({"passes": [b"bell\x07"]}, TapOutcome.MALFORMED),
    ],
)
def test_refusals(faults, outcome):
    reading, _ = tap(**faults)
    assert (reading.outcome, reading.passes) == (outcome, ())


def test_the_wrong_key_is_not_authenticated():
    reading, _ = tap(GoogleWallet(20180608, ec.generate_private_key(ec.SECP256R1()), 1))
    assert reading.outcome is TapOutcome.NOT_AUTHENTICATED


def test_an_endless_answer_is_cut():
    phone = AndroidPhone(KEY.public_key(), b"x", chunk=1)
    ose = select_ose(phone)

    def endless(apdu):
        return bytes(200) + b"\x91\x00" if apdu[1] in (0x50, 0xC0) else phone(apdu)

    assert read_passes_from(endless, WALLET, ose).outcome is TapOutcome.MALFORMED
