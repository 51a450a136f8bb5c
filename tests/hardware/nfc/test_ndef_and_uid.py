"""NDEF Text and URI, SUN messages, and the UID policy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sim.tags import sun_query, text, uri

from hardware.ndef import BadNdef, Record, decode, encode
from hardware.ndef_text import NdefReason, NdefValue, read_message
from hardware.nfc.uid import UidReason, judge_uid
from hardware.sun import SunKeys, SunRead, SunReason, check, short_mac, sun_parameters

OWN = ("https://tickets.example/t/",)
ZERO = bytes(16)


RECORDS = st.builds(Record, st.integers(0, 6), st.binary(max_size=8), st.binary(max_size=600), st.binary(max_size=4))


@given(st.lists(RECORDS, min_size=1, max_size=5))
def test_records_survive_encoding(records):
    assert decode(encode(records)) == records


@given(st.binary(max_size=64))
def test_any_bytes_are_a_message_or_bad(data):
    try:
        records = decode(data)
    except BadNdef:
        return
    assert records
    assert decode(encode(records)) == records


def test_text():
    assert read_message(text("Grün-1"), OWN) == NdefValue("ndef_text", "Grün-1")
    utf16 = encode([Record(1, b"T", b"\x82de" + "Ü-2".encode("utf-16"))])
    assert read_message(utf16, OWN) == NdefValue("ndef_text", "Ü-2")


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16", "utf-16-le"])
def test_text_in_utf_16_without_a_mark_has_its_high_byte_first(encoding):
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    message = encode([Record(1, b"T", b"\x82de" + mark + "Ü-€".encode(encoding))])
    assert read_message(message, OWN) == NdefValue("ndef_text", "Ü-€")


def test_own_uri_is_cut_to_its_token():
    assert read_message(uri("tickets.example/t/abc-1", code=4), OWN) == NdefValue("ndef_uri", "abc-1")


@pytest.mark.parametrize("address", ["https://evil.example/t/abc", "https://tickets.example/other", "tel:1"])
def test_foreign_uris_are_refused(address):
    assert read_message(uri(address), OWN) is NdefReason.FOREIGN_URI
    assert read_message(uri(address), ()) is NdefReason.FOREIGN_URI
    assert read_message(uri(address), None) == NdefValue("ndef_uri", address)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (text("a\nb"), NdefReason.HOSTILE_CHARACTERS),
        (text("a\u202eb"), NdefReason.HOSTILE_CHARACTERS),
        (text(""), NdefReason.EMPTY),
        (encode([Record(1, b"T", b"\x02en\xff")]), NdefReason.MALFORMED),
        (encode([Record(2, b"text/plain", b"x")]), NdefReason.NO_TEXT_OR_URI),
        (encode([Record(1, b"T", b"\x02en" + b"x" * 5000)]), NdefReason.MALFORMED),
        (b"", NdefReason.MALFORMED),
    ],
)
def test_what_a_door_does_not_take(message, reason):
    assert read_message(message, OWN) is reason


def test_published_sun_vector():
    keys = SunKeys(ZERO, ZERO)
    address = "https://choose.url.com/ntag424?e=EF963FF7828658A599F3041510671E88&c=94EED9EE65337086"
    read = check(*sun_parameters(address), keys)
    assert read == SunRead(bytes.fromhex("04DE5F1EACC040"), 61)
    assert short_mac(ZERO, read.uid, (61).to_bytes(3, "little")).hex().upper() == "94EED9EE65337086"


def test_the_counter_must_rise():
    keys = SunKeys(ZERO, ZERO)
    uid = bytes.fromhex("04DE5F1EACC040")
    seen = [check(*sun_parameters("https://t.example/" + sun_query(uid, n)), keys) for n in (5, 6, 6, 4, 7)]
    refused = SunReason.COUNTER_NOT_RISING
    assert seen == [SunRead(uid, 5), SunRead(uid, 6), refused, refused, SunRead(uid, 7)]


@pytest.mark.parametrize(
    ("sealed", "mac", "reason"),
    [
        ("EF963FF7828658A599F3041510671E88", "94EED9EE65337087", SunReason.WRONG_MAC),
        ("EF963FF7828658A599F3041510671E89", "94EED9EE65337086", SunReason.WRONG_MAC),
        ("EF96", "94EED9EE65337086", SunReason.MALFORMED),
        ("zz", "94EED9EE65337086", SunReason.MALFORMED),
    ],
)
def test_forged_sun_messages(sealed, mac, reason):
    keys = SunKeys(ZERO, ZERO)
    assert check(sealed, mac, keys) is reason
    assert not keys.counters


@pytest.mark.parametrize(
    ("uid", "technology", "verdict"),
    [
        ("04A1B2C3", "A", "04A1B2C3"),
        ("04112233445566", "A", "04112233445566"),
        ("04112233445566778899", "A", "04112233445566778899"),
        ("0201020304050607", "F", "0201020304050607"),
        ("08A1B2C3", "A", UidReason.RANDOM),
        ("01020304", "A", UidReason.FAKE),
        ("00000000", "A", UidReason.FAKE),
        ("01FE020304050607", "F", UidReason.RANDOM),
        ("50515253", "B", UidReason.NOT_UNIQUE),
        ("0411223344", "A", UidReason.NOT_UNIQUE),
        ("", "A", UidReason.NOT_UNIQUE),
    ],
)
def test_which_uids_count(uid, technology, verdict):
    assert judge_uid(bytes.fromhex(uid), technology, opt_in=True) == verdict
    assert judge_uid(bytes.fromhex(uid), technology, opt_in=False) is UidReason.NOT_ALLOWED
