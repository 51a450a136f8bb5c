import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import nkeys
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.application.hubrecord import BadRecord
from scanner_app.domain.passes import Direction
from scanner_app.venue import keys
from scanner_app.venue import records as records_of_ours
from scanner_app.venue.records import MAX_BYTES, canonical, decode, encode, subject, verified

SEED = keys.new_seed()
PUBLIC = keys.public_key(SEED)
KEY = bytes(32)
NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)


def a_record(**changes: object) -> VenueRecord:
    base = VenueRecord(RecordKind.CLAIM, "0199-a", "kiosk-1", "main-door", "acc", "uid.* >", 1, NOW)
    return replace(base, **changes)


texts = st.text(max_size=60)
records = st.builds(
    VenueRecord,
    st.sampled_from(RecordKind),
    st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
    texts,
    texts,
    texts,
    texts,
    st.integers(0, 999_999),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(Direction),
    st.none() | st.floats(-1e8, 1e8),
    texts,
    texts,
    texts,
    st.dictionaries(texts | st.sampled_from(["slot", "signature"]), texts, max_size=4),
)


@given(records)
def test_what_was_encoded_comes_back(record):
    data = encode(record, SEED)
    back = decode(data, 7)
    assert replace(back, signature="", sequence=0) == record
    assert back.sequence == 7
    assert verified(data, PUBLIC)
    assert data == canonical(json.loads(data))  # written in pieces, the same bytes as written whole


def test_a_signature_is_what_nkeys_makes_of_it():
    pair = nkeys.from_seed(bytearray(SEED.encode()))
    assert keys.sign(SEED, b"message") == base64.b64encode(pair.sign(b"message")).decode()


def test_a_changed_record_is_not_verified():
    raw = json.loads(encode(a_record(), SEED))
    assert not verified(json.dumps({**raw, "kiosk": "kiosk-2"}).encode(), PUBLIC)
    assert not verified(encode(a_record(), keys.new_seed()), PUBLIC)


def test_a_signature_that_stands_elsewhere_signs_nothing():
    data = encode(a_record(), SEED)
    found = re.search(rb',"signature":"[^"]+"', data)
    rest = data.replace(found.group(), b"")
    verifies = [at for at in range(len(rest)) if verified(rest[:at] + found.group() + rest[at:], PUBLIC)]
    assert verifies == [found.start()]


@given(records)
def test_a_record_is_read_alike_with_and_without_the_quick_reader(record):
    data = encode(record, SEED)
    for changed in (data, data.replace(b"null", b"NaN"), data.replace(b'"v":1', b'"v":1e400'), b"\xef\xbb\xbf" + data):
        answers = []
        for read in (json.loads, records_of_ours._loads):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(records_of_ours, "_loads", read)
                try:
                    answers.append(decode(changed))
                except BadRecord:
                    answers.append(None)
        assert answers[0] == answers[1]


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_foreign_bytes_are_no_record_and_no_crash(data):
    with pytest.raises(BadRecord):
        decode(data)
    assert not verified(data, PUBLIC)


GOOD = json.loads(encode(a_record(), SEED))


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2}, {"more": 1}, {"slot": "1"}, {"slot": True}, {"slot": -1}, {"at": "yesterday"},
        {"at": "2026-11-20T12:00:00"}, {"kind": "grant"}, {"detail": {"a": 1}}, {"detail": []}, {"uid": None},
        {"claim_id": "a.b"}, {"claim_id": ""}, {"claim_id": "a>"}, {"offset": "0"}, {"direction": "up"},
    ],
)  # fmt: skip
def test_a_record_with_anything_else_is_refused(changes):
    with pytest.raises(BadRecord):
        decode(json.dumps({**GOOD, **changes}).encode())


def test_no_record_is_larger_than_four_kibibytes():
    with pytest.raises(BadRecord):
        encode(a_record(detail={"raw": "x" * MAX_BYTES}), SEED)
    with pytest.raises(BadRecord):
        decode(b'"' + b"x" * MAX_BYTES + b'"')


def test_subjects_hold_no_name_and_no_serial():
    claim = subject(KEY, a_record())
    assert claim.startswith("r.")
    assert claim.endswith(".1")
    assert claim.count(".") == 3
    assert not set(claim) & set(" *>")
    assert "uid" not in claim
    void = subject(KEY, a_record(kind=RecordKind.VOID, claim_id="0199-a-void"))
    assert void.split(".")[1:3] == claim.split(".")[1:3]
    assert void.startswith("x.")
    assert void.endswith(".0199-a-void")


def test_another_pass_place_day_or_key_is_another_subject():
    stems = {
        subject(KEY, a_record()),
        subject(KEY, a_record(uid="u2")),
        subject(KEY, a_record(account="acc2")),
        subject(KEY, a_record(place="side")),
        subject(KEY, a_record(detail={"scope": "2026-11-20"})),
        subject(b"1" * 32, a_record()),
    }
    assert len(stems) == 6
