"""Messages in the store: found by id or by external id within their class, changed, listed line by line."""

import json
import secrets
import string
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passkit import filters
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, json_object, refuse

Message = dict[str, Any]
ID_LETTERS = string.ascii_letters + string.digits
TICKET, COUPON, MEMBER = "ticket", "coupon", "member"
INVALIDATED = "PASS_INVALIDATED"
# What a proto3 JSON writer leaves out, unless told otherwise: each enum's zero.
ZEROS = {"UNREDEEMED", "STATUS_NONE", "ENROLLED", "PASS_ISSUED", "NOT_KNOWN"}
ENUMS = {"status", "gender"}
EXTERNAL = {TICKET: "ticketNumber", COUPON: "externalId", MEMBER: "externalId"}


def new_id() -> str:
    """22 letters and digits."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(22))


def stamp(at: float) -> str:
    """RFC 3339 in UTC."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def class_of(account: Account, kind: str, key: str) -> Row:
    """A production, campaign or program by id or uid, or a 404."""
    row = account.store.row("SELECT * FROM pk_class WHERE kind=? AND (id=? OR uid=?)", [kind, key, key])
    if row is None:
        refuse(404, f"{kind} class not found")
    return row


def by_id(account: Account, kind: str, key: object) -> Message:
    """A message by its id, or a 404."""
    return _message(account.store.row("SELECT * FROM pk_object WHERE kind=? AND id=?", [kind, str(key)]), kind)


def by_external(account: Account, kind: str, class_id: object, external: object) -> Message:
    """A message by its external id, which is known only within its class; or a 404."""
    owner = class_of(account, kind, str(class_id))
    sql = "SELECT * FROM pk_object WHERE kind=? AND class=? AND external_id=? AND external_id<>''"
    return _message(account.store.row(sql, [kind, owner["id"], str(external)]), kind)


def _message(row: Row | None, kind: str) -> Message:
    if row is None:
        refuse(404, f"{kind} not found")
    message: Message = json.loads(row["message_json"])
    return message


def add(account: Account, kind: str, owner: str, message: Message) -> Message:
    """Keep a new message; 409 when its external id is taken within the class."""
    now = account.clock.seconds()
    external = str(message.get(EXTERNAL[kind]) or "")
    taken = "SELECT count(*) FROM pk_object WHERE kind=? AND class=? AND external_id=?"
    if external and account.store.number(taken, [kind, owner, external]):
        refuse(409, f"{EXTERNAL[kind]} already exists")
    message |= {"id": new_id(), "created": stamp(now), "updated": stamp(now)}
    account.store.insert("pk_object", row(kind, owner, message, now))
    return message


def row(kind: str, owner: str, message: Message, created: int) -> Row:
    """The row that holds a message."""
    return {
        "id": message["id"],
        "kind": kind,
        "class": owner,
        "external_id": str(message.get(EXTERNAL[kind]) or ""),
        "order_number": str(message.get("orderNumber") or ""),
        "created": created,
        "message_json": json.dumps(message, ensure_ascii=False),
    }


def save(account: Account, kind: str, message: Message) -> None:
    """Keep a changed message; `updated` moves."""
    message["updated"] = stamp(account.clock.now())
    changes = {"message_json": json.dumps(message), "external_id": str(message.get(EXTERNAL[kind]) or "")}
    account.store.update("pk_object", "id", message["id"], changes)


def remove(account: Account, message: Message) -> None:
    """Delete for good."""
    account.store.write("DELETE FROM pk_object WHERE id=?", [message["id"]])


def is_over(account: Account, message: Message) -> bool:
    """True when the pass has expired or was invalidated."""
    expiry = message.get("expiryDate")
    expired = expiry is not None and filters.moment(expiry) <= account.clock.now()
    return expired or message.get("passMetaData", {}).get("status") == INVALIDATED


def shown(account: Account, message: Any) -> Any:
    """The message as JSON shows it: without zero enums, unless the switch shows them."""
    if account.switches.zero_enums_shown or not isinstance(message, (dict, list)):
        return message
    if isinstance(message, list):
        return [shown(account, each) for each in message]
    return {name: shown(account, value) for name, value in message.items() if not (name in ENUMS and value in ZEROS)}


def told(account: Account, message: Message) -> web.Response:
    """One message as an answer."""
    return answer(shown(account, message))


async def stream(request: web.Request, kind: str, owner: str, extra: Any = None) -> web.Response:
    """A list as newline-delimited JSON, each line {"result": ...}."""
    account, data = account_of(request), await json_object(request, optional=True)
    messages = filters.apply(of_class(account, kind, owner), data.get("filters") or {})
    return lines(account, [message | (extra(message) if extra else {}) for message in messages])


def lines(account: Account, messages: list[Message]) -> web.Response:
    """Messages as newline-delimited JSON."""
    text = "".join(json.dumps({"result": shown(account, each)}, ensure_ascii=False) + "\n" for each in messages)
    return web.Response(text=text, content_type="application/json")


async def count(request: web.Request, kind: str, owner: str) -> web.Response:
    """How many messages pass the filters, whatever limit they name."""
    data = await json_object(request, optional=True)
    wanted = (data.get("filters") or {}) | {"limit": -1, "offset": 0}
    return answer({"total": len(filters.apply(of_class(account_of(request), kind, owner), wanted))})


def of_class(account: Account, kind: str, owner: str) -> list[Message]:
    """Every message of a class, oldest first."""
    sql = "SELECT message_json FROM pk_object WHERE kind=? AND class=? ORDER BY created, id"
    return [json.loads(each["message_json"]) for each in account.store.rows(sql, [kind, owner])]


async def list_classes(request: web.Request, kind: str) -> web.Response:
    """Productions, campaigns or programs, line by line."""
    account = account_of(request)
    rows = account.store.rows("SELECT * FROM pk_class WHERE kind=? ORDER BY position", [kind])
    # Of the three only a production has an id of the customer's own.
    named = ("id", "uid", "name") if kind == TICKET else ("id", "name")
    return lines(account, [{name: each[name] for name in named} for each in rows])
