"""The PassKit server: routes, token check, data, and the line that tells a client how to reach it."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passkit import auth, coupons, members, reading, seeding, smartpass, tickets
from scanner_app.sandbox.passkit.objects import COUPON, MEMBER, TICKET
from scanner_app.sandbox.passkit.schema import SCHEMA
from scanner_app.sandbox.wire import answer, refuse

NAME = "passkit"
# Tickets have neither a first day nor places in this contract.
VERDICTS: dict[str, str | None] = {"NOT_YET_VALID": None, "WRONG_PLACE": None}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ROUTES = (
    ("POST", "/login", auth.login),
    ("POST", "/eventTickets/ticket", tickets.issue),
    ("PUT", "/eventTickets/ticket", tickets.update),
    ("DELETE", "/eventTickets/ticket", tickets.delete),
    ("PUT", "/eventTickets/ticket/validate", tickets.validate),
    ("PUT", "/eventTickets/ticket/redeem", tickets.redeem),
    ("PUT", "/eventTickets/tickets/orderNumber/redeem", tickets.redeem_order),
    ("GET", "/eventTickets/ticket/id/{id}", tickets.read),
    ("GET", "/eventTickets/ticket/ticketNumber", tickets.read_number),
    ("GET", "/eventTickets/tickets/orderNumber", tickets.read_order),
    ("POST", "/eventTickets/tickets/list", tickets.list_tickets),
    ("POST", "/eventTickets/tickets/count", tickets.count),
    ("POST", "/eventTickets/productions", tickets.list_productions),
    ("POST", "/coupon/singleUse/coupon", coupons.create),
    ("PUT", "/coupon/singleUse/coupon", coupons.update),
    ("DELETE", "/coupon/singleUse/coupon", coupons.void),
    ("PUT", "/coupon/singleUse/coupon/redeem", coupons.redeem),
    ("PATCH", "/coupon/singleUse/coupon/person", coupons.patch_person),
    ("GET", "/coupon/singleUse/coupon/{id}", partial(reading.read, COUPON)),
    ("GET", "/coupon/singleUse/coupon/externalId/{class}/{external}", partial(reading.read_external, COUPON)),
    ("POST", "/coupon/singleUse/coupons/list/{class}", partial(reading.listed, COUPON)),
    ("POST", "/coupon/singleUse/coupons/count/{class}", partial(reading.counted, COUPON)),
    ("POST", "/coupon/singleUse/campaigns/list", partial(reading.classes, COUPON)),
    ("POST", "/members/member", members.enrol),
    ("PUT", "/members/member", members.update),
    ("DELETE", "/members/member", members.delete),
    ("GET", "/members/member/id/{id}", partial(reading.read, MEMBER)),
    ("GET", "/members/member/externalId/{class}/{external}", partial(reading.read_external, MEMBER)),
    ("POST", "/members/member/checkIn", members.check_in),
    ("POST", "/members/member/checkOut", members.check_out),
    ("PUT", "/members/member/points/{how:earn|burn|set}", members.points),
    ("POST", "/members/member/list/{class}", partial(reading.listed, MEMBER)),
    ("POST", "/members/member/list/events/{id}", members.list_events),
    ("DELETE", "/members/member/events/id/{id}", members.delete_event),
    ("POST", "/members/count/{class}", partial(reading.counted, MEMBER)),
    ("POST", "/members/programs/list", partial(reading.classes, MEMBER)),
    ("POST", "/distribution/smartpasslink", smartpass.make_link),
    ("GET", "/c/{code}", smartpass.click),
    ("GET", "/pass/{id}", smartpass.page),
)
OPEN = ("/sandbox/", "/c/", "/pass/", "/login")
GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 501: 12, 503: 14}
# The framework's own words for a route or method that it does not know: the gateway calls both "not implemented".
UNMAPPED = {"Not Found", "Method Not Allowed"}


def refusal(status: int, message: str) -> web.Response:
    """Errors in the three forms that the gateway is seen to write."""
    if message in UNMAPPED:
        status, message = 501, "Not Implemented"
    if status == 401:
        return answer({"error": message}, status)
    told = {"code": GRPC_CODES.get(status, 2), "message": message}
    return answer({"error": told} if status == 404 else told | {"details": []}, status)


@web.middleware
async def check_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    """401 without a good token. In the wrong region the token is good and nothing is found."""
    if not request.path.startswith(OPEN):
        auth.check(request)
        if account_of(request).switches.wrong_region:
            refuse(404, "not found")
    return await handler(request)


def fill(account: Account, seed: int, passes: int) -> None:
    """Classes and passes in an empty store, and the secret of the token check."""
    account.store.script(SCHEMA)
    account.api_secret = account.store.meta("passkit.api_secret") or secrets.token_urlsafe(32)
    account.store.remember("passkit.api_secret", account.api_secret)
    if not account.store.number("SELECT count(*) FROM pk_class"):
        with account.store.atomic():
            seeding.seed(account, seed, passes)


def summary(account: Account) -> dict[str, Any]:
    """Counts for /sandbox/state."""
    number = account.store.number
    status = "SELECT count(*) FROM pk_object WHERE json_extract(message_json, '$.status')='{}'"
    return {
        "passes": number("SELECT count(*) FROM pk_object"),
        "redeemed": number(status.format("REDEEMED")),
        "checked_in": number(status.format("CHECKED_IN")),
        "scans": number("SELECT count(*) FROM pk_event"),
    }


def info(account: Account) -> dict[str, Any]:
    """What a client is told when the server listens."""
    rows = account.store.rows("SELECT * FROM pk_class ORDER BY position")
    named: dict[str, list[dict[str, Any]]] = {
        kind: [{"id": row["id"], "name": row["name"]} for row in rows if row["kind"] == kind]
        for kind in (TICKET, COUPON, MEMBER)
    }
    return {
        "platform": NAME,
        "base_url": account.base_url,
        "api_key": account.api_key,
        "api_secret": account.api_secret,
        "templates": [{"id": row["id"], "name": row["name"]} for row in rows],
        "places": [],
        "app_configurations": [],
        "productions": named[TICKET],
        "campaigns": named[COUPON],
        "programs": named[MEMBER],
        "smartpass": {
            "url": f"{account.base_url}/c/{seeding.LINK_CODE}",
            "key": smartpass.key_of(account),
            "program": named[MEMBER][0]["id"],
            "coupon_url": f"{account.base_url}/c/{seeding.COUPON_CODE}",
            "campaign": named[COUPON][0]["id"],
        },
    }
