"""PassKit: tokens and clocks, tickets, coupons, members, streams, SmartPass links."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from client import Client

from scanner_app.sandbox.passkit import smartpass
from scanner_app.sandbox.server import Sandbox

# The vendor's public test key and a link made with openssl (see the contract's test vector).
VECTOR_KEY = "6147d7def9ed94367a1e09c548c0745faa99aa71e940463d2d82cc0591253781"
VECTOR = (
    "5F0Xm0ERQcR2VywiC2Z-bcPkA9zzWMdnlkrNrqlsZ_YJyTBFtXgVzQV-wzgMyZzDbm3vZVPNP4SesF2YWjhoCtmHAzCXvAOGHE7mreLwiqio"
    "-_MRJm-TCBC9XxeimLMVhjpQjkTnkvgfxwIQvlFmww"
)
VECTOR_IV = "000102030405060708090a0b0c0d0e0f"
VECTOR_FIELDS = {
    "members.member.externalId": "M-0001",
    "person.emailAddress": "ada@example.org",
    "person.externalId": "M-0001",
}


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class PassKit(Client):
    def __init__(self, sandbox, platform=0):
        super().__init__(sandbox, platform)
        self.sandbox, self.bearer = sandbox, ""

    def token(self, secret=None, **claims):
        now = int(self.sandbox.clock.now())
        claims = {"uid": self.info["api_key"], "iat": now - 10, "exp": now + 600} | claims
        head, body = (encode(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, claims))
        key = (secret or self.info["api_secret"]).encode()
        return f"{head}.{body}.{encode(hmac.new(key, f'{head}.{body}'.encode(), hashlib.sha256).digest())}"

    def ask(self, method, path, body=None, headers=None):
        self.key = self.bearer + self.token()
        return super().ask(method, path, body, headers or {"X-Sandbox-Key": self.info["api_key"]})

    def asked_with(self, token):
        return super().ask("POST", "/members/programs/list", {}, {"Authorization": token})

    def call(self, method, path, body=None, status=200):
        got = self.ask(method, path, body)
        assert got.status == status, got.body
        return got.json

    def lines(self, path, body=None):
        return [json.loads(line) for line in self.ask("POST", path, body or {}).body.splitlines()]

    @property
    def production(self):
        return self.info["productions"][0]["id"]

    @property
    def program(self):
        return self.info["programs"][0]["id"]

    @property
    def campaign(self):
        return self.info["campaigns"][0]["id"]

    def ticket(self, number="T-1", **more):
        body = {"event": {"production": {"id": self.production}}, "ticketNumber": number, **more}
        return self.call("POST", "/eventTickets/ticket", body)["id"]

    def validate(self, ticket, most=1):
        body = {"maxNumberOfValidations": most, "ticket": ticket, "validateDetails": {"validateSource": "Door 1"}}
        return self.call("PUT", "/eventTickets/ticket/validate", body)


@pytest.fixture
def sandbox():
    with Sandbox(passes=60, platforms=("passkit",)) as running:
        yield running


@pytest.fixture
def client(sandbox):
    return PassKit(sandbox)


def test_a_fresh_token_opens_with_and_without_bearer(client):
    for bearer in ("", "Bearer "):
        assert client.asked_with(bearer + client.token()).status == 200


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"iat": -61}, "jwt was issued too long ago"),
        ({"iat": 5}, "Token used before issued"),
        ({"exp": -1}, "Token is expired"),
        ({"uid": "somebody"}, "invalid api key"),
        ({"iat": None}, "iat and exp are required"),
    ],
)
def test_a_wrong_clock_is_told(client, sandbox, claims, message):
    sandbox.clock.frozen = now = 1_900_000_000
    moved = {name: now + value if isinstance(value, int) else value for name, value in claims.items()}
    got = client.asked_with(client.token(**moved))
    assert (got.status, got.json) == (401, {"error": message})


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "e30.e30.e30"])
def test_what_is_no_token_is_refused(client, token):
    assert client.asked_with(token).status == 401


def test_another_secret_is_refused(client):
    assert client.asked_with(client.token(secret="guess")).json == {"error": "signature is invalid"}


def test_login_gives_a_token_for_bearer(client):
    words = {"username": client.info["api_key"], "password": client.info["api_secret"]}
    token = client.call("POST", "/login", words)["token"]
    client.sandbox.clock.offset = 600
    assert client.asked_with(f"Bearer {token}").status == 200
    client.call("POST", "/login", words | {"password": "x"}, 401)


def test_the_wrong_region_finds_nothing_with_a_good_token(client):
    client.ask("POST", "/sandbox/switches", {"wrong_region": True})
    assert client.asked_with(client.token()).status == 404
    assert client.asked_with("x").status == 401


def test_an_unmapped_route_is_not_implemented(client):
    assert client.ask("GET", "/nothing").status == 501
    assert client.ask("PATCH", "/members/member/checkIn", {}).status == 501


def test_a_ticket_is_validated_once_and_redeemed_by_it(client):
    uid = client.ticket(barcodeContents="B-1")
    by_number = {"ticketNumber": {"productionId": client.production, "ticketNumber": "T-1"}}
    first, second = client.validate(by_number), client.validate({"ticketId": uid})
    assert (first["valid"], second["valid"]) == (True, False)
    assert first["ticket"]["status"] == second["ticket"]["status"] == "REDEEMED"
    assert [each["validateSource"] for each in second["ticket"]["validateDetails"]] == ["Door 1"]
    shown = client.call("GET", f"/eventTickets/ticket/id/{uid}")
    query = urlencode({"productionId": client.production, "ticketNumber": "T-1"})
    assert client.call("GET", f"/eventTickets/ticket/ticketNumber?{query}") == shown
    assert (shown["barcodeContents"], shown["event"]["production"]["id"]) == ("B-1", client.production)


def test_a_ticket_for_three_entries(client):
    ticket = {"ticketId": client.ticket()}
    assert [client.validate(ticket, 3)["valid"] for _ in range(4)] == [True, True, True, False]


def test_expired_tickets_are_not_valid(client):
    assert client.validate({"ticketId": client.ticket(expiryDate="2020-01-01T00:00:00Z")})["valid"] is False


def test_ticket_numbers_are_unique_within_a_production(client):
    client.ticket()
    body = {"event": {"production": {"id": client.production}}, "ticketNumber": "T-1"}
    client.call("POST", "/eventTickets/ticket", body, 409)
    body["event"]["production"]["id"] = client.info["productions"][1]["id"]
    client.call("POST", "/eventTickets/ticket", body)


def test_redeeming_twice_is_a_switch(client):
    body = {"ticket": {"ticketId": client.ticket()}, "redemptionDetails": {"redemptionSource": "Door"}}
    assert client.call("PUT", "/eventTickets/ticket/redeem", body) == client.call(
        "PUT", "/eventTickets/ticket/redeem", body
    )
    client.ask("POST", "/sandbox/switches", {"second_redeem_refused": True})
    client.call("PUT", "/eventTickets/ticket/redeem", body, 400)


def test_an_order_is_read_and_redeemed_as_one(client):
    ids = {client.ticket(f"T-{number}", orderNumber="O-1") for number in range(3)}
    query = urlencode({"productionId": client.production, "orderNumber": "O-1"})
    shown = client.call("GET", f"/eventTickets/tickets/orderNumber?{query}")["tickets"]
    assert {each["id"] for each in shown} == ids
    body = {"productionUid": "festival", "orderNumber": "O-1", "redemptionDetails": {}}
    assert set(client.call("PUT", "/eventTickets/tickets/orderNumber/redeem", body)["id"]) == ids


def test_tickets_are_listed_line_by_line_with_filters(client):
    client.ticket("T-9")
    body = {"productionId": client.production, "filters": {"limit": -1}}
    everything = client.lines("/eventTickets/tickets/list", body)
    assert all(list(each) == ["result"] for each in everything)
    total = client.call("POST", "/eventTickets/tickets/count", body)["total"]
    assert len(everything) == total > 25
    assert everything[0]["result"]["production"]["id"] == client.production
    body["filters"] = {}
    assert len(client.lines("/eventTickets/tickets/list", body)) == 25
    updated = everything[-1]["result"]["updated"]
    condition = {"filterField": "updated", "filterValue": updated, "filterOperator": "gte"}
    body["filters"] = {"filterGroups": [{"condition": "AND", "fieldFilters": [condition]}]}
    assert [each["result"]["ticketNumber"] for each in client.lines("/eventTickets/tickets/list", body)] == ["T-9"]
    condition |= {"filterField": "ticketNumber", "filterValue": "t-%", "filterOperator": "like"}
    assert len(client.lines("/eventTickets/tickets/list", body)) == 1
    condition["filterOperator"] = "sounds"
    client.call("POST", "/eventTickets/tickets/list", body, 400)


def test_a_stream_can_end_in_an_error(client):
    order = {"route": "POST */list/*", "kind": "stream_error", "times": 1}
    assert client.ask("POST", "/sandbox/misbehave", order).status == 201
    lines = client.lines(f"/coupon/singleUse/coupons/list/{client.campaign}")
    assert list(lines[-1]) == ["error"]
    assert all("result" in each for each in lines[:-1])


def test_a_deleted_ticket_is_gone(client):
    uid = client.ticket()
    client.call("DELETE", "/eventTickets/ticket", {"ticketId": uid})
    client.call("GET", f"/eventTickets/ticket/id/{uid}", status=404)


def coupon(client, **more):
    body = {"campaignId": client.campaign, "externalId": "C-1", **more}
    return client.call("POST", "/coupon/singleUse/coupon", body)["id"]


def test_a_coupon_shows_no_status_until_it_is_redeemed(client):
    uid = coupon(client)
    path = f"/coupon/singleUse/coupon/externalId/{client.campaign}/C-1"
    assert "status" not in client.call("GET", path)
    body = {"externalId": "C-1", "campaignId": client.campaign, "redemptionDetails": {"redemptionSource": "Bar"}}
    assert client.call("PUT", "/coupon/singleUse/coupon/redeem", body) == {"id": uid}
    shown = client.call("GET", f"/coupon/singleUse/coupon/{uid}")
    assert (shown["status"], shown["redemptionDetails"]["redemptionSource"]) == ("REDEEMED", "Bar")


def test_zero_enums_can_be_shown(client):
    uid = coupon(client)
    client.ask("POST", "/sandbox/switches", {"zero_enums_shown": True})
    shown = client.call("GET", f"/coupon/singleUse/coupon/{uid}")
    assert (shown["status"], shown["passMetaData"]["status"]) == ("UNREDEEMED", "PASS_ISSUED")


def test_a_void_coupon_stays_void(client):
    uid = coupon(client)
    client.call("DELETE", "/coupon/singleUse/coupon", {"id": uid})
    assert client.call("GET", f"/coupon/singleUse/coupon/{uid}")["passMetaData"]["status"] == "PASS_INVALIDATED"
    client.call("PUT", "/coupon/singleUse/coupon/redeem", {"id": uid}, 400)


def test_coupons_need_their_campaign_and_are_unique_in_it(client):
    coupon(client)
    client.call("POST", "/coupon/singleUse/coupon", {"campaignId": client.campaign, "externalId": "C-1"}, 409)
    client.call("POST", "/coupon/singleUse/coupon", {"campaignId": "none"}, 404)
    client.call("GET", f"/coupon/singleUse/coupon/externalId/{client.production}/C-1", status=404)
    client.call("PUT", "/coupon/singleUse/coupon/redeem", {"externalId": "C-1"}, 400)


def member(client, external="M-1", **more):
    return client.call("POST", "/members/member", {"programId": client.program, "externalId": external, **more})["id"]


def test_members_come_and_go(client):
    uid = member(client)
    body = {
        "externalMemberId": "M-1",
        "programId": client.program,
        "externalEventId": "E-1",
        "externalDeviceId": "Door",
    }
    event = client.call("POST", "/members/member/checkIn", body)
    assert (event["eventType"], event["member"]["id"]) == ("EVENT_MEMBER_CHECKED_IN", uid)
    assert client.call("GET", f"/members/member/id/{uid}")["status"] == "CHECKED_IN"
    client.call("POST", "/members/member/checkOut", {"memberId": uid})
    assert client.call("GET", f"/members/member/externalId/{client.program}/M-1")["status"] == "CHECKED_OUT"
    events = [each["result"] for each in client.lines(f"/members/member/list/events/{uid}")]
    assert [each["eventType"][13:] for each in events] == ["CHECKED_IN", "CHECKED_OUT"]
    client.call("DELETE", f"/members/member/events/id/{events[0]['id']}")
    assert len(client.lines(f"/members/member/list/events/{uid}")) == 1


def test_a_check_in_by_id_is_the_mistake_that_costs_days(client):
    client.call("POST", "/members/member/checkIn", {"id": member(client)}, 400)


def test_event_ids_are_not_unique_unless_switched(client):
    body = {"memberId": member(client), "externalEventId": "E-1"}
    ids = [client.call("POST", "/members/member/checkIn", body)["id"] for _ in range(2)]
    assert ids[0] != ids[1]
    client.ask("POST", "/sandbox/switches", {"event_ids_are_unique": True})
    assert client.call("POST", "/members/member/checkIn", body)["id"] in ids


def test_points_are_earned_burnt_and_set_but_never_below_zero(client):
    uid = member(client, points=5)
    assert client.call("PUT", "/members/member/points/earn", {"id": uid, "points": 2})["points"] == 7
    assert client.call("PUT", "/members/member/points/burn", {"id": uid, "points": 3})["points"] == 4
    client.call("PUT", "/members/member/points/burn", {"id": uid, "points": 5}, 400)
    assert client.call("PUT", "/members/member/points/set", {"id": uid, "points": 9})["points"] == 9


def test_classes_are_listed(client):
    for path, kind in (
        ("/eventTickets/productions", "productions"),
        ("/coupon/singleUse/campaigns/list", "campaigns"),
        ("/members/programs/list", "programs"),
    ):
        listed = [{"id": each["result"]["id"], "name": each["result"]["name"]} for each in client.lines(path)]
        assert listed == client.info[kind]


def link(client, fields, spelling="go"):
    data, iv = smartpass.encrypt(client.info["smartpass"]["key"], fields, bytes(range(16)))
    if spelling == "node":  # standard base64, not percent-encoded: the plus signs arrive as spaces
        raw = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
        query = f"data={base64.b64encode(raw).decode()}&iv={base64.b64encode(bytes.fromhex(iv)).decode()}"
    else:
        query = urlencode({"data": data, "iv": iv})
    return f"{client.info['smartpass']['url']}?{query}"


def click(client, url):
    got = client.ask("GET", url)
    assert got.status == 302, got.body
    return got.headers["Location"]


def test_the_published_vector_is_read_and_made():
    assert smartpass.decrypt(VECTOR_KEY, VECTOR, VECTOR_IV) == VECTOR_FIELDS
    assert smartpass.encrypt(VECTOR_KEY, VECTOR_FIELDS, bytes.fromhex(VECTOR_IV)) == (VECTOR, VECTOR_IV)


@pytest.mark.parametrize("spelling", ["go", "node"])
def test_both_public_spellings_make_a_pass(client, spelling):
    fields = {"person.forename": "Percy", "person.surname": "PassKit??>>~~", "members.member.externalId": "P-1"}
    where = click(client, link(client, fields, spelling))
    shown = client.call("GET", f"/members/member/externalId/{client.program}/P-1")
    assert shown["person"] == {"forename": "Percy", "surname": "PassKit??>>~~"}
    assert where.endswith(f"/pass/{shown['id']}")
    assert shown["id"] in client.ask("GET", where).body.decode()


def test_without_a_unique_id_every_click_makes_another_pass(client):
    url = link(client, {"person.emailAddress": "percy@example.org"})
    assert click(client, url) != click(client, url)


def test_with_a_unique_id_the_second_click_shows_the_first_pass(client):
    url = link(client, {"person.emailAddress": "laura@example.org"})
    client.ask("POST", "/sandbox/switches", {"auto_fill_external_id": True})
    assert click(client, url) == click(client, url)
    shown = client.call("GET", f"/members/member/externalId/{client.program}/laura@example.org")
    assert shown["person"]["emailAddress"] == "laura@example.org"


def test_broken_links_all_look_alike(client):
    good = link(client, {"a": "b"})
    bad = [
        good[:-5],
        good.replace("data=", "data=A"),
        good + "0",
        client.info["smartpass"]["url"],
        good.replace("iv=0", "iv=1"),
    ]
    answers = [client.ask("GET", url) for url in bad]
    assert {(each.status, each.body) for each in answers} == {(400, answers[0].body)}
    assert client.ask("GET", good.replace("/c/guests", "/c/none")).status == 404


def test_the_platform_makes_links_too(client):
    body = {"projectDistributionUrl": {"url": client.info["smartpass"]["url"]}, "fields": VECTOR_FIELDS}
    url = client.call("POST", "/distribution/smartpasslink", body)["url"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert smartpass.decrypt(client.info["smartpass"]["key"], **query) == VECTOR_FIELDS


def test_the_guest_line_can_be_told(client, sandbox):
    for guest in sandbox.guest_line():
        ticket = {"ticketNumber": {"productionId": client.production, "ticketNumber": guest["barcode"]}}
        body = {"maxNumberOfValidations": 1, "ticket": ticket}
        got = client.ask("PUT", "/eventTickets/ticket/validate", body)
        if guest["expected"] in {"UNKNOWN", "WRONG_EVENT"}:
            assert got.status == 404
        else:
            assert got.json["valid"] == (guest["expected"] == "ADMIT"), guest
