"""Passes in the store, and as PassEntry shows them."""

import base64
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

from scanner_app.sandbox.account import Account
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import refuse

TEMPLATE_JOIN = "SELECT p.*, t.name AS template_name, t.pass_type FROM pe_pass p JOIN pe_template t ON t.id=p.template"

# The same as status() below, for lists; the one value to bind is the time.
STATUS = """CASE WHEN p.nullified IS NOT NULL THEN 'nullified'
  WHEN p.deactivated IS NOT NULL OR p.expires<=? THEN 'deactivated'
  WHEN p.removed IS NOT NULL THEN 'removed' WHEN p.added IS NULL THEN 'issued' ELSE 'active' END"""


def iso(at: int | None) -> str | None:
    """ISO 8601 in UTC, or None."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: object) -> int:
    """Unix seconds of an ISO 8601 text; 422 for anything else. No offset means UTC."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        refuse(422, "expiresAt is not in ISO8601 format")
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def find(account: Account, key: str) -> Row | None:
    """A pass that is not nullified, by uuid or extId."""
    for column in ("id", "ext_id"):
        sql = f"{TEMPLATE_JOIN} WHERE p.{column}=? AND p.nullified IS NULL"
        if row := account.store.row(sql, [key]):
            return row
    return None


def get(account: Account, key: str) -> Row:
    """A pass by uuid or extId, or a 404; a nullified one is not found."""
    if (row := find(account, key)) is None:
        refuse(404, "Pass not found")
    return row


def status(row: Row, now: int) -> str:
    """issued, active, removed, deactivated or nullified; past its expiry a pass is deactivated."""
    if row["nullified"] is not None:
        return "nullified"
    if row["deactivated"] is not None or (row["expires"] is not None and row["expires"] <= now):
        return "deactivated"
    if row["removed"] is not None:
        return "removed"
    return "issued" if row["added"] is None else "active"


def show(account: Account, row: Row, wanted: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The resource object; `wanted` names the includes asked for."""
    details, now = json.loads(row["details_json"]), account.clock.seconds()
    attributes = _attributes(account, row, details, now)
    if row["nullified"] is not None:
        attributes |= {"nullifiedAt": iso(row["nullified"]), "passContent": {}, "barcode": {}, "nfc": None}
    if "design" in wanted or details.get("design"):
        attributes["passDesign"] = {"backgroundColor": "#102030", "labelColor": "#ffffff"} | details.get("design", {})
    for name in ("locations", "beacons"):
        if name in wanted and details.get(name):
            attributes[name] = details[name]
    for wallet in wanted & {"apple", "google"}:
        if attributes["status"] != "active":
            attributes["passSource"] = _source(account, row, wallet)
    return {"id": row["id"], "type": "pass", "attributes": attributes}


def _attributes(account: Account, row: Row, details: dict[str, Any], now: int) -> dict[str, Any]:
    return {
        "downloadUrl": f"{account.base_url}/download/{row['id']}",
        "passType": row["pass_type"],
        "deviceType": row["device"],
        "createdAt": iso(row["created"]),
        "status": status(row, now),
        "extId": row["ext_id"],
        "addedAt": iso(row["added"]),
        "removedAt": iso(row["removed"]),
        "deactivatedAt": iso(_deactivated(row, now)),
        "expiresAt": iso(row["expires"]),
        "passTemplateUuid": row["template"],
        "passTemplateName": row["template_name"],
        "nfc": _nfc(row, details.get("nfc", {})),
        "barcode": _barcode(account, row, details.get("barcode")),
        "passContent": _content(account, json.loads(row["content_json"])),
        "latestMessage": details.get("latestMessage"),
        "groupTag": next(iter(details.get("tags", [])), None),
        "tags": details.get("tags", []),
    }


def _deactivated(row: Row, now: int) -> int | None:
    if row["deactivated"] is not None:
        return int(row["deactivated"])
    expired = row["expires"] is not None and row["expires"] <= now
    return int(row["expires"]) if expired else None


def _content(account: Account, fields: dict[str, str]) -> dict[str, Any]:
    if not account.switches.fields_as_objects:
        return dict(fields)
    return {name: {"value": value} for name, value in fields.items()}


def sourced(row: Row, source: str, custom: str) -> str:
    """The text that a barcode or tap carries."""
    return str({"uuid": row["id"], "extId": row["ext_id"] or "", "custom": custom}[source])


def _nfc(row: Row, nfc: dict[str, Any]) -> str | None:
    return sourced(row, nfc.get("source", "uuid"), nfc.get("customValue", "")) if nfc.get("enabled") else None


def _barcode(account: Account, row: Row, barcode: dict[str, Any] | None) -> dict[str, Any] | None:
    # A pass without a barcode shows {} in some copies of the vendor's pages and null in others.
    if not barcode:
        return None if account.switches.no_barcode_is_null else {}
    return barcode | {"value": sourced(row, barcode["source"], barcode.get("value", ""))}


def _source(account: Account, row: Row, wallet: str) -> dict[str, str]:
    """The pass itself: a .pkpass file in base64 for Apple, an address for Google."""
    if wallet == "google":
        return {wallet: f"{account.base_url}/download/{row['id']}/google"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as pkpass:
        pkpass.writestr("pass.json", json.dumps({"formatVersion": 1, "serialNumber": row["id"]}))
    return {wallet: base64.b64encode(packed.getvalue()).decode()}
