"""What a guest's phone opens: the download page and the picture of the code. No key is asked for."""

import html
import io

import segno
from aiohttp import web

from scanner_app.sandbox.account import account_of
from scanner_app.sandbox.passcreator import passes
from scanner_app.sandbox.passcreator import template as templates
from scanner_app.sandbox.wire import refuse

PAGE = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>{name}</title></head>"
    "<body><h1>{name}</h1><img src='/qr/{code}' alt='{code}'></body></html>"
)


async def download(request: web.Request) -> web.Response:
    """GET /p/{link, identifier or userProvidedId}, with a language before it or without: a page with the code."""
    store, key = account_of(request).store, request.match_info["link"]
    row = store.row("SELECT * FROM pc_pass WHERE link=?", [key]) or passes.find(store, key, passes.BY_ID)
    template = templates.find(store, row["template"]) if row else None
    if row is None or template is None:
        refuse(404, "The pass does not exist")
    text = PAGE.format(name=html.escape(template.name), code=html.escape(row["barcode"]))
    return web.Response(text=text, content_type="text/html")


async def qr_code(request: web.Request) -> web.Response:
    """GET /qr/{value}: the value as a QR code (PNG)."""
    picture = io.BytesIO()
    try:
        segno.make_qr(request.match_info["value"]).save(picture, kind="png", scale=8)
    except segno.DataOverflowError:
        refuse(404, "The value is too long for a QR code")
    return web.Response(body=picture.getvalue(), content_type="image/png")
