"""PassEntry: identifiers, passes, the scan that refuses with 200, limits."""

import pytest
from client import Client

from scanner_app.sandbox.server import Sandbox

NOW = 1_900_000_000
ATTRIBUTES = {
    "downloadUrl",
    "passType",
    "deviceType",
    "createdAt",
    "status",
    "extId",
    "addedAt",
    "removedAt",
    "deactivatedAt",
    "expiresAt",
    "passTemplateUuid",
    "passTemplateName",
    "nfc",
    "barcode",
    "passContent",
    "latestMessage",
    "groupTag",
    "tags",
}


@pytest.fixture
def sandbox():
    with Sandbox(passes=60, platforms=("passentry",)) as running:
        running.clock.frozen = NOW
        yield running


class PassEntry(Client):
    def __init__(self, sandbox, platform=0):
        super().__init__(sandbox, platform)
        self.sandbox = sandbox
        self.key = f"Bearer {self.info['api_key']}"

    def ask(self, method, path, body=None, headers=None):
        if path.startswith("/sandbox"):
            headers = {"X-Sandbox-Key": self.info["api_key"]}
        else:
            self.sandbox.clock.frozen += 1  # never in the way of the rate limit
        return super().ask(method, path, body, headers)

    def make(self, query="", **body):
        got = self.ask("POST", f"/api/v1/passes?passTemplate={self.template()}{query}", body)
        assert got.status == 201, got.body
        return got.json["data"]

    def patch(self, key, body, status=200):
        got = self.ask("PATCH", f"/api/v1/passes/{key}", body)
        assert got.status == status, got.body
        return got

    def attributes(self, key, query=""):
        return self.get(f"/api/v1/passes/{key}{query}")["data"]["attributes"]

    def saved(self, sandbox, query=""):
        uid = self.make(query)["id"]
        sandbox.store.update("pe_pass", "id", uid, {"added": NOW, "device": "iphone"})
        return uid

    def door(self, key, reader="main-entrance-1", **more):
        body = {"scan": {"readerId": reader, "passId": key, "scanType": "barcode", **more}}
        got = self.ask("POST", "/api/v1/scans", body)
        assert got.status == 200, got.body
        return got.json


@pytest.fixture
def client(sandbox):
    return PassEntry(sandbox)


def test_the_info_line_tells_readers(client):
    assert client.info["platform"] == "passentry"
    assert [each["name"] for each in client.info["readers"]] == client.info["places"]


@pytest.mark.parametrize("key", [None, "{}", "Bearer wrong", "bearer {}"])
def test_the_key_comes_as_a_bearer_token(client, key):
    client.key = key and key.format(client.info["api_key"])
    got = client.ask("GET", "/api/v1/passes")
    assert (got.status, got.json) == (401, {"errors": ["Unauthorized"]})


def test_a_pass_shows_every_attribute(client):
    made = client.make("&extId=crm-1", **{"pass": {"fullName": "Jane Smith", "seat": {"value": "A1"}}})
    assert set(made) == {"id", "type", "attributes"}
    assert set(made["attributes"]) == ATTRIBUTES
    assert made["attributes"]["passContent"] == {"fullName": "Jane Smith", "seat": "A1"}
    assert made["attributes"]["status"] == "issued"
    assert made["attributes"]["barcode"]["value"] == made["id"]
    for key in (made["id"], "crm-1"):
        assert client.get(f"/api/v1/passes/{key}")["data"] == made


def test_an_ext_id_is_freed_by_nullification_alone(client):
    first = client.make("&extId=crm-1")["id"]
    path = f"/api/v1/passes?passTemplate={client.template()}&extId=crm-1"
    client.patch(first, {"passAction": "deactivate"})
    assert client.ask("POST", path, {}).status == 422
    for _ in range(2):
        got = client.ask("POST", f"/api/v1/passes/{first}/nullify")
        assert got.status == 200
        assert got.json["data"]["attributes"] | {} == got.json["data"]["attributes"]
        assert got.json["data"]["attributes"]["status"] == "nullified"
        assert got.json["data"]["attributes"]["passContent"] == {}
    assert client.ask("GET", f"/api/v1/passes/{first}").status == 404
    assert client.ask("PATCH", f"/api/v1/passes/{first}", {}).status == 404
    second = client.ask("POST", path, {}).json["data"]["id"]
    assert client.get("/api/v1/passes/crm-1")["data"]["id"] == second != first


def test_lists_are_newest_first_and_filtered(client):
    made = [client.make(f"&extId=crm-{number}")["id"] for number in range(3)]
    listed = client.get("/api/v1/passes")["data"]
    assert len(listed) == 63
    order = [each["attributes"]["createdAt"] for each in listed]
    assert order == sorted(order, reverse=True)
    assert {each["id"] for each in client.get("/api/v1/passes?extIdPrefix=crm-")["data"]} == set(made)
    client.ask("POST", f"/api/v1/passes/{made[0]}/nullify")
    assert len(client.get("/api/v1/passes?extIdPrefix=crm-")["data"]) == 2
    assert len(client.get("/api/v1/passes?extIdPrefix=crm-&includeNullified=true")["data"]) == 3
    assert [each["id"] for each in client.get("/api/v1/passes?status=nullified")["data"]] == [made[0]]
    everything = client.get("/api/v1/passes?includeNullified=true")["data"]
    assert len({each["attributes"]["status"] for each in everything}) >= 4
    for status in ("issued", "active", "removed", "deactivated", "nullified"):
        expected = [each for each in everything if each["attributes"]["status"] == status]
        assert client.get(f"/api/v1/passes?status={status}")["data"] == expected


def test_lists_come_in_pages_when_told(client):
    whole = client.get("/api/v1/passes")["data"]
    client.ask("POST", "/sandbox/switches", {"list_in_pages": True})
    assert client.get("/api/v1/passes")["data"] == whole[:25]
    third = client.get("/api/v1/passes?page=3")
    assert third["data"] == whole[50:]
    assert third["meta"] == {"page": 3, "perPage": 25, "total": 60, "pages": 3}


def test_a_message_is_delivered_to_saved_passes_alone(client, sandbox):
    saved, unsaved = client.saved(sandbox), client.make()["id"]
    got = client.patch(saved, {"message": "Doors open"})
    assert got.headers["X-Notification-Status"] == "delivered"
    assert got.json["meta"]["notifications"]["status"] == "delivered"
    assert client.attributes(saved)["latestMessage"] == "Doors open"
    assert client.patch(unsaved, {"message": "x"}).headers["X-Notification-Status"] == "notDelivered"


def test_actions_deactivate_and_reactivate(client, sandbox):
    uid = client.saved(sandbox)
    client.patch(uid, {"passAction": "deactivate"})
    assert client.attributes(uid)["status"] == "deactivated"
    assert client.attributes(uid)["deactivatedAt"]
    client.patch(uid, {"passAction": "reactivate"})
    assert client.attributes(uid)["status"] == "active"
    client.patch(uid, {"passAction": "explode"}, 422)


def test_expiry_deactivates(client, sandbox):
    uid = client.saved(sandbox)
    client.patch(uid, {"pass": {"expiresAt": "2030-03-17T17:46:39Z"}})
    shown = client.attributes(uid)
    assert (shown["status"], shown["expiresAt"]) == ("deactivated", "2030-03-17T17:46:39Z")
    client.patch(uid, {"pass": {"expiresAt": "soon"}}, 422)


def place(number, **more):
    return {"latitude": number, "longitude": 1.0, "relevantText": "Hello", **more}


def test_locations_are_updated_deleted_and_replaced(client):
    uid = client.make(locations=[place(1), place(2)])["id"]

    def shown():
        return [
            (each["latitude"], each["relevantText"])
            for each in client.attributes(uid, "?includeLocations=true").get("locations", [])
        ]

    assert "locations" not in client.attributes(uid)
    client.patch(uid, {"locations": {"data": [place(1, relevantText="New"), place(3)]}})
    assert shown() == [(1, "New"), (2, "Hello"), (3, "Hello")]
    client.patch(uid, {"locations": {"locationActions": {"delete": [place(2)]}}})
    assert shown() == [(1, "New"), (3, "Hello")]
    client.patch(uid, {"locations": {"data": [place(9)], "locationActions": {"replaceAll": True}}})
    assert shown() == [(9, "Hello")]
    client.patch(uid, {"locations": {"data": [place(9)], "locationActions": {"deleteAll": True}}}, 422)
    client.patch(uid, {"locations": {"data": [], "locationActions": {"deleteAll": True}}})
    assert shown() == []


def test_locations_have_limits(client):
    uid = client.make()["id"]
    client.patch(uid, {"locations": {"data": [place(number) for number in range(11)]}}, 422)
    client.patch(uid, {"locations": {"data": [place(1, maxDistance=1001)]}}, 422)
    client.patch(uid, {"locations": {"data": [place(1, maxDistance=10)]}}, 422)
    client.patch(uid, {"locations": {"data": [place(1, maxDistance=1000)]}})
    generic = client.ask(
        "POST", f"/api/v1/passes?passTemplate={client.template(1)}", {"locations": [place(1, maxDistance=101)]}
    )
    assert generic.status == 422


def test_beacons_are_known_by_their_numbers(client):
    beacon = {"proximityUUID": "U", "major": 1, "minor": 2, "relevantText": "Near"}
    uid = client.make(beacons=[beacon])["id"]
    client.patch(uid, {"beacons": {"data": [beacon | {"relevantText": "Nearer"}]}})
    assert client.attributes(uid, "?includeBeacons=true")["beacons"] == [beacon | {"relevantText": "Nearer"}]


def test_barcode_and_nfc_carry_what_they_are_told(client):
    uid = client.make("&extId=crm-1", **{"pass": {"nfcEnabled": True}})["id"]
    assert client.attributes(uid)["nfc"] == uid
    client.patch(
        uid,
        {
            "pass": {
                "nfc": {"enabled": True, "source": "extId"},
                "barcode": {"type": "aztec", "source": "custom", "value": "X|1"},
            }
        },
    )
    shown = client.attributes(uid)
    assert shown["nfc"] == "crm-1"
    assert (shown["barcode"]["type"], shown["barcode"]["value"]) == ("aztec", "X|1")
    client.patch(uid, {"pass": {"barcode": {"type": "hieroglyph"}}}, 422)


def test_design_and_source_come_when_asked_for(client, sandbox):
    uid = client.make()["id"]
    assert "passDesign" not in client.attributes(uid)
    assert client.attributes(uid, "?includePassDesign=true")["passDesign"]["backgroundColor"]
    client.patch(uid, {"pass": {"templateOverride": {"backgroundColor": "#ff0000"}}})
    assert client.attributes(uid)["passDesign"]["backgroundColor"] == "#ff0000"
    client.patch(uid, {"pass": {"templateOverride": {"backgroundColor": "red"}}}, 422)
    assert list(client.attributes(uid, "?includePassSource=apple")["passSource"]) == ["apple"]
    assert "passSource" not in client.attributes(client.saved(sandbox), "?includePassSource=apple")


def test_a_good_scan_is_recorded(client, sandbox):
    uid = client.saved(sandbox, "&extId=crm-1")
    got = client.door("crm-1", loyalty={"balance": 10})
    assert got["validationResponse"]["status"] == "successful"
    assert got["validationResponse"]["statusDetail"] == ""
    assert got["validationResponse"]["loyalty"] == {"balanceChange": "10", "updatedBalance": "10", "operation": "add"}
    info = got["scanInfo"]
    assert (info["passId"], info["passExtId"], info["readerId"]) == (uid, "crm-1", "main-entrance-1")
    assert info["validationType"] == "internalValidation"
    assert client.get(f"/api/v1/scans/{info['scanId']}")["data"]["relationships"]["pass"]["data"]["id"] == uid
    assert client.get("/api/v1/scans")["data"][0]["id"] == info["scanId"]


def test_refusals_are_http_200(client, sandbox):
    uid = client.saved(sandbox)
    client.patch(uid, {"passAction": "deactivate"})
    for key, detail in (
        (uid, "Pass is not active"),
        (client.make()["id"], "Pass is not active"),
        ("?", "Pass not found"),
    ):
        verdict = client.door(key)["validationResponse"]
        assert (verdict["status"], verdict["statusDetail"]) == ("failed", detail)


def test_the_validity_period_lets_the_first_one_win(client, sandbox):
    uid = client.saved(sandbox)
    assert [client.door(uid)["validationResponse"]["status"] for _ in range(2)] == ["successful", "failed"]
    sandbox.clock.frozen += 86_401
    assert client.door(uid)["validationResponse"]["status"] == "successful"
    assert [client.door(uid, "count-1")["validationResponse"]["status"] for _ in range(2)] == ["successful"] * 2


def test_scans_decided_elsewhere_are_kept(client, sandbox):
    uid = client.saved(sandbox)
    scan = {
        "readerId": "count-1",
        "scanType": "barcode",
        "status": "failed",
        "statusDetail": "Wrong day",
        "passId": uid,
    }
    got = client.ask("POST", "/api/v1/scans/log", {"scan": scan})
    assert got.status == 200
    assert got.json["scanInfo"]["validationType"] == "externalValidation"
    assert got.json["scanInfo"]["statusDetail"] == "Wrong day"
    assert client.ask("POST", "/api/v1/scans/log", {"scan": scan | {"readerId": "none"}}).status == 404
    assert client.ask("POST", "/api/v1/scans/log", {"scan": scan | {"status": "maybe"}}).status == 422


def test_eleven_requests_in_a_second_are_one_too_many(client, sandbox):
    def ask(path="/api/v1/passes?extIdPrefix=x"):
        return Client.ask(client, "GET", path)

    first = [ask() for _ in range(10)]
    assert {each.status for each in first} == {200}
    assert first[-1].headers["x-rate-limit-remaining"] == "0"
    refused = ask()
    assert (refused.status, refused.json) == (429, {"errors": ["Too Many Requests"]})
    assert 0 < float(refused.headers["x-rate-limit-retry-after"]) <= 1
    assert refused.headers["Retry-After"] is None
    assert ask("/api/v1/scans").status == 200  # another endpoint
    sandbox.clock.frozen += 1.001
    assert ask().status == 200


def test_what_the_vendor_leaves_open_can_be_switched(client):
    client.ask(
        "POST",
        "/sandbox/switches",
        {"fields_as_objects": True, "hex_ids": True, "ext_id_answers_list": True, "no_barcode_is_null": True},
    )
    made = client.make("&extId=crm-1", **{"pass": {"fullName": "Jane"}})
    assert len(made["id"]) == 40
    assert made["attributes"]["passContent"] == {"fullName": {"value": "Jane"}}
    assert client.get("/api/v1/passes/crm-1")["data"] == [made]


def test_passes_that_nobody_saved_validate_only_by_the_switch(client):
    client.make("&extId=unsaved-1")
    body = {"scan": {"readerId": "main-entrance-1", "passId": "unsaved-1", "scanType": "barcode"}}
    assert client.ask("POST", "/api/v1/scans", body).json["validationResponse"]["status"] == "failed"
    client.ask("POST", "/sandbox/switches", {"issued_passes_validate": True})
    assert client.ask("POST", "/api/v1/scans", body).json["validationResponse"]["status"] == "successful"


def test_readers_and_webhooks(client):
    path = f"/api/v1/entities/{client.info['entity']}/readers"
    made = client.ask(
        "POST", path, {"reader": {"name": "South gate", "id": "south-1", "type": "VtapReader", "password": "x"}}
    )
    assert made.status == 201
    assert "password" not in str(made.json)
    assert "south-1" in [each["id"] for each in client.get(path)["data"]]
    assert "nfcPrivateKey" in client.get(path.replace("readers", "readerConfiguration"))["data"]["attributes"]
    body = {
        "webhookSubscription": {"url": "https://example.org/hook", "enabled": True, "subscribedEvents": ["passScanned"]}
    }
    statuses = [client.ask("POST", "/api/v1/webhook-subscriptions", body) for _ in range(11)]
    assert [each.status for each in statuses] == [201] * 10 + [422]
    first = statuses[0].json["data"]
    rotated = client.ask("PATCH", f"/api/v1/webhook-subscriptions/{first['id']}/rotate-secret")
    assert rotated.json["data"]["attributes"]["secretKey"] != first["attributes"]["secretKey"]


def test_the_guest_line_can_be_told_by_its_passes_and_scans(client, sandbox):
    line = sandbox.guest_line()
    assert {each["expected"] for each in line} == {
        "ADMIT",
        "ALREADY_USED",
        "EXPIRED",
        "VOIDED",
        "WRONG_EVENT",
        "UNKNOWN",
    }
    sandbox.clock.frozen = None
    client.ask("POST", "/sandbox/switches", {"no_rate_limit": True})
    for guest in line:
        body = {"scan": {"readerId": "main-entrance-1", "passId": guest["barcode"], "scanType": "barcode"}}
        verdict = Client.ask(client, "POST", "/api/v1/scans", body).json["validationResponse"]
        # The vendor's own validation knows no events.
        good = guest["expected"] in {"ADMIT", "WRONG_EVENT"}
        assert (verdict["status"] == "successful") == good, guest
