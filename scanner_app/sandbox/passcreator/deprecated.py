"""Endpoints that the vendor still describes but advises against."""

from aiohttp import web

from scanner_app.sandbox.account import account_of
from scanner_app.sandbox.passcreator import passes, view
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.wire import answer, refuse

MOST = 1000


async def check_by_id(request: web.Request) -> web.Response:
    """GET /api/pass/checkbyid/{id}: the short form of a pass."""
    account = account_of(request)
    row, template = passes.get(account, request.match_info["uid"], foreign=404)
    full = view.show(account, row, template)
    kept = ("identifier", "uri", "generatedId", "searchString", "voided", "passTemplateGuid")
    return answer({"error": ""} | {name: full[name] for name in kept})


async def list_all(request: web.Request) -> web.Response:
    """GET /api/pass/?passId={template}: an array of 1000 passes at most."""
    account = account_of(request)
    template = templates.find(account.store, request.query.get("passId", ""))
    if template is None or not template.own:
        refuse(404, "The specified pass template does not exist")
    sql = "SELECT * FROM pc_pass WHERE template=? ORDER BY created, identifier LIMIT ?"
    return answer([view.show(account, row, template) for row in account.store.rows(sql, [template.id, MOST])])
