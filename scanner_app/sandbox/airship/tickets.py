"""Updates are asynchronous: a request gets a ticket, and the pass changes a little later."""

import json
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.airship import passes, view
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, refuse

# How long an update takes; the vendor names no figure.
SECONDS = 0.2


def open_ticket(account: Account, rows: list[Row], body: dict[str, Any]) -> int:
    """A ticket for changing these passes."""
    now = account.clock.now()
    ids = json.dumps([row["id"] for row in rows])
    row = {"created": now, "due": now + SECONDS, "done": 0, "passes_json": ids, "body_json": json.dumps(body)}
    return account.store.insert("aw_ticket", row)


def settle(account: Account) -> None:
    """Do what is due, in the order of the tickets."""
    due = "SELECT * FROM aw_ticket WHERE done=0 AND due<=? ORDER BY id"
    for ticket in account.store.rows(due, [account.clock.now()]):
        with account.store.atomic():
            for number in json.loads(ticket["passes_json"]):
                row = account.store.row("SELECT * FROM aw_pass WHERE id=?", [number])
                if row is not None:
                    passes.change(account, row, json.loads(ticket["body_json"]))
            account.store.update("aw_ticket", "id", ticket["id"], {"done": 1})


async def read(request: web.Request) -> web.Response:
    """GET /v1/ticket/{id}: how far it is. The specification and its example write it differently: a switch."""
    account = account_of(request)
    row = account.store.row("SELECT * FROM aw_ticket WHERE id=?", [request.match_info["ticket"]])
    if row is None:
        refuse(404, "object not found :Ticket not found!")
    status = "COMPLETED" if row["done"] else "PENDING"
    if account.switches.tickets_as_example:
        return answer({"ID": row["id"], "Status": status, "createdAt": view.old_date(row["created"])})
    return answer({"ID": row["id"], "status": status, "createdAt": view.iso(row["created"]), "children": []})
