"""Fills the PassKit tables with the same guests as every platform: tickets, members, coupons."""

import random
from collections.abc import Iterator
from typing import Any

from scanner_app.sandbox import guests
from scanner_app.sandbox.account import Account
from scanner_app.sandbox.guests import FESTIVAL, FLIGHT, LOUNGE, Guest
from scanner_app.sandbox.passkit import objects
from scanner_app.sandbox.passkit.objects import COUPON, INVALIDATED, MEMBER, TICKET, Message
from scanner_app.sandbox.store import Row

# The last part of a SmartPass link, by which the program or campaign is found.
LINK_CODE, COUPON_CODE = "guests", "drinks"
# kind, uid, name; the lounge's and the festival's tickets are of two productions.
CLASSES = (
    (TICKET, FESTIVAL, "Summer Festival 2026"),
    (TICKET, LOUNGE, "VIP Lounge"),
    (MEMBER, LINK_CODE, "Friends of the Festival"),
    (COUPON, COUPON_CODE, "Welcome drink"),
)


def seed(account: Account, number: int, passes: int) -> None:
    """Classes and passes for an empty store."""
    dice, now = random.Random(number), account.clock.seconds()
    account.store.remember("passkit.smartpass_key", f"{dice.getrandbits(256):064x}")
    owners: dict[tuple[str, str], str] = {}
    for position, (kind, uid, name) in enumerate(CLASSES):
        row: Row = {"id": _id(dice), "kind": kind, "uid": uid, "name": name, "tier": _id(dice), "position": position}
        owners[kind, uid] = row["id"]
        account.store.insert("pk_class", row)
    everyone = guests.everyone(number, passes, now)
    account.store.insert_all("pk_object", _rows(dice, owners, everyone))


def _id(dice: random.Random) -> str:
    return "".join(dice.choices(objects.ID_LETTERS, k=22))


def _rows(dice: random.Random, owners: dict[tuple[str, str], str], who: Iterator[Guest]) -> Iterator[Row]:
    names = {owners[kind, uid]: (uid, name) for kind, uid, name in CLASSES}
    for guest in who:
        if guest.event == FLIGHT:
            kind, uid = dice.choice(((MEMBER, LINK_CODE), (COUPON, COUPON_CODE)))
        else:
            kind, uid = TICKET, guest.event
        owner = owners[kind, uid]
        message = _common(guest, dice) | MAKERS[kind](guest, owner, *names[owner])
        yield objects.row(kind, owner, message, guest.created)


def _common(guest: Guest, dice: random.Random) -> Message:
    changed = max((at for at, _ in guest.used), default=guest.created)
    status = "PASS_INSTALLED" if guest.devices else "PASS_UNINSTALLED" if guest.removed else "PASS_ISSUED"
    cancelled = guest.voided and not guest.redeemed
    message: Message = {
        "id": _id(dice),
        "person": {
            "forename": guest.person.given,
            "surname": guest.person.family,
            "displayName": guest.person.name,
            "emailAddress": guest.person.email,
        },
        "passMetaData": {"status": INVALIDATED if cancelled else status},
        "created": objects.stamp(guest.created),
        "updated": objects.stamp(changed),
    }
    return message | ({"expiryDate": objects.stamp(guest.expires)} if guest.expires else {})


def _ticket(guest: Guest, owner: str, uid: str, name: str) -> Message:
    message: Message = {
        "ticketNumber": guest.barcode,
        "orderNumber": guest.user_id,
        "barcodeContents": guest.barcode,
        "seatInfo": {"seat": guest.person.seat},
        "ticketType": {"name": guest.person.ticket},
        "event": {"production": {"id": owner, "uid": uid, "name": name}},
        "status": "REDEEMED" if guest.used else "ISSUED",
    }
    if guest.used:
        message["validateDetails"] = [
            {"validateDate": objects.stamp(at), "validateSource": place} for at, place in guest.used
        ]
        at, place = guest.used[-1]
        message["redemptionDetails"] = {"redemptionDate": objects.stamp(at), "redemptionSource": place}
    return message


def _member(guest: Guest, owner: str, *_: Any) -> Message:
    status = "CHECKED_IN" if guest.used and not guest.voided else "ACTIVE" if guest.devices else "ENROLLED"
    return {"externalId": guest.barcode, "programId": owner, "status": status, "points": guest.stored_value}


def _coupon(guest: Guest, owner: str, *_: Any) -> Message:
    message: Message = {"externalId": guest.barcode, "campaignId": owner, "sku": guest.person.ticket}
    if not guest.used:
        return message | {"status": "UNREDEEMED"}
    at, place = guest.used[-1]
    details = {"redemptionDate": objects.stamp(at), "redemptionSource": place}
    return message | {"status": "REDEEMED", "redemptionDetails": details}


MAKERS = {TICKET: _ticket, MEMBER: _member, COUPON: _coupon}
