"""Read one pass, its resources, and search."""

import json
from difflib import SequenceMatcher
from urllib.parse import quote

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passcreator import passes, view
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator.template import Template
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, refuse, truthy

SEARCH_LIMIT = 100
CANDIDATES = 2_000
ALIKE = 0.7


async def read(request: web.Request) -> web.Response:
    """GET /api/pass/{uid, userProvidedId or barcode}: 200, 404 (also for an invalid app configuration)."""
    account = account_of(request)
    row, template = passes.get(account, request.match_info["uid"], foreign=404)
    shown = view.show(account, row, template)
    if (configuration := request.query.get("appConfigurationId")) is not None:
        place, accepted = _door(account, configuration, template)
        if not accepted or _refused_at(row, place):
            shown |= {"voided": True, "redeemed": True}
    if truthy(request.query.get("includeFieldMapping")):
        shown["fieldMapping"] = {each.name: each.id for each in template.properties}
    return answer(shown)


def _door(account: Account, configuration: str, template: Template) -> tuple[str | None, bool]:
    door = account.store.row("SELECT * FROM pc_configuration WHERE id=?", [configuration])
    if door is None:
        refuse(404, "The app configuration is invalid")
    # A configuration for another template: taken as "not eligible"; the contract does not say.
    return door["place"], door["template"] in (None, template.id)


def _refused_at(row: Row, place: str | None) -> bool:
    if not place:
        return False
    eligible, used = json.loads(row["eligible_json"]), json.loads(row["used_json"])
    return bool(eligible and place not in eligible) or any(where == place for _, where in used)


async def get_uris(request: web.Request) -> web.Response:
    """GET /api/pass/geturis/{uid}: where the pass files of the two platforms are."""
    account = account_of(request)
    row, _ = passes.get(account, request.match_info["uid"], passes.BY_UID, foreign=404)
    identity = quote("passInstance[__identity]", safe="")
    apple = f"{account.base_url}/passinstance/pkpass?{identity}={row['identifier']}"
    android = f"https://passwallet.page.link/?apn=com.attidomobile.passwallet&link={quote(apple, safe='')}"
    return answer({"iPhoneUri": apple, "AndroidUri": android})


async def search(request: web.Request) -> web.Response:
    """GET /api/pass/search/{template}/{text}: also passes that hold only part of the word, or a similar one."""
    account = account_of(request)
    template = templates.find(account.store, request.match_info["template"])
    if template is None or not template.own:
        refuse(404, "The specified pass template does not exist")
    wanted = passes.fold(request.match_info["text"])
    rows = _candidates(account, template, wanted) if wanted else []
    ranked = sorted(((_likeness(wanted, row["search"]), row) for row in rows), key=lambda hit: -hit[0])
    hits = [row for likeness, row in ranked if likeness >= ALIKE]
    return answer([view.show(account, row, template) for row in hits[:SEARCH_LIMIT]])


def _candidates(account: Account, template: Template, wanted: str) -> list[Row]:
    sql = "SELECT * FROM pc_pass WHERE template=? AND (instr(search, ?) OR instr(search, ?)) ORDER BY created LIMIT ?"
    return account.store.rows(sql, [template.id, wanted, f" {wanted[:3]}", CANDIDATES])


def _likeness(wanted: str, text: str) -> float:
    if wanted in text:
        return 1.0
    return max((_alike(wanted, word) for word in text.split()), default=0.0)


def _alike(wanted: str, word: str) -> float:
    # The seed: 12345 may find 1234, and Johnny may find John.
    if len(word) >= 3 and wanted.startswith(word):
        return 0.9
    return SequenceMatcher(None, wanted, word).ratio()
