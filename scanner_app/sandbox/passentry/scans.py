"""The door endpoint: a scan validated and recorded, or one that was decided elsewhere."""

import uuid
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passentry import passes
from scanner_app.sandbox.passentry.pages import paged
from scanner_app.sandbox.passentry.passes import iso
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, json_object, refuse

TYPES = {"nfc", "barcode"}
GOOD = "successful"


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/scans: 200 whether the pass is good or not; `status` says which. 404 for an unknown reader."""
    account, scan = account_of(request), await _asked(request)
    reader = _reader(account, scan)
    row = passes.find(account, str(scan.get("passId") or ""))
    with account.store.atomic():
        detail = _refusal(account, row, reader)
        status = "failed" if detail else GOOD
        instructions = {"message": "Access denied" if detail else "Welcome"}
        response: dict[str, Any] = {"status": status, "statusDetail": detail, "readerInstructions": instructions}
        if row and not detail and scan.get("loyalty"):
            response["loyalty"] = _add(account, row, scan["loyalty"])
        kept = _keep(account, scan, row, ("internalValidation", status, detail))
    return answer({"validationResponse": response, "scanInfo": _info(account, kept)})


async def log(request: web.Request) -> web.Response:
    """POST /api/v1/scans/log: a decision made elsewhere, kept under the time of its arrival."""
    account, scan = account_of(request), await _asked(request)
    _reader(account, scan)
    status = str(scan.get("status") or "")
    if status not in {GOOD, "success", "failed"}:
        refuse(422, "status must be successful or failed")
    row = passes.find(account, str(scan.get("passId") or scan.get("scanValue") or ""))
    detail = str(scan.get("statusDetail") or "")
    kept = _keep(account, scan, row, ("externalValidation", "failed" if status == "failed" else GOOD, detail))
    return answer({"scanInfo": _info(account, kept)})


async def _asked(request: web.Request) -> dict[str, Any]:
    scan = (await json_object(request)).get("scan")
    if not isinstance(scan, dict):
        refuse(422, "scan is missing")
    if scan.get("scanType") not in TYPES:
        refuse(422, "scanType must be nfc or barcode")
    return scan


def _reader(account: Account, scan: dict[str, Any]) -> Row:
    reader = account.store.row("SELECT * FROM pe_reader WHERE id=?", [str(scan.get("readerId"))])
    if reader is None:
        refuse(404, "Reader not found")
    return reader


def _refusal(account: Account, row: Row | None, reader: Row) -> str:
    """Why this pass is refused at this reader; "" when it is not."""
    if row is None:
        return "Pass not found"
    now = account.clock.seconds()
    accepted = {"active", "issued"} if account.switches.issued_passes_validate else {"active"}
    if passes.status(row, now) not in accepted:
        return "Pass is not active"
    recent = "SELECT count(*) FROM pe_scan WHERE pass=? AND status=? AND at>?"
    if reader["validity"] and account.store.number(recent, [row["id"], GOOD, now - reader["validity"]]):
        return "Pass has already been scanned"
    return ""


def _add(account: Account, row: Row, loyalty: Any) -> dict[str, str]:
    change = loyalty.get("balance") if isinstance(loyalty, dict) else None
    if not isinstance(change, (int, float)) or isinstance(change, bool):
        refuse(422, "loyalty.balance must be a number")
    updated = row["balance"] + change
    account.store.update("pe_pass", "id", row["id"], {"balance": updated})
    operation = "add" if change >= 0 else "subtract"
    return {"balanceChange": f"{change:g}", "updatedBalance": f"{updated:g}", "operation": operation}


def _keep(account: Account, scan: dict[str, Any], row: Row | None, verdict: tuple[str, str, str]) -> Row:
    validation, status, detail = verdict
    kept = {
        "id": str(uuid.uuid4()),
        "pass": row["id"] if row else None,
        "reader": str(scan["readerId"]),
        "kind": scan["scanType"],
        "value": str(scan.get("scanValue") or scan.get("passId") or ""),
        "validation": validation,
        "status": status,
        "detail": detail,
        "at": account.clock.seconds(),
        "number": account.store.number("SELECT count(*) FROM pe_scan"),
    }
    account.store.insert("pe_scan", kept)
    return kept


def _info(account: Account, kept: Row) -> dict[str, Any]:
    row = account.store.row("SELECT ext_id FROM pe_pass WHERE id=?", [kept["pass"]])
    return {
        "scanId": kept["id"],
        "scanType": kept["kind"],
        "scanValue": kept["value"],
        "validationType": kept["validation"],
        "status": kept["status"],
        "statusDetail": kept["detail"],
        "scannedAt": iso(kept["at"]),
        "passId": kept["pass"],
        "passExtId": row["ext_id"] if row else None,
        "readerId": kept["reader"],
    }


async def list_scans(request: web.Request) -> web.Response:
    """GET /api/v1/scans: newest first, with passes and readers as included resources; pages as with passes."""
    account = account_of(request)
    total = account.store.number("SELECT count(*) FROM pe_scan")
    limit, meta = paged(request, total)
    rows = account.store.rows(f"SELECT * FROM pe_scan ORDER BY at DESC, number DESC{limit}")
    return answer({"data": [_resource(account, row) for row in rows], "included": _included(account, rows)} | meta)


async def show(request: web.Request) -> web.Response:
    """GET /api/v1/scans/{id}: 200, 404."""
    account = account_of(request)
    row = account.store.row("SELECT * FROM pe_scan WHERE id=?", [request.match_info["id"]])
    if row is None:
        refuse(404, "Scan not found")
    return answer({"data": _resource(account, row), "included": _included(account, [row])})


def _resource(account: Account, row: Row) -> dict[str, Any]:
    info = _info(account, row)
    attributes = {name: value for name, value in info.items() if name not in {"scanId", "passId", "readerId"}}
    relationships = {
        "pass": {"data": {"id": row["pass"], "type": "pass"} if row["pass"] else None},
        "reader": {"data": {"id": row["reader"], "type": "reader"}},
    }
    return {"id": row["id"], "type": "scan", "attributes": attributes, "relationships": relationships}


def _included(account: Account, rows: list[Row]) -> list[dict[str, Any]]:
    wanted = {row["reader"] for row in rows}
    readers = [each for each in account.store.rows("SELECT * FROM pe_reader") if each["id"] in wanted]
    found = [passes.find(account, each) for each in dict.fromkeys(row["pass"] for row in rows if row["pass"])]
    shown = [{"id": each["id"], "type": "reader", "attributes": {"name": each["name"]}} for each in readers]
    return [passes.show(account, row) for row in found if row] + shown
