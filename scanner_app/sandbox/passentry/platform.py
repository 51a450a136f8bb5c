"""The PassEntry server: routes, key check and rate limit, data, and the line that tells a client how to reach it."""

import hmac
import json
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aiohttp import hdrs, web

from scanner_app.sandbox import guests
from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.guests import FESTIVAL, FLIGHT, LOUNGE, Guest
from scanner_app.sandbox.passentry import limits, manage, readers, scans
from scanner_app.sandbox.passentry.schema import SCHEMA
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, refuse

NAME = "passentry"
ENTITY = "venue-1"
# Nothing in this contract says from when a pass is valid, nor at which places.
VERDICTS: dict[str, str | None] = {"NOT_YET_VALID": None, "WRONG_PLACE": None}
TEMPLATES = {
    FESTIVAL: ("Summer Festival 2026", "eventTicket"),
    LOUNGE: ("VIP Lounge", "generic"),
    FLIGHT: ("Flight LH 738", "transit"),
}
FIELDS = ("fullName", "email", "seat", "ticketType")
# id, name, validity period in seconds (0: none)
READERS = (
    ("main-entrance-1", "Main entrance", 86_400),
    ("vip-lounge-1", "VIP lounge", 0),
    ("count-1", "Head count", 0),
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ROUTES = (
    ("POST", "/api/v1/passes", manage.create),
    ("GET", "/api/v1/passes", manage.list_passes),
    ("GET", "/api/v1/passes/{id}", manage.show),
    ("PATCH", "/api/v1/passes/{id}", manage.update),
    ("POST", "/api/v1/passes/{id}/nullify", manage.nullify),
    ("POST", "/api/v1/scans", scans.create),
    ("GET", "/api/v1/scans", scans.list_scans),
    ("POST", "/api/v1/scans/log", scans.log),
    ("GET", "/api/v1/scans/{id}", scans.show),
    ("POST", "/api/v1/entities/{entity}/readers", readers.create),
    ("GET", "/api/v1/entities/{entity}/readers", readers.list_readers),
    ("GET", "/api/v1/entities/{entity}/readerConfiguration", readers.configuration),
    ("POST", "/api/v1/webhook-subscriptions", readers.subscribe),
    ("PATCH", "/api/v1/webhook-subscriptions/{id}/rotate-secret", readers.rotate_secret),
)


def refusal(status: int, message: str) -> web.Response:
    """Errors are a list of sentences."""
    return answer({"errors": [message]}, status)


@web.middleware
async def check_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    """401 unless the key comes as a bearer token; then the rate limit."""
    if request.path.startswith("/sandbox/"):
        return await handler(request)
    given = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, f"Bearer {account_of(request).api_key}".encode()):
        refuse(401, "Unauthorized")
    if (wait := limits.take(request)) is not None:
        response = refusal(429, "Too Many Requests")
        response.headers.update(wait)
        return response
    served = await handler(request)
    served.headers.update(limits.headers(request))
    return served


def fill(account: Account, seed: int, passes: int) -> None:
    """Make templates, readers and passes in an empty store; the same guests as on every platform."""
    store = account.store
    store.script(SCHEMA)
    if store.number("SELECT count(*) FROM pe_template"):
        return
    dice, now = random.Random(seed), account.clock.seconds()
    made = {event: f"{dice.getrandbits(96):024x}" for event in TEMPLATES}
    with store.atomic():
        for position, (event, (name, kind)) in enumerate(TEMPLATES.items()):
            row: Row = {"id": made[event], "name": name, "pass_type": kind, "fields_json": json.dumps(FIELDS)}
            store.insert("pe_template", row | {"position": position})
        for position, (reader, name, validity) in enumerate(READERS):
            row = {"id": reader, "name": name, "entity": ENTITY, "validity": validity, "settings_json": "{}"}
            store.insert("pe_reader", row | {"position": position})
        _fill_passes(account, made, dice, guests.everyone(seed, passes, now))


def _fill_passes(account: Account, made: dict[str, str], dice: random.Random, who: Iterator[Guest]) -> None:
    used: list[Row] = []

    def rows() -> Iterator[Row]:
        for guest in who:
            row = _row(guest, made[guest.event], dice)
            used.extend(_scans(row, guest, dice, len(used)))
            yield row

    account.store.insert_all("pe_pass", rows())
    account.store.insert_all("pe_scan", used)


def _row(guest: Guest, template: str, dice: random.Random) -> Row:
    person = guest.person
    content = dict(zip(FIELDS, (person.name, person.email, person.seat, person.ticket), strict=True))
    new_id = guests.random_uuid(dice) if dice.random() < 0.9 else f"{dice.getrandbits(160):040x}"
    barcode = {"enabled": True, "type": "qr", "source": "extId", "displayText": ""}
    return {
        "id": new_id,
        "ext_id": guest.barcode,
        "template": template,
        "created": guest.created,
        "added": guest.created + 60 if guest.devices or guest.removed else None,
        "removed": guest.created + 86_400 if guest.removed and not guest.devices else None,
        "deactivated": max((at for at, _ in guest.used), default=guest.created + 120) if guest.voided else None,
        "expires": guest.expires,
        "nullified": None,
        "device": dice.choice(("iphone", "android")) if guest.devices else None,
        "content_json": json.dumps(content, ensure_ascii=False),
        "details_json": json.dumps({"barcode": barcode}),
        "balance": guest.stored_value,
    }


def _scans(row: Row, guest: Guest, dice: random.Random, number: int) -> Iterator[Row]:
    for extra, (at, place) in enumerate(guest.used):
        reader = next((reader for reader, name, _ in READERS if name == place), READERS[0][0])
        yield {
            "id": guests.random_uuid(dice),
            "pass": row["id"],
            "reader": reader,
            "kind": "barcode",
            "value": guest.barcode,
            "validation": "internalValidation",
            "status": scans.GOOD,
            "detail": "",
            "at": at,
            "number": number + extra,
        }


def summary(account: Account) -> dict[str, Any]:
    """Counts for /sandbox/state."""
    number = account.store.number
    return {
        "passes": number("SELECT count(*) FROM pe_pass WHERE nullified IS NULL"),
        "deactivated": number("SELECT count(*) FROM pe_pass WHERE deactivated IS NOT NULL"),
        "nullified": number("SELECT count(*) FROM pe_pass WHERE nullified IS NOT NULL"),
        "scans": number("SELECT count(*) FROM pe_scan"),
    }


def info(account: Account) -> dict[str, Any]:
    """What a client is told when the server listens."""
    rows = account.store.rows("SELECT * FROM pe_reader ORDER BY position")
    return {
        "platform": NAME,
        "base_url": account.base_url,
        "api_key": account.api_key,
        "templates": account.store.rows("SELECT id, name FROM pe_template ORDER BY position"),
        "places": [row["name"] for row in rows],
        "app_configurations": [],
        "entity": ENTITY,
        "readers": [{"id": row["id"], "name": row["name"], "validity_period": row["validity"]} for row in rows],
    }
