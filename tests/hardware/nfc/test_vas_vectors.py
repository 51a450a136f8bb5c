"""Apple VAS: published and regression vectors, byte for byte."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sim.phones import seal_vas

from hardware import ber
from hardware.apdu import Answer, select_name
from hardware.apple_vas import OSE_AID, VasOutcome, get_vas_data, is_apple, merchant_id, outcome_of
from hardware.crc_a import EcpMode, crc_a, ecp_frame
from hardware.vas_cryptogram import VasKey, derive, open_cryptogram, shared_secret
from hardware.vas_memory import Freshness, VasMemory

READER = ec.derive_private_key(int.from_bytes(bytes(range(1, 33)), "big"), ec.SECP256R1())
DEVICE = ec.derive_private_key(int.from_bytes(b"\x11" * 32, "big"), ec.SECP256R1())
PASS_TYPE = "pass.org.example.venue"
AT = 820454400 + 978307200  # 2027-01-01T00:00:00Z by the phone's clock, as Unix seconds
SHARED = bytes.fromhex("91e8eec14f3c569988dcface2570ba6488a53864ea703f298a7055026c1ee975")
KEY = bytes.fromhex("cb76b104745285035a40bb7cda1d1d14a63a3ad9b85e868e220a4ba3074fc06e")
FALLBACK_KEY = bytes.fromhex("bb4a0c564bd6000cd1454ac332e9b7f7e05e802581033facbfc65713115c3764")
HEAD = "96aee2270217e617f0b6443928278f96999e69a23a4f2c152bdf6d6cdf66e5b8"
CRYPTOGRAM = bytes.fromhex(HEAD + "0282d4ed09462c29435dbb5d061466dad66c86a36bc547990104a0c15be3")
FALLBACK = bytes.fromhex(HEAD + "0282d4edc2e79ad54498d2c7cffaf1923d8e59717fc8ee676c803ca9ee84")
OSE_TRACE = bytes.fromhex("6f1d50084170706c655061799f210201009f2404e9caede39f23040000003e")
GET_TRACE = (
    "9f220201009f252003b57cdb3eca0984ba9abdc2fb45d86626d87b39d33c5c6dbbc313a6347a31469f2604008000029f2b0501000000009f29"
    "1168747470733a2f2f6170706c652e636f6d"
)
ANSWER_TRACE = (
    "70549f2a009f274ec0b77375d3f37956d84a538f28ac2a04b38ddc1a67d3647a4dd30abd736ea1cea8038388692e89db99e4746d872de7823956"
    "40c536e79a75c47a9343da0af3937f06eeca7a865c4ad05a2c543ad2"
)


def test_wake_up_frame_is_the_one_on_air():
    assert ecp_frame() == bytes.fromhex("6A01000002E4D2")
    assert ecp_frame(EcpMode.VAS_OR_PAYMENT)[:5] == bytes.fromhex("6A01000000")
    # ISO/IEC 14443-3 annex B: the two examples of CRC_A.
    assert crc_a(b"\x00\x00") == bytes.fromhex("A01E")
    assert crc_a(b"\x12\x34") == bytes.fromhex("26CF")


def test_select_command():
    assert select_name(OSE_AID) == bytes.fromhex("00A404000A4F53452E5641532E303100")


def test_merchant_id():
    expected = "03b57cdb3eca0984ba9abdc2fb45d86626d87b39d33c5c6dbbc313a6347a3146"
    assert merchant_id("pass.com.passkit.pksamples.nfcdemo").hex() == expected


def test_get_vas_data_command():
    wanted = (
        "80CA010136 9F22020100 9F2804DEADBEEF 9F260400800002 9F2520"
        "03b57cdb3eca0984ba9abdc2fb45d86626d87b39d33c5c6dbbc313a6347a3146 00"
    )
    apdu = get_vas_data("pass.com.passkit.pksamples.nfcdemo", bytes.fromhex("DEADBEEF"))
    assert apdu == bytes.fromhex(wanted)
    assert len(apdu) == 60


def test_more_to_come_sets_the_high_bit():
    apdu = get_vas_data(PASS_TYPE, bytes(4), more=True)
    assert dict(ber.parse(apdu[5:-1]))[0x9F26] == bytes.fromhex("00800082")


def test_published_trace_is_understood():
    assert is_apple(Answer(OSE_TRACE, 0x9000))
    asked = dict(ber.parse(bytes.fromhex(GET_TRACE)))
    built = get_vas_data("pass.com.passkit.pksamples.nfcdemo", bytes(4), url="https://apple.com", filtered=True)
    ours = dict(ber.parse(built[5:-1]))
    del ours[0x9F28]  # the trace sends no terminal nonce
    assert ours == asked
    cryptogram = ber.find(bytes.fromhex(ANSWER_TRACE), 0x70, 0x9F27)
    assert cryptogram[:4].hex() == "c0b77375"
    assert len(cryptogram) == 0x4E


def test_key_agreement_vector():
    x = CRYPTOGRAM[4:36]
    merchant = merchant_id(PASS_TYPE)
    assert VasKey(READER).key_id == CRYPTOGRAM[:4]
    assert shared_secret(READER, x) == SHARED
    assert derive(SHARED, merchant) == KEY
    assert derive(SHARED, merchant, fallback=True) == FALLBACK_KEY


@pytest.mark.parametrize(("cryptogram", "fallback"), [(CRYPTOGRAM, False), (FALLBACK, True)])
def test_cryptogram_vectors_open(cryptogram, fallback):
    assert seal_vas(READER.public_key(), PASS_TYPE, b"T-0001", AT, fallback=fallback, device=DEVICE) == cryptogram
    opened = open_cryptogram(cryptogram, merchant_id(PASS_TYPE), [VasKey(READER)])
    assert (opened.message, opened.phone_time, opened.fallback_kdf) == ("T-0001", AT, fallback)


def test_every_flipped_bit_is_refused():
    keys = [VasKey(READER)]
    for at in range(len(CRYPTOGRAM)):
        bad = CRYPTOGRAM[:at] + bytes([CRYPTOGRAM[at] ^ 1]) + CRYPTOGRAM[at + 1 :]
        assert open_cryptogram(bad, merchant_id(PASS_TYPE), keys) is None, at


@pytest.mark.parametrize("message", [b"", b"a\x00b", "a\u202eb".encode(), b"\xff\xfe", b"x" * 65])
def test_hostile_messages_are_refused(message):
    cryptogram = seal_vas(READER.public_key(), PASS_TYPE, message, AT)
    assert open_cryptogram(cryptogram, merchant_id(PASS_TYPE), [VasKey(READER)]) is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x9000, VasOutcome.OK),
        (0x6A82, VasOutcome.NO_WALLET),
        (0x6A83, VasOutcome.NO_PASS),
        (0x6287, VasOutcome.LOCKED),
        (0x6984, VasOutcome.USER_MUST_CHOOSE),
        (0x6982, VasOutcome.SECURITY),
        (0x6A80, VasOutcome.BAD_REQUEST),
        (0x6700, VasOutcome.BAD_REQUEST),
        (0x6B00, VasOutcome.BAD_REQUEST),
        (0x6F00, VasOutcome.UNKNOWN_STATUS),
    ],
)
def test_status_words(status, outcome):
    assert outcome_of(status) is outcome


def test_a_cryptogram_counts_once_and_only_within_the_window():
    memory = VasMemory(window_s=600)
    assert memory.judge(CRYPTOGRAM, AT, AT + 599) is Freshness.FRESH
    assert memory.judge(CRYPTOGRAM, AT, AT + 599) is Freshness.REPLAYED
    assert memory.judge(FALLBACK, AT, AT + 601) is Freshness.STALE
    assert memory.judge(FALLBACK, AT, AT - 601) is Freshness.STALE


def test_the_memory_does_not_grow_for_ever_and_forgets_nothing_that_would_pass():
    memory = VasMemory(window_s=600)
    for n in range(20_000):
        assert memory.judge(hashlib.sha256(n.to_bytes(4, "big")).digest(), AT + n, AT + n) is Freshness.FRESH
    assert len(memory._seen) < 6000
    recent = hashlib.sha256((19_500).to_bytes(4, "big")).digest()
    assert memory.judge(recent, AT + 19_500, AT + 19_999) is Freshness.REPLAYED
