"""Webhooks in pull mode: what happened waits until the client fetches and acknowledges it.

A door has no public address, so pull mode is what this sandbox plays. The routes and the payload of an app scan are the
vendor's; the frame around a payload and the acknowledgement's key are assumptions.
"""

import json
import uuid
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator import view
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, empty, json_object, refuse
from scanner_app.sandbox.zone import CompanyZone

SCAN_CREATED, PASS_CREATED, PASS_VOIDED = "app_scan_created", "pass_created", "pass_voided"
SAVED, THROWN_AWAY = "pushnotification_registered", "pushnotification_unregistered"
EVENTS = {SCAN_CREATED, PASS_CREATED, PASS_VOIDED, SAVED, THROWN_AWAY, "pass_template_created", "pass_template_updated"}
# Unacknowledged payloads stay so long.
KEPT_SECONDS, MOST = 30 * 86_400, 100
UTC = CompanyZone("UTC")


async def subscribe(request: web.Request) -> web.Response:
    """POST /api/hook/subscribe, or .../{template} for one template: 201, 400 unknown event or not in pull mode, 404."""
    account, data = account_of(request), await json_object(request)
    if data.get("event") not in EVENTS:
        refuse(400, "The event is unknown")
    if data.get("pullMode") is not True:
        refuse(400, "This sandbox plays pull mode only: set pullMode to true")
    wanted = request.match_info.get("template")
    if wanted is not None and not templates.find(account.store, wanted):
        refuse(404, "The specified pass template does not exist")
    row = {"id": str(uuid.uuid4()), "event": data["event"], "template": wanted}
    account.store.insert("pc_hook", row)
    return answer({"identifier": row["id"]}, 201)


async def unsubscribe(request: web.Request) -> web.Response:
    """DELETE /api/hook/{id} [assumed]: 200, 404."""
    if not account_of(request).store.write("DELETE FROM pc_hook WHERE id=?", [request.match_info["id"]]):
        refuse(404, "The subscription does not exist")
    return empty(200)


async def fetch(request: web.Request) -> web.Response:
    """GET /api/v3/webhook-payload: what was not yet acknowledged, oldest first, 100 at a time."""
    account = account_of(request)
    oldest = account.clock.seconds() - KEPT_SECONDS
    rows = account.store.rows("SELECT * FROM pc_payload WHERE at>=? ORDER BY number LIMIT ?", [oldest, MOST])
    return answer({"statusCode": 200, "success": True, "errors": [], "data": [_show(account, row) for row in rows]})


def _show(account: Account, row: Row) -> dict[str, Any]:
    payload = json.loads(row["payload_json"])
    return {
        "identifier": row["id"],
        "event": row["event"],
        "createdOn": account.zone.text(row["at"]),
        "payload": payload,
    }


async def acknowledge(request: web.Request) -> web.Response:
    """POST /api/v3/webhook-payload/acknowledge {"identifiers": [...]}: these are not given again."""
    account, data = account_of(request), await json_object(request)
    identifiers = data.get("identifiers")
    if not isinstance(identifiers, list):
        refuse(400, "identifiers must be an array")
    with account.store.atomic():
        for each in identifiers:
            account.store.write("DELETE FROM pc_payload WHERE id=?", [str(each)])
    return answer({"statusCode": 200, "success": True, "errors": []})


def emit(account: Account, event: str, row: Row | None, extra: dict[str, Any] | None = None) -> None:
    """Leave a payload about this pass for every subscription that asks for it."""
    template = row["template"] if row else None
    sql = "SELECT count(*) FROM pc_hook WHERE event=? AND (template IS NULL OR template=?)"
    for _ in range(account.store.number(sql, [event, template])):
        payload = _about(account, row) | (extra or {})
        kept = {"id": str(uuid.uuid4()), "event": event, "at": account.clock.seconds()}
        account.store.insert("pc_payload", kept | {"payload_json": json.dumps(payload)})


def _about(account: Account, row: Row | None) -> dict[str, Any]:
    owner = templates.find(account.store, row["template"]) if row else None
    if row is None or owner is None:
        return {"passId": None}
    shown = view.show(account, row, owner)
    return {
        "passId": shown["identifier"],
        "passGeneratedId": shown["generatedId"],
        "passSearchString": shown["searchString"],
        "passVoided": "true" if shown["voided"] else "false",
        "passUserProvidedId": shown["userProvidedId"],
        "passTemplateGuid": owner.id,
        "passTemplateName": owner.name,
        "additionalPropertiesPass": shown["passFieldData"],
    }


def scanned(account: Account, row: Row | None, scan: Row) -> None:
    """Leave the payload of an app scan."""
    extra = {
        "scanStatus": scan["status"],
        "createdOn": account.zone.text(scan["created"]),
        "createdOnUtc": UTC.text(scan["created"]),
        "appConfigurationId": scan["configuration"],
        "scannedBarcodeValue": scan["barcode"],
        "appScanId": scan["id"],
        "deviceName": scan["device"],
        "additionalPropertiesScan": json.loads(scan["properties_json"]),
    }
    emit(account, SCAN_CREATED, row, extra)
