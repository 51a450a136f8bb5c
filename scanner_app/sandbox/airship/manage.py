"""Create, read, list, update and delete; locations; tags."""

import json
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import account_of
from scanner_app.sandbox.airship import passes, tickets, view
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, json_object, json_value, refuse, whole_number

ORDERS = {"id": "id", "createdAt": "created", "updatedAt": "updated"}
STATUS = {
    "installed": "installed IS NOT NULL AND uninstalled IS NULL",
    "uninstalled": "uninstalled IS NOT NULL",
    "been_installed": "installed IS NOT NULL",
    "not_been_installed": "installed IS NULL",
}
MOST_TAGS = 15


async def create(request: web.Request) -> web.Response:
    """POST by template id or template external id, with or without an external id for the pass: 200."""
    account, match = account_of(request), request.match_info
    column, key = ("id", match["template"]) if "template" in match else ("external_id", match["template_external"])
    owner = passes.template(account, key, column)
    row = passes.make(account, owner, match.get("external"), await json_object(request))
    shown = view.created(account, row)
    # Only the answer to creation by the template's external id shows the pass's own in the seed's examples.
    shown_too = column == "external_id" and row["external_id"]
    return answer(({"externalId": row["external_id"]} if shown_too else {}) | shown)


async def read(request: web.Request) -> web.Response:
    """GET by id, external id, or template and external id: 200, 400 for an ambiguous external id, 404."""
    return answer(view.read(account_of(request), passes.named(request)))


async def list_passes(request: web.Request) -> web.Response:
    """GET /v1/pass and /v1/template/{id}/passes: ten at a time, newest first, unless told otherwise."""
    account, query, match = account_of(request), request.query, request.match_info
    size = whole_number(query.get("pageSize"), 10, "pageSize", lowest=1)
    page = whole_number(query.get("page"), 1, "page", lowest=1)
    order, direction = query.get("order", "id"), query.get("direction", "DESC")
    if order not in ORDERS or direction not in {"ASC", "DESC"}:
        refuse(400, "order or direction is unknown")
    where, values = ["1"], []
    if owner := match.get("template") or query.get("templateId"):
        where.append("template=?")
        values.append(passes.template(account, owner)["id"])
    if wanted := query.get("status"):
        if wanted not in STATUS:
            refuse(400, "status is unknown")
        where.append(STATUS[wanted])
    sql = f"FROM aw_pass WHERE {' AND '.join(where)}"
    ordered = f"SELECT * {sql} ORDER BY {ORDERS[order]} {direction}, id {direction} LIMIT ? OFFSET ?"
    rows = account.store.rows(ordered, [*values, size, (page - 1) * size])
    pagination = {"order": order, "direction": direction, "page": page, "start": (page - 1) * size, "pageSize": size}
    count = account.store.number(f"SELECT count(*) {sql}", values)
    return answer({"count": count, "passes": [view.short(account, row) for row in rows], "pagination": pagination})


async def update(request: web.Request) -> web.Response:
    """PUT by id or by template and external id: a ticket. Documented as 200, shown as 201 for the latter."""
    account, body = account_of(request), passes.check(await json_object(request))
    ticket = tickets.open_ticket(account, [passes.named(request)], body)
    as_shown = "template" in request.match_info and not account.switches.airship_as_documented
    return answer({"ticketId": ticket}, 201 if as_shown else 200)


async def update_external(request: web.Request) -> web.Response:
    """PUT by external id: 400 when it names several passes and `templates` is missing.

    With `templates` the text promises an array of tickets and the example shows a single one: a switch.
    """
    account, body = account_of(request), passes.check(await json_object(request))
    rows = passes.chosen(account, request.match_info["external"], body.get("templates"))
    if "templates" in body and account.switches.airship_as_documented:
        return answer([{"ticketId": tickets.open_ticket(account, [row], body)} for row in rows])
    return answer({"ticketId": tickets.open_ticket(account, rows, body)})


async def delete(request: web.Request) -> web.Response:
    """DELETE: documented as 200 with a number, shown as 201 with a string."""
    account, row = account_of(request), passes.named(request)
    passes.delete(account, row)
    if account.switches.airship_as_documented:
        return answer({"status": "deleted", "passId": row["id"]})
    return answer({"status": "deleted", "passId": str(row["id"])}, 201)


async def add_locations(request: web.Request) -> web.Response:
    """POST .../locations: the pass's locations with their ids."""
    account, row = account_of(request), passes.named(request)
    given = (await json_object(request)).get("locations")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        refuse(400, "locations must be an array of objects")
    new = set(passes.add_locations(account, row, given))
    return answer([each for each in view.locations(account, row) if each["passLocationId"] in new])


async def delete_location(request: web.Request) -> web.Response:
    """DELETE .../location/{id}: the locations that stay; 404 for one that the pass has not."""
    account, row = account_of(request), passes.named(request)
    sql = "DELETE FROM aw_location WHERE pass=? AND id=?"
    if not account.store.write(sql, [row["id"], request.match_info["location"]]):
        refuse(404, "object not found :Location not found!")
    return answer({"locations": view.locations(account, row)})


async def put_tags(request: web.Request) -> web.Response:
    """PUT .../tags {"tags":[...]}: the ones that are new; at once, without a ticket."""
    account, row, body = account_of(request), passes.named(request), await json_value(request)
    wanted = body.get("tags") if isinstance(body, dict) else None
    if not isinstance(wanted, list) or not all(isinstance(each, str) and each for each in wanted):
        refuse(400, "tags must be an array of strings")
    known = [each["name"] for each in _tags(request, row)]
    new = [each for each in dict.fromkeys(wanted) if each not in known]
    if len(known) + len(new) > MOST_TAGS:
        refuse(400, f"A pass has no more than {MOST_TAGS} tags")
    with account.store.atomic():
        for name in new:
            tag = {"pass": row["id"], "name": name, "created": account.clock.seconds()}
            account.store.insert("aw_tag", tag)
    return answer({"newTags": new, "mappings": len(new)})


def _tags(request: web.Request, row: Row) -> list[Row]:
    return account_of(request).store.rows("SELECT * FROM aw_tag WHERE pass=? ORDER BY id", [row["id"]])


async def get_tags(request: web.Request) -> web.Response:
    """GET .../tags."""
    tags = _tags(request, passes.named(request))
    shown = [{"id": each["id"], "createdAt": view.iso(each["created"]), "name": each["name"]} for each in tags]
    return answer({"tags": shown})


async def delete_tag(request: web.Request) -> web.Response:
    """DELETE /v1/tag/{tag}/pass/{pass}: by the tag's name or id."""
    account, match = account_of(request), request.match_info
    sql = "DELETE FROM aw_tag WHERE pass=? AND (name=? OR id=?)"
    if not account.store.write(sql, [match["pass"], match["tag"], match["tag"]]):
        refuse(404, "object not found :Tag not found!")
    return answer({"status": "deleted"})


async def tagged(request: web.Request) -> web.Response:
    """GET /v1/tag/{tag}/passes."""
    account = account_of(request)
    sql = "SELECT p.* FROM aw_pass p JOIN aw_tag t ON t.pass=p.id WHERE t.name=? ORDER BY p.id"
    rows = account.store.rows(sql, [request.match_info["tag"]])
    return answer({"passes": [view.short(account, row) for row in rows]})


async def view_json(request: web.Request) -> web.Response:
    """GET /v1/pass/{id}/viewJSONPass: the pass as the phone gets it."""
    account, row = account_of(request), passes.named(request)
    shown: dict[str, Any] = view.read(account, row)
    headers = shown["headers"]
    message = headers.get("barcode_value", {}).get("value", "")
    barcode = {"format": headers["barcode_type"]["value"], "message": message, "messageEncoding": "iso-8859-1"}
    data = {"formatVersion": 1, "serialNumber": row["serial"], "barcode": barcode}
    expiry = headers.get("expirationDate", {})
    data["voided"] = expiry.get("label") == "voided"
    return answer(data | {"generic": {"auxiliaryFields": list(json.loads(row["fields_json"]).values())}})


async def list_templates(request: web.Request) -> web.Response:
    """GET /v1/template/headers [assumed]: the templates by id, external id and name."""
    rows = account_of(request).store.rows("SELECT * FROM aw_template ORDER BY position")
    shown = [{"id": str(row["id"]), "externalId": row["external_id"], "name": row["name"]} for row in rows]
    return answer({"count": len(shown), "templateHeaders": shown})
