"""Members: checked in and out, points, events."""

import json
from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passkit import objects
from scanner_app.sandbox.passkit.objects import MEMBER, Message
from scanner_app.sandbox.wire import answer, json_object, refuse

TAKEN_OVER = (
    "externalId",
    "groupingIdentifier",
    "tierId",
    "person",
    "metaData",
    "optOut",
    "points",
    "secondaryPoints",
    "tierPoints",
    "expiryDate",
    "profileImage",
)
POINTS = ("points", "secondaryPoints", "tierPoints")
EVENT_KEYS = (
    "address",
    "lat",
    "lon",
    "alt",
    "externalUserId",
    "externalDeviceId",
    "externalServiceId",
    "metaData",
    "notes",
)


async def enrol(request: web.Request) -> web.Response:
    """POST /members/member: {"id"}; 409 for a taken external id."""
    account, data = account_of(request), await json_object(request)
    return answer({"id": enrol_one(account, str(data.get("programId") or ""), data)["id"]})


def enrol_one(account: Account, program: str, data: Message) -> Message:
    """A new member of a program."""
    owner = objects.class_of(account, MEMBER, program)
    message = {"tierId": owner["tier"]} | {name: data[name] for name in TAKEN_OVER if name in data}
    message |= {"programId": owner["id"], "status": "ACTIVE", "passMetaData": {"status": "PASS_ISSUED"}}
    return objects.add(account, MEMBER, owner["id"], message)


def _find(account: Account, data: Any, key: str, external: str) -> Message:
    if data.get(key):
        return objects.by_id(account, MEMBER, data[key])
    if not data.get(external) or not data.get("programId"):
        # The vendor's clients lose days to `id` where `memberId` is meant: it is simply not looked at.
        refuse(400, f"{key}, or {external} and programId, are required")
    return objects.by_external(account, MEMBER, data["programId"], data[external])


async def update(request: web.Request) -> web.Response:
    """PUT /members/member: the keys given are set."""
    account, data = account_of(request), await json_object(request)
    message = _find(account, data, "id", "externalId")
    message |= {name: data[name] for name in TAKEN_OVER if name in data}
    objects.save(account, MEMBER, message)
    return answer({"id": message["id"]})


async def check_in(request: web.Request) -> web.Response:
    """POST /members/member/checkIn: the event."""
    return await _move(request, "CHECKED_IN")


async def check_out(request: web.Request) -> web.Response:
    """POST /members/member/checkOut: the event."""
    return await _move(request, "CHECKED_OUT")


async def _move(request: web.Request, status: str) -> web.Response:
    account, data = account_of(request), await json_object(request)
    message = _find(account, data, "memberId", "externalMemberId")
    if message["status"] in {"EXPIRED", "DELETED"} or objects.is_over(account, message):
        refuse(400, "member is expired or deleted")
    external = str(data.get("externalEventId") or "")
    if external and account.switches.event_ids_are_unique:
        known = account.store.row("SELECT message_json FROM pk_event WHERE external_id=?", [external])
        if known:
            return answer(json.loads(known["message_json"]))
    message["status"] = status
    objects.save(account, MEMBER, message)
    return answer(_note(account, message, f"EVENT_MEMBER_{status}", data | {"externalId": external}))


def _note(account: Account, member: Message, kind: str, data: Message) -> Message:
    now = account.clock.seconds()
    kept = ("id", "externalId", "groupingIdentifier", "tierId", "programId", "person")
    event = {name: data[name] for name in (*EVENT_KEYS, "externalId") if data.get(name)}
    event |= {
        "id": objects.new_id(),
        "member": {name: member[name] for name in kept if name in member},
        "eventType": kind,
        "date": objects.stamp(now),
        "created": objects.stamp(now),
    }
    row = {"id": event["id"], "member": member["id"], "at": now, "external_id": str(event.get("externalId") or "")}
    account.store.insert("pk_event", row | {"message_json": json.dumps(event)})
    return event


async def list_events(request: web.Request) -> web.Response:
    """POST /members/member/list/events/{id}: a member's events, newline-delimited."""
    account = account_of(request)
    member = objects.by_id(account, MEMBER, request.match_info["id"])
    sql = "SELECT message_json FROM pk_event WHERE member=? ORDER BY at, rowid"
    rows = account.store.rows(sql, [member["id"]])
    return objects.lines(account, [json.loads(each["message_json"]) for each in rows])


async def delete_event(request: web.Request) -> web.Response:
    """DELETE /members/member/events/id/{id}."""
    if not account_of(request).store.write("DELETE FROM pk_event WHERE id=?", [request.match_info["id"]]):
        refuse(404, "event not found")
    return answer({})


async def points(request: web.Request) -> web.Response:
    """PUT /members/member/points/{earn, burn or set}: the new balances; never below zero."""
    account, data, how = account_of(request), await json_object(request), request.match_info["how"]
    message = _find(account, data, "id", "externalId")
    for name in POINTS:
        if name in data:
            message[name] = _balance(how, message.get(name, 0), data[name])
    objects.save(account, MEMBER, message)
    shown = {name: message[name] for name in ("id", "externalId", "programId", *POINTS) if name in message}
    return answer(shown)


def _balance(how: str, before: float, change: object) -> float:
    if not isinstance(change, (int, float)) or isinstance(change, bool) or change < 0:
        refuse(400, "points must be a number that is not negative")
    after = {"earn": before + change, "burn": before - change, "set": change}[how]
    if after < 0:
        refuse(400, "not enough points")
    return after


async def delete(request: web.Request) -> web.Response:
    """DELETE /members/member."""
    account, data = account_of(request), await json_object(request)
    objects.remove(account, _find(account, data, "id", "externalId"))
    return answer({})
