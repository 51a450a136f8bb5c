"""All passes of a template, page by page."""

from aiohttp import web

from scanner_app.sandbox.account import account_of
from scanner_app.sandbox.passcreator import paging, view
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator.paging import Condition
from scanner_app.sandbox.wire import answer, refuse
from scanner_app.sandbox.zone import BadDateError, CompanyZone

# If both are given, modifiedSince is ignored: the first one found counts.
SINCE = {"createdSince": "created", "modifiedSince": "modified"}


async def list_passes(request: web.Request) -> web.Response:
    """GET /api/pass/list/{template}: 200, 400 for bad parameters, 404 for no such template or not your own."""
    account = account_of(request)
    template = templates.find(account.store, request.match_info["template"])
    if template is None or not template.own:
        refuse(404, "The specified pass template does not exist")
    conditions = [Condition("template=?", [template.id]), *_since(request, account.zone)]
    show = lambda row: view.show_in_list(account, row, template)  # noqa: E731  # one line, used once
    return answer(paging.envelope(request, "pc_pass", "identifier", conditions, show))


def _since(request: web.Request, zone: CompanyZone) -> list[Condition]:
    for name, column in SINCE.items():
        if (text := request.query.get(name)) is not None:
            try:
                return [Condition(f"{column}>=?", [zone.minutes(text)], {name: text})]
            except BadDateError:
                refuse(400, f"{name} was provided in the wrong format")
    return []
