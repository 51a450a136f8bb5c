"""Telling Airship what happened at the door: a tag for each admission, the expiry label for a spent pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner_app.application.ports import Answer, Delivery, used_elsewhere
from scanner_app.domain.doubles import made_here
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass, Use, first_entry
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms.airship.calls import Calls
from scanner_app.platforms.airship.codec import VOIDED, written_tag
from scanner_app.platforms.asking import after_telling, before_telling
from scanner_app.platforms.fields import an_object, texts

DONE, ALREADY, REFUSED, CONTESTED = Delivery.DONE, Delivery.ALREADY, Delivery.REFUSED, Delivery.CONTESTED
GONE = Answer(CONTESTED, "deleted", {"state": "deleted"})
NOT_KEPT = Answer(DONE, "not_kept")


class Courier:
    """Delivers one account's operations. `settle` follows tickets until the pass says what was asked."""

    def __init__(
        self,
        calls: Calls,
        look: Callable[[str], Pass | None],
        settle: Callable[[str, list[int], str], None],
        *,
        tags: bool,
    ) -> None:
        self._calls, self._look, self._settle, self._tags = calls, look, settle, tags

    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell the platform of one operation. Refusals and unknown codes have no place in this contract."""
        if not operation.uid or (operation.kind is OperationKind.RECORD and operation.refused):
            return NOT_KEPT
        try:
            return self._by_kind[operation.kind](self, operation, may_have_arrived)
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
        with before_telling():
            gone = self._look(operation.uid) is None
        admission = operation.kind in (OperationKind.RECORD, OperationKind.VOID)
        return (GONE if admission else Answer(REFUSED, "deleted")) if gone else Answer(REFUSED, "not_found")

    # --- tags -------------------------------------------------------------------------------------------------------
    def _record(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        if not self._tags:
            return NOT_KEPT
        new = self._tag(operation)
        if operation.extra.get("spends") or operation.policy != Policy.ONCE.value:
            return Answer(DONE if new else ALREADY)
        with after_telling():
            subject = self._look(operation.uid)
        foreign = _foreign(subject, operation) if subject else None
        return used_elsewhere(foreign, operation) if foreign else Answer(DONE if new else ALREADY)

    def _tag(self, operation: Operation) -> bool:
        """Leave the tag of this scan; return False if it was there: a repeat changes nothing."""
        path = ["pass", operation.uid, "tags"]
        found = an_object(self._calls.ask("PUT", path, {"tags": [written_tag(operation)]}).json(), "tags")
        return bool(texts(found, "newTags"))

    def _unrecord(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        if not self._tags:
            return NOT_KEPT
        try:
            self._calls.ask("DELETE", ["tag", written_tag(operation), "pass", operation.uid], ok=(200, 201, 204))
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            return Answer(ALREADY)
        return Answer(DONE)

    # --- the label --------------------------------------------------------------------------------------------------
    def _void(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        with before_telling():
            before = self._look(operation.uid)
        if before is None:
            return GONE
        if self._tags:
            self._tag(operation)  # first the tag, then the look: of two doors the later one sees the other
        with after_telling():
            subject = self._look(operation.uid)
        if subject is None:
            return GONE
        foreign = _foreign(subject, operation)
        if subject.voided:
            ours = may_have_arrived or any(use.scan_id == operation.scan_id for use in before.uses)
            return used_elsewhere(foreign, operation) if foreign else Answer(ALREADY) if ours else _organiser()
        self._label(operation.uid, VOIDED)
        return used_elsewhere(foreign, operation) if foreign else Answer(DONE)

    def _restore(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        with before_telling():
            subject = self._look(operation.uid)
        if subject is None:
            return Answer(REFUSED, "deleted")
        if not subject.voided:
            return Answer(ALREADY)
        self._label(operation.uid, "valid")
        return Answer(DONE)

    def _label(self, uid: str, label: str) -> None:
        tickets = self._calls.change(["pass", uid], {"headers": {"expirationDate": {"label": label}}})
        with after_telling():
            self._settle(uid, tickets, label)

    def _not_offered(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        return Answer(REFUSED, "value_not_offered")

    _by_kind: Mapping[OperationKind, Callable[[Courier, Operation, bool], Answer]] = {
        OperationKind.RECORD: _record,
        OperationKind.UNRECORD: _unrecord,
        OperationKind.VOID: _void,
        OperationKind.RESTORE: _restore,
        OperationKind.VALUE: _not_offered,
    }


def others(operation: Operation, subject: Pass) -> list[Use]:
    """Return what other devices let pass here, in or out, oldest first."""
    return [u for u in subject.uses if u.place == operation.place and not made_here(u, operation)]


def _foreign(subject: Pass, operation: Operation) -> Use | None:
    return first_entry(others(operation, subject))


def _organiser() -> Answer:
    return Answer(CONTESTED, "voided", {"state": "voided"})
