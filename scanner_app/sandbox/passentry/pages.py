"""Lists page by page. The names of the parameters are not public: page and perPage are this sandbox's own."""

from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import account_of
from scanner_app.sandbox.wire import whole_number

DEFAULT_PAGE = 25


def paged(request: web.Request, total: int) -> tuple[str, dict[str, Any]]:
    """The end of a query, and the answer's meta. Without parameters everything comes at once.

    The switch list_in_pages makes 25 the default, lists_know_no_pages ignores the parameters.
    """
    switches = account_of(request).switches
    asked = {"page", "perPage"} & set(request.query)
    if switches.lists_know_no_pages or not (asked or switches.list_in_pages):
        return "", {}
    page = whole_number(request.query.get("page"), 1, "page", lowest=1)
    size = whole_number(request.query.get("perPage"), DEFAULT_PAGE, "perPage", lowest=1)
    meta = {"page": page, "perPage": size, "total": total, "pages": -(-total // size)}
    return f" LIMIT {size} OFFSET {(page - 1) * size}", {"meta": meta}
