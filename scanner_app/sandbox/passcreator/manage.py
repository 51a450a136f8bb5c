"""Create, update, void and delete a pass."""

import hashlib
import json
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passcreator import body as wishes
from scanner_app.sandbox.passcreator import hooks, passes, view
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator.body import Wish
from scanner_app.sandbox.passcreator.template import Template
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, empty, json_object, refuse, truthy

FULL = "Maximum number of passes for this pass template has been reached"
ID_TAKEN = "The given userProvidedId was not unique but the template enforces uniqueness"
VALUE_TAKEN = "The given additional property value was not unique but the template enforces uniqueness"
NO_NUMBER = "No custom number from the defined range of custom numbers is available"


async def create(request: web.Request) -> web.Response:
    """POST /api/pass?passtemplate=...: 201, 400 with ErrorMessage, 401 for another customer's template, 404."""
    account, data = account_of(request), await json_object(request)
    template = _template(account, request.query.get("passtemplate"))
    data.pop("voided", None)
    wish = wishes.read(data, template, account.zone)
    lenient = account.switches.boarding_time_optional
    wishes.flight(data, template, wish, creating=True, lenient=lenient)
    with account.store.atomic():
        row = _make(account, template, data, wish)
    return answer(_created(account, row, template), 201)


def _template(account: Account, template_id: str | None) -> Template:
    if not template_id:
        refuse(400, "The parameter passtemplate is missing")
    template = templates.find(account.store, template_id)
    if template is None:
        refuse(404, "The specified pass template does not exist")
    if not template.own:
        refuse(401, "The pass template belongs to another customer")
    return template


def _make(account: Account, template: Template, data: dict[str, Any], wish: Wish) -> Row:
    _check_room(account, template)
    row = passes.blank(template, account.clock.seconds())
    row["user_id"] = _user_id(account, template, data)
    _check_unique_fields(account, template, wish, row["identifier"])
    if "barcode" not in wish.columns and template.custom_numbers:
        wish.columns["barcode"] = _custom_number(account, template, template.custom_numbers)
    row |= passes.apply(row, wish)
    account.store.insert("pc_pass", row)
    hooks.emit(account, hooks.PASS_CREATED, row)
    return row


def _check_room(account: Account, template: Template) -> None:
    count = account.store.number("SELECT count(*) FROM pc_pass WHERE template=?", [template.id])
    if template.max_passes is not None and count >= template.max_passes:
        refuse(400, FULL)


def _user_id(account: Account, template: Template, data: dict[str, Any]) -> str:
    given = data.get("userProvidedId") or ""
    if not isinstance(given, str):
        refuse(400, "The value of userProvidedId must be a string")
    enforced = template.unique_user_id or data.get("enforceUniqueUserProvidedId") is True
    taken = "SELECT count(*) FROM pc_pass p JOIN pc_template t ON t.id=p.template WHERE t.own=1 AND p.user_id=?"
    if given and enforced and account.store.number(taken, [given]):
        refuse(400, ID_TAKEN)
    return given


def _check_unique_fields(account: Account, template: Template, wish: Wish, identifier: str) -> None:
    taken = "SELECT count(*) FROM pc_pass WHERE template=? AND identifier<>? AND json_extract(fields_json, ?)=?"
    for each in template.properties:
        value = wish.fields.get(each.id)
        if each.unique and value and account.store.number(taken, [template.id, identifier, f'$."{each.id}"', value]):
            refuse(400, VALUE_TAKEN)


def _custom_number(account: Account, template: Template, bounds: tuple[int, int]) -> str:
    rows = account.store.rows("SELECT barcode FROM pc_pass WHERE template=?", [template.id])
    taken = {row["barcode"] for row in rows}
    free = next((str(each) for each in range(bounds[0], bounds[1] + 1) if str(each) not in taken), None)
    if free is None:
        refuse(400, NO_NUMBER)
    return free


def _created(account: Account, row: Row, template: Template) -> dict[str, Any]:
    digest = hashlib.sha1(row["identifier"].encode(), usedforsecurity=False).hexdigest()
    return {
        "identifier": row["identifier"],
        "uri": f"{account.base_url}/api/pass/{row['identifier']}",
        "linkToPassFile": f"{account.base_url}/_Resources/Persistent/{digest}/pass.pkpass",
        "linkToPassPage": view.link_to_page(account, template, row["link"]),
        "barcodeValue": row["barcode"],
        "genericProperties": template.generic,
        "ErrorMessage": "",
    }


async def update(request: web.Request) -> web.Response:
    """POST /api/pass/{uid or userProvidedId}?zapierStyle=true: 204; 400 without zapierStyle, mandatory here."""
    account, data = account_of(request), await json_object(request)
    row, template = passes.get(account, request.match_info["uid"], passes.BY_ID)
    if not truthy(request.query.get("zapierStyle")):
        refuse(400, "The parameter zapierStyle must be set to true")
    wish = wishes.read(data, template, account.zone)
    lenient = account.switches.boarding_time_optional
    wishes.flight(data, template, wish, creating=False, lenient=lenient)
    _check_unique_fields(account, template, wish, row["identifier"])
    changes = passes.apply(row, wish)
    if "voided" in wish.columns:
        changes |= _voiding(account, voided=wish.columns["voided"])
    passes.change(account, row, changes)
    return empty(204)


def _voiding(account: Account, *, voided: bool) -> Row:
    if not voided:
        return {"voided": 0, "redeemed": 0}
    return {"voided": 1, "redeemed": 1} if account.switches.void_is_redemption else {"voided": 1}


async def mark_voided(request: web.Request) -> web.Response:
    """PUT /api/pass/{any id}: 204. A body without a boolean `voided` gets 400 (the contract names no answer for it)."""
    account, data = account_of(request), await json_object(request)
    row, _ = passes.get(account, request.match_info["uid"])
    if not isinstance(data.get("voided"), bool):
        refuse(400, "The value of voided must be a boolean")
    passes.change(account, row, _voiding(account, voided=data["voided"]))
    return empty(204)


async def set_stored_value(request: web.Request) -> web.Response:
    """PUT /api/pass/{any id}/storedvalue (seen in third-party clients only): 204."""
    account, data = account_of(request), await json_object(request)
    row, _ = passes.get(account, request.match_info["uid"])
    passes.change(account, row, {"stored_value": wishes.number("storedValue", data.get("storedValue"))})
    return empty(204)


async def enable_download(request: web.Request) -> web.Response:
    """POST /api/pass/{uid}/enabledownload: 204; ten minutes from now unless told otherwise."""
    account, data = account_of(request), await json_object(request, optional=True)
    row, _ = passes.get(account, request.match_info["uid"], passes.BY_UID, foreign=404)
    until = account.clock.seconds() + 600
    if data.get("enableDownloadUntil") is not None:
        until = wishes.moment("enableDownloadUntil", data["enableDownloadUntil"], account.zone)
    details = json.loads(row["details_json"]) | {"downloadEnabledUntil": until}
    # A download window is no change of the pass itself: modifiedOn stays.
    account.store.update("pc_pass", "identifier", row["identifier"], {"details_json": json.dumps(details)})
    return empty(204)


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/pass/{any id}: 200."""
    account = account_of(request)
    row, _ = passes.get(account, request.match_info["uid"])
    passes.delete(account, row)
    return empty(200)
