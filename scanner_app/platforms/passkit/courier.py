"""Telling PassKit what happened at the door: tickets validated, coupons redeemed, members checked in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC
from decimal import Decimal

from scanner_app.application.ports import Answer, Delivery, used_elsewhere
from scanner_app.domain.doubles import made_here
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Direction, Pass, Use, first_entry
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms import marks
from scanner_app.platforms.asking import after_telling, before_telling
from scanner_app.platforms.fields import an_object, flag, needed
from scanner_app.platforms.passkit.calls import Calls, Kind
from scanner_app.platforms.strict_json import Json

DONE, ALREADY, REFUSED, CONTESTED = Delivery.DONE, Delivery.ALREADY, Delivery.REFUSED, Delivery.CONTESTED
GONE = Answer(CONTESTED, "deleted", {"state": "deleted"})
NOT_KEPT = Answer(DONE, "not_kept")
FINAL = Answer(REFUSED, "redeem_is_final")
REMEMBERED = 1000
UNDO = "-undo"
"""What a member's event that takes another one back is called, after the name of that one."""
Told = tuple[Kind, Pass]


class Courier:
    """Delivers one account's operations. `look` reads a pass by id, with its events, None when it is gone."""

    def __init__(self, calls: Calls, look: Callable[[str], Told | None]) -> None:
        self._calls, self._look = calls, look
        self._points: dict[str, tuple[Decimal, Decimal]] = {}  # scan id -> points before and after, until settled

    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell the platform of one operation. Refusals and unknown codes have no place in this contract."""
        if not operation.uid or (operation.kind is OperationKind.RECORD and operation.refused):
            return NOT_KEPT
        with before_telling():
            told = self._look(operation.uid)
        if told is None:
            return GONE if operation.kind in (OperationKind.RECORD, OperationKind.VOID) else Answer(REFUSED, "deleted")
        kind, subject = told
        if operation.kind is OperationKind.VALUE:
            return self._value(operation, kind, subject, may_have_arrived=may_have_arrived)
        try:
            return self._acts[kind, operation.kind](self, operation, subject)
        except PlatformTrouble as trouble:
            if trouble.kind is PlatformKind.NOT_FOUND:
                return GONE
            if trouble.kind is PlatformKind.REFUSED:
                return self._why_refused(operation, trouble)
            raise

    def _why_refused(self, operation: Operation, trouble: PlatformTrouble) -> Answer:
        """A refusal of an admission is somebody else's doing if the pass tells so."""
        with before_telling():
            told = self._look(operation.uid)
        if told is None:
            return GONE
        foreign = _foreign(told[1], operation)
        return _contested(foreign, operation) if foreign else Answer(REFUSED, trouble.detail)

    # --- tickets ----------------------------------------------------------------------------------------------------
    def _ticket_record(self, operation: Operation, subject: Pass) -> Answer:
        if operation.extra.get("spends"):
            return NOT_KEPT  # the void that follows validates and redeems at once
        if _ours(subject, operation):
            return Answer(ALREADY)
        reply = self._validate(operation, {})
        if not flag(an_object(reply, "answer"), "valid", missing=False):
            return self._not_valid(operation)
        foreign = _foreign(subject, operation) if operation.policy == Policy.ONCE.value else None
        return _contested(foreign, operation) if foreign else Answer(DONE)

    def _ticket_void(self, operation: Operation, subject: Pass) -> Answer:
        if subject.redeemed:
            return Answer(ALREADY) if _ours(subject, operation) else _contested(_foreign(subject, operation), operation)
        reply = self._validate(operation, {"maxNumberOfValidations": 1})
        if flag(an_object(reply, "answer"), "valid", missing=False):
            return Answer(DONE)
        return self._not_valid(operation)

    def _not_valid(self, operation: Operation) -> Answer:
        """HTTP 200 that says no: redeemed by somebody, over, or validated elsewhere before without being redeemed."""
        with after_telling():
            told = self._look(operation.uid)
        if told is None:
            return GONE
        _, subject = told
        if subject.redeemed:
            return Answer(ALREADY) if _ours(subject, operation) else _contested(_foreign(subject, operation), operation)
        if subject.voided or subject.was_over or operation.kind is not OperationKind.VOID:
            return Answer(CONTESTED, "voided", {"state": "invalid"})
        return self._redeem_ticket(operation)

    def _redeem_ticket(self, operation: Operation) -> Answer:
        body = {"ticket": {"ticketId": operation.uid}, "redemptionDetails": _details(operation, "redemption")}
        needed(an_object(self._calls.ask("PUT", ["eventTickets", "ticket", "redeem"], body).json(), "answer"), "id")
        return self._still_ours(operation)

    def _validate(self, operation: Operation, more: Mapping[str, Json]) -> Json:
        body = {"ticket": {"ticketId": operation.uid}, "validateDetails": _details(operation, "validate"), **more}
        return self._calls.ask("PUT", ["eventTickets", "ticket", "validate"], body).json()

    # --- coupons ----------------------------------------------------------------------------------------------------
    def _coupon_void(self, operation: Operation, subject: Pass) -> Answer:
        if subject.redeemed:
            return Answer(ALREADY) if _ours(subject, operation) else _contested(_foreign(subject, operation), operation)
        body = {"id": operation.uid, "redemptionDetails": _details(operation, "redemption")}
        path = ["coupon", "singleUse", "coupon", "redeem"]
        needed(an_object(self._calls.ask("PUT", path, body).json(), "answer"), "id")
        return self._still_ours(operation)

    def _still_ours(self, operation: Operation) -> Answer:
        """A second redemption overwrites the first: whoever looks last finds the other."""
        with after_telling():
            told = self._look(operation.uid)
        if told is None:
            return GONE
        return Answer(DONE) if _ours(told[1], operation) else _contested(_foreign(told[1], operation), operation)

    def _not_kept(self, operation: Operation, subject: Pass) -> Answer:
        return NOT_KEPT

    def _final(self, operation: Operation, subject: Pass) -> Answer:
        return FINAL

    # --- members ----------------------------------------------------------------------------------------------------
    def _member_void(self, operation: Operation, subject: Pass) -> Answer:
        """A spent membership is a check-in at its place. Nothing in this contract voids a member for an office."""
        return self._check_in(operation, subject) if operation.place else Answer(REFUSED, "members_expire_only")

    def _check_in(self, operation: Operation, subject: Pass) -> Answer:
        if _ours(subject, operation):
            return Answer(ALREADY)
        foreign = _foreign(subject, operation) if operation.policy == Policy.ONCE.value else None
        self._move(operation, operation.direction, operation.scan_id)
        return _contested(foreign, operation) if foreign else Answer(DONE)

    def _check_back(self, operation: Operation, subject: Pass) -> Answer:
        """An undone check-in is a check-out, and the other way round."""
        undo = operation.scan_id + UNDO
        if any(use.scan_id == undo for use in subject.uses):
            return Answer(ALREADY)
        back = Direction.EXIT if operation.direction is Direction.ENTRY else Direction.ENTRY
        self._move(operation, back, undo)
        return Answer(DONE)

    def _move(self, operation: Operation, direction: Direction, event: str) -> None:
        body = {
            "memberId": operation.uid,  # `id` is ignored silently here
            "externalEventId": event,
            "externalDeviceId": operation.device,
            "address": operation.place,
            "notes": marks.written(operation) if event == operation.scan_id else "undone",
        }
        path = ["members", "member", "checkIn" if direction is Direction.ENTRY else "checkOut"]
        needed(an_object(self._calls.ask("POST", path, body).json(), "event"), "id")

    def _value(self, operation: Operation, kind: Kind, subject: Pass, *, may_have_arrived: bool) -> Answer:
        if kind is not Kind.MEMBER:
            return Answer(REFUSED, "value_not_offered")
        held = subject.stored_value or Decimal(0)
        known = self._points.pop(operation.scan_id, None)
        if may_have_arrived and known and held == known[1]:
            return Answer(ALREADY)
        if may_have_arrived and not (known and held == known[0]):  # nobody can tell any more whether it arrived
            return Answer(CONTESTED, "value_unsettled", {"stored_value": str(held), "amount": str(operation.amount)})
        if held + operation.amount < 0:
            return Answer(CONTESTED, "nothing_left", {"stored_value": str(held), "amount": str(operation.amount)})
        self._remember(operation.scan_id, held, held + operation.amount)
        how = "burn" if operation.amount < 0 else "earn"
        amount = abs(operation.amount)
        points = int(amount) if amount == amount.to_integral_value() else float(amount)
        self._calls.ask("PUT", ["members", "member", "points", how], {"id": operation.uid, "points": points}).json()
        self._points.pop(operation.scan_id, None)
        return Answer(DONE)

    def _remember(self, scan_id: str, before: Decimal, after: Decimal) -> None:
        while len(self._points) >= REMEMBERED:
            self._points.pop(next(iter(self._points)))
        self._points[scan_id] = (before, after)

    _acts: Mapping[tuple[Kind, OperationKind], Callable[[Courier, Operation, Pass], Answer]] = {
        (Kind.TICKET, OperationKind.RECORD): _ticket_record,
        (Kind.TICKET, OperationKind.VOID): _ticket_void,
        (Kind.TICKET, OperationKind.RESTORE): _final,
        (Kind.TICKET, OperationKind.UNRECORD): _final,
        (Kind.COUPON, OperationKind.RECORD): _not_kept,
        (Kind.COUPON, OperationKind.VOID): _coupon_void,
        (Kind.COUPON, OperationKind.RESTORE): _final,
        (Kind.COUPON, OperationKind.UNRECORD): _not_kept,
        (Kind.MEMBER, OperationKind.RECORD): _check_in,
        (Kind.MEMBER, OperationKind.VOID): _member_void,
        (Kind.MEMBER, OperationKind.RESTORE): _check_back,
        (Kind.MEMBER, OperationKind.UNRECORD): _check_back,
    }


def _details(operation: Operation, what: str) -> dict[str, str]:
    """When, where and by whom, in the words of a validation or a redemption; the date is the door's."""
    return {
        f"{what}Date": operation.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{what}Source": operation.place,
        f"{what}Reference": marks.written(operation),
    }


def _ours(subject: Pass, operation: Operation) -> bool:
    return any(use.scan_id == operation.scan_id for use in subject.uses)


def others(operation: Operation, subject: Pass) -> list[Use]:
    """Return the uses here by other devices, in or out, oldest first; a place that is not told may be any."""
    here = [u for u in subject.uses if u.place in ("", operation.place)]
    return [u for u in here if not made_here(replace(u, scan_id=u.scan_id.removesuffix(UNDO)), operation)]


def _foreign(subject: Pass, operation: Operation) -> Use | None:
    return first_entry(others(operation, subject))


def _contested(use: Use | None, operation: Operation) -> Answer:
    if use is None:
        return Answer(CONTESTED, "voided", {"state": "redeemed"})
    return used_elsewhere(use, operation)
