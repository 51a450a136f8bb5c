"""What coupons and members are read by, the same for both: one, by external id, listed, counted, their classes."""

from __future__ import annotations

from aiohttp import web

from scanner_app.sandbox.account import account_of
from scanner_app.sandbox.passkit import objects


async def read(kind: str, request: web.Request) -> web.Response:
    """GET .../{id}."""
    account = account_of(request)
    return objects.told(account, objects.by_id(account, kind, request.match_info["id"]))


async def read_external(kind: str, request: web.Request) -> web.Response:
    """GET .../externalId/{class}/{external}."""
    account, match = account_of(request), request.match_info
    return objects.told(account, objects.by_external(account, kind, match["class"], match["external"]))


async def listed(kind: str, request: web.Request) -> web.Response:
    """POST .../list/{class}: newline-delimited."""
    owner = objects.class_of(account_of(request), kind, request.match_info["class"])
    return await objects.stream(request, kind, owner["id"])


async def counted(kind: str, request: web.Request) -> web.Response:
    """POST .../count/{class}."""
    owner = objects.class_of(account_of(request), kind, request.match_info["class"])
    return await objects.count(request, kind, owner["id"])


async def classes(kind: str, request: web.Request) -> web.Response:
    """POST .../campaigns/list, .../programs/list."""
    return await objects.list_classes(request, kind)
