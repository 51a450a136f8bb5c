"""The templates themselves [assumed]: the seed points to these endpoints but does not describe them."""

from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import account_of
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.passcreator.boarding import OPTIONAL, REQUIRED
from scanner_app.sandbox.passcreator.template import Template
from scanner_app.sandbox.wire import answer, refuse, truthy


async def list_templates(request: web.Request) -> web.Response:
    """GET /api/passtemplate: identifier and name of each [assumed]."""
    own = templates.owned(account_of(request).store)
    return answer([{"identifier": each.id, "name": each.name} for each in own])


async def describe(request: web.Request) -> web.Response:
    """GET /api/passtemplate/{id}: what a pass of it takes; with zapierStyle=true the fields alone [assumed]."""
    template = templates.find(account_of(request).store, request.match_info["template"])
    if template is None or not template.own:
        refuse(404, "The specified pass template does not exist")
    return answer(_fields(template) if truthy(request.query.get("zapierStyle")) else _details(template))


def _details(template: Template) -> dict[str, Any]:
    return {
        "identifier": template.id,
        "name": template.name,
        "passType": template.pass_type,
        "transitType": template.transit_type,
        "validValidationPlaces": list(template.places),
        "maximumNumberOfPasses": template.max_passes,
        "languages": ["en", "de"],
        "additionalProperties": [{"id": each.id, "name": each.name} for each in template.properties],
    }


def _fields(template: Template) -> list[dict[str, Any]]:
    fields = [{"key": each.id, "label": each.name, "required": False} for each in template.properties]
    if template.is_flight:
        fields += [{"key": name, "label": name, "required": name in REQUIRED} for name in REQUIRED | OPTIONAL]
    return fields
