"""Passes in the store: found by the three ways of the contract, created, changed, deleted."""

import json
import random
import uuid
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import refuse

NO_PASS, NO_TEMPLATE = "object not found :Pass not found!", "object not found :Template not found!"
# Only these parts of a header or field may be set; the rest belongs to the template and is not looked at.
SETTABLE = ("changeMessage", "value", "label")
NFC_BYTES = 64


def template(account: Account, key: str, column: str = "id") -> Row:
    """A template by id or external id, or a 404."""
    row = account.store.row(f"SELECT * FROM aw_template WHERE {column}=?", [key])
    if row is None:
        refuse(404, NO_TEMPLATE)
    return row


def named(request: web.Request) -> Row:
    """The one pass that the path names: by id, by template and external id, or by external id alone.

    404 when there is none; 400 when an external id alone names several.
    """
    account, match = account_of(request), request.match_info
    if "id" in match:
        found = account.store.rows("SELECT * FROM aw_pass WHERE id=?", [match["id"]])
    elif "template" in match:
        owner = template(account, match["template"])
        sql = "SELECT * FROM aw_pass WHERE template=? AND external_id=?"
        found = account.store.rows(sql, [owner["id"], match["external"]])
    else:
        found = by_external(account, match["external"])
    if not found:
        refuse(404, NO_PASS)
    if len(found) > 1:
        refuse(400, "There are several passes with this external id: name the template")
    return found[0]


def by_external(account: Account, external: str) -> list[Row]:
    """Every pass with this external id, one per template at most."""
    return account.store.rows("SELECT * FROM aw_pass WHERE external_id=? ORDER BY id", [external])


def chosen(account: Account, external: str, templates: Any) -> list[Row]:
    """The passes of an external id that the templates name, in their order; 400 when several and none named."""
    found = by_external(account, external)
    if not found:
        refuse(404, NO_PASS)
    if templates is None:
        if len(found) > 1:
            refuse(400, "There are several passes with this external id: templates is required")
        return found
    if not isinstance(templates, list) or not all(isinstance(each, (int, str)) for each in templates):
        refuse(400, "templates must be an array of template ids")
    of_template = {str(row["template"]): row for row in found}
    if missing := [str(each) for each in templates if str(each) not in of_template]:
        refuse(404, f"{NO_PASS} templates {', '.join(missing)}")
    return [of_template[str(each)] for each in templates]


def make(account: Account, owner: Row, external: str | None, body: dict[str, Any]) -> Row:
    """A new pass; 400 when the template has one with this external id."""
    taken = "SELECT count(*) FROM aw_pass WHERE template=? AND external_id=?"
    if external is not None and account.store.number(taken, [owner["id"], external]):
        refuse(400, "A pass with this external id exists already")
    now = account.clock.seconds()
    row = {
        "id": _fresh_id(account),
        "template": owner["id"],
        "external_id": external,
        "serial": str(uuid.uuid4()),
        "created": now,
        "updated": now,
        "installed": None,
        "uninstalled": None,
        "platform": "ios",
        "headers_json": "{}",
        "fields_json": "{}",
        "beacons_json": "[]",
        "details_json": "{}",
    }
    with account.store.atomic():
        account.store.insert("aw_pass", row)
        change(account, row, check(body))
    return account.store.rows("SELECT * FROM aw_pass WHERE id=?", [row["id"]])[0]


def _fresh_id(account: Account) -> int:
    """An id that no pass had before, deleted ones too: doors know passes by it."""
    highest = account.store.number("SELECT coalesce(max(id), 10000) FROM aw_pass")
    fresh = max(highest, account.store.meta("airship_last_id") or 0) + random.randint(1, 9)
    account.store.remember("airship_last_id", fresh)
    return fresh


def check(body: dict[str, Any]) -> dict[str, Any]:
    """The body, if its parts have the right shape; else a 400."""
    for name, kind in (("headers", dict), ("fields", dict), ("locations", list), ("beacons", list)):
        if not isinstance(body.get(name, kind()), kind):
            refuse(400, f"{name} has the wrong type")
    for part in ("headers", "fields"):
        if not all(isinstance(each, dict) for each in body.get(part, {}).values()):
            refuse(400, f"{part} must hold objects")
    barcode = body.get("headers", {}).get("barcode_value", {}).get("value", "")
    try:
        str(barcode).encode("iso-8859-1")
    except UnicodeEncodeError:
        refuse(400, "barcode_value cannot be written in iso-8859-1")
    return body


def change(account: Account, row: Row, body: dict[str, Any]) -> None:
    """Set what the body gives: headers and fields by name, locations and beacons as whole sets."""
    changes: Row = {"updated": account.clock.seconds()}
    for part in ("headers", "fields"):
        merged = json.loads(row[f"{part}_json"])
        for name, given in body.get(part, {}).items():
            merged[name] = merged.get(name, {}) | {key: given[key] for key in SETTABLE if key in given}
        changes[f"{part}_json"] = json.dumps(merged)
    if "beacons" in body:
        changes["beacons_json"] = json.dumps(body["beacons"])
    details: dict[str, Any] = {name: body[name] for name in ("semantics", "universalLinks") if name in body}
    if isinstance(body.get("nfc"), dict):
        details["nfc"] = body["nfc"] | {"message": cut(str(body["nfc"].get("message", "")))}
    changes["details_json"] = json.dumps(json.loads(row["details_json"]) | details)
    with account.store.atomic():
        account.store.update("aw_pass", "id", row["id"], changes)
        if "locations" in body:
            account.store.write("DELETE FROM aw_location WHERE pass=?", [row["id"]])
            add_locations(account, row, body["locations"])


def cut(message: str) -> str:
    """An NFC message as the platform keeps it: longer than 64 bytes it is truncated."""
    return message.encode()[:NFC_BYTES].decode("utf-8", "ignore")


def add_locations(account: Account, row: Row, given: list[Any]) -> list[int]:
    """More locations for a pass: their ids."""
    return [account.store.insert("aw_location", {"pass": row["id"], "value_json": json.dumps(each)}) for each in given]


def delete(account: Account, row: Row) -> None:
    """Out of the system; the phone keeps what it has."""
    with account.store.atomic():
        account.store.write("DELETE FROM aw_pass WHERE id=?", [row["id"]])
        for table in ("aw_location", "aw_tag"):
            account.store.write(f"DELETE FROM {table} WHERE pass=?", [row["id"]])
