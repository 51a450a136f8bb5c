"""Telling PassEntry what happened at the door: decisions are reported, spent passes deactivated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from scanner_app.application.ports import Answer, Delivery, used_elsewhere
from scanner_app.domain.credential import storable
from scanner_app.domain.doubles import made_here
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass, Use, by_time, first_entry
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms import marks
from scanner_app.platforms.asking import after_telling, before_telling
from scanner_app.platforms.fields import an_object, needed
from scanner_app.platforms.passentry.calls import Calls
from scanner_app.platforms.passentry.scans import Scans

GONE = Answer(Delivery.CONTESTED, "deleted", {"state": "deleted"})
TAPS = frozenset({"VAS", "SMART_TAP", "NDEF_TEXT", "NDEF_URI", "SUN", "UID"})


class Courier:
    """Delivers one account's operations. `look` reads a pass by id, None when it is gone or nullified."""

    def __init__(self, calls: Calls, scans: Scans, look: Callable[[str], Pass | None]) -> None:
        self._calls, self._scans, self._look = calls, scans, look

    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell the platform of one operation."""
        return self._by_kind[operation.kind](self, operation, may_have_arrived)

    # --- scans ------------------------------------------------------------------------------------------------------
    def _record(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        if not operation.door:
            return Answer(Delivery.DONE, "no_door")
        if may_have_arrived and self._arrived(operation):
            return self._checked(operation, Delivery.ALREADY)
        return self._log(operation) or self._checked(operation, Delivery.DONE)

    def _unrecord(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        """No scan can be deleted: another one says that it was taken back, and doors count neither."""
        if not operation.door:
            return Answer(Delivery.DONE, "no_door")
        if may_have_arrived and self._arrived(operation):
            return Answer(Delivery.ALREADY)
        return self._log(operation) or Answer(Delivery.DONE)

    def _log(self, operation: Operation) -> Answer | None:
        """Report a scan; return the answer where the platform knows no such reader."""
        try:
            reply = self._calls.log(_scan(operation))
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            return Answer(Delivery.REFUSED, "unknown_door")
        needed(an_object(an_object(reply.json(), "answer").get("scanInfo"), "scanInfo"), "scanId")
        return None

    def _arrived(self, operation: Operation) -> bool:
        with before_telling():
            self._scans.refresh()
            return self._scans.holds(operation.scan_id, undone=operation.kind is OperationKind.UNRECORD)

    def _checked(self, operation: Operation, delivery: Delivery) -> Answer:
        if operation.refused or not operation.uid or operation.extra.get("spends"):
            return Answer(delivery)
        with after_telling():
            if self._look(operation.uid) is None:
                return GONE
            foreign = self._foreign(operation) if operation.policy == Policy.ONCE.value else None
        return used_elsewhere(foreign, operation) if foreign else Answer(delivery)

    def _foreign(self, operation: Operation) -> Use | None:
        return first_entry(self.others(operation))

    def others(self, operation: Operation) -> list[Use]:
        """Return what other devices let pass here, in or out, oldest first; refusals and our own do not count."""
        self._scans.refresh()
        scans = [s for s in self._scans.standing(operation.uid) if s.reader == operation.door]
        uses = [replace(s.use, scan_id=s.mark.scan_id if s.mark else "") for s in scans if s.use]
        return sorted((use for use in uses if not made_here(use, operation)), key=by_time)

    # --- passes -----------------------------------------------------------------------------------------------------
    def _void(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        with before_telling():
            subject = self._look(operation.uid)
            foreign = self._foreign(operation) if subject and operation.door else None
        if subject is None:
            return GONE
        if subject.voided and not subject.was_over:
            return self._was_void(operation, foreign, may_have_arrived=may_have_arrived)
        answer = self._act(operation, "deactivate", gone=GONE)
        return used_elsewhere(foreign, operation) if foreign and answer.delivery is Delivery.DONE else answer

    def _was_void(self, operation: Operation, foreign: Use | None, *, may_have_arrived: bool) -> Answer:
        if foreign:
            return used_elsewhere(foreign, operation)
        if may_have_arrived:
            return Answer(Delivery.ALREADY)
        return Answer(Delivery.CONTESTED, "voided", {"state": "deactivated"})

    def _restore(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        with before_telling():
            subject = self._look(operation.uid)
        if subject is None:
            return Answer(Delivery.REFUSED, "deleted")
        if not subject.voided:
            return Answer(Delivery.ALREADY)
        return self._act(operation, "reactivate", gone=Answer(Delivery.REFUSED, "deleted"))

    def _act(self, operation: Operation, action: str, *, gone: Answer) -> Answer:
        try:
            self._calls.update(operation.uid, {"passAction": action}).json()
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            return gone
        return Answer(Delivery.DONE)

    def _not_offered(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        return Answer(Delivery.REFUSED, "value_not_offered")

    _by_kind: Mapping[OperationKind, Callable[[Courier, Operation, bool], Answer]] = {
        OperationKind.RECORD: _record,
        OperationKind.UNRECORD: _unrecord,
        OperationKind.VOID: _void,
        OperationKind.RESTORE: _restore,
        OperationKind.VALUE: _not_offered,
    }


def _scan(operation: Operation) -> dict[str, str]:
    """The body of `scans/log`. It has no field for the time: the mark in `statusDetail` keeps it."""
    refused = operation.refused or operation.kind is OperationKind.UNRECORD
    body = {
        "readerId": operation.door,
        "scanType": "nfc" if operation.symbology in TAPS else "barcode",
        "status": "failed" if refused else "successful",
        "statusDetail": marks.written(operation),
        "scanValue": storable(operation.raw),
    }
    return body | ({"passId": operation.uid} if operation.uid else {})
