"""Readers, their configuration (which holds secrets), and webhook subscriptions."""

import json
import secrets
import uuid
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, json_object, refuse

READER_TYPES = {"VtapReader", "PassentryReader"}
EVENTS = {"passInstalled", "passRemoved", "passScanned", "passCreated"}
MOST_WEBHOOKS = 10


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/entities/{entity}/readers: 201, 422."""
    account, data = account_of(request), (await json_object(request)).get("reader")
    if not isinstance(data, dict) or not data.get("name") or data.get("type") not in READER_TYPES:
        refuse(422, "reader needs a name and a type")
    row = {
        "id": str(data.get("id") or secrets.token_hex(6)),
        "name": str(data["name"]),
        "entity": request.match_info["entity"],
        "validity": 0,
        "settings_json": json.dumps({name: value for name, value in data.items() if name != "password"}),
        "position": account.store.number("SELECT count(*) FROM pe_reader"),
    }
    if account.store.row("SELECT id FROM pe_reader WHERE id=?", [row["id"]]):
        refuse(422, "Id has already been taken")
    account.store.insert("pe_reader", row)
    return answer({"data": show(row)}, 201)


def show(row: Row) -> dict[str, Any]:
    """A reader as a resource."""
    attributes = json.loads(row["settings_json"]) | {"name": row["name"], "validityPeriod": row["validity"]}
    return {"id": row["id"], "type": "reader", "attributes": attributes}


async def list_readers(request: web.Request) -> web.Response:
    """GET /api/v1/entities/{entity}/readers [assumed]: the entity's readers."""
    sql = "SELECT * FROM pe_reader WHERE entity=? ORDER BY position"
    rows = account_of(request).store.rows(sql, [request.match_info["entity"]])
    return answer({"data": [show(row) for row in rows]})


async def configuration(request: web.Request) -> web.Response:
    """GET /api/v1/entities/{entity}/readerConfiguration: keys of the readers; never to be logged by a client."""
    account, entity = account_of(request), request.match_info["entity"]
    if not account.store.row("SELECT id FROM pe_reader WHERE entity=?", [entity]):
        refuse(404, "Entity not found")
    attributes = {
        "nfcPrivateKey": "-----BEGIN EC PRIVATE KEY-----\nc2FuZGJveA==\n-----END EC PRIVATE KEY-----\n",
        "googleCollectorId": "12345678",
        "applePassTypeId": "pass.com.example.sandbox",
        "googleKeyVersion": 1,
        "readerConfigurationApiKey": account.api_key[::-1],
        "validationConfiguration": {"validationType": "internalValidation"},
    }
    return answer({"data": {"id": entity, "type": "readerConfiguration", "attributes": attributes}})


async def subscribe(request: web.Request) -> web.Response:
    """POST /api/v1/webhook-subscriptions: 201 with the secret, 422 for an unknown event or the eleventh one."""
    account, data = account_of(request), (await json_object(request)).get("webhookSubscription")
    if not isinstance(data, dict) or not str(data.get("url", "")).startswith("https://"):
        refuse(422, "webhookSubscription needs an https url")
    events = data.get("subscribedEvents") or []
    if not isinstance(events, list) or not set(events) <= EVENTS:
        refuse(422, "subscribedEvents holds an unknown event")
    if account.store.number("SELECT count(*) FROM pe_webhook") >= MOST_WEBHOOKS:
        refuse(422, f"No more than {MOST_WEBHOOKS} subscriptions")
    row = {
        "id": str(uuid.uuid4()),
        "url": data["url"],
        "enabled": int(data.get("enabled", True)),
        "events_json": json.dumps(events),
        "secret": secrets.token_hex(32),
    }
    account.store.insert("pe_webhook", row)
    return answer({"data": _show_webhook(row)}, 201)


def _show_webhook(row: Row) -> dict[str, Any]:
    attributes = {
        "url": row["url"],
        "enabled": bool(row["enabled"]),
        "subscribedEvents": json.loads(row["events_json"]),
        "secretKey": row["secret"],
    }
    return {"id": row["id"], "type": "webhookSubscription", "attributes": attributes}


async def rotate_secret(request: web.Request) -> web.Response:
    """PATCH /api/v1/webhook-subscriptions/{id}/rotate-secret: 200 with the new one, 404."""
    account: Account = account_of(request)
    row = account.store.row("SELECT * FROM pe_webhook WHERE id=?", [request.match_info["id"]])
    if row is None:
        refuse(404, "Subscription not found")
    row["secret"] = secrets.token_hex(32)
    account.store.update("pe_webhook", "id", row["id"], {"secret": row["secret"]})
    return answer({"data": _show_webhook(row)})
