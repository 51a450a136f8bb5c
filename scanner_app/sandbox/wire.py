"""Bodies in and answers out, the same for all platforms."""

import json
from typing import Any, NoReturn

from aiohttp import web


class RefusalError(Exception):
    """The platform's answer to a request that it does not serve."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def refuse(status: int, message: str = "") -> NoReturn:
    """End the request with this status and message."""
    raise RefusalError(status, message)


def answer(data: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(
        body=json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


def empty(status: int) -> web.Response:
    """An answer with no body."""
    return web.Response(status=status)


async def json_value(request: web.Request) -> Any:
    """The body's JSON, or a 400: broken JSON, NaN, lone surrogates and bottomless nesting are refused."""
    raw = await request.read()
    try:
        value = json.loads(raw, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        refuse(400, "The request body is not valid JSON")
    return value


async def json_object(request: web.Request, *, optional: bool = False) -> dict[str, Any]:
    """The body as a JSON object; an absent body counts as an empty one where that is allowed."""
    if optional and not await request.read():
        return {}
    value = await json_value(request)
    if not isinstance(value, dict):
        refuse(400, "The request body must be a JSON object")
    return value


def whole_number(text: str | None, default: int, name: str, lowest: int = 0) -> int:
    """A whole number from the query, or a 400."""
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 16) or int(text) < lowest:
        refuse(400, f"{name} must be a whole number of at least {lowest}")
    return int(text)


def truthy(text: str | None) -> bool:
    """A boolean of the query string."""
    return (text or "").lower() in {"1", "true"}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
