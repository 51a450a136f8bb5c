"""Routes under /sandbox/ by which tests and the demo look into the server and tell it how to behave.

All take the account's key, bare in `Authorization` or in `X-Sandbox-Key`.
"""

import dataclasses
import hmac
from typing import Any

from aiohttp import hdrs, web

from scanner_app.sandbox import misbehave
from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.wire import answer, empty, json_object, refuse, whole_number


def entitled(request: web.Request) -> Account:
    """The account, or a 401."""
    account, given = account_of(request), request.headers
    keys = (given.get(name, "").encode("utf-8", "surrogateescape") for name in (hdrs.AUTHORIZATION, "X-Sandbox-Key"))
    if not any(hmac.compare_digest(key, account.api_key.encode()) for key in keys):
        refuse(401, "Invalid or missing API key")
    return account


async def state(request: web.Request) -> web.Response:
    """GET /sandbox/state: rows per table, the clock, the switches, the faults in force."""
    account = entitled(request)
    tables = account.store.rows("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")
    counts = {each["name"]: account.store.number(f"SELECT count(*) FROM {each['name']}") for each in tables}
    data: dict[str, Any] = account.summary(account) | {
        "platform": account.platform,
        "now": account.clock.now(),
        "zone": account.zone.name,
        "counts": counts,
        "switches": dataclasses.asdict(account.switches),
        "misbehaviours": [dataclasses.asdict(fault) for fault in account.misbehaviours.faults],
    }
    return answer(data)


async def requests(request: web.Request) -> web.Response:
    """GET /sandbox/requests?after=ID: the log of requests, oldest first, headers left out."""
    account = entitled(request)
    after = whole_number(request.query.get("after"), 0, "after")
    sql = "SELECT * FROM request_log WHERE platform=? AND id>? ORDER BY id"
    return answer(account.store.rows(sql, [account.platform, after]))


async def add_fault(request: web.Request) -> web.Response:
    """POST /sandbox/misbehave {"route","kind","times"|"rate",...}: one more fault, the newest first."""
    account, data = entitled(request), await json_object(request)
    try:
        fault = misbehave.from_values(data)
    except ValueError as error:
        refuse(400, str(error))
    account.misbehaviours.faults.insert(0, fault)
    return answer(dataclasses.asdict(fault), 201)


async def clear_faults(request: web.Request) -> web.Response:
    """DELETE /sandbox/misbehave: behave."""
    entitled(request).misbehaviours.faults.clear()
    return empty(204)


async def set_clock(request: web.Request) -> web.Response:
    """POST /sandbox/clock {"now": unix | null, "offset": seconds}: stop the platform's clock, or set it off."""
    account, data = entitled(request), await json_object(request)
    for name, value in data.items():
        if name not in {"now", "offset"} or isinstance(value, (bool, str, list, dict)):
            refuse(400, "expected now or offset, in seconds")
    if "now" in data:
        account.clock.frozen = None if data["now"] is None else float(data["now"])
    if (offset := data.get("offset")) is not None:
        account.clock.offset = float(offset)
    return empty(204)


async def set_switches(request: web.Request) -> web.Response:
    """POST /sandbox/switches {"name": bool}: what the contract leaves open."""
    account, data = entitled(request), await json_object(request)
    for name, value in data.items():
        if not isinstance(value, bool):
            refuse(400, f"{name} must be a boolean")
        try:
            account.switches.set(name, value=value)
        except KeyError:
            refuse(400, f"there is no switch {name}")
    return empty(204)


async def guest_line(request: web.Request) -> web.Response:
    """GET /sandbox/guest-line: who stands at the door, and what each should be told."""
    return answer(entitled(request).line)


def add_routes(app: web.Application) -> None:
    """Put the control routes beside the platform's."""
    app.router.add_get("/sandbox/state", state)
    app.router.add_get("/sandbox/requests", requests)
    app.router.add_post("/sandbox/misbehave", add_fault)
    app.router.add_delete("/sandbox/misbehave", clear_faults)
    app.router.add_post("/sandbox/clock", set_clock)
    app.router.add_post("/sandbox/switches", set_switches)
    app.router.add_get("/sandbox/guest-line", guest_line)
