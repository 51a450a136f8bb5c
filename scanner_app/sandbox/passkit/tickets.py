"""Event tickets: validated (counted) and redeemed."""

from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passkit import objects
from scanner_app.sandbox.passkit.objects import TICKET, Message
from scanner_app.sandbox.wire import answer, json_object, refuse

TAKEN_OVER = (
    "ticketNumber",
    "orderNumber",
    "groupingId",
    "barcodeContents",
    "seatInfo",
    "faceValue",
    "person",
    "metaData",
    "expiryDate",
)


async def issue(request: web.Request) -> web.Response:
    """POST /eventTickets/ticket: {"id"}; the event names its production; 409 for a taken ticket number."""
    account, data = account_of(request), await json_object(request)
    event = data.get("event") or {}
    production = (event.get("production") or {}) if isinstance(event, dict) else {}
    key = production.get("id") or production.get("uid") or data.get("eventId") or ""
    owner = objects.class_of(account, TICKET, str(key))
    message = {name: data[name] for name in TAKEN_OVER if name in data}
    message |= {"event": _event(owner), "status": "ISSUED", "passMetaData": {"status": "PASS_ISSUED"}}
    return answer({"id": objects.add(account, TICKET, owner["id"], message)["id"]})


def _event(owner: dict[str, Any]) -> Message:
    return {"id": owner["tier"], "production": {"id": owner["id"], "uid": owner["uid"], "name": owner["name"]}}


async def update(request: web.Request) -> web.Response:
    """PUT /eventTickets/ticket: the keys given are set."""
    account, data = account_of(request), await json_object(request)
    message = objects.by_id(account, TICKET, data.get("id"))
    message |= {name: data[name] for name in TAKEN_OVER if name in data}
    objects.save(account, TICKET, message)
    return answer({"id": message["id"]})


def _find(account: Account, key: Any) -> Message:
    if not isinstance(key, dict):
        refuse(400, "ticket is missing")
    if key.get("ticketId"):
        return objects.by_id(account, TICKET, key["ticketId"])
    number = key.get("ticketNumber") or {}
    if not isinstance(number, dict) or not number.get("productionId"):
        refuse(400, "ticketNumber needs productionId and ticketNumber")
    return objects.by_external(account, TICKET, number["productionId"], number.get("ticketNumber"))


async def validate(request: web.Request) -> web.Response:
    """PUT /eventTickets/ticket/validate: 200 with `valid`; the last allowed validation redeems the ticket.

    Without maxNumberOfValidations there is no limit [assumed].
    """
    account, data = account_of(request), await json_object(request)
    message = _find(account, data.get("ticket"))
    most, done = data.get("maxNumberOfValidations") or 0, message.setdefault("validateDetails", [])
    if not isinstance(most, int):
        refuse(400, "maxNumberOfValidations must be a number")
    open_to = message["status"] == "ISSUED" and not objects.is_over(account, message)
    valid = open_to and (not most or len(done) < most)
    if valid:
        details = data.get("validateDetails") or {}
        done.append({"validateDate": objects.stamp(account.clock.now())} | details)
        if most and len(done) >= most:
            _redeem(account, message, {"redemptionSource": details.get("validateSource", "")})
        objects.save(account, TICKET, message)
    return answer(objects.shown(account, {"valid": valid, "ticket": message}))


def _redeem(account: Account, message: Message, details: Message) -> None:
    message["status"] = "REDEEMED"
    message["redemptionDetails"] = {"redemptionDate": objects.stamp(account.clock.now())} | details


async def redeem(request: web.Request) -> web.Response:
    """PUT /eventTickets/ticket/redeem: {"id"}. What a second one gets is not public: a switch."""
    account, data = account_of(request), await json_object(request)
    message = _find(account, data.get("ticket"))
    if message["status"] == "REDEEMED" and account.switches.second_redeem_refused:
        refuse(400, "ticket is already redeemed")
    if objects.is_over(account, message):
        refuse(400, "ticket is expired or invalidated")
    _redeem(account, message, data.get("redemptionDetails") or {})
    objects.save(account, TICKET, message)
    return answer({"id": message["id"]})


async def redeem_order(request: web.Request) -> web.Response:
    """PUT /eventTickets/tickets/orderNumber/redeem: {"id": [...]} of every ticket of the order."""
    account, data = account_of(request), await json_object(request)
    messages = _order(account, data)
    for message in messages:
        _redeem(account, message, data.get("redemptionDetails") or {})
        objects.save(account, TICKET, message)
    return answer({"id": [message["id"] for message in messages]})


def _order(account: Account, wish: Any) -> list[Message]:
    owner = objects.class_of(account, TICKET, str(wish.get("productionId") or wish.get("productionUid") or ""))
    number = wish.get("orderNumber")
    found = [each for each in objects.of_class(account, TICKET, owner["id"]) if each.get("orderNumber") == number]
    if not number or not found:
        refuse(404, "order not found")
    return found


async def read(request: web.Request) -> web.Response:
    """GET /eventTickets/ticket/id/{id}."""
    account = account_of(request)
    return objects.told(account, objects.by_id(account, TICKET, request.match_info["id"]))


async def read_number(request: web.Request) -> web.Response:
    """GET /eventTickets/ticket/ticketNumber?productionId|productionUid=&ticketNumber=."""
    account, query = account_of(request), request.query
    production = query.get("productionId") or query.get("productionUid") or ""
    return objects.told(account, objects.by_external(account, TICKET, production, query.get("ticketNumber", "")))


async def read_order(request: web.Request) -> web.Response:
    """GET /eventTickets/tickets/orderNumber?productionId|productionUid=&orderNumber=."""
    account = account_of(request)
    return objects.told(account, {"tickets": [_limited(each) for each in _order(account, dict(request.query))]})


def _limited(message: Message) -> Message:
    production = (message.get("event") or {}).get("production")
    return message | {"production": production, "event": {"id": (message.get("event") or {}).get("id")}}


async def list_tickets(request: web.Request) -> web.Response:
    """POST /eventTickets/tickets/list: newline-delimited TicketLimitedFields."""
    return await objects.stream(request, TICKET, await _production(request), _limited)


async def count(request: web.Request) -> web.Response:
    """POST /eventTickets/tickets/count: {"total"}."""
    return await objects.count(request, TICKET, await _production(request))


async def _production(request: web.Request) -> str:
    data = await json_object(request)
    key = str(data.get("productionId") or data.get("productionUid") or "")
    return str(objects.class_of(account_of(request), TICKET, key)["id"])


async def delete(request: web.Request) -> web.Response:
    """DELETE /eventTickets/ticket {"ticketId"}: gone for good."""
    account, data = account_of(request), await json_object(request)
    objects.remove(account, _find(account, data))
    return answer({})


async def list_productions(request: web.Request) -> web.Response:
    """POST /eventTickets/productions."""
    return await objects.list_classes(request, TICKET)
