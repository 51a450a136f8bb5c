"""The Airship server: routes, key check, data, and the line that tells a client how to reach it."""

import json
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aiohttp import web

from scanner_app.sandbox import guests
from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.airship import auth, manage, tickets, view
from scanner_app.sandbox.airship.schema import SCHEMA
from scanner_app.sandbox.guests import FESTIVAL, FLIGHT, LOUNGE, Guest
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer

NAME = "airship"
# Neither a first day nor places; and what was used is voided by its label, which does not say why.
VERDICTS: dict[str, str | None] = {"NOT_YET_VALID": None, "WRONG_PLACE": None, "USED_BEFORE": "VOIDED"}
TEMPLATES = {
    FESTIVAL: ("summer-festival", "Summer Festival 2026"),
    LOUNGE: ("vip-lounge", "VIP Lounge"),
    FLIGHT: ("flight-lh-738", "Flight LH 738"),
}
USED_TAG = "redeemed"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# The three ways to name a pass.
WAYS = ("/v1/pass/{id:[0-9]+}", "/v1/pass/id/{external}", "/v1/pass/template/{template:[0-9]+}/id/{external}")
BY_EXTERNAL = WAYS[1]


def _of_each_way() -> Iterator[tuple[str, str, Handler]]:
    for way in WAYS:
        yield "GET", way, manage.read
        yield "PUT", way, manage.update_external if way == BY_EXTERNAL else manage.update
        yield "DELETE", way, manage.delete
        yield "POST", f"{way}/locations", manage.add_locations
        yield "DELETE", f"{way}/location/{{location:[0-9]+}}", manage.delete_location
        yield "PUT", f"{way}/tags", manage.put_tags
        yield "GET", f"{way}/tags", manage.get_tags


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/token", auth.token),
    ("GET", "/v1/pass", manage.list_passes),
    ("GET", "/v1/template/headers", manage.list_templates),
    ("GET", "/v1/template/{template:[0-9]+}/passes", manage.list_passes),
    ("POST", "/v1/pass/{template:[0-9]+}", manage.create),
    ("POST", "/v1/pass/id/{template_external}", manage.create),
    ("POST", "/v1/pass/template/{template:[0-9]+}/id/{external}", manage.create),
    ("POST", "/v1/pass/id/{template_external}/id/{external}", manage.create),
    ("GET", "/v1/pass/{id:[0-9]+}/viewJSONPass", manage.view_json),
    ("GET", "/v1/ticket/{ticket:[0-9]+}", tickets.read),
    ("DELETE", "/v1/tag/{tag}/pass/{pass:[0-9]+}", manage.delete_tag),
    ("GET", "/v1/tag/{tag}/passes", manage.tagged),
    *_of_each_way(),
)
DESCRIPTIONS = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Not Allowed", 406: "Not Acceptable"}


def refusal(status: int, message: str) -> web.Response:
    """Errors carry code, description and details."""
    return answer({"code": status, "description": DESCRIPTIONS.get(status, "Error"), "details": message}, status)


@web.middleware
async def check_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    """401 and 406 as auth.check says; then every update that is due takes place."""
    if not request.path.startswith("/sandbox/") and request.path != "/token":
        auth.check(request)
        tickets.settle(account_of(request))
    return await handler(request)


def fill(account: Account, seed: int, passes: int) -> None:
    """Templates and passes in an empty store; the same guests as on every platform."""
    store = account.store
    store.script(SCHEMA)
    if store.number("SELECT count(*) FROM aw_template"):
        return
    dice, now = random.Random(seed), account.clock.seconds()
    made = {event: dice.randrange(1_000, 9_999) * 10 + position for position, event in enumerate(TEMPLATES)}
    with store.atomic():
        for position, (event, (external, name)) in enumerate(TEMPLATES.items()):
            row = {"id": made[event], "external_id": external, "name": name, "project": 77, "position": position}
            store.insert("aw_template", row)
        everyone = list(guests.everyone(seed, passes, now))
        rows = [_row(number, guest, made[guest.event], dice) for number, guest in enumerate(everyone, 100_001)]
        store.insert_all("aw_pass", rows)
        tags = (
            {"pass": row["id"], "name": USED_TAG, "created": guest.used[-1][0]}
            for row, guest in zip(rows, everyone, strict=True)
            if guest.used
        )
        store.insert_all("aw_tag", tags)


def _row(number: int, guest: Guest, template: int, dice: random.Random) -> Row:
    person = guest.person
    expiry = {"value": view.iso(guest.expires)} if guest.expires else {}
    expiry |= {"label": "voided"} if guest.used or guest.voided else {}
    headers = {"barcode_value": {"value": guest.barcode}, "barcodeAltText": {"value": guest.barcode}}
    values = {"Name": person.name, "Seat": person.seat, "Ticket": person.ticket}
    installed = guest.created + 60 if guest.devices or guest.removed else None
    return {
        "id": number,
        "template": template,
        "external_id": guest.barcode,
        "serial": guests.random_uuid(dice),
        "created": guest.created,
        "updated": max((at for at, _ in guest.used), default=guest.created),
        "installed": installed,
        "uninstalled": guest.created + 86_400 if guest.removed and not guest.devices else None,
        "platform": dice.choice(("ios", "android")),
        "headers_json": json.dumps(headers | ({"expirationDate": expiry} if expiry else {})),
        "fields_json": json.dumps({name: {"value": value, "label": name} for name, value in values.items()}),
        "beacons_json": "[]",
        "details_json": "{}",
    }


def summary(account: Account) -> dict[str, Any]:
    """Counts for /sandbox/state; what is due happens first."""
    tickets.settle(account)
    number = account.store.number
    label = "json_extract(headers_json, '$.expirationDate.label')='voided'"
    return {
        "passes": number("SELECT count(*) FROM aw_pass"),
        "voided": number(f"SELECT count(*) FROM aw_pass WHERE {label}"),
        "pending_tickets": number("SELECT count(*) FROM aw_ticket WHERE done=0"),
    }


def info(account: Account) -> dict[str, Any]:
    """What a client is told when the server listens."""
    rows = account.store.rows("SELECT * FROM aw_template ORDER BY position")
    return {
        "platform": NAME,
        "base_url": f"{account.base_url}/v1",
        "api_key": account.api_key,
        "app_key": auth.APP_KEY,
        "templates": [{"id": str(row["id"]), "name": row["name"], "external_id": row["external_id"]} for row in rows],
        "places": [],
        "app_configurations": [],
        "oauth": {
            "token_url": f"{account.base_url}/token",
            "client_id": auth.CLIENT_ID,
            "client_secret": auth.client_secret(account),
        },
    }
