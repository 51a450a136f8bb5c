"""PassKit's messages (proto3 JSON: zero values may be missing, 64-bit numbers may be texts) as passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scanner_app.domain.passes import Direction, IdentifierKind, Pass, Use, by_time
from scanner_app.platforms import marks
from scanner_app.platforms.fields import Object, a_list, an_object, instant, needed, number, text
from scanner_app.platforms.names import holder
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.platforms.rows import barred
from scanner_app.platforms.strict_json import Json, nonsense

INVALIDATED = "PASS_INVALIDATED"
STATUSES: Mapping[Kind, frozenset[str]] = {
    Kind.TICKET: frozenset({"", "STATUS_NONE", "ISSUED", "REDEEMED"}),
    Kind.COUPON: frozenset({"", "UNREDEEMED", "REDEEMED"}),
    Kind.MEMBER: frozenset({"", "ENROLLED", "ACTIVE", "CHECKED_IN", "EXPIRED", "CHECKED_OUT", "DELETED"}),
}
"""A missing status is the enum's zero."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one account's passes are read; `names` are those of its classes."""

    account: str
    names: Mapping[str, str]
    holder_fields: Sequence[str] = ()


def read_pass(
    value: Json, kind: Kind, owner: str, reading: Reading, seen_at: datetime | None, uses: Sequence[Use] = ()
) -> Pass:
    """Return one ticket, coupon or member as a pass. `uses`: a member's events, which the message does not hold."""
    found = an_object(value, kind.value)
    status = text(found, "status")
    if status not in STATUSES[kind]:
        raise nonsense("an unknown status")
    fields = _fields(found, kind)
    over = status in ("EXPIRED", "DELETED") or _invalidated(found)
    made = tuple(uses) if kind is Kind.MEMBER else _uses(found)
    return Pass(
        reading.account,
        "passkit",
        needed(found, "id"),
        template=owner,
        template_name=reading.names.get(owner, ""),
        identifiers=_identifiers(found, kind),
        holder=holder(fields, reading.holder_fields),
        fields=fields,
        voided=over or status == "REDEEMED",
        redeemed=status == "REDEEMED",
        nullified=status == "DELETED",
        expires=instant(found, "expiryDate"),
        uses=made,
        stored_value=number(found, "points") if kind is Kind.MEMBER else None,
        created=instant(found, "created"),
        modified=instant(found, "updated"),
        seen_at=seen_at,
    )


def bar_pass(value: Json, kind: Kind, owner: str, reading: Reading, seen_at: datetime | None) -> Pass:
    """Return what is sure of a message that cannot be read."""
    known = _identifiers(an_object(value, kind.value), kind)
    return barred(reading.account, "passkit", known, owner, seen_at, reading.names.get(owner, ""))


def read_event(value: Json) -> Use | None:
    """Return the use that a member's event is, None for enrolments, points and the like."""
    found = an_object(value, "event")
    at = instant(found, "date") or instant(found, "created")
    direction = {"EVENT_MEMBER_CHECKED_IN": Direction.ENTRY, "EVENT_MEMBER_CHECKED_OUT": Direction.EXIT}.get(
        text(found, "eventType")
    )
    if direction is None or at is None:
        return None
    mark = marks.read(text(found, "notes"))
    device = mark.device if mark else text(found, "externalDeviceId")
    scan_id = mark.scan_id if mark else text(found, "externalId")
    return Use(text(found, "address"), mark.at if mark else at, direction, device=device, scan_id=scan_id)


def _invalidated(found: Object) -> bool:
    return text(an_object(found.get("passMetaData"), "passMetaData"), "status") == INVALIDATED


def _identifiers(found: Object, kind: Kind) -> dict[IdentifierKind, str]:
    known = {
        IdentifierKind.UID: needed(found, "id"),
        IdentifierKind.TICKET_NUMBER: text(found, "ticketNumber") if kind is Kind.TICKET else "",
        IdentifierKind.EXTERNAL_ID: text(found, "externalId"),
        IdentifierKind.BARCODE: text(found, "barcodeContents"),
    }
    return {name: value for name, value in known.items() if value}


def _fields(found: Object, kind: Kind) -> dict[str, str]:
    person = an_object(found.get("person"), "person")
    seat = an_object(found.get("seatInfo"), "seatInfo")
    fields = {name: text(person, name) for name in ("displayName", "forename", "surname", "emailAddress")}
    fields |= {name: text(seat, name) for name in ("gate", "section", "row", "seat")}
    fields["ticket"] = text(an_object(found.get("ticketType"), "ticketType"), "name") or text(found, "sku")
    fields["order"] = text(found, "orderNumber") if kind is Kind.TICKET else ""
    fields["tier"] = text(found, "tierId")
    own = an_object(found.get("metaData"), "metaData")
    fields |= {name: text(own, name) for name in own}
    return {name: value for name, value in fields.items() if value}


def _uses(found: Object) -> tuple[Use, ...]:
    """Return a ticket's validations, and the redemption unless it is one of them come back."""
    details = [an_object(each, "validateDetails") for each in a_list(found.get("validateDetails"), "validateDetails")]
    uses = [use for each in details if (use := _use(each, "validate"))]
    last = _use(an_object(found.get("redemptionDetails"), "redemptionDetails"), "redemption")
    known = {use.scan_id for use in uses}
    if last and (last.scan_id not in known if last.scan_id else not uses):
        uses.append(last)
    return tuple(sorted(uses, key=by_time))


def _use(found: Object, what: str) -> Use | None:
    mark = marks.read(text(found, f"{what}Reference"))
    at = mark.at if mark else instant(found, f"{what}Date")
    if at is None or (mark and not mark.admits):
        return None
    place = text(found, f"{what}Source")
    if mark:
        return Use(place, at, mark.direction, device=mark.device, scan_id=mark.scan_id)
    return Use(place, at)
