"""What is PassKit's own: clocks, regions, streams that break off, missing zeros, tickets, coupons, members."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from platforms.kits import PassKit
from support import fault_server as faults

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Delivery
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.domain.passes import Direction, Pass, Use
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms.keys import two_parts
from scanner_app.platforms.passkit import PassKitPlatform
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.platforms.passkit.codec import Reading, read_pass
from scanner_app.platforms.passkit.courier import others
from scanner_app.platforms.passkit.token import Mint
from scanner_app.sandbox.server import Sandbox

READING = Reading("acc", {})


@pytest.fixture(scope="module")
def venue():
    with Sandbox(passes=250, platforms=("passkit",)) as running:
        yield running


@pytest.fixture
def kit(venue):
    made = PassKit(venue)
    yield made
    made.close()
    venue.clock.offset = 0.0
    for name in ("zero_enums_shown", "second_redeem_refused", "wrong_region", "event_ids_are_unique"):
        made.server.switches.set(name, value=False)


@pytest.fixture
def platform(kit):
    return kit.platform()


def act(kind: OperationKind, uid: str, **more) -> Operation:
    base = {"raw": "x", "device": "kiosk-1", "place": "Gate", "outcome": "admit", "reason": "ADMIT", "policy": "once"}
    return Operation(kind, more.pop("scan_id", "s-1"), "acc", uid, datetime.now(UTC), **(base | more))


def deliver(platform, operation: Operation, *, again: bool = False) -> Delivery:
    return platform.deliver(operation, may_have_arrived=again).delivery


# --- clocks and regions ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("offset", [-100_000, -40, 0, 40, 4_000, 100_000])
def test_a_wrong_clock_is_found_out_and_worked_around(kit, platform, offset):
    kit.sandbox.clock.offset = offset
    assert abs(platform.check() - datetime.now(UTC) - timedelta(seconds=offset)) < timedelta(seconds=5)


def test_a_clock_that_cannot_be_put_right_is_named(server):
    server.behave(faults.answer(401, {"error": "jwt was issued too long ago"}))  # and no Date to learn from
    platform = PassKitPlatform(AccountConfig("a", "passkit", server.url), "key:secret")
    with pytest.raises(PlatformTrouble) as raised:
        platform.check()
    assert raised.value.kind is PlatformKind.UNAUTHORISED
    assert raised.value.code == "platform_clock"
    assert "jwt was issued too long ago" in raised.value.detail
    platform.close()


def test_a_wrong_region_is_named(kit, platform):
    kit.server.switches.wrong_region = True
    with pytest.raises(PlatformTrouble) as raised:
        platform.check()
    assert (raised.value.kind, raised.value.code) == (PlatformKind.NOT_FOUND, "platform_region")


def test_a_token_is_short_lived_and_backdated():
    mint = Mint("k", "s", clock=lambda: 1_000_000.0)
    claims = mint.headers()["authorization"].split(".")[1]
    import base64

    read = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert read == {"uid": "k", "iat": 999_985, "exp": 1_000_060}


@pytest.mark.parametrize("secret", ["", "one", "a:b:c", "a b c", "ä:b", ":b"])
def test_a_key_without_its_secret_is_said(secret):
    with pytest.raises(SettingsTrouble):
        two_parts(secret)


@pytest.mark.parametrize("secret", ["a:b", "a\nb\n", " a  b "])
def test_ways_to_write_a_key(secret):
    assert two_parts(secret) == ("a", "b")


def test_an_unknown_class_is_said(platform):
    with pytest.raises(PlatformTrouble) as raised:
        platform.page("nowhere", "", "")
    assert raised.value.kind is PlatformKind.NOT_FOUND


# --- lists -----------------------------------------------------------------------------------------------------------
TICKET = {"id": "A" * 22, "status": "ISSUED", "created": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ([{"result": TICKET}, {"error": {"code": 14, "message": "gone"}}], PlatformKind.BUSY),
        ([{"error": "gone"}], PlatformKind.BUSY),
        ([{"result": TICKET}, {}], PlatformKind.NONSENSE),
        ([{"result": {"id": "x", "status": "EATEN"}}], PlatformKind.NONSENSE),
        ([{"result": TICKET}, "half"], PlatformKind.NONSENSE),
    ],
)
def test_a_list_that_breaks_off_is_no_list(server, lines, kind):
    bodies = {
        "/eventTickets/productions": b'{"result":{"id":"p","name":"P"}}\n',
        "/eventTickets/tickets/list": b"\n".join(json.dumps(line).encode() for line in lines),
    }
    server.behave(lambda peer: faults.answer(200, bodies.get(peer.request.target, b""))(peer))
    platform = PassKitPlatform(AccountConfig("a", "passkit", server.url), "key:secret")
    with pytest.raises(PlatformTrouble) as raised:
        platform.page("p", "", "")
    assert raised.value.kind is kind
    platform.close()


def test_the_first_page_and_the_last_tell_how_many_there_are(kit, platform):
    """Without a count at its end nobody could say whether a walk of several pages was whole."""
    production = kit.info["productions"][0]["id"]
    pages = [platform.page(production, "", "")]
    while pages[-1].resume:
        pages.append(platform.page(production, "", pages[-1].resume))
    assert len(pages) > 1
    assert pages[0].total == pages[-1].total == sum(len(page.passes) for page in pages)


def test_a_server_that_gives_fewer_than_asked_is_walked_to_its_end(server):
    """Nothing says how many one list may give: only a page with nothing on it ends the walk."""
    rows = [{"id": f"{n:022d}", "status": "ISSUED", "created": f"2026-01-01T00:00:{n // 2:02d}Z"} for n in range(24)]

    def behave(peer):
        if peer.request.target.endswith("/productions"):
            return faults.answer(200, b'{"result":{"id":"p","name":"P"}}\n')(peer)
        if peer.request.target.endswith("/count"):
            return faults.answer(200, {"total": len(rows)})(peer)
        if not peer.request.target.endswith("/tickets/list"):
            return faults.answer(200, b"")(peer)
        filters = json.loads(peer.request.body)["filters"]
        since = [f["filterValue"] for g in filters["filterGroups"] for f in g["fieldFilters"]]
        left = [row for row in rows if not since or row["created"] >= since[0]]
        given = left[filters["offset"] : filters["offset"] + 7]
        return faults.answer(200, b"\n".join(json.dumps({"result": row}).encode() for row in given))(peer)

    server.behave(behave)
    platform = PassKitPlatform(AccountConfig("a", "passkit", server.url), "key:secret")
    pages = [platform.page("p", "", "")]
    while pages[-1].resume:
        pages.append(platform.page("p", "", pages[-1].resume))
    assert [p.uid for page in pages for p in page.passes] == [row["id"] for row in rows]
    assert pages[-1].total == len(rows)
    platform.close()


def test_a_short_page_that_does_not_tell_when_its_passes_were_made_is_the_last(server):
    bodies = {
        "/eventTickets/productions": b'{"result":{"id":"p","name":"P"}}\n',
        "/eventTickets/tickets/list": json.dumps({"result": {"id": "A" * 22, "status": "ISSUED"}}).encode(),
        "/eventTickets/tickets/count": b'{"total": 1}',
    }
    server.behave(lambda peer: faults.answer(200, bodies.get(peer.request.target, b""))(peer))
    platform = PassKitPlatform(AccountConfig("a", "passkit", server.url), "key:secret")
    page = platform.page("p", "", "")
    assert len(page.passes) == page.total == 1
    assert page.resume == ""
    platform.close()


def test_an_address_that_is_not_passkit_is_said(server):
    """A gateway that routes nothing answers 501, which no waiting mends."""
    server.behave(faults.answer(501, {"code": 12, "message": "Method Not Allowed"}))
    platform = PassKitPlatform(AccountConfig("a", "passkit", server.url), "key:secret")
    with pytest.raises(PlatformTrouble) as raised:
        platform.check()
    assert raised.value.kind is PlatformKind.NOT_FOUND
    platform.close()


def test_many_of_one_second_and_deletions_meanwhile_hide_nobody(kit, platform):
    production = kit.info["productions"][1]["id"]
    kit.sandbox.clock.frozen = 1_800_000_000.0
    try:
        made = [platform.office.create(Kind.TICKET, production, {"ticketNumber": f"BULK-{n}"}) for n in range(230)]
    finally:
        kit.sandbox.clock.frozen = None
    found, resume = [], ""
    while True:
        page = platform.page(production, "", resume)
        found += [p.uid for p in page.passes]
        resume = page.resume
        if not resume:
            break
        if made:  # somebody deletes what was seen already
            gone = next((uid for uid in made if uid in found), None)
            if gone and found.index(gone) < 100:
                made.remove(gone)
    assert set(made) <= set(found)


@pytest.mark.parametrize("shown", [True, False])
def test_a_zero_may_be_written_or_left_out(kit, platform, shown):
    kit.server.switches.zero_enums_shown = shown
    uid = platform.office.create(Kind.COUPON, kit.info["campaigns"][0]["id"], {"externalId": f"ZERO-{shown}"})
    found = platform.lookup(f"ZERO-{shown}", 5)[0]
    assert (found.uid, found.voided, found.redeemed) == (uid, False, False)


def test_a_missing_status_of_a_ticket_is_not_redeemed():
    found = read_pass({"id": "x"}, Kind.TICKET, "p", READING, None)
    assert (found.voided, found.redeemed) == (False, False)


# --- tickets ---------------------------------------------------------------------------------------------------------
def test_attendance_is_a_validation_with_the_doors_own_time(kit, platform):
    uid = platform.office.create(Kind.TICKET, kit.info["productions"][0]["id"], {"ticketNumber": "ATT-1"})
    op = act(OperationKind.RECORD, uid, policy="attendance")
    op = dataclasses.replace(op, at=datetime(2026, 11, 20, 9, 0, 1, tzinfo=UTC))
    assert deliver(platform, op) is Delivery.DONE
    assert deliver(platform, op, again=True) is Delivery.ALREADY
    found = platform.lookup("ATT-1", 5)[0]
    assert not found.voided
    assert [(u.place, u.at, u.device, u.scan_id) for u in found.uses] == [("Gate", op.at, "kiosk-1", "s-1")]


def test_a_ticket_validated_before_is_still_redeemed_by_its_void(kit, platform):
    uid = platform.office.create(Kind.TICKET, kit.info["productions"][0]["id"], {"ticketNumber": "ATT-2"})
    deliver(platform, act(OperationKind.RECORD, uid, policy="attendance"))
    void = act(OperationKind.VOID, uid, scan_id="s-2")
    assert deliver(platform, void) is Delivery.DONE
    assert deliver(platform, void, again=True) is Delivery.ALREADY
    assert platform.lookup("ATT-2", 5)[0].redeemed


def test_in_and_out_of_a_ticket(kit, platform):
    uid = platform.office.create(Kind.TICKET, kit.info["productions"][0]["id"], {"ticketNumber": "INOUT"})
    for number, direction in enumerate((Direction.ENTRY, Direction.EXIT)):
        op = act(OperationKind.RECORD, uid, policy="in_out", direction=direction, scan_id=f"m-{number}")
        assert deliver(platform, op) is Delivery.DONE
    assert [u.direction for u in platform.lookup("INOUT", 5)[0].uses] == [Direction.ENTRY, Direction.EXIT]


# --- coupons ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("refused", [True, False])
def test_a_coupon_is_redeemed_once(kit, platform, refused):
    kit.server.switches.second_redeem_refused = refused
    code = f"DRINK-{refused}"
    uid = platform.office.create(Kind.COUPON, kit.info["campaigns"][0]["id"], {"externalId": code})
    void = act(OperationKind.VOID, uid)
    assert deliver(platform, void) is Delivery.DONE
    assert deliver(platform, void, again=True) is Delivery.ALREADY
    answer = platform.deliver(dataclasses.replace(void, device="kiosk-2", scan_id="s-9"), may_have_arrived=False)
    assert (answer.delivery, answer.facts["used_device"]) == (Delivery.CONTESTED, "kiosk-1")


def test_a_coupon_voided_by_the_organiser(kit, platform):
    uid = platform.office.create(Kind.COUPON, kit.info["campaigns"][0]["id"], {"externalId": "DRINK-V"})
    platform.office.delete(Kind.COUPON, uid)
    assert platform.lookup("DRINK-V", 5)[0].voided
    assert deliver(platform, act(OperationKind.VOID, uid)) in (Delivery.CONTESTED, Delivery.REFUSED)


# --- members ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def member(kit, platform, request):
    code = f"MEMBER-{request.node.name}"
    program = kit.info["programs"][0]["id"]
    return platform.office.create(Kind.MEMBER, program, {"externalId": code, "points": 5}), code


def test_a_member_checks_in_once_and_out(platform, member):
    uid, code = member
    come = act(OperationKind.RECORD, uid, policy="in_out", scan_id="in-1")
    assert deliver(platform, come) is Delivery.DONE
    assert deliver(platform, come, again=True) is Delivery.ALREADY
    go = act(OperationKind.RECORD, uid, policy="in_out", scan_id="out-1", direction=Direction.EXIT)
    assert deliver(platform, go) is Delivery.DONE
    uses = platform.lookup(code, 5)[0].uses
    assert [(u.direction, u.place, u.device) for u in uses] == [
        (Direction.ENTRY, "Gate", "kiosk-1"),
        (Direction.EXIT, "Gate", "kiosk-1"),
    ]


def test_a_check_in_is_undone_by_a_check_out(platform, member):
    uid, code = member
    deliver(platform, act(OperationKind.RECORD, uid, scan_id="in-2"))
    undo = act(OperationKind.UNRECORD, uid, scan_id="in-2")
    assert deliver(platform, undo) is Delivery.DONE
    assert deliver(platform, undo, again=True) is Delivery.ALREADY
    assert [u.direction for u in platform.lookup(code, 5)[0].uses] == [Direction.ENTRY, Direction.EXIT]


def test_points_never_fall_below_zero_and_go_once(kit, platform, member):
    uid, code = member
    burn = act(OperationKind.VALUE, uid, amount=Decimal(-2), scan_id="v-1")
    assert deliver(platform, burn) is Delivery.DONE
    assert platform.lookup(code, 5)[0].stored_value == 3
    assert deliver(platform, dataclasses.replace(burn, amount=Decimal(-9), scan_id="v-2")) is Delivery.CONTESTED
    assert deliver(platform, dataclasses.replace(burn, scan_id="v-3"), again=True) is Delivery.CONTESTED


def test_a_taken_external_id_is_a_conflict(kit, platform, member):
    with pytest.raises(PlatformTrouble) as raised:
        platform.office.create(Kind.MEMBER, kit.info["programs"][0]["id"], {"externalId": member[1]})
    assert raised.value.kind is PlatformKind.CONFLICT


def test_the_office(kit, platform):
    uid = platform.office.create(
        Kind.TICKET, kit.info["productions"][0]["id"], {"ticketNumber": "OFF-1", "orderNumber": "O-1"}
    )
    platform.office.update(Kind.TICKET, uid, {"person": {"displayName": "Ada"}})
    assert platform.lookup("OFF-1", 5)[0].holder == "Ada"
    platform.office.redeem_order(kit.info["productions"][0]["id"], "O-1", "box office")
    assert platform.lookup("OFF-1", 5)[0].redeemed
    platform.office.delete(Kind.TICKET, uid)
    assert platform.lookup("OFF-1", 5) == []


def test_a_link_made_by_the_platform_is_read_with_the_projects_key(kit, platform):
    from scanner_app.platforms import smartpass

    smart = kit.info["smartpass"]
    link = platform.office.link(smart["url"], {"person.surname": "Lovelace"})
    assert smartpass.read(link, bytes.fromhex(smart["key"])) == {"person.surname": "Lovelace"}


def test_a_use_that_no_device_is_named_for_is_another_door_s():
    """Somebody redeemed it without this program: nobody can say that it was us."""
    at = datetime(2026, 11, 20, 19, tzinfo=UTC)
    mine, theirs, unnamed, away = (
        Use(place, at, device=device) for place, device in (("d", "k"), ("d", "k2"), ("", ""), ("other", "k2"))
    )
    left = Use("d", at, Direction.EXIT, device="k2")
    operation = Operation(OperationKind.RECORD, "s", "acc", "1", at, raw="x", device="k", door="d", place="d",
                          outcome="admit", reason="ADMIT", policy="once")  # fmt: skip
    subject = Pass("acc", "passkit", "1", uses=(mine, theirs, unnamed, away, left))
    assert others(operation, subject) == [theirs, unnamed, left]  # also who let out: in_out places ask for both ways
