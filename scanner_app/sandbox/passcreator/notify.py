"""Push notifications and e-mail."""

import json
import re
from typing import Any

from aiohttp import web

from scanner_app.sandbox import control
from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passcreator import hooks, passes
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator.template import Template
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, empty, json_object, refuse

MOST = 500
MAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
SYSTEMS = ("iOS", "Android", "WindowsPhone")


async def push_one(request: web.Request) -> web.Response:
    """POST /api/pass/{any id}/sendpushnotification: 204, 304 for a text sent before, 400 inactive or no text, 404."""
    account, data = account_of(request), await json_object(request, optional=True)
    row, template = passes.get(account, request.match_info["uid"])
    text = _text(data)
    if not row["active"]:
        refuse(400, "The pass is not active")
    return empty(204 if _send(account, row, template, text) else 304)


async def push_many(request: web.Request) -> web.Response:
    """POST /api/pass/sendpushnotifications: 202; unknown, inactive and repeated ones are skipped without a word."""
    account, data = account_of(request), await json_object(request)
    text, keys = _text(data), data.get("listOfPasses")
    if not isinstance(keys, list) or not keys or not all(isinstance(each, str) for each in keys):
        refuse(400, "listOfPasses must be an array of identifiers")
    if len(keys) > MOST:
        refuse(400, f"listOfPasses must not hold more than {MOST} identifiers")
    with account.store.atomic():
        for key in keys:
            row = passes.find(account.store, key)
            template = templates.find(account.store, row["template"]) if row else None
            if row and template and template.own and row["active"]:
                _send(account, row, template, text)
    return empty(202)


def _text(data: dict[str, Any]) -> str:
    text = data.get("pushNotificationText")
    if not isinstance(text, str) or not text.strip():
        refuse(400, "pushNotificationText must not be empty")
    return text


def _send(account: Account, row: Row, template: Template, text: str) -> bool:
    """Send a text to a pass that has not had it; True if it was sent."""
    message = personalise(text, row, template)
    repeated = "SELECT count(*) FROM pc_event WHERE pass=? AND kind='sent' AND text=?"
    if account.store.number(repeated, [row["identifier"], message]):
        return False
    with account.store.atomic():
        for kind in ("sent", "received"):
            passes.note(account, row, kind, account.clock.seconds(), message)
    return True


def personalise(text: str, row: Row, template: Template) -> str:
    """Placeholders such as {Firstname} filled with the pass's own values; unknown ones stay."""
    fields = json.loads(row["fields_json"])
    names = {each.name: fields.get(each.id, "") for each in template.properties}
    return re.sub(r"\{([^{}]*)\}", lambda match: names.get(match[1], match[0]), text)


async def deliver(request: web.Request) -> web.Response:
    """POST /api/pass/deliver/{any id}/email/{address}: 200, 400 for a bad address or no e-mail template, 404."""
    account, address = account_of(request), request.match_info["address"]
    row, template = passes.get(account, request.match_info["uid"], foreign=404)
    if not MAIL.match(address):
        refuse(400, "The email address is not valid")
    if not template.mail:
        refuse(400, "No email template for ad hoc submission is specified for the template of the pass")
    passes.note(account, row, "mailed", account.clock.seconds(), address)
    return empty(200)


async def register(request: web.Request) -> web.Response:
    """POST /sandbox/registrations {"pass","os","active"}: a phone saves the pass, or throws it away."""
    account, data = control.entitled(request), await json_object(request)
    row, _ = passes.get(account, str(data.get("pass")))
    system, now = data.get("os", SYSTEMS[0]), account.clock.seconds()
    if system not in SYSTEMS:
        refuse(400, f"os must be one of {', '.join(SYSTEMS)}")
    with account.store.atomic():
        if data.get("active", True):
            _save(account, row, system, now)
        else:
            _throw_away(account, row, system, now)
        hooks.emit(account, hooks.SAVED if data.get("active", True) else hooks.THROWN_AWAY, row)
    return answer({"pass": row["identifier"]})


def _save(account: Account, row: Row, system: str, now: int) -> None:
    device = {"pass": row["identifier"], "template": row["template"], "os": system, "activated": now}
    account.store.insert("pc_registration", device | {"deactivated": None})
    account.store.write("UPDATE pc_pass SET active=active+1 WHERE identifier=?", [row["identifier"]])


def _throw_away(account: Account, row: Row, system: str, now: int) -> None:
    first = "SELECT min(id) FROM pc_registration WHERE pass=? AND os=? AND deactivated IS NULL"
    changed = account.store.write(
        f"UPDATE pc_registration SET deactivated=? WHERE id=({first})", [now, row["identifier"], system]
    )
    if not changed:
        refuse(400, "No such device holds the pass")
    sql = "UPDATE pc_pass SET active=active-1, inactive=inactive+1 WHERE identifier=?"
    account.store.write(sql, [row["identifier"]])
