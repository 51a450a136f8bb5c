"""Create, show, list, update, nullify."""

import json
import secrets
import uuid
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passentry import body as wishes
from scanner_app.sandbox.passentry import passes
from scanner_app.sandbox.passentry.pages import paged
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, json_object, refuse, truthy

INCLUDES = {"includePassDesign": "design", "includeLocations": "locations", "includeBeacons": "beacons"}


def _wanted(request: web.Request) -> frozenset[str]:
    wanted = {name for parameter, name in INCLUDES.items() if truthy(request.query.get(parameter))}
    source = request.query.get("includePassSource")
    if source is not None and source not in {"apple", "google"}:
        refuse(422, "includePassSource must be apple or google")
    return frozenset(wanted | ({source} if source else set()))


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/passes?passTemplate=&extId=: 201, 404 unknown template, 422 taken extId or bad value."""
    account, data, wanted = account_of(request), await json_object(request), _wanted(request)
    sql = "SELECT id, name, pass_type FROM pe_template WHERE id=?"
    template = account.store.row(sql, [request.query.get("passTemplate", "")])
    if template is None:
        refuse(404, "Pass template not found")
    ext_id = request.query.get("extId") or None
    if ext_id and passes.find(account, ext_id):
        refuse(422, "Ext has already been taken")
    if "passAction" in data:
        refuse(422, "passAction is only available when updating the pass")
    row = _blank(account, template, ext_id)
    row |= wishes.read(data, row | {"pass_type": template["pass_type"]}, creating=True)
    account.store.insert("pe_pass", row)
    response = answer({"data": passes.show(account, passes.get(account, row["id"]), wanted)}, 201)
    if data.get("message"):
        # Nobody has the pass in a wallet yet.
        response.headers["X-Notification-Status"] = "notDelivered"
    return response


def _blank(account: Account, template: Row, ext_id: str | None) -> Row:
    # Not every id of this platform is an RFC UUID: 40 hexadecimal digits occur too.
    new_id = secrets.token_hex(20) if account.switches.hex_ids else str(uuid.uuid4())
    return {
        "id": new_id,
        "ext_id": ext_id,
        "template": template["id"],
        "created": account.clock.seconds(),
        "added": None,
        "removed": None,
        "deactivated": None,
        "expires": None,
        "nullified": None,
        "device": None,
        "content_json": "{}",
        "details_json": json.dumps({"barcode": {"enabled": True, "type": "qr", "source": "uuid", "displayText": ""}}),
        "balance": 0.0,
    }


async def show(request: web.Request) -> web.Response:
    """GET /api/v1/passes/{uuid or extId}: 200, 404 (also when nullified)."""
    account, key = account_of(request), request.match_info["id"]
    row = passes.get(account, key)
    shown = passes.show(account, row, _wanted(request))
    listed = account.switches.ext_id_answers_list and key == row["ext_id"]
    return answer({"data": [shown] if listed else shown})


async def list_passes(request: web.Request) -> web.Response:
    """GET /api/v1/passes: newest first, filtered by extIdPrefix, status, includeNullified, passTemplate.

    In pages where that is asked for, see `pages`.
    """
    account, wanted = account_of(request), _wanted(request)
    where, values = _filters(account, request)
    limit, meta = paged(request, account.store.number(f"SELECT count(*) FROM pe_pass p WHERE {where}", values))
    rows = account.store.rows(f"{passes.TEMPLATE_JOIN} WHERE {where} ORDER BY p.created DESC, p.id DESC{limit}", values)
    return answer({"data": [passes.show(account, row, wanted) for row in rows]} | meta)


def _filters(account: Account, request: web.Request) -> tuple[str, list[Any]]:
    query, where, values = request.query, ["1"], list[Any]()
    if prefix := query.get("extIdPrefix"):
        where.append("substr(p.ext_id, 1, ?)=?")
        values += [len(prefix), prefix]
    if template := query.get("passTemplate"):
        where.append("p.template=?")
        values.append(template)
    if wanted := query.get("status"):
        where.append(f"{passes.STATUS}=?")
        values += [account.clock.seconds(), wanted]
    elif not truthy(query.get("includeNullified")):
        where.append("p.nullified IS NULL")
    return " AND ".join(where), values


async def update(request: web.Request) -> web.Response:
    """PATCH /api/v1/passes/{uuid or extId}: 200 with the pass and what became of the notification, 404, 422."""
    account, data, wanted = account_of(request), await json_object(request), _wanted(request)
    row = passes.get(account, request.match_info["id"])
    changes = wishes.read(data, row, creating=False) | _action(account, data.get("passAction"))
    account.store.update("pe_pass", "id", row["id"], changes)
    changed = passes.get(account, row["id"])
    delivered = bool(data.get("message")) and passes.status(changed, account.clock.seconds()) == "active"
    notice: dict[str, Any] = {"status": "delivered" if delivered else "notDelivered", "message": data.get("message")}
    response = answer({"data": passes.show(account, changed, wanted), "meta": {"notifications": notice}})
    if data.get("message"):
        response.headers["X-Notification-Status"] = notice["status"]
    return response


def _action(account: Account, action: object) -> Row:
    if action is None:
        return {}
    if action not in {"deactivate", "reactivate"}:
        refuse(422, "passAction must be deactivate or reactivate")
    return {"deactivated": account.clock.seconds() if action == "deactivate" else None}


async def nullify(request: web.Request) -> web.Response:
    """POST /api/v1/passes/{uuid or extId}/nullify: 200 every time by uuid; frees the extId; cannot be undone."""
    account, key = account_of(request), request.match_info["id"]
    row = passes.find(account, key)
    if row is not None:
        account.store.update("pe_pass", "id", row["id"], {"nullified": account.clock.seconds()})
    sql = f"{passes.TEMPLATE_JOIN} WHERE p.id=?"
    nullified = account.store.row(sql, [row["id"] if row else key])
    if nullified is None:
        refuse(404, "Pass not found")
    return answer({"data": passes.show(account, nullified)})
