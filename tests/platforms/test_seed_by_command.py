"""Everything of seed 001 by `scanner-app pass`: what was typed stands on the wire as the seed's examples have it."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from platforms.test_passcreator import SEED_FLIGHT
from platforms.test_seed_wire import CREATED, UID
from support import fault_server as faults
from support.fault_server import FaultServer

from scanner_app import cli

TEMPLATE = "eaf794bc-6bf1-4801-bd08-05e4eb97e236"
COMMON = {  # what "Request body (zapierStyle=true)" of creating and of updating share
    "Customerno": "382716",
    "barcodeValue": "3897897988979823497234",
    "5b3f2f9f66a228.52093670": "Zurich",
    "5b3f2f9f66a228.52093671": "Example street 1",
    "urlToBackground": "https://www.example.com/default-language.png",
    "localizedBackgroundImages": {
        "de": "https://www.example.com/german.png",
        "nl": "https://www.example.com/dutch.png",
    },
    "eligibleValidationPlaces": ["room1"],
    "emailRecipient": "john.doe@example.com",
    "phoneRecipient": "+49123456789",
    "downloadPin": "1234",
    "expirationDate": "2025-12-31 23:59",
    "relevantDate": "2025-01-15 09:00",
    "validAsOfDate": "2025-01-01 00:00",
    "labelColor": "000000",
    "foregroundColor": "FFFFFF",
    "backgroundColor": "FF0000",
}
WHERE = {"latitude": 48.0933826, "longitude": 11.6286617, "altitude": 200, "maxDistance": 300}
CREATE = COMMON | {
    "locations": [WHERE | {"relevantText": "Welcome to the show!"}],
    "userProvidedId": "CUSTOMER-12345",
    "enforceUniqueUserProvidedId": True,
    "storedValue": 25.50,
}
UPDATE = COMMON | {
    "locations": [WHERE | {"relevantText": "Welcome to the updated event!"}],
    "storedValue": 200,
    "voided": False,
}
NO_EXAMPLE = {  # parameters that the seed describes and shows in no example
    "barcodeAlternativeText": "Row 5",
    "groupingIdentifier": "family-1",
    "urlToThumbnail": "https://www.example.com/t.png",
    "urlToLogo": "https://www.example.com/l.png",
    "bundleId": "b-1",
}
BOARDING_CHANGE = {
    "originAirportGate": "B22",
    "localEstimatedOrActualDepartureDateTime": "2023-07-01T16:30",
    "seatNumber": "38A",
}
HI = "Hi {Firstname}, how are you?"
TWO = ["b1d972dc-eccf-4f87-ab21-25939d9213d8", "23443567-eccf-4f87-ab21-2435465789"]
ROW = [{"date": "2019-03-10", "noOfPasses": "268"}]
NAMES = ("activeRegistrations", "inactiveRegistrations", "createdPasses", "updatedPasses")
NAMES += ("sentPushNotifications", "receivedPushNotifications")
FIGURES = {f"{name}Timeline": ROW for name in NAMES} | {
    "passesPerOperatingSystem": {"iOS": 143, "Android": 125, "WindowsPhone": 0}
}
URIS = {"iPhoneUri": "https://app.passcreator.com/i", "AndroidUri": "https://passwallet.page.link/?apn=x"}
PASS = {  # seed 001, "Read a Pass", shortened to what a pass must have; the whole one stands in test_passcreator
    "identifier": UID,
    "barcodeValue": "987654321",
    "voided": False,
    "redeemed": False,
    "createdOn": "2020-10-08 07:44:38",
    "modifiedOn": "2020-10-08 13:43:59",
    "passTemplateGuid": TEMPLATE,
    "passFieldData": {},
    "fieldMapping": {},
}
LIST = {"query": {"start": 0, "pageSize": 100, "self": "x"}, "total": 0, "results": []}


@pytest.fixture(scope="module")
def office():
    with FaultServer() as running:
        yield running


@pytest.fixture(scope="module")
def folder(office, tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("office")
    (made / "key").write_text("yourApiKeyHere")
    words = ["--platform", "passcreator", "--url", office.url, "--key-file", str(made / "key"), "--template", TEMPLATE]
    words += ["--place", "Gate", "--zone", "Europe/Berlin", "--offline"]
    assert cli.main(["setup", "--data-dir", str(made / "data"), *words]) == 0
    return made / "data"


def typed(*words, **body):
    return ["pass", *words, *(["--body", json.dumps(body)] if body else [])]


@pytest.mark.parametrize(
    ("words", "answer", "call", "query", "body"),
    [
        (
            typed("create", TEMPLATE, **CREATE), (201, CREATED),
            "POST /api/pass", {"passtemplate": TEMPLATE, "zapierStyle": "true"}, CREATE,
        ),
        (
            typed("create", TEMPLATE, **NO_EXAMPLE), (201, CREATED),
            "POST /api/pass", {"passtemplate": TEMPLATE, "zapierStyle": "true"}, NO_EXAMPLE,
        ),
        (
            typed("create", TEMPLATE, **SEED_FLIGHT), (201, CREATED),
            "POST /api/pass", {"passtemplate": TEMPLATE, "zapierStyle": "true"}, SEED_FLIGHT,
        ),
        (
            typed("update", UID, **UPDATE), (204, b""),
            f"POST /api/pass/{UID}", {"zapierStyle": "true"}, UPDATE,
        ),
        (
            typed("update", UID, "--set", "firstname=John", "--set", "5b3f2f9f66a228.52093670=Zurich"), (204, b""),
            f"POST /api/pass/{UID}", {"zapierStyle": "true"},
            {"firstname": "John", "5b3f2f9f66a228.52093670": "Zurich"},
        ),
        (
            typed("update", UID, **BOARDING_CHANGE), (204, b""),
            f"POST /api/pass/{UID}", {"zapierStyle": "true"}, BOARDING_CHANGE,
        ),
        (typed("void", UID), (204, b""), f"PUT /api/pass/{UID}", {}, {"voided": True}),
        (typed("unvoid", UID), (204, b""), f"PUT /api/pass/{UID}", {}, {"voided": False}),
        (
            typed("enable-download", UID, "--until", "2019-05-20T10:09+02:00"), (204, b""),
            f"POST /api/pass/{UID}/enabledownload", {}, {"enableDownloadUntil": "2019-05-20 10:09"},
        ),
        (typed("enable-download", UID), (204, b""), f"POST /api/pass/{UID}/enabledownload", {}, {}),
        (
            typed("push", UID, HI), (204, b""),
            f"POST /api/pass/{UID}/sendpushnotification", {}, {"pushNotificationText": HI},
        ),
        (
            typed("push", TWO[0], HI, "--also", TWO[1]), (202, b""),
            "POST /api/pass/sendpushnotifications", {}, {"listOfPasses": TWO, "pushNotificationText": HI},
        ),
        (
            typed("email", "CUSTOMER-12345", "jane@company.com"), (200, b""),
            "POST /api/pass/deliver/CUSTOMER-12345/email/jane%40company.com", {}, None,
        ),
        (typed("delete", "CUSTOMER-12345", "--yes"), (200, b""), "DELETE /api/pass/CUSTOMER-12345", {}, None),
        (typed("uris", UID), (200, URIS), f"GET /api/pass/geturis/{UID}", {}, None),
        (typed("show", UID), (200, PASS), f"GET /api/pass/{UID}", {"includeFieldMapping": "true"}, None),
        (
            typed("show", "CUSTOMER-12345", "--door", "abc123"), (200, PASS),
            "GET /api/pass/CUSTOMER-12345", {"includeFieldMapping": "true", "appConfigurationId": "abc123"}, None,
        ),
        (
            typed("search", "johnny", "--template", "other"), (200, []),
            "GET /api/pass/search/other/johnny", {}, None,
        ),
        (typed("search", "johnny"), (200, []), f"GET /api/pass/search/{TEMPLATE}/johnny", {}, None),
        (
            typed("list", TEMPLATE), (200, LIST),
            f"GET /api/pass/list/{TEMPLATE}", {"start": "0", "pageSize": "100"}, None,
        ),
        (
            typed("list", TEMPLATE, "--created-since", "2021-07-01T15:30", "--page-size", "50", "--start", "100"),
            (200, LIST), f"GET /api/pass/list/{TEMPLATE}",
            {"start": "100", "pageSize": "50", "createdSince": "2021-07-01 15:30"}, None,
        ),
        (
            typed("list", TEMPLATE, "--modified-since", "2021-07-01T13:30Z"), (200, LIST),
            f"GET /api/pass/list/{TEMPLATE}",
            {"start": "0", "pageSize": "100", "modifiedSince": "2021-07-01 15:30"}, None,
        ),
        (
            typed("stats", TEMPLATE), (200, FIGURES),
            f"GET /api/pass/statistics/{TEMPLATE}", {"timeFrame": "day", "day": "today"}, None,
        ),
        (
            typed("stats", TEMPLATE, "--frame", "week", "--day", "2025-01-15"), (200, FIGURES),
            f"GET /api/pass/statistics/{TEMPLATE}", {"timeFrame": "week", "day": "2025-01-15"}, None,
        ),
        (
            typed("stats", TEMPLATE, "--history-since", "2020-10-01"),
            (200, [{"date": "2020-10-01", "active": 7, "inactive": 4}]),
            f"GET /api/pass/statistics/{TEMPLATE}/activehistory/2020-10-01", {}, None,
        ),
        (
            typed("stats", TEMPLATE, "--history-since", ""), (200, []),
            f"GET /api/pass/statistics/{TEMPLATE}/activehistory", {}, None,
        ),
    ],
)  # fmt: skip
def test_what_is_typed_stands_on_the_wire(office, folder, words, answer, call, query, body):
    office.behave(faults.answer(*answer))
    verb, action, *rest = words
    assert cli.main([verb, action, "--data-dir", str(folder), *rest]) == 0
    seen = office.requests[-1]
    asked = urlsplit(seen.target)
    assert (f"{seen.method} {asked.path}", dict(parse_qsl(asked.query))) == (call, query)
    assert (json.loads(seen.body) if seen.body else None) == body
    assert seen.headers["authorization"] == "yourApiKeyHere"


@pytest.mark.parametrize(
    "words",
    [
        typed("list", TEMPLATE, "--created-since", "2021-07-01", "--modified-since", "2021-07-01"),
        typed("list", TEMPLATE, "--page-size", "101"),
        typed("list", TEMPLATE, "--start", "-1"),
        typed("delete", UID),
        typed("push", UID, " "),
        typed("push", UID, HI, "--also", *(str(n) for n in range(500))),
        typed("email", UID, "nobody"),
    ],
)
def test_what_the_seed_forbids_is_not_sent(office, folder, words, capsys):
    before = len(office.requests)
    verb, action, *rest = words
    assert cli.main([verb, action, "--data-dir", str(folder), *rest]) == 3
    assert len(office.requests) == before
    assert capsys.readouterr().err.count(".") >= 2, "what it is, and what to do"


def test_a_list_is_walked_by_its_pages_with_the_filter_kept(office, folder, capsys):
    path = f"https://app.passcreator.com/api/pass/list/{TEMPLATE}"
    following = f"{path}?start=1&pageSize=1&lastIdOfPriorPage={UID}&lastCreatedOnOfPriorPage=1656500213"
    pages = [
        {"query": {"start": 0, "pageSize": 1, "self": path, "next": following}, "total": 2, "results": [PASS]},
        {"query": {"start": 1, "pageSize": 1, "self": path}, "total": 2, "results": [PASS | {"identifier": "second"}]},
    ]
    office.behave(faults.in_turn(*(faults.answer(200, each) for each in (pages[0], PASS, pages[1]))))
    words = ["--created-since", "2020-01-01T00:00", "--page-size", "1", "--json"]
    assert cli.main(["pass", "list", "--data-dir", str(folder), TEMPLATE, *words]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["uid"] for each in shown] == [UID, "second"]
    assert dict(parse_qsl(urlsplit(office.requests[-1].target).query)) == {
        "start": "1", "pageSize": "1", "createdSince": "2020-01-01 00:00", "lastIdOfPriorPage": UID,
        "lastCreatedOnOfPriorPage": "1656500213",
    }  # fmt: skip
