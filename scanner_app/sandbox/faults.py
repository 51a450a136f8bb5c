"""How each misbehaviour looks on the wire."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from scanner_app.sandbox.misbehave import Misbehaviour

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fault = Callable[[Misbehaviour, web.Request, Handler], Awaitable[web.StreamResponse]]

PORTAL = (
    "<!DOCTYPE html><html><head><title>Welcome to the guest Wi-Fi</title></head>"
    "<body><h1>Please accept our terms</h1><form action='/login'><button>Accept</button></form></body></html>"
)
TROUBLE = "<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>nginx</body></html>"


async def commit(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the fault happen to this request."""
    return await TABLE[fault.kind](fault, request, handler)


async def _body(request: web.Request, handler: Handler) -> tuple[web.Response, bytes]:
    response = await handler(request)
    if not isinstance(response, web.Response) or not isinstance(response.body, (bytes, bytearray, type(None))):
        raise TypeError("only whole answers can be damaged")
    return response, bytes(response.body or b"")


async def _delay(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    await asyncio.sleep(fault.ms / 1000)
    return await handler(request)


async def _status(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    await request.read()
    headers = {} if fault.retry_after is None else {fault.header: f"{fault.retry_after:g}"}
    if fault.kind in {"500", "503"}:
        text = TROUBLE.format(status=fault.kind)
        return web.Response(status=int(fault.kind), text=text, content_type="text/html", headers=headers)
    return web.json_response({"ErrorMessage": f"{fault.kind}"}, status=int(fault.kind), headers=headers)


async def _html(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    await request.read()
    return web.Response(text=PORTAL, content_type="text/html")


async def _redirect(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    await request.read()
    return web.Response(status=302, headers={"Location": fault.location})


async def _truncated(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    response, body = await _body(request, handler)
    stream = _stream(response, len(body))
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2])
    _hang_up(request)
    return stream


async def _cut_body(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    response, body = await _body(request, handler)
    response.body = body[: len(body) // 2]
    return response


async def _short_list(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    response, body = await _body(request, handler)
    data = json.loads(body)
    if isinstance(data, dict) and isinstance(data.get("results"), list):
        data["results"] = data["results"][: len(data["results"]) // 2]
        data.get("query", {}).pop("next", None)
    elif isinstance(data, list):
        data = data[: len(data) // 2]
    response.body = json.dumps(data, ensure_ascii=False).encode()
    return response


async def _stream_error(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    response, body = await _body(request, handler)
    kept = body.splitlines(keepends=True)
    trouble = {"error": {"grpc_code": 14, "http_code": 503, "message": "upstream went away", "details": []}}
    response.body = b"".join(kept[: len(kept) // 2]) + json.dumps(trouble).encode() + b"\n"
    return response


async def _drip(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    response, body = await _body(request, handler)
    stream = _stream(response, len(body))
    await stream.prepare(request)
    for at in range(len(body)):
        await stream.write(body[at : at + 1])
        await asyncio.sleep(fault.ms / 1000)
    return stream


async def _drop(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    await request.read()
    _hang_up(request)
    return web.Response(status=500)


async def _drop_after(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    _hang_up(request)
    return response


async def _gzip(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    response, body = await _body(request, handler)
    response.body = gzip.compress(body)
    response.headers["Content-Encoding"] = "gzip"
    return response


async def _bomb(fault: Misbehaviour, request: web.Request, handler: Handler) -> web.StreamResponse:
    await request.read()
    body = await asyncio.to_thread(gzip.compress, bytes(fault.mb << 20), 9)  # the other accounts go on meanwhile
    return web.Response(body=body, content_type="application/json", headers={"Content-Encoding": "gzip"})


def _stream(response: web.Response, length: int) -> web.StreamResponse:
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
    stream = web.StreamResponse(status=response.status, headers=headers)
    stream.content_length = length
    return stream


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


TABLE: dict[str, Fault] = {
    "delay": _delay,
    "drip": _drip,
    "429": _status,
    "500": _status,
    "503": _status,
    "401": _status,
    "403": _status,
    "html": _html,
    "redirect": _redirect,
    "truncated": _truncated,
    "cut_body": _cut_body,
    "short_list": _short_list,
    "drop": _drop,
    "drop_after": _drop_after,
    "stream_error": _stream_error,
    "gzip": _gzip,
    "bomb": _bomb,
}
