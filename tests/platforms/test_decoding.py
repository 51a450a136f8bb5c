"""Whatever a platform sends, what comes out is a value or PlatformTrouble(NONSENSE)."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platforms.conftest import account_of
from support import fault_server as faults

from scanner_app.application.config import AccountConfig
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms import fields
from scanner_app.platforms.airship import codec as airship
from scanner_app.platforms.passcreator import status as app_scans
from scanner_app.platforms.passcreator.calls import cursor
from scanner_app.platforms.passentry import codec as passentry
from scanner_app.platforms.passkit import codec as passkit
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.platforms.registry import build
from scanner_app.platforms.strict_json import decode

TEXTS = st.text(max_size=12) | st.sampled_from(
    ["", "2026-01-01T00:00:00Z", "voided", "active", "\ud800", "1e400", "NaN"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
PASSENTRY = {
    "id": "u",
    "attributes": {
        "status": "active",
        "extId": "E",
        "expiresAt": "2030-01-01T00:00:00Z",
        "passContent": {"fullName": "Ada"},
        "barcode": {"value": "x"},
        "nfc": None,
        "passTemplateUuid": "t",
    },
}
PASSKIT = {
    "id": "u",
    "status": "ISSUED",
    "ticketNumber": "T",
    "person": {"displayName": "Ada"},
    "validateDetails": [{"validateDate": "2026-01-01T00:00:00Z", "validateSource": "Gate"}],
    "passMetaData": {"status": "PASS_ISSUED"},
    "expiryDate": "2030-01-01T00:00:00Z",
    "points": "5",
}
AIRSHIP = {
    "id": "1",
    "templateId": 2,
    "headers": {
        "barcode_value": {"value": "x"},
        "expirationDate": {"label": "voided", "value": "2030-01-01T00:00:00Z"},
    },
    "fields": {"Seat": {"value": 1.0}},
    "tags": ["vip", {"name": "in|Gate|2026-01-01T00:00:00Z|k|s"}],
    "createdAt": "2012-11-01 12:37:07.0",
}
SCAN = {"appScanId": "1", "passId": None, "scanStatus": 0, "createdOn": "2026-01-01 00:00:00", "deviceName": "k"}
READERS = [
    (PASSENTRY, lambda v: passentry.read_pass(v, passentry.Reading("a"), [], None)),
    ({"data": [PASSENTRY], "included": []}, passentry.read_scans),
    (PASSKIT, lambda v: passkit.read_pass(v, Kind.TICKET, "p", passkit.Reading("a", {}), None)),
    (PASSKIT, lambda v: passkit.read_pass(v, Kind.MEMBER, "p", passkit.Reading("a", {}), None)),
    ({"eventType": "EVENT_MEMBER_CHECKED_IN", "date": "2026-01-01T00:00:00Z", "notes": "x"}, passkit.read_event),
    (AIRSHIP, lambda v: airship.read_pass(v, airship.Reading("a"), None)),
    (SCAN, app_scans.read_scan),
]


def mutated(value, draw, depth: int = 0):
    """The value with something in it, at any depth, replaced."""
    if isinstance(value, dict) and value and depth < 4 and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return value | {key: mutated(value[key], draw, depth + 1)}
    if isinstance(value, list) and value and depth < 4 and draw(st.booleans()):
        return [mutated(value[0], draw, depth + 1), *value[1:]]
    return draw(JSON)


@pytest.mark.parametrize(("good", "read"), READERS)
@given(data=st.data())
def test_anything_mutated_is_read_or_refused(good, read, data):
    try:
        found = read(mutated(good, data.draw))
    except PlatformTrouble as trouble:
        assert trouble.kind is PlatformKind.NONSENSE  # noqa: PT017 - either end is right
        return
    for name in ("uid", "holder", "template", "locale"):
        getattr(found, name, "").encode()


def test_names_are_storable_as_well_as_values():
    found = decode(b'{"\\ud800name": {"\\udfff": "x"}}')
    assert found == {"\\ud800name": {"\\udfff": "x"}}
    json.dumps(found, ensure_ascii=False).encode()


@given(TEXTS | st.text(), st.lists(st.text(max_size=5), max_size=4))
def test_any_next_page_is_followed_nowhere(text, path):
    try:
        assert set(cursor(text, path)) <= {"start", "lastIdOfPriorPage", "lastCreatedOnOfPriorPage"}
    except PlatformTrouble as trouble:
        assert trouble.kind is PlatformKind.NONSENSE  # noqa: PT017 - either end is right


@given(st.dictionaries(st.just("k"), JSON))
def test_every_reader_of_fields(found):
    for read in (fields.text, fields.needed, fields.number, fields.whole, fields.texts, fields.instant):
        try:
            read(found, "k")
        except PlatformTrouble as trouble:
            assert trouble.kind is PlatformKind.NONSENSE  # noqa: PT017 - either end is right


OPERATION = Operation(
    OperationKind.RECORD, "s", "acc", "1", datetime(2026, 1, 1, tzinfo=UTC), raw="x", device="k", door="d", place="p",
    outcome="admit", reason="ADMIT", policy="once",
)  # fmt: skip


@pytest.mark.parametrize("name", ["passcreator", "passentry", "passkit", "airship"])
def test_any_json_from_any_call_is_a_value_or_a_trouble(server, name):
    """Every call of the port, against a server that answers everything with the same made-up JSON."""
    info = {"platform": name, "base_url": server.url, "templates": [{"id": "1", "name": "T"}]}
    config: AccountConfig = account_of(info, options={"entity": "e", "per_second": "10000"})
    platform = build(config, "k:s")
    calls = (
        lambda: platform.lookup("abc", 2),
        lambda: platform.search("abc"),
        platform.check,
        platform.doors,
        platform.templates,
        lambda: platform.page("1", "", ""),
        *(
            lambda kind=kind: platform.deliver(Operation(kind, *_rest(OPERATION)), may_have_arrived=True)
            for kind in OperationKind
        ),
    )
    shapes = [
        [],
        {},
        "",
        None,
        0,
        {"data": []},
        {"results": [], "query": {}},
        {"passes": [{}]},
        [{}],
        {"data": [{"id": 1}]},
    ]
    for body in shapes:
        server.behave(faults.answer(200, json.dumps(body).encode()))
        for call in calls:
            try:
                call()
            except PlatformTrouble as trouble:
                assert trouble.kind in (PlatformKind.NONSENSE, PlatformKind.NOT_FOUND)  # noqa: PT017
    platform.close()
    assert len(server.requests) > 8 * len(shapes)  # what was answered, and not a trouble of our own before


def _rest(operation: Operation) -> list:
    return [getattr(operation, name) for name in list(operation.__dataclass_fields__)[1:]]
