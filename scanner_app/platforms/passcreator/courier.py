"""Telling Passcreator what happened at the door: once, and never over somebody else's head."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from scanner_app.application.ports import Answer, Delivery, used_elsewhere
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Direction, Pass, Use, by_time, first_entry
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms.asking import after_telling, before_telling
from scanner_app.platforms.passcreator.calls import Calls
from scanner_app.platforms.passcreator.scans import ScanList
from scanner_app.platforms.passcreator.status import ADMITTING, CHECKED_OUT, ECHO, SECOND, Scanned, scan_body
from scanner_app.platforms.zones import to_wall, wall_gap

REMEMBERED = 1000
DONE, ALREADY, REFUSED, CONTESTED = Delivery.DONE, Delivery.ALREADY, Delivery.REFUSED, Delivery.CONTESTED
GONE = Answer(CONTESTED, "deleted", {"state": "deleted"})
VOID = Answer(CONTESTED, "voided", {"state": "voided"})


class Courier:
    """Delivers one account's operations. `look` reads a pass by uid, None when the platform has none."""

    def __init__(
        self, calls: Calls, zone: ZoneInfo, look: Callable[[str], Pass | None], *, deletes_scans: bool
    ) -> None:
        self._calls, self._zone, self._look, self._deletes_scans = calls, zone, look, deletes_scans
        self._scans = ScanList(calls, zone)
        self._void_before: set[str] = set()  # ids of scans whose pass was void before, until they are told
        self._values: dict[str, tuple[Decimal, Decimal]] = {}  # scan id -> value before and after, until settled

    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell the platform of one operation."""
        return self._by_kind[operation.kind](self, operation, may_have_arrived)

    # --- app scans --------------------------------------------------------------------------------------------------
    def _record(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        if not operation.door:
            return Answer(DONE, "no_door")  # nothing is kept of scans where no app configuration is set up
        if may_have_arrived and self._earlier(operation):
            return self._checked(operation, ALREADY)
        if operation.extra.get("spends") and not operation.refused and not self._look_before(operation):
            return GONE
        try:
            self._calls.record(scan_body(operation, self._zone))
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            return self._not_recorded(operation)
        return self._checked(operation, DONE)

    def _not_recorded(self, operation: Operation) -> Answer:
        with before_telling():
            gone = bool(operation.uid) and self._look(operation.uid) is None
        if gone:
            return Answer(REFUSED, "deleted") if operation.refused else GONE
        return Answer(REFUSED, "unknown_door")

    def _checked(self, operation: Operation, delivery: Delivery) -> Answer:
        """After an admission that leaves the pass good: nobody else may have had it, nor deleted it."""
        if operation.scan_id in self._void_before:
            self._void_before.discard(operation.scan_id)
            return VOID
        # Where a void follows, that looks for itself.
        if operation.refused or not operation.uid or operation.extra.get("spends"):
            return Answer(delivery)
        with after_telling():
            subject = self._look(operation.uid)
            if subject is None:
                return GONE
            if self._void_unused(subject, operation):
                return VOID
            foreign = self._foreign(subject, operation) if operation.policy == Policy.ONCE.value else None
        return used_elsewhere(foreign, operation) if foreign else Answer(delivery)

    def _look_before(self, operation: Operation) -> bool:
        """Return whether the pass is there. One that is void before its scan is told is remembered.

        The scan leaves a use that would explain the void. Of the uses that are there already none is ours, however
        close: who made them is told where the pass is voided.
        """
        with before_telling():
            subject = self._look(operation.uid)
        if subject and _spent(subject) and not subject.uses:
            self._void_before.add(operation.scan_id)
        return subject is not None

    def _void_unused(self, subject: Pass, operation: Operation) -> bool:
        """Whether a pass is void though no door but this one used it: an organiser did that."""
        return _spent(subject) and all(self._echo(use, operation) for use in subject.uses)

    def _unrecord(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        if not operation.door:
            return Answer(DONE, "no_door")
        if not self._deletes_scans:
            return Answer(DONE, "scan_stays")  # as the account is set up: nobody can mend it by trying again
        with before_telling():
            scan = self._earlier(operation)
        if scan is None:
            return Answer(ALREADY)
        try:
            self._calls.delete_scan(scan.id)
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            return Answer(ALREADY)
        return Answer(DONE)

    def _earlier(self, operation: Operation) -> Scanned | None:
        """Return this operation come back: the one after those that look the same and were told before it."""
        alike = int(operation.extra.get("alike", "0"))
        with before_telling():
            told = (s for s in self._scans.since(operation.door, operation.at) if s.tells(operation, self._zone))
            return next(itertools.islice(told, alike, None), None)

    # --- voids ------------------------------------------------------------------------------------------------------
    def _void(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        with before_telling():
            subject = self._look(operation.uid)
            foreign = self._foreign(subject, operation) if subject else None
        if subject is None:
            return GONE
        if _spent(subject):
            return self._was_void(operation, subject, foreign, may_have_arrived=may_have_arrived)
        answer = self._mark(operation, voided=True)
        # Both doors admitted: the pass is void all the same, and people are told.
        return used_elsewhere(foreign, operation) if foreign and answer.delivery is DONE else answer

    def _was_void(self, operation: Operation, subject: Pass, foreign: Use | None, *, may_have_arrived: bool) -> Answer:
        ours = bool(operation.door) and any(self._echo(use, operation) for use in subject.uses)
        if foreign is None and (may_have_arrived or ours):
            return Answer(ALREADY)
        last = foreign or max(subject.uses, key=by_time, default=None)
        return used_elsewhere(last, operation) if last else VOID

    def _restore(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        with before_telling():
            subject = self._look(operation.uid)
        if subject is None:
            return Answer(REFUSED, "deleted")
        return self._mark(operation, voided=False) if subject.voided else Answer(ALREADY)

    def _mark(self, operation: Operation, *, voided: bool) -> Answer:
        try:
            self._calls.mark(operation.uid, voided=voided)
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            with before_telling():
                gone = self._look(operation.uid) is None
            if not gone:
                return Answer(REFUSED, trouble.detail)
            return GONE if voided else Answer(REFUSED, "deleted")
        return Answer(DONE)

    # --- who else was here ------------------------------------------------------------------------------------------
    def _foreign(self, subject: Pass, operation: Operation) -> Use | None:
        return first_entry(self.others(operation, subject))

    def others(self, operation: Operation, subject: Pass) -> Iterator[Use]:
        """Yield the uses at this place that other devices made, in or out, the first one first."""
        here = sorted((u for u in subject.uses if u.place == operation.place), key=lambda u: self._gap(u, operation))
        mine = here[:1] if operation.door and here and self._echo(here[0], operation) else []
        others = sorted(here[len(mine) :], key=by_time)
        if not others or not operation.door:
            yield from others
            return
        scans = self._scans_of(operation, others)
        taken = frozenset(u.at for u in subject.uses)
        told: set[Scanned] = set()
        yield from (named for use in others if (named := self._named(use, scans, taken, operation, told)))

    def _scans_of(self, operation: Operation, uses: list[Use]) -> list[Scanned]:
        """Return the scans of a pass, up to those that explain its uses: a door may have made thousands since."""
        start = min(uses[0].at, operation.at)
        if operation.policy != Policy.ONCE.value:  # every pass of such a place has uses of other doors
            return [scan for scan in self._scans.lately(operation.door, start) if scan.uid == operation.uid]
        found: list[Scanned] = []
        unexplained = uses
        for scan in self._scans.since(operation.door, start):
            if scan.uid == operation.uid:
                found.append(scan)
                unexplained = [use for use in unexplained if not scan.made(operation.uid, use.at, self._zone)]
            elif not unexplained and scan.after(uses[-1].at, self._zone):
                break
        return found

    def _gap(self, use: Use, operation: Operation) -> timedelta:
        """`createdOn` has no offset: in the hour that comes twice the platform may have taken it for the other one."""
        return wall_gap(use.at, operation.at, self._zone)

    def _echo(self, use: Use, operation: Operation) -> bool:
        return use.place == operation.place and self._gap(use, operation) <= ECHO

    def _named(
        self, use: Use, scans: list[Scanned], taken: frozenset[datetime], operation: Operation, told: set[Scanned]
    ) -> Use | None:
        """Return the use with its device; None when it was a refused repeat, or this kiosk's own, taken back.

        `told`: admissions that earlier uses stand for; a repeat of the same moment is no second one.
        """
        made = [s for s in scans if s.made(operation.uid, use.at, self._zone)]
        made = made or self._pushed_on(use.at, scans, taken, operation.uid)
        if not made:
            # A use does not tell which way. Where that matters, one that no scan stands behind proves nothing.
            return replace(use, direction=Direction.EXIT) if operation.policy == Policy.IN_OUT.value else use
        mine = self._mine(made, operation)
        admitted = [s for s in made if s.status in ADMITTING and s not in mine]
        left = [s for s in admitted if s not in told]
        if not admitted or (not left and any(s.status not in ADMITTING for s in made)):
            return None
        admission = (left or admitted)[0]
        told.add(admission)
        way = Direction.EXIT if admission.status == CHECKED_OUT else Direction.ENTRY
        return replace(use, direction=way, device=admission.device)

    def _mine(self, scans: list[Scanned], operation: Operation) -> list[Scanned]:
        """Return the scans that this kiosk made: by its ledger, where that was asked, for a name may be another's too.

        What we sent comes back to the second; scans of our name beside such a one are another kiosk's.
        """
        if operation.own is None:
            return [s for s in scans if s.device == operation.device]
        moments = {(one.device or operation.device, one.at) for one in operation.own}
        moments.add((operation.device, operation.at))
        exact = [s for s in scans if any((s.device, s.wall) == (d, to_wall(at, self._zone)) for d, at in moments)]
        return exact or [s for s in scans if any(s.device == d and s.made(s.uid, at, self._zone) for d, at in moments)]

    def _pushed_on(self, at: datetime, scans: list[Scanned], taken: frozenset[datetime], uid: str) -> list[Scanned]:
        """Return the scans of a use that stands later than each of them: a pass holds one use per second.

        A guest who holds the pass there again and again fills second after second, each with a scan of its own.
        """
        first = at
        while first - SECOND in taken:
            first -= SECOND
        run = [s for s in scans if s.between(uid, first, at, self._zone)]
        filled = (at - first) // SECOND + 1
        return run if len(run) >= filled else []

    # --- stored value -----------------------------------------------------------------------------------------------
    def _value(self, operation: Operation, may_have_arrived: bool) -> Answer:  # noqa: FBT001 - one of a table
        with before_telling():
            subject = self._look(operation.uid)
        if subject is None:
            return GONE if operation.amount < 0 else Answer(REFUSED, "deleted")
        held = subject.stored_value or Decimal(0)
        if may_have_arrived:
            settled = self._settled(operation, held)
            if settled:
                return settled
        after = held + operation.amount
        if after < 0:
            return Answer(CONTESTED, "nothing_left", {"stored_value": str(held), "amount": str(operation.amount)})
        self._remember(operation.scan_id, held, after)
        self._calls.set_stored_value(operation.uid, after)
        self._values.pop(operation.scan_id, None)
        return Answer(DONE, facts={"stored_value": str(after)})

    def _settled(self, operation: Operation, held: Decimal) -> Answer | None:
        """Setting a value has no key to know it by: the value read before the lost try tells, if it is still known."""
        known = self._values.pop(operation.scan_id, None)
        if known and held == known[1]:
            return Answer(ALREADY, facts={"stored_value": str(held)})
        if known and held == known[0]:
            return None
        return Answer(CONTESTED, "value_unsettled", {"stored_value": str(held), "amount": str(operation.amount)})

    def _remember(self, scan_id: str, before: Decimal, after: Decimal) -> None:
        while len(self._values) >= REMEMBERED:
            self._values.pop(next(iter(self._values)))
        self._values[scan_id] = (before, after)

    _by_kind: Mapping[OperationKind, Callable[[Courier, Operation, bool], Answer]] = {
        OperationKind.RECORD: _record,
        OperationKind.UNRECORD: _unrecord,
        OperationKind.VOID: _void,
        OperationKind.RESTORE: _restore,
        OperationKind.VALUE: _value,
    }


def _spent(subject: Pass) -> bool:
    """Whether a person or a door voided it: an expired pass reads as voided too."""
    return subject.voided and (subject.redeemed or not subject.was_over)
