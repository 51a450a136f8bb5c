"""Passes in the store: found, made, changed, deleted."""

import json
import secrets
import unicodedata
import uuid

from scanner_app.sandbox.account import Account
from scanner_app.sandbox.passcreator import hooks
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator.body import Wish
from scanner_app.sandbox.passcreator.template import Template
from scanner_app.sandbox.store import Row, Store
from scanner_app.sandbox.wire import refuse

LOOKUPS = (
    "SELECT * FROM pc_pass WHERE identifier=?",
    "SELECT * FROM pc_pass WHERE user_id=? AND user_id<>'' ORDER BY created, identifier LIMIT 1",
    "SELECT * FROM pc_pass WHERE barcode=? ORDER BY created, identifier LIMIT 1",
)
# The contract gives these endpoints UID and userProvidedId, or the UID alone; the others take the barcode as well.
BY_UID, BY_ID, BY_ANY = 1, 2, 3


def find(store: Store, key: str, ways: int = BY_ANY) -> Row | None:
    """A pass by uid, else by userProvidedId, else by barcode. Which of several comes first is not in the contract."""
    for sql in LOOKUPS[:ways]:
        if row := store.row(sql, [key]):
            return row
    return None


def get(account: Account, key: str, ways: int = BY_ANY, *, foreign: int = 401) -> tuple[Row, Template]:
    """A pass and its template; 404 when there is none, `foreign` (401 or 404) for another customer's."""
    row = find(account.store, key, ways)
    if row is None:
        refuse(404, "The specified pass does not exist")
    template = templates.find(account.store, row["template"])
    if template is None:
        raise LookupError(f"pass {row['identifier']} has no template")
    if not template.own:
        refuse(foreign, "The pass belongs to another customer")
    return row, template


def blank(template: Template, now: int) -> Row:
    """A new pass before its wishes are applied."""
    generated = secrets.token_hex(16)
    return {
        "identifier": str(uuid.uuid4()),
        "template": template.id,
        "created": now,
        "modified": now,
        "generated_id": generated,
        "link": secrets.token_hex(14),
        "barcode": generated,
        "user_id": "",
        "voided": 0,
        "redeemed": 0,
        "expires": None,
        "valid_from": None,
        "stored_value": 0.0,
        "eligible_json": "[]",
        "used_json": "[]",
        "last_usage": None,
        "fields_json": json.dumps({each.id: "" for each in template.properties}),
        "details_json": "{}",
        "search": "",
        "active": 0,
        "inactive": 0,
        "printed": 0,
    }


def apply(row: Row, wish: Wish) -> Row:
    """The columns that a wish changes on a pass."""
    changes: Row = {name: value for name, value in wish.columns.items() if name not in {"eligible", "voided"}}
    if "eligible" in wish.columns:
        changes["eligible_json"] = json.dumps(wish.columns["eligible"], ensure_ascii=False)
    fields = json.loads(row["fields_json"]) | wish.fields
    changes["fields_json"] = json.dumps(fields, ensure_ascii=False)
    changes["details_json"] = json.dumps(json.loads(row["details_json"]) | wish.details, ensure_ascii=False)
    merged = row | changes
    changes["search"] = search_text([*fields.values(), merged["user_id"], merged["barcode"], merged["generated_id"]])
    return changes


def search_text(parts: list[str]) -> str:
    """What a search looks through: words without case and accents, each after a space."""
    return " " + " ".join(fold(part) for part in parts if part)


def fold(text: str) -> str:
    """A text without case, accents and runs of spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return " ".join(plain.split())


def change(account: Account, row: Row, changes: Row, kind: str = "updated") -> None:
    """Change a pass; modifiedOn moves with every change."""
    now = account.clock.seconds()
    with account.store.atomic():
        account.store.update("pc_pass", "identifier", row["identifier"], changes | {"modified": now})
        note(account, row, kind, now)
        if changes.get("voided") and not row["voided"]:
            hooks.emit(account, hooks.PASS_VOIDED, row | changes)


def note(account: Account, row: Row, kind: str, at: int, text: str = "") -> None:
    """Remember an event for statistics and for repeated push notifications."""
    event = {"pass": row["identifier"], "template": row["template"], "kind": kind, "at": at, "text": text}
    account.store.insert("pc_event", event)


def delete(account: Account, row: Row) -> None:
    """Delete a pass for good, with its statistics; its app scans stay, as the facts they are."""
    with account.store.atomic():
        for table, column in (("pc_pass", "identifier"), ("pc_registration", "pass"), ("pc_event", "pass")):
            account.store.write(f"DELETE FROM {table} WHERE {column}=?", [row["identifier"]])
