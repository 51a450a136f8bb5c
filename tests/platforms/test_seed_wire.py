"""Requests as they stand on the wire, field for field as the seeds give them."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from platforms.conftest import account_of
from platforms.test_passcreator import FLIGHT, SEED_FLIGHT
from support import fault_server as faults

from scanner_app.application.config import AccountConfig
from scanner_app.platforms.airship import AirshipPlatform
from scanner_app.platforms.airship.office import Ref
from scanner_app.platforms.passcreator import PasscreatorPlatform

UID = "f4379715-7a69-1742-38ae-836554724306"
CREATED = {  # seed 001, "Success Response (201)"
    "identifier": UID,
    "uri": f"https://app.passcreator.com/api/pass/{UID}",
    "linkToPassFile": "https://app.passcreator.com/_Resources/Persistent/fcef/pass.pkpass",
    "linkToPassPage": "https://app.passcreator.com/p/1234567",
    "barcodeValue": "3897897988979823497234",
    "genericProperties": {"my-id": "12345678", "second-field": "Example value"},
    "ErrorMessage": "",
}
BODY = {  # seed 001, "Request body (zapierStyle=true)"
    "Customerno": "382716",
    "barcodeValue": "3897897988979823497234",
    "5b3f2f9f66a228.52093670": "Zurich",
    "urlToBackground": "https://www.example.com/default-language.png",
    "localizedBackgroundImages": {"de": "https://www.example.com/german.png"},
    "locations": [{"latitude": 48.0933826, "longitude": 11.6286617, "relevantText": "Welcome!", "maxDistance": 300}],
    "eligibleValidationPlaces": ["room1"],
    "userProvidedId": "CUSTOMER-12345",
    "enforceUniqueUserProvidedId": True,
    "downloadPin": "1234",
    "storedValue": 25.50,
    "expirationDate": "2025-12-31 23:59",
    "validAsOfDate": "2025-01-01 00:00",
    "labelColor": "000000",
}


@pytest.fixture
def office(server):
    platform = PasscreatorPlatform(
        account_of({"platform": "passcreator", "base_url": server.url, "templates": []}), "yourApiKeyHere"
    )
    yield platform.office
    platform.close()


def wire(server) -> tuple[str, str, object]:
    seen = server.requests[-1]
    assert seen.headers["authorization"] == "yourApiKeyHere"
    return seen.method, seen.target, json.loads(seen.body) if seen.body else None


def test_create(server, office):
    server.behave(faults.answer(201, CREATED))
    times = {"expirationDate": datetime(2025, 12, 31, 22, 59, tzinfo=UTC), "storedValue": Decimal("25.50")}
    made = office.create("abc123", BODY | times)
    assert (made.uid, made.barcode, made.page) == (
        UID,
        "3897897988979823497234",
        "https://app.passcreator.com/p/1234567",
    )
    assert wire(server) == ("POST", "/api/pass?passtemplate=abc123&zapierStyle=true", BODY)


def test_create_a_boarding_pass(server, office):
    server.behave(faults.answer(201, CREATED))
    office.create("abc123", {"userProvidedId": "BOARDING-001"}, FLIGHT)
    assert wire(server)[2] == {"userProvidedId": "BOARDING-001", **SEED_FLIGHT}


@pytest.mark.parametrize(
    ("act", "status", "expected"),
    [
        (
            lambda o: o.update(UID, {"voided": False, "storedValue": Decimal(200)}),
            204,
            ("POST", f"/api/pass/{UID}?zapierStyle=true", {"voided": False, "storedValue": 200}),
        ),
        (lambda o: o.mark(UID, voided=True), 204, ("PUT", f"/api/pass/{UID}", {"voided": True})),
        (lambda o: o.mark("CUSTOMER-12345", voided=False), 204, ("PUT", "/api/pass/CUSTOMER-12345", {"voided": False})),
        (lambda o: o.delete(UID), 200, ("DELETE", f"/api/pass/{UID}", None)),
        (
            lambda o: o.enable_download(UID, datetime(2019, 5, 20, 8, 9, tzinfo=UTC)),
            204,
            ("POST", f"/api/pass/{UID}/enabledownload", {"enableDownloadUntil": "2019-05-20 10:09"}),
        ),
        (lambda o: o.enable_download(UID), 204, ("POST", f"/api/pass/{UID}/enabledownload", {})),
        (
            lambda o: o.push(UID, "Hi {Firstname}, how are you?"),
            204,
            (
                "POST",
                f"/api/pass/{UID}/sendpushnotification",
                {"pushNotificationText": "Hi {Firstname}, how are you?"},
            ),
        ),
        (
            lambda o: o.push_many(["a", "b"], "Hi"),
            202,
            ("POST", "/api/pass/sendpushnotifications", {"listOfPasses": ["a", "b"], "pushNotificationText": "Hi"}),
        ),
        (
            lambda o: o.email(UID, "john.doe@example.com"),
            200,
            ("POST", f"/api/pass/deliver/{UID}/email/john.doe%40example.com", None),
        ),
    ],
)
def test_the_other_calls(server, office, act, status, expected):
    server.behave(faults.answer(status, b""))
    act(office)
    assert wire(server) == expected


def test_figures(server, office):
    row = {"date": "2019-03-10", "noOfPasses": "268"}
    names = ("activeRegistrations", "inactiveRegistrations", "createdPasses", "updatedPasses")
    names += ("sentPushNotifications", "receivedPushNotifications")
    figures = {f"{name}Timeline": [row] for name in names}
    figures["passesPerOperatingSystem"] = {"iOS": 143, "Android": 125, "WindowsPhone": 0}
    server.behave(faults.answer(200, figures))
    from scanner_app.platforms.passcreator.office import TimeFrame

    found = office.statistics("tpl", TimeFrame.DAY)
    assert wire(server)[:2] == ("GET", "/api/pass/statistics/tpl?timeFrame=day&day=today")
    assert found.timelines["createdPassesTimeline"] == [("2019-03-10", 268)]
    assert found.systems == {"iOS": 143, "Android": 125, "WindowsPhone": 0}


def test_airship_as_the_seed_shows_it(server):
    server.behave(faults.in_turn(faults.answer(201, {"ticketId": 1234}), faults.answer(200, {"status": "COMPLETED"})))
    platform = AirshipPlatform(AccountConfig("a", "airship", f"{server.url}/v1"), "user:secret")
    fields = {
        "fields": {"Coupon": {"changeMessage": "Enjoy %@ off your next order!", "value": "20%", "label": "Coupon"}}
    }
    platform.office.update(Ref(external="mypass", template="123"), fields)
    seen = server.requests[0]
    assert (seen.method, seen.target) == ("PUT", "/v1/pass/template/123/id/mypass")
    assert seen.headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="
    assert seen.json() == fields
    platform.close()
