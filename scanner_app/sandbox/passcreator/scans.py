"""App configurations (doors) and app scans (what happened at them), after the vendor's public pages."""

import json
import uuid
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passcreator import hooks, paging, passes
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator.paging import Condition
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, empty, json_object, refuse
from scanner_app.sandbox.zone import BadDateError, CompanyZone

UTC = CompanyZone("UTC")
VOIDED_NOW, WAS_VOIDED = 0, 1
# 0 voided now, 2 attendance, 4 checked in, 6 checked out are uses; 1 repeats one; 3, 5 and 7 are not.
USES = {0, 2, 4, 6}
STATUSES = range(8)


async def list_configurations(request: web.Request) -> web.Response:
    """GET /api/appconfiguration: every door, as an array."""
    account = account_of(request)
    rows = account.store.rows("SELECT * FROM pc_configuration ORDER BY position")
    return answer([_show_configuration(account, row) for row in rows])


async def read_configuration(request: web.Request) -> web.Response:
    """GET /api/appconfiguration/{id}: 200, 404."""
    account = account_of(request)
    return answer(_show_configuration(account, _configuration(account, request.match_info["id"])))


def _configuration(account: Account, configuration_id: object) -> Row:
    found = account.store.row("SELECT * FROM pc_configuration WHERE id=?", [str(configuration_id)])
    if found is None:
        refuse(404, "The app configuration does not exist")
    return found


def _show_configuration(account: Account, row: Row) -> dict[str, Any]:
    name = account.store.row("SELECT name FROM pc_template WHERE id=?", [row["template"]])
    return {
        "name": row["name"],
        "configurationId": row["id"],
        "passTemplateId": row["template"],
        "passTemplateName": name["name"] if name else None,
        "createdOn": account.zone.text(row["created"]),
        "createdOnUtc": UTC.text(row["created"]),
        "scanMode": row["scan_mode"],
        "place": row["place"],
        "additionalProperties": json.loads(row["properties_json"]),
    }


async def create_scan(request: web.Request) -> web.Response:
    """POST /api/appscan: records, does not validate. There is no idempotency: a repeat makes a second scan."""
    account, data = account_of(request), await json_object(request)
    scan, door = _read_scan(account, data)
    with account.store.atomic():
        row = passes.find(account.store, str(data["passId"]), passes.BY_UID) if data.get("passId") else None
        scan["pass"] = row["identifier"] if row else None
        if row:
            scan["used_at"] = _use(account, row, door["place"], scan, set_voided=data.get("setVoided"))
        account.store.insert("pc_scan", scan)
        hooks.scanned(account, row and passes.find(account.store, row["identifier"], passes.BY_UID), scan)
    return answer({"appScanId": scan["id"]}, 201)


def _read_scan(account: Account, data: dict[str, Any]) -> tuple[Row, Row]:
    if not data.get("appConfigurationId"):
        refuse(400, "appConfigurationId is missing")
    door, now = _configuration(account, data["appConfigurationId"]), account.clock.seconds()
    status, extra, set_voided = data.get("scanStatus"), data.get("additionalProperties"), data.get("setVoided")
    if isinstance(status, bool) or not isinstance(status, int) or status not in STATUSES:
        refuse(400, "scanStatus must be a number from 0 to 7")
    if not isinstance(set_voided, (bool, type(None))) or not isinstance(extra, (dict, type(None))):
        refuse(400, "setVoided must be a boolean and additionalProperties an object")
    scan: Row = {
        "id": str(uuid.uuid4()),
        "configuration": door["id"],
        "pass": None,
        "status": status,
        "created": _created_on(account, data.get("createdOn"), now),
        "received": now,
        "barcode": str(data.get("scannedBarcodeValue") or ""),
        "device": str(data.get("deviceName") or ""),
        "properties_json": json.dumps(extra or {}),
        "used_at": None,
    }
    return scan, door


def _created_on(account: Account, text: object, now: int) -> int:
    try:
        return now if text is None else account.zone.seconds(text)
    except BadDateError:
        refuse(400, "createdOn was provided in the wrong format")


def _use(account: Account, row: Row, place: str | None, scan: Row, *, set_voided: bool | None) -> int | None:
    """Write the use that a scan means into the pass; the second under which it stands there, or None."""
    used, changes = json.loads(row["used_json"]), {}
    used_at = None
    if place and _counts(scan["status"], place, used):
        used_at = _free_second(scan["created"], used)
        used.append([used_at, place])
        changes = {"used_json": json.dumps(used, ensure_ascii=False), "last_usage": max(at for at, _ in used)}
        changes |= _pay(account, row) if scan["status"] in USES else {}
    if _voids(row, used, scan["status"], set_voided=set_voided):
        changes |= {"voided": 1, "redeemed": 1}
    if changes:
        passes.change(account, row, changes)
    return used_at


def _pay(account: Account, row: Row) -> Row:
    template = templates.find(account.store, row["template"])
    if template is None or not template.scan_costs:
        return {}
    return {"stored_value": max(0.0, row["stored_value"] - template.scan_costs)}


def _counts(status: int, place: str, used: list[list[Any]]) -> bool:
    return status in USES or (status == WAS_VOIDED and any(where == place for _, where in used))


def _free_second(at: int, used: list[list[Any]]) -> int:
    # The contract keys uses by second; two in one second would hide one another.
    taken = {when for when, _ in used}
    while at in taken:
        at += 1
    return at


def _voids(row: Row, used: list[list[Any]], status: int, *, set_voided: bool | None) -> bool:
    if set_voided is not None:
        return set_voided
    eligible = json.loads(row["eligible_json"])
    return status == VOIDED_NOW and bool(eligible) and set(eligible) <= {where for _, where in used}


async def list_scans(request: web.Request) -> web.Response:
    """GET /api/appscan/list/{configuration, or none for all}: the paged envelope."""
    account, configuration = account_of(request), request.match_info.get("id")
    conditions = _conditions(account, configuration, request.query.get("createdSince"))
    return answer(paging.envelope(request, "pc_scan", "id", conditions, lambda row: _show(account, row)))


async def list_scans_deprecated(request: web.Request) -> web.Response:
    """GET /api/appscan?appConfigurationId=...&createdSince=Y-m-d H:i:s: a plain array."""
    account = account_of(request)
    conditions = _conditions(account, request.query.get("appConfigurationId"), request.query.get("createdSince"))
    where = " AND ".join(each.sql for each in conditions) or "1"
    values = [value for each in conditions for value in each.values]
    rows = account.store.rows(f"SELECT * FROM pc_scan WHERE {where} ORDER BY created, id", values)
    return answer([_show(account, row) for row in rows])


def _conditions(account: Account, configuration: str | None, since: str | None) -> list[Condition]:
    found = []
    if configuration:
        found.append(Condition("configuration=?", [_configuration(account, configuration)["id"]]))
    if since is not None:
        try:
            found.append(Condition("created>=?", [account.zone.minutes_or_seconds(since)], {"createdSince": since}))
        except BadDateError:
            refuse(400, "createdSince was provided in the wrong format")
    return found


def _show(account: Account, row: Row) -> dict[str, Any]:
    return {
        "appScanId": row["id"],
        "appConfigurationId": row["configuration"],
        "passId": row["pass"],
        "scanStatus": row["status"],
        "createdOn": account.zone.text(row["created"]),
        "createdOnUtc": UTC.text(row["created"]),
        "scannedBarcodeValue": row["barcode"],
        "deviceName": row["device"],
        "additionalProperties": json.loads(row["properties_json"]),
    }


async def delete_scan(request: web.Request) -> web.Response:
    """DELETE /api/appscan/{id} (seen in third-party clients only): the use goes too, a void stays."""
    account = account_of(request)
    scan = account.store.row("SELECT * FROM pc_scan WHERE id=?", [request.match_info["id"]])
    if scan is None:
        refuse(404, "The app scan does not exist")
    with account.store.atomic():
        account.store.write("DELETE FROM pc_scan WHERE id=?", [scan["id"]])
        row = passes.find(account.store, scan["pass"], passes.BY_UID) if scan["used_at"] is not None else None
        if row:
            used = [use for use in json.loads(row["used_json"]) if use[0] != scan["used_at"]]
            last = max((at for at, _ in used), default=None)
            passes.change(account, row, {"used_json": json.dumps(used, ensure_ascii=False), "last_usage": last})
    return empty(200)
