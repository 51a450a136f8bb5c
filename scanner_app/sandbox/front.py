"""What happens to every request before and after its handler: log, faults, the clock in the answer, errors as JSON."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import hdrs, web

from scanner_app.sandbox import faults
from scanner_app.sandbox.account import account_of
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.wire import RefusalError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CONTROL = "/sandbox/"
LOG_LIMIT = 20_000
BODY_LIMIT = 4_096


class RefusalWriter(Protocol):
    """Writes a refusal as this platform does."""

    def __call__(self, status: int, message: str) -> web.Response:
        """The refusal as an answer."""
        ...


REFUSAL_WRITER: web.AppKey[RefusalWriter] = web.AppKey("refusal_writer")


@web.middleware
async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Serve the request, or let an ordered fault happen to it; write down what became of it, headers left out."""
    if request.path.startswith(CONTROL):
        return await handler(request)
    status, fault = 0, account_of(request).misbehaviours.strike(request.method, request.rel_url.raw_path)
    try:
        response = await (faults.commit(fault, request, handler) if fault else handler(request))
        status = response.status
        return response
    finally:
        _log(request, await _what_came(request), status, fault)


async def _what_came(request: web.Request) -> bytes:
    """The body, or nothing where it was too large or broke off."""
    try:
        return await request.read() if request.body_exists else b""
    except (web.HTTPException, ConnectionError):
        return b""


def _log(request: web.Request, body: bytes, status: int, fault: Misbehaviour | None) -> None:
    account = account_of(request)
    entry = {
        "platform": account.platform,
        "at": account.clock.now(),
        "method": request.method,
        "path": request.rel_url.raw_path,
        "query": request.rel_url.raw_query_string,
        "status": status,
        "misbehaviour": fault.kind if fault else None,
        "body": body[:BODY_LIMIT].decode("utf-8", "replace"),
    }
    number = account.store.insert("request_log", entry)
    account.store.write("DELETE FROM request_log WHERE id <= ?", [number - LOG_LIMIT])


@web.middleware
async def tell_the_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer carries the platform's own time."""
    response = await handler(request)
    if not response.prepared:
        response.headers[hdrs.DATE] = account_of(request).clock.http_date()
    return response


@web.middleware
async def say_no(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals, and the framework's own 404 and 405, in the platform's form."""
    write = request.app[REFUSAL_WRITER]
    try:
        return await handler(request)
    except RefusalError as refusal:
        return write(refusal.status, refusal.message)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = write(error.status, error.reason)
        if hdrs.ALLOW in error.headers:
            response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        return response


MIDDLEWARES = (tell_the_time, record, say_no)
