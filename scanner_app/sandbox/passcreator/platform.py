"""The Passcreator server: its routes, its key check, and the line that tells a client how to reach it."""

import hmac
import random
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import hdrs, web

from scanner_app.sandbox import guests
from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passcreator import (
    catalogue,
    deprecated,
    flights,
    hooks,
    listing,
    manage,
    notify,
    pages,
    read,
    scans,
    seeding,
    statistics,
    template,
)
from scanner_app.sandbox.passcreator.schema import SCHEMA
from scanner_app.sandbox.wire import answer, refuse

NAME = "passcreator"
VERDICTS: dict[str, str | None] = {}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ROUTES = (
    ("POST", "/api/pass", manage.create),
    ("GET", "/api/pass/", deprecated.list_all),
    ("GET", "/api/pass/list/{template}", listing.list_passes),
    ("GET", "/api/pass/geturis/{uid}", read.get_uris),
    ("GET", "/api/pass/search/{template}/{text}", read.search),
    ("GET", "/api/pass/checkbyid/{uid}", deprecated.check_by_id),
    ("GET", "/api/pass/statistics/{template}", statistics.statistics),
    ("GET", "/api/pass/statistics/{template}/activehistory", statistics.active_history),
    ("GET", "/api/pass/statistics/{template}/activehistory/{day}", statistics.active_history),
    ("POST", "/api/pass/sendpushnotifications", notify.push_many),
    ("POST", "/api/pass/deliver/{uid}/email/{address}", notify.deliver),
    ("POST", "/api/pass/{uid}/sendpushnotification", notify.push_one),
    ("POST", "/api/pass/{uid}/enabledownload", manage.enable_download),
    ("PUT", "/api/pass/{uid}/storedvalue", manage.set_stored_value),
    ("GET", "/api/pass/{uid}", read.read),
    ("POST", "/api/pass/{uid}", manage.update),
    ("PUT", "/api/pass/{uid}", manage.mark_voided),
    ("DELETE", "/api/pass/{uid}", manage.delete),
    ("GET", "/api/appconfiguration", scans.list_configurations),
    ("GET", "/api/appconfiguration/{id}", scans.read_configuration),
    ("POST", "/api/appscan", scans.create_scan),
    ("GET", "/api/appscan", scans.list_scans_deprecated),
    ("GET", "/api/appscan/list", scans.list_scans),
    ("GET", "/api/appscan/list/", scans.list_scans),
    ("GET", "/api/appscan/list/{id}", scans.list_scans),
    ("DELETE", "/api/appscan/{id}", scans.delete_scan),
    ("POST", "/api/hook/subscribe", hooks.subscribe),
    ("POST", "/api/hook/subscribe/{template}", hooks.subscribe),
    ("DELETE", "/api/hook/{id}", hooks.unsubscribe),
    ("GET", "/api/v3/webhook-payload", hooks.fetch),
    ("POST", "/api/v3/webhook-payload/acknowledge", hooks.acknowledge),
    ("GET", "/api/passtemplate", catalogue.list_templates),
    ("GET", "/api/passtemplate/{template}", catalogue.describe),
    ("GET", "/p/{link}", pages.download),
    ("GET", "/{language:[a-z]{2}}/p/{link}", pages.download),
    ("GET", "/qr/{value}", pages.qr_code),
    ("POST", "/sandbox/registrations", notify.register),
)
OPEN = ("/sandbox/", "/p/", "/qr/")


def refusal(status: int, message: str) -> web.Response:
    """Errors carry ErrorMessage, the one error key that the contract names."""
    return answer({"ErrorMessage": message}, status)


@web.middleware
async def check_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    """401 unless the Authorization header is the bare key."""
    if not request.path.startswith(OPEN) and "language" not in request.match_info:
        given = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, account_of(request).api_key.encode()):
            refuse(401, "Invalid or missing API key")
    return await handler(request)


def fill(account: Account, seed: int, passes: int) -> None:
    """Make templates, doors and `passes` passes (the guest line's among them) in an empty store."""
    account.store.script(SCHEMA)
    if account.store.number("SELECT count(*) FROM pc_template"):
        return
    dice, now = random.Random(seed), account.clock.seconds()
    with account.store.atomic():
        made = seeding.seed_templates(account.store, dice, now)
        seeding.seed_passes(account.store, made, dice, guests.everyone(seed, passes, now))


def summary(account: Account) -> dict[str, int]:
    """Counts of the customer's own passes and of app scans, for /sandbox/state."""
    own = "FROM pc_pass WHERE template IN (SELECT id FROM pc_template WHERE own=1)"
    number = account.store.number
    return {
        "passes": number(f"SELECT count(*) {own}"),
        "voided": number(f"SELECT count(*) {own} AND voided"),
        "redeemed": number(f"SELECT count(*) {own} AND redeemed"),
        "used": number(f"SELECT count(*) {own} AND used_json<>'[]'"),
        "scans": number("SELECT count(*) FROM pc_scan"),
    }


def _boards(made: template.Template) -> dict[str, Any]:
    """The flight of a flight's template, as a gate is set up for it."""
    flight = flights.BOARDING
    told = {"name": f"{flight.carrier} {flight.number}", "date": f"{flight.departs:%Y-%m-%d}", "airport": flight.origin}
    return {"flight": told} if made.is_flight else {}


def info(account: Account) -> dict[str, Any]:
    """What a client is told when the server listens."""
    own = template.owned(account.store)
    doors = account.store.rows("SELECT * FROM pc_configuration ORDER BY position")
    return {
        "platform": NAME,
        "base_url": account.base_url,
        "api_key": account.api_key,
        "templates": [{"id": each.id, "name": each.name, **_boards(each)} for each in own],
        "places": list(dict.fromkeys(place for each in own for place in each.places)),
        "app_configurations": [
            {
                "id": door["id"],
                "name": door["name"],
                "template": door["template"],
                "place": door["place"],
                "scan_mode": door["scan_mode"],
            }
            for door in doors
        ],
    }
