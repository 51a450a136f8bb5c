"""Airship: external ids, tickets, labels, and every inconsistency of the seed."""

import base64
from urllib.parse import quote, urlencode

import pytest
from client import Client

from scanner_app.sandbox.server import Sandbox

NOW = 1_900_000_000
SEED_BODY = {
    "headers": {
        "expirationDate": {"value": "2034-08-20T09:41-08:00"},
        "barcodeAltText": {"changeMessage": None, "value": "abc1234567890", "label": ""},
        "barcode_value": {"changeMessage": None, "value": "abc1234567890", "label": ""},
    },
    "fields": {
        "Coupon": {"changeMessage": "Enjoy %@ off your next order!", "value": "20%", "label": "Coupon"},
        "InStore": {"changeMessage": "Or visit %@", "value": "1234 Fake St.", "label": "nearestStore"},
    },
    "beacons": [{"uuid": "55502220-A123-A88A-F321-555A444B333C", "relevantText": "Near", "major": 2, "minor": 346}],
    "locations": [
        {
            "longitude": -122.374,
            "latitude": 37.618,
            "relevantText": "Hello loc0",
            "city": "San Francisco",
            "country": "US",
        }
    ],
    "publicUrl": {"type": "single"},
}


class Airship(Client):
    def __init__(self, sandbox, platform=0):
        super().__init__(sandbox, platform)
        self.sandbox, self.revision = sandbox, "1.2"
        self.key = self.basic(self.info["app_key"], self.info["api_key"])

    def basic(self, user, secret):
        return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()

    def ask(self, method, path, body=None, headers=None):
        return super().ask(
            method, path, body, headers or {"Api-Revision": self.revision, "X-Sandbox-Key": self.info["api_key"]}
        )

    def call(self, method, path, body=None, status=200):
        got = self.ask(method, f"/v1{path}", body)
        assert got.status == status, got.body
        return got.json

    def make(self, external="mypass", template=0, body=None):
        return self.call(
            "POST", f"/pass/template/{self.template(template)}/id/{quote(external, safe='')}", body or SEED_BODY
        )

    def settle(self, ticket):
        """Wait for a ticket as a client does, by the platform's clock."""
        assert self.call("GET", f"/ticket/{ticket}")["status"] == "PENDING"
        self.sandbox.clock.frozen += 1
        assert self.call("GET", f"/ticket/{ticket}")["status"] == "COMPLETED"


@pytest.fixture
def sandbox():
    with Sandbox(passes=60, platforms=("airship",)) as running:
        running.clock.frozen = NOW
        yield running


@pytest.fixture
def client(sandbox):
    return Airship(sandbox)


def test_the_address_ends_in_the_version(client):
    assert client.info["base_url"].endswith("/v1")


def test_credentials_and_revision_are_needed(client):
    client.call("GET", "/pass")
    client.revision = "1.1"
    client.call("GET", "/pass", status=406)
    for key in (None, "Basic x", client.basic("a", "b"), client.info["api_key"], "Bearer x.y", "Bearer 5b5d.x"):
        client.key = key
        assert client.call("GET", "/pass", status=401)["code"] == 401


def oauth(client, **change):
    form = {"grant_type": "client_credentials", "sub": f"app:{client.info['app_key']}", "scope": "wpas"} | change
    how = client.info["oauth"]
    headers = {
        "Authorization": client.basic(how["client_id"], how["client_secret"]),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return client.ask("POST", "/token", urlencode(form).encode(), headers)


def test_oauth_opens_all_but_the_tickets(client, sandbox):
    ticket = client.call("PUT", f"/pass/{client.make()['id']}", {})["ticketId"]
    client.key = "Bearer " + oauth(client).json["access_token"]
    client.call("GET", "/pass")
    client.call("GET", f"/ticket/{ticket}", status=401)
    client.ask("POST", "/sandbox/switches", {"tickets_take_oauth": True})
    client.call("GET", f"/ticket/{ticket}")
    sandbox.clock.frozen += 3601
    client.call("GET", "/pass", status=401)


@pytest.mark.parametrize("change", [{"scope": "all"}, {"sub": "app:x"}, {"grant_type": "password"}])
def test_oauth_wants_the_right_words(client, change):
    assert oauth(client, **change).status == 400


def test_a_created_pass_answers_as_in_the_seed(client):
    made = client.make()
    assert list(made) == ["id", "templateId", "createdAt", "url", "publicUrl", "passFields", "beacons", "locations"]
    assert isinstance(made["id"], int)
    assert made["createdAt"] == "2030-03-17 17:46:40.0"
    assert made["passFields"]["Coupon"]["value"] == "20%"
    assert made["passFields"]["Coupon"]["fieldType"].isupper()
    assert made["publicUrl"] | {"path": ""} == {"path": "", "used": False, "type": "Single", "installs": 0}
    assert set(made["locations"][0]) == {"relevantText", "latitude", "longitude", "id"}


def test_created_by_the_templates_external_id_it_shows_its_own(client):
    made = client.call("POST", "/pass/id/summer-festival/id/myNewPass", SEED_BODY)
    assert made["externalId"] == "myNewPass"
    assert str(made["templateId"]) == client.template()


def test_a_read_pass_shows_strings_and_headers(client):
    uid = client.make()["id"]
    shown = client.call("GET", f"/pass/template/{client.template()}/id/mypass")
    assert shown == client.call("GET", f"/pass/{uid}") == client.call("GET", "/pass/id/mypass")
    assert (shown["id"], shown["templateId"], shown["externalId"]) == (str(uid), client.template(), "mypass")
    assert shown["createdAt"] == "2030-03-17T17:46:40.000Z"
    assert shown["headers"]["barcode_value"] == {
        "formatType": "String",
        "changeMessage": None,
        "fieldType": "barcode",
        "value": "abc1234567890",
        "label": "",
        "required": False,
        "hideEmpty": False,
    }
    assert shown["headers"]["barcode_type"]["value"].startswith("PKBarcodeFormat")
    assert shown["fields"]["Coupon"]["value"] == "20%"
    assert shown["tags"] == []
    assert shown["status"] == "not_been_installed"


def test_external_ids_are_unique_per_template(client):
    client.make()
    client.call("POST", f"/pass/template/{client.template()}/id/mypass", SEED_BODY, 400)
    client.make(template=1)
    client.call("GET", "/pass/id/mypass", status=400)
    client.call("GET", f"/pass/template/{client.template(1)}/id/mypass")


@pytest.mark.parametrize("path", ["/pass/1", "/pass/id/none", "/pass/template/1/id/none", "/ticket/1", "/nothing"])
def test_what_is_not_there(client, path):
    told = client.call("GET", path, status=404)
    assert set(told) == {"code", "description", "details"}
    assert told["code"] == 404


def test_an_update_takes_a_while(client):
    uid = client.make()["id"]
    ticket = client.call("PUT", f"/pass/{uid}", {"fields": {"Coupon": {"value": "30%"}}})["ticketId"]
    assert client.call("GET", f"/pass/{uid}")["fields"]["Coupon"]["value"] == "20%"
    client.settle(ticket)
    field = client.call("GET", f"/pass/{uid}")["fields"]["Coupon"]
    assert (field["value"], field["label"]) == ("30%", "Coupon")


def test_a_pass_is_voided_and_restored_by_its_label(client):
    client.make()
    path = f"/pass/template/{client.template()}/id/mypass"
    for label in ("voided", "valid"):
        body = {"headers": {"expirationDate": {"label": label}}}
        client.settle(client.call("PUT", path, body, 201)["ticketId"])
        header = client.call("GET", path)["headers"]["expirationDate"]
        assert (header["label"], header["value"]) == (label, "2034-08-20T09:41-08:00")
        assert client.call("GET", f"/pass/{client.call('GET', path)['id']}/viewJSONPass")["voided"] == (
            label == "voided"
        )


def test_locations_are_replaced_as_a_set_by_an_update(client):
    uid = client.make()["id"]
    client.settle(client.call("PUT", f"/pass/{uid}", {"locations": [{"latitude": 1, "longitude": 2}]})["ticketId"])
    assert [each["latitude"] for each in client.call("GET", f"/pass/{uid}")["locations"]] == [1]


def test_what_a_read_gives_can_be_put_and_changes_nothing(client):
    uid = client.make()["id"]
    before = client.call("GET", f"/pass/{uid}")
    client.settle(
        client.call("PUT", f"/pass/{uid}", {"headers": before["headers"], "fields": before["fields"]})["ticketId"]
    )
    after = client.call("GET", f"/pass/{uid}")
    assert after | {"updatedAt": ""} == before | {"updatedAt": ""}


def test_several_passes_of_one_external_id_need_their_templates(client):
    for number in range(2):
        client.make(template=number)
    body = {"fields": {"Coupon": {"value": "30%"}}}
    client.call("PUT", "/pass/id/mypass", body, 400)
    both = [client.template(0), int(client.template(1))]
    client.settle(client.call("PUT", "/pass/id/mypass", body | {"templates": both})["ticketId"])
    for number in range(2):
        shown = client.call("GET", f"/pass/template/{client.template(number)}/id/mypass")
        assert shown["fields"]["Coupon"]["value"] == "30%"
    client.ask("POST", "/sandbox/switches", {"airship_as_documented": True})
    tickets = client.call("PUT", "/pass/id/mypass", body | {"templates": both})
    assert len({each["ticketId"] for each in tickets}) == 2
    client.call("PUT", "/pass/id/mypass", body | {"templates": [client.template(2)]}, 404)


def test_statuses_are_as_shown_or_as_documented(client):
    client.make()
    path = f"/pass/template/{client.template()}/id/mypass"
    assert client.call("PUT", path, {}, 201)["ticketId"]
    gone = client.call("DELETE", path, status=201)
    assert (gone["status"], type(gone["passId"])) == ("deleted", str)
    client.ask("POST", "/sandbox/switches", {"airship_as_documented": True})
    client.make()
    client.call("PUT", path, {})
    assert type(client.call("DELETE", path)["passId"]) is int
    client.call("GET", path, status=404)


def test_locations_are_added_and_deleted(client):
    client.make()
    path = f"/pass/template/{client.template()}/id/mypass"
    added = client.call("POST", f"{path}/locations", {"locations": [{"latitude": "1"}, {"latitude": "2"}]})
    assert [each["value"]["latitude"] for each in added] == ["1", "2"]
    left = client.call("DELETE", f"{path}/location/{added[0]['passLocationId']}")["locations"]
    assert [each["value"]["latitude"] for each in left] == [37.618, "2"]
    client.call("DELETE", f"{path}/location/{added[0]['passLocationId']}", status=404)
    client.call("POST", f"{path}/locations", {"locations": "x"}, 400)


def test_tags_are_marks_that_need_no_ticket(client):
    uid = client.make()["id"]
    assert client.call("PUT", f"/pass/{uid}/tags", {"tags": ["redeemed-1"]}) == {
        "newTags": ["redeemed-1"],
        "mappings": 1,
    }
    again = client.call("PUT", "/pass/id/mypass/tags", {"tags": ["redeemed-1"]})
    assert again == {"newTags": [], "mappings": 0}
    assert [each["name"] for each in client.call("GET", f"/pass/{uid}/tags")["tags"]] == ["redeemed-1"]
    assert [each["id"] for each in client.call("GET", "/tag/redeemed-1/passes")["passes"]] == [str(uid)]
    client.call("PUT", f"/pass/{uid}/tags", {"tags": [f"t{number}" for number in range(15)]}, 400)
    client.call("DELETE", f"/tag/redeemed-1/pass/{uid}")
    client.call("DELETE", f"/tag/redeemed-1/pass/{uid}", status=404)


def test_lists_come_ten_at_a_time_newest_first(client):
    first = client.call("GET", "/pass")
    assert first["pagination"] == {"order": "id", "direction": "DESC", "page": 1, "start": 0, "pageSize": 10}
    assert (len(first["passes"]), first["count"]) == (10, 60)
    assert "externalId" not in first["passes"][0]
    pages = [client.call("GET", f"/pass?pageSize=25&page={number}")["passes"] for number in (1, 2, 3, 4)]
    ids = [int(each["id"]) for page in pages for each in page]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 60
    uid = ids[30]
    client.settle(client.call("PUT", f"/pass/{uid}", {})["ticketId"])
    assert client.call("GET", "/pass?order=updatedAt")["passes"][0]["id"] == str(uid)
    for query in ("order=name", "direction=UP", "status=lost", "pageSize=0", "page=x"):
        client.call("GET", f"/pass?{query}", status=400)
    of_template = client.call("GET", f"/template/{client.template(1)}/passes?pageSize=100")["passes"]
    assert {each["templateId"] for each in of_template} == {client.template(1)}
    installed = client.call("GET", "/pass?status=installed&pageSize=100")["passes"]
    assert {each["status"] for each in installed} == {"installed"}


def test_what_latin_1_cannot_write_is_no_barcode_and_nfc_is_cut(client):
    body = {"headers": {"barcode_value": {"value": "日本"}}}
    client.call("POST", f"/pass/{client.template()}", body, 400)
    uid = client.call("POST", f"/pass/{client.template()}", {"nfc": {"message": "ü" * 40}})["id"]
    shown = client.call("GET", f"/pass/{uid}")
    assert shown["nfc"]["message"] == "ü" * 32
    assert "externalId" not in shown


def test_tickets_can_come_as_in_the_example(client):
    ticket = client.call("PUT", f"/pass/{client.make()['id']}", {})["ticketId"]
    client.ask("POST", "/sandbox/switches", {"tickets_as_example": True})
    shown = client.call("GET", f"/ticket/{ticket}")
    assert shown == {"ID": ticket, "Status": "PENDING", "createdAt": "2030-03-17 17:46:40.0"}


def test_templates_are_listed(client):
    listed = client.call("GET", "/template/headers")["templateHeaders"]
    assert [each["id"] for each in listed] == [each["id"] for each in client.info["templates"]]


@pytest.mark.parametrize("external", ["a/b", "x?y", "ü", "tags", "id"])
def test_external_ids_may_hold_anything(client, external):
    uid = client.make(external)["id"]
    assert client.call("GET", f"/pass/id/{quote(external, safe='')}")["id"] == str(uid)


def test_the_guest_line_can_be_told(client, sandbox):
    sandbox.clock.frozen = None
    festival = client.template()
    assert {each["expected"] for each in sandbox.guest_line()} >= {"ADMIT", "EXPIRED", "VOIDED", "WRONG_EVENT"}
    for guest in sandbox.guest_line():
        got = client.ask("GET", f"/v1/pass/id/{guest['barcode']}")
        if guest["expected"] == "UNKNOWN":
            assert got.status == 404
            continue
        expiry = got.json["headers"].get("expirationDate", {})
        assert (expiry.get("label") == "voided") == (guest["expected"] == "VOIDED"), guest
        assert bool(expiry.get("value")) == (guest["expected"] == "EXPIRED")
        assert (got.json["templateId"] == festival) == (guest["expected"] != "WRONG_EVENT")


def test_the_id_of_a_deleted_pass_is_given_to_no_other(client):
    path = f"/pass/template/{client.template()}/id/again"
    gone = set()
    for _ in range(20):  # ids are told a few apart, by chance
        fresh = str(client.make("again")["id"])
        assert fresh not in gone
        gone.add(fresh)
        client.call("DELETE", path, status=201)
