"""The paged envelope that lists of passes and of app scans share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import refuse, whole_number

LARGEST = 100
LAST_ID, LAST_CREATED = "lastIdOfPriorPage", "lastCreatedOnOfPriorPage"


@dataclass
class Condition:
    """A part of the WHERE clause, its values, and how the URL of the next page repeats it."""

    sql: str
    values: list[Any]
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for; `after` is the (created, id) of the prior page's last entry."""

    start: int
    size: int
    after: tuple[int, str] | None


def asked(request: web.Request) -> Page:
    """The page that the query string names; 400 for nonsense and for more than 100."""
    start = whole_number(request.query.get("start"), 0, "start")
    size = whole_number(request.query.get("pageSize"), LARGEST, "pageSize", lowest=1)
    if size > LARGEST:
        refuse(400, f"pageSize must not exceed {LARGEST}")
    last_id, last_created = request.query.get(LAST_ID), request.query.get(LAST_CREATED)
    if last_id is None or last_created is None:
        # Half a cursor is no cursor: the offset counts.
        return Page(start, size, None)
    return Page(start, size, (whole_number(last_created, 0, LAST_CREATED), last_id))


def envelope(
    request: web.Request, table: str, key: str, conditions: list[Condition], show: Callable[[Row], Any]
) -> dict[str, Any]:
    """The page of `table`, ordered by created and then `key`, in the contract's envelope."""
    account, page = account_of(request), asked(request)
    where = " AND ".join(each.sql for each in conditions) or "1"
    values = [value for each in conditions for value in each.values]
    rows = _rows(account, f"SELECT * FROM {table} WHERE {where}", key, values, page)
    repeated = {name: text for each in conditions for name, text in each.query.items()}
    base = f"{account.base_url}{request.rel_url.raw_path}"
    query: dict[str, Any] = {"start": page.start, "pageSize": page.size, "self": _url(base, page, repeated)}
    if len(rows) > page.size:
        last = rows[page.size - 1]
        query["next"] = _url(base, Page(page.start + page.size, page.size, (last["created"], last[key])), repeated)
    total = account.store.number(f"SELECT count(*) FROM {table} WHERE {where}", values)
    return {"query": query, "total": total, "results": [show(row) for row in rows[: page.size]]}


def _rows(account: Account, select: str, key: str, values: list[Any], page: Page) -> list[Row]:
    order = f"ORDER BY created, {key} LIMIT ? OFFSET ?"
    if page.after is None:
        return account.store.rows(f"{select} {order}", [*values, page.size + 1, page.start])
    return account.store.rows(
        f"{select} AND (created, {key}) > (?, ?) {order}", [*values, *page.after, page.size + 1, 0]
    )


def _url(base: str, page: Page, repeated: dict[str, str]) -> str:
    query: dict[str, object] = {"start": page.start, "pageSize": page.size}
    if page.after:
        query |= {LAST_ID: page.after[1], LAST_CREATED: page.after[0]}
    return f"{base}?{urlencode(query | repeated, quote_via=quote, safe=':')}"
