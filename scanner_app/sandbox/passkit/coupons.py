"""Single-use coupons: redeemed or voided, neither of which can be taken back."""

from typing import Any

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passkit import objects
from scanner_app.sandbox.passkit.objects import COUPON, INVALIDATED, Message
from scanner_app.sandbox.wire import answer, json_object, refuse

TAKEN_OVER = ("externalId", "offerId", "person", "metaData", "sku", "optOut", "expiryDate", "passOverrides")


async def create(request: web.Request) -> web.Response:
    """POST /coupon/singleUse/coupon: {"id"}; 409 for a taken external id."""
    account, data = account_of(request), await json_object(request)
    return answer({"id": create_one(account, str(data.get("campaignId") or ""), data)["id"]})


def create_one(account: Account, campaign: str, data: Message) -> Message:
    """A new coupon of a campaign."""
    owner = objects.class_of(account, COUPON, campaign)
    message = {name: data[name] for name in TAKEN_OVER if name in data}
    message |= {"campaignId": owner["id"], "status": "UNREDEEMED", "passMetaData": {"status": "PASS_ISSUED"}}
    return objects.add(account, COUPON, owner["id"], message)


def _find(account: Account, key: Any) -> Message:
    if key.get("id"):
        return objects.by_id(account, COUPON, key["id"])
    if not key.get("externalId") or not key.get("campaignId"):
        refuse(400, "id, or externalId and campaignId, are required")
    return objects.by_external(account, COUPON, key["campaignId"], key["externalId"])


async def update(request: web.Request) -> web.Response:
    """PUT /coupon/singleUse/coupon: the keys given are set."""
    account, data = account_of(request), await json_object(request)
    message = _find(account, data)
    message |= {name: data[name] for name in TAKEN_OVER if name in data}
    objects.save(account, COUPON, message)
    return answer({"id": message["id"]})


async def patch_person(request: web.Request) -> web.Response:
    """PATCH /coupon/singleUse/coupon/person {id | externalId+classId, person}."""
    account, data = account_of(request), await json_object(request)
    message = _find(account, data | {"campaignId": data.get("classId")})
    message["person"] = (message.get("person") or {}) | (data.get("person") or {})
    objects.save(account, COUPON, message)
    return answer({"id": message["id"]})


async def redeem(request: web.Request) -> web.Response:
    """PUT /coupon/singleUse/coupon/redeem: {"id"}. What a second one gets is not public: a switch."""
    account, data = account_of(request), await json_object(request)
    message = _find(account, data)
    if objects.is_over(account, message):
        refuse(400, "coupon is expired or voided")
    if message["status"] == "REDEEMED" and account.switches.second_redeem_refused:
        refuse(400, "coupon is already redeemed")
    details = data.get("redemptionDetails") or {}
    message["status"] = "REDEEMED"
    message["redemptionDetails"] = {"redemptionDate": objects.stamp(account.clock.now())} | details
    objects.save(account, COUPON, message)
    return answer({"id": message["id"]})


async def void(request: web.Request) -> web.Response:
    """DELETE /coupon/singleUse/coupon: invalidated, for good."""
    account, data = account_of(request), await json_object(request)
    message = _find(account, data)
    now = objects.stamp(account.clock.now())
    message["passMetaData"] = (message.get("passMetaData") or {}) | {"status": INVALIDATED, "invalidatedAt": now}
    objects.save(account, COUPON, message)
    return answer({})
