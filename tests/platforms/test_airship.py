"""What is Airship's own: two ways of writing everything, tickets, OAuth, tags, a list that says little."""

from datetime import UTC, datetime

import pytest
from platforms.kits import Airship
from support import fault_server as faults

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Delivery
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.domain.passes import Direction, IdentifierKind
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms.airship import AirshipPlatform
from scanner_app.platforms.airship.codec import Reading, read_pass, read_tag, written_tag
from scanner_app.platforms.airship.office import Ref
from scanner_app.sandbox.airship import tickets
from scanner_app.sandbox.server import Sandbox

SEED = {  # seed 004, "Get pass"
    "tags": [],
    "headers": {
        "barcode_value": {"fieldType": "barcode", "value": "123456789", "label": ""},
        "relevantDate": {"value": "2015-12-31T23:00:00-08:00", "label": "relevantDate"},
    },
    "id": "1234",
    "templateId": "12345",
    "externalId": "mypass",
    "updatedAt": "2013-06-19T01:06:23.000Z",
    "createdAt": "2013-06-19T01:06:17.000Z",
    "status": "installed",
    "fields": {"Seat": {"formatType": "Number", "value": 1.0}, "Section": {"value": "1"}},
}


@pytest.fixture(scope="module")
def venue():
    tickets.SECONDS = 0.02
    with Sandbox(passes=80, platforms=("airship",)) as running:
        yield running


@pytest.fixture
def kit(venue):
    made = Airship(venue)
    yield made
    made.close()
    for name in ("airship_as_documented", "tickets_as_example", "tickets_take_oauth"):
        made.server.switches.set(name, value=False)


@pytest.fixture
def platform(kit):
    return kit.platform()


def act(kind: OperationKind, uid: str, **more) -> Operation:
    base = {"raw": "x", "device": "kiosk-1", "place": "Gate", "outcome": "admit", "reason": "ADMIT", "policy": "once"}
    at = datetime(2026, 11, 20, 9, 0, 1, tzinfo=UTC)
    return Operation(kind, more.pop("scan_id", "s-1"), "acc", uid, at, **(base | more))


# --- reading ---------------------------------------------------------------------------------------------------------
def test_the_seeds_own_example():
    found = read_pass(SEED, Reading("acc"), None)
    assert found.identifiers == {
        IdentifierKind.UID: "1234",
        IdentifierKind.EXTERNAL_ID: "mypass",
        IdentifierKind.BARCODE: "123456789",
    }
    assert found.created == datetime(2013, 6, 19, 1, 6, 17, tzinfo=UTC)
    assert found.fields == {"Seat": "1.0", "Section": "1"}


@pytest.mark.parametrize(
    "oddity",
    [
        {"id": 1234, "templateId": 12345},
        {"createdAt": "2012-11-01 12:37:07.0"},
        {"fields": [{"name": "Seat", "value": 1.0}, {"name": "Section", "value": "1"}, {}]},
        {"fields": []},
        {"fields": None, "passFields": {"gate": {"fieldType": "HEADER", "value": "A56"}}},
        {"tags": [{"id": 1, "name": "vip", "createdAt": "2013-06-19T01:06:17.000Z"}]},
        {"tags": ["vip"]},
        {"externalId": None},
        {"headers": {"expirationDate": {"value": "2014-08-20T09:41-08:00"}}},
        {"headers": {"expirationDate": {"label": "voided"}}},
    ],
    ids=str,
)
def test_both_ways_of_writing(oddity):
    found = read_pass(SEED | oddity, Reading("acc"), None)
    assert (found.uid, found.template) == ("1234", "12345")
    assert found.voided is ("voided" in str(oddity))


@pytest.mark.parametrize("nonsense", [{"id": None}, {"headers": "x"}, {"headers": {"expirationDate": {"value": "x"}}}])
def test_nonsense(nonsense):
    with pytest.raises(PlatformTrouble) as raised:
        read_pass(SEED | nonsense, Reading("acc"), None)
    assert raised.value.kind is PlatformKind.NONSENSE


def test_passes_deleted_during_a_walk_hide_nobody(kit, platform):
    template = kit.info["templates"][0]["id"]
    first = platform.page(template, "", "")
    seen = [p.uid for p in first.passes]
    for uid in seen[:20]:
        platform.office.delete(Ref(uid))
    resume = first.resume
    while resume:
        page = platform.page(template, "", resume)
        seen += [p.uid for p in page.passes]
        resume = page.resume
    left = kit.sandbox.store.rows("SELECT id FROM aw_pass WHERE template=?", [template])
    assert {str(row["id"]) for row in left} <= set(seen)


def test_one_external_id_on_several_templates_is_ambiguous(kit, platform):
    one, two = (t["id"] for t in kit.info["templates"][:2])
    for template in (one, two):
        platform.office.create({}, template=template, external="TWICE")
    assert {p.template for p in platform.lookup("TWICE", 5)} == {one, two}
    every = kit.platform(templates=())  # an account that takes all templates
    assert {p.template for p in every.lookup("TWICE", 5)} == {one, two}
    with pytest.raises(SettingsTrouble) as named:
        every.counter.update("TWICE", {"Name": "Eve"})
    assert named.value.code == "settings_pass_several"
    with pytest.raises(PlatformTrouble) as raised:
        platform.office.update(Ref(external="TWICE"), {"fields": {}})
    assert raised.value.status == 400
    platform.office.update(Ref(external="TWICE"), {"fields": {"Name": {"value": "Ada"}}}, templates=[one, two])
    assert [p.holder for p in platform.lookup("TWICE", 5)] == ["Ada", "Ada"]


# --- the office, in both ways of answering ---------------------------------------------------------------------------
@pytest.mark.parametrize("documented", [True, False])
@pytest.mark.parametrize("example", [True, False])
def test_the_office(kit, platform, documented, example):
    kit.server.switches.airship_as_documented, kit.server.switches.tickets_as_example = documented, example
    template, name = kit.info["templates"][0], f"OFF-{documented}-{example}"
    made = platform.office.create({"fields": {"Name": {"value": "A"}}}, template=template["id"], external=name)
    other = platform.office.create({}, template_external=template["external_id"], external=f"{name}-2")
    assert (made.external, other.external) == (name, f"{name}-2")
    assert platform.office.create({}, template=template["id"]).uid
    for ref in (Ref(made.uid), Ref(external=name), Ref(external=name, template=template["id"])):
        platform.office.update(ref, {"fields": {"Name": {"value": ref.external or "by id"}}})
        assert platform.lookup(name, 5)[0].holder == (ref.external or "by id")
    platform.office.update(Ref(external=name), {"fields": {}}, templates=[template["id"]])
    ids = platform.office.add_locations(Ref(made.uid), [{"latitude": 1, "longitude": 2}])
    platform.office.delete_location(Ref(made.uid), ids[0])
    assert platform.office.add_tags(Ref(made.uid), ["vip", "vip"]) == ("vip",)
    platform.office.delete(Ref(external=name, template=template["id"]))
    assert platform.lookup(name, 5) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda office: office.create({}),
        lambda office: office.create({}, template="1", template_external="x"),
        lambda office: office.delete(Ref()),
        lambda office: office.add_tags(Ref("1"), ["t"] * 16),
    ],
)
def test_what_makes_no_sense_is_not_sent(platform, call):
    with pytest.raises(PlatformTrouble) as raised:
        call(platform.office)
    assert not raised.value.sent


# --- tickets ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([{"ticketId": 7}, {"ID": 7, "Status": "PENDING"}, {"ID": 7, "status": "COMPLETED"}], None),
        ([[{"ticketId": "7"}, {"ticketId": 8}], {"status": "completed"}, {"Status": "Completed"}], None),
        ([{"ticketId": 7}, {"status": "FAILED"}], PlatformKind.REFUSED),
        ([{"ticketId": 7}, {}], PlatformKind.NONSENSE),
        ([{"ticketId": 7}, {"Status": "IN_PROGRESS"}, {"Status": "WEIRD"}], PlatformKind.NONSENSE),
        ([{"ticketId": "x"}], PlatformKind.NONSENSE),
        ([[]], PlatformKind.NONSENSE),
        ([{}], PlatformKind.NONSENSE),
    ],
)
def test_tickets_are_followed_to_their_end(server, answers, kind):
    server.behave(faults.in_turn(*(faults.answer(200, each) for each in answers)))
    platform = AirshipPlatform(AccountConfig("a", "airship", f"{server.url}/v1"), "user:secret")
    if kind is None:
        platform.office.update(Ref("1"), {})
    else:
        with pytest.raises(PlatformTrouble) as raised:
            platform.office.update(Ref("1"), {})
        assert raised.value.kind is kind
    assert len(server.requests) == len(answers)
    assert {r.headers["api-revision"] for r in server.requests} == {"1.2"}
    assert {r.target.partition("?")[0] for r in server.requests} <= {"/v1/pass/1", "/v1/ticket/7", "/v1/ticket/8"}
    platform.close()


def test_where_a_ticket_says_nothing_the_pass_does(server):
    """The statuses of tickets have no published names: an unknown one is neither a success nor a refusal."""
    labels = iter(["", "", "valid", "voided"])

    def behave(peer):
        target = peer.request.target
        if "/ticket/" in target:
            return faults.answer(200, {"ID": 7, "Status": "ARCHIVED"})(peer)
        if peer.request.method == "PUT":
            return faults.answer(200, {"newTags": ["t"]} if target.endswith("/tags") else {"ticketId": 7})(peer)
        return faults.answer(200, SEED | {"headers": {"expirationDate": {"label": next(labels)}}})(peer)

    server.behave(behave)
    platform = AirshipPlatform(AccountConfig("a", "airship", f"{server.url}/v1"), "user:secret")
    assert platform.deliver(act(OperationKind.VOID, "1234"), may_have_arrived=False).delivery is Delivery.DONE
    assert next(labels, None) is None
    platform.close()


@pytest.mark.parametrize("counts", [True, False])
def test_a_server_that_gives_fewer_than_asked_is_walked_to_its_end(server, counts):
    """No page says how many may be asked for; the answer says how many it is about."""

    def behave(peer):
        target = peer.request.target
        if "/v1/pass?" not in target:
            return faults.answer(200, SEED | {"id": target.rpartition("/")[2]})(peer)
        page = int(target.partition("&page=")[2].partition("&")[0])
        rows = [{"id": n, "templateId": 5} for n in range(1, 25)][(page - 1) * 10 : page * 10]
        told = {"passes": rows, "pagination": {"page": page, "pageSize": 10}}
        return faults.answer(200, told | ({"count": 24} if counts else {}))(peer)

    server.behave(behave)
    platform = AirshipPlatform(AccountConfig("a", "airship", f"{server.url}/v1"), "user:secret")
    found, resume = [], ""
    while True:
        page = platform.page("5", "", resume)
        found += [each.uid for each in page.passes]
        if not (resume := page.resume):
            break
    assert found == [str(n) for n in range(1, 25)]
    platform.close()


def test_templates_come_in_pages(server):
    def behave(peer):
        page = int(peer.request.target.partition("&page=")[2].partition("&")[0])
        rows = [{"id": n, "name": f"T{n}"} for n in range(1, 25)][(page - 1) * 10 : page * 10]
        told = {"count": 24, "templateHeaders": rows, "pagination": {"page": page, "pageSize": 10}}
        return faults.answer(200, told)(peer)

    server.behave(behave)
    platform = AirshipPlatform(AccountConfig("a", "airship", f"{server.url}/v1"), "user:secret")
    assert [t.id for t in platform.templates()] == platform.streams() == [str(n) for n in range(1, 25)]
    platform.close()


def test_an_account_that_may_not_list_its_templates_has_all_its_passes_listed(server):
    def behave(peer):
        target = peer.request.target
        if "/template/headers" in target:
            return faults.answer(404, {"code": 404})(peer)
        if "/v1/pass?" in target:
            return faults.answer(200, {"passes": [{"id": 1234, "templateId": 5}], "pagination": {"pageSize": 25}})(peer)
        return faults.answer(200, SEED)(peer)

    server.behave(behave)
    platform = AirshipPlatform(AccountConfig("a", "airship", f"{server.url}/v1"), "user:secret")
    (stream,) = platform.streams()
    assert [p.uid for p in platform.page(stream, "", "").passes] == ["1234"]
    assert not any("templateId" in r.target for r in server.requests)
    platform.close()


# --- OAuth -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("tickets_too", [True, False])
def test_oauth_and_tickets_that_it_may_not_read(kit, tickets_too):
    kit.server.switches.tickets_take_oauth = tickets_too
    oauth = kit.info["oauth"]
    options = {"token_url": oauth["token_url"], "app": kit.info["app_key"], "per_second": "5000"}
    platform = kit.platform(key=f"{oauth['client_id']}:{oauth['client_secret']}", options=options)
    uid = platform.office.create({}, template=kit.info["templates"][0]["id"], external=f"OAUTH-{tickets_too}").uid
    assert platform.deliver(act(OperationKind.VOID, uid), may_have_arrived=False).delivery is Delivery.DONE
    assert kit.is_spent(uid)
    tokens = kit.sandbox.store.number("SELECT count(*) FROM request_log WHERE path='/token'")
    platform.check()
    assert kit.sandbox.store.number("SELECT count(*) FROM request_log WHERE path='/token'") == tokens


def test_a_wrong_client_is_said(kit):
    oauth = kit.info["oauth"]
    platform = kit.platform(key="client:wrong", options={"token_url": oauth["token_url"], "app": "x"})
    with pytest.raises(PlatformTrouble) as raised:
        platform.check()
    assert raised.value.kind in (PlatformKind.UNAUTHORISED, PlatformKind.REFUSED)


# --- tags ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", ["Main entrance", "A|B", "ü☃", "", "x" * 100])
def test_a_tag_comes_back_as_a_use(place):
    use = read_tag(written_tag(act(OperationKind.RECORD, "1", place=place)))
    assert use.scan_id == "s-1"
    assert use.at == datetime(2026, 11, 20, 9, 0, 1, tzinfo=UTC)
    assert len(written_tag(act(OperationKind.RECORD, "1", place=place, device="d" * 500))) < 150


@pytest.mark.parametrize("tag", ["", "redeemed", "in|x", "in|p|noon|d|s", "up|p|2026-01-01T00:00:00Z|d|s"])
def test_other_tags_are_no_uses(tag):
    assert read_tag(tag) is None


def test_in_out_and_undone(kit, platform):
    uid = kit.fresh(platform, "INOUT")
    come = act(OperationKind.RECORD, uid, policy="in_out")
    go = act(OperationKind.RECORD, uid, policy="in_out", direction=Direction.EXIT, scan_id="s-2")
    for op in (come, go):
        assert platform.deliver(op, may_have_arrived=False).delivery is Delivery.DONE
        assert platform.deliver(op, may_have_arrived=True).delivery is Delivery.ALREADY
    assert [u.direction for u in platform.lookup("INOUT", 5)[0].uses] == [Direction.ENTRY, Direction.EXIT]
    undo = act(OperationKind.UNRECORD, uid, policy="in_out")
    assert platform.deliver(undo, may_have_arrived=False).delivery is Delivery.DONE
    assert platform.deliver(undo, may_have_arrived=True).delivery is Delivery.ALREADY
    assert [u.direction for u in platform.lookup("INOUT", 5)[0].uses] == [Direction.EXIT]


def test_without_tags_only_the_label_is_left(kit):
    platform = kit.platform(options=kit.options | {"tags": "no"})
    uid = kit.fresh(platform, "UNTAGGED")
    assert platform.deliver(act(OperationKind.RECORD, uid), may_have_arrived=False).detail == "not_kept"
    assert platform.deliver(act(OperationKind.VOID, uid), may_have_arrived=False).delivery is Delivery.DONE
    assert kit.sandbox.store.number("SELECT count(*) FROM aw_tag WHERE pass=?", [uid]) == 0
