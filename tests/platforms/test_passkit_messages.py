"""What goes to and comes from PassKit, read by the vendor's own published message definitions."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from platforms.kits import PassKit

from scanner_app.domain.passes import Direction
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.sandbox.server import Sandbox

pytest.importorskip("passkit.io.event_tickets.ticket_pb2", reason="the vendor's message definitions are not installed")
from google.protobuf import json_format
from passkit.io.common import filter_pb2
from passkit.io.event_tickets import ticket_pb2
from passkit.io.member import member_events_pb2, member_pb2
from passkit.io.single_use_coupons import coupon_pb2

REQUESTS = {
    ("PUT", "/eventTickets/ticket/validate"): ticket_pb2.ValidateTicketRequest,
    ("PUT", "/eventTickets/ticket/redeem"): ticket_pb2.RedeemTicketRequest,
    ("POST", "/eventTickets/tickets/list"): ticket_pb2.TicketListRequest,
    ("PUT", "/coupon/singleUse/coupon/redeem"): coupon_pb2.Coupon,
    ("POST", "/members/member/checkIn"): member_pb2.MemberCheckInOutRequest,
    ("POST", "/members/member/checkOut"): member_pb2.MemberCheckInOutRequest,
    ("PUT", "/members/member/points/burn"): member_pb2.EarnBurnPointsRequest,
}


@pytest.fixture(scope="module")
def venue():
    with Sandbox(passes=120, platforms=("passkit",)) as running:
        yield running


@pytest.fixture
def kit(venue):
    made = PassKit(venue)
    yield made
    made.close()


def act(kind: OperationKind, uid: str, **more) -> Operation:
    base = {"device": "kiosk-1", "place": "Gate", "outcome": "admit", "reason": "ADMIT", "scan_id": f"s-{uid}"}
    return Operation(kind, account="acc", uid=uid, at=datetime.now(UTC), **(base | more))


def test_every_request_is_one_of_the_vendors_messages(kit):
    platform = kit.platform()
    ticket = platform.office.create(Kind.TICKET, kit.info["productions"][0]["id"], {"ticketNumber": "PB-1"})
    coupon = platform.office.create(Kind.COUPON, kit.info["campaigns"][0]["id"], {"externalId": "PB-2"})
    member = platform.office.create(Kind.MEMBER, kit.info["programs"][0]["id"], {"externalId": "PB-3", "points": 3})
    for op in (
        act(OperationKind.RECORD, ticket, policy="attendance"),
        act(OperationKind.VOID, ticket, policy="once", scan_id="other"),
        act(OperationKind.VOID, coupon, policy="once"),
        act(OperationKind.RECORD, member, policy="in_out"),
        act(OperationKind.RECORD, member, policy="in_out", direction=Direction.EXIT, scan_id="out"),
        act(OperationKind.VALUE, member, amount=Decimal(-2), scan_id="points"),
    ):
        platform.deliver(op, may_have_arrived=False)
    for stream in platform.streams():
        platform.page(stream, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z|3")
    seen = kit.sandbox.store.rows("SELECT * FROM request_log WHERE platform='passkit'")
    read = set()
    for row in seen:
        message = REQUESTS.get((row["method"], row["path"]))
        if message is None and "/list/" in row["path"]:
            json_format.ParseDict(json.loads(row["body"])["filters"], filter_pb2.Filters())
            read.add("filters")
        if message is not None:
            json_format.Parse(row["body"], message())
            read.add((row["method"], row["path"]))
    assert read == {*REQUESTS, "filters"}


@pytest.mark.parametrize("shown", [True, False])
def test_every_answer_of_the_sandbox_is_one_of_the_vendors_messages(kit, shown):
    """So that what the adapter learns from the sandbox holds elsewhere too."""
    kit.server.switches.zero_enums_shown = shown
    platform = kit.platform()
    messages = {
        Kind.TICKET: ticket_pb2.TicketLimitedFields,
        Kind.COUPON: coupon_pb2.Coupon,
        Kind.MEMBER: member_pb2.Member,
    }
    for stream in platform.streams():
        kind = platform._kind_of(stream)
        found, _ = platform._calls.listed(kind, stream, {"limit": 50})
        assert found
        for each in found:
            json_format.ParseDict(_plain(each), messages[kind]())
    kit.server.switches.zero_enums_shown = False


def test_a_members_event_is_one_of_the_vendors_messages(kit):
    platform = kit.platform()
    member = platform.office.create(Kind.MEMBER, kit.info["programs"][0]["id"], {"externalId": "PB-4"})
    platform.deliver(act(OperationKind.RECORD, member), may_have_arrived=False)
    events, _ = platform._calls.lines(["members", "member", "list", "events", member], {})
    for each in events:
        json_format.ParseDict(_plain(each), member_events_pb2.MemberEvent())
    assert events


def _plain(value):
    """Fractions back from Decimal, which protobuf does not read."""
    return json.loads(json.dumps(value, default=float))
