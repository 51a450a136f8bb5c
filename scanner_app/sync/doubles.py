"""Passes admitted here that another door admitted as well, which told of it later: seen when they are fetched again.

The later door finds the earlier one when it reports (`platforms`); this is how the earlier one learns of the later.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from scanner_app.application.events import Level, Notice
from scanner_app.application.ports import LedgerReader, OutboxItem, used_elsewhere
from scanner_app.domain.doubles import Double, doubles
from scanner_app.domain.effective import echo
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass, Use
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import LocalUse, OperationKind, OperationState
from scanner_app.sync.line import Line
from scanner_app.sync.own import with_own

log = logging.getLogger(__name__)

ARRIVED = frozenset({OperationState.SENT, OperationState.CONTESTED})
TELLING = frozenset({OperationKind.RECORD, OperationKind.VOID})
LIMITING = frozenset({Policy.ONCE.value, Policy.IN_OUT.value, Policy.COUNTED.value})
"""Policies under which another door's admission may be one too many."""
ENDING = frozenset({PlatformKind.UNREACHABLE, PlatformKind.PORTAL, PlatformKind.BUSY})
"""Troubles that the next page would meet as well: the page is fetched again, so nothing is overlooked."""

REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a pass at one place: whose uses stand beside ours. `items` by the scan that each is about."""

    subject: Pass
    asked: OutboxItem
    mine: Sequence[Use]
    items: Mapping[str, OutboxItem]


class Doubles:
    """Looks through the passes of one line before they are kept. One thread at a time."""

    def __init__(self, line: Line, notify: Callable[[Notice], None]) -> None:
        self._line, self._notify = line, notify
        self._clear: dict[str, tuple[Use, ...]] = {}  # uid -> the uses that were asked about

    def look(self, passes: Sequence[Pass]) -> None:
        """Write a conflict for every other door's admission that does not go with ours; raises PlatformTrouble."""
        used = [subject for subject in passes if subject.uses and self._clear.get(subject.uid) != subject.uses]
        if not used:
            return
        with closing(self._line.clerk.ledger_reader()) as reader:
            open_ = [(subject, list(self._questions(reader, subject))) for subject in used]
        for subject, questions in open_:
            answered = [self._ask(question) for question in questions]
            if answered and all(answered):
                self._remember(subject)

    def _questions(self, reader: LedgerReader, subject: Pass) -> Iterator[Question]:
        repeated: dict[tuple[str, str], list[OutboxItem]] = defaultdict(list)
        for item in _told(reader, subject):
            told = item.operation
            if told.policy == Policy.ONCE.value:
                mine = Use(told.place, told.at, told.direction, device=told.device, scan_id=told.scan_id)
                yield Question(subject, item, (mine,), {told.scan_id: item})
            else:
                repeated[told.place, told.policy].append(item)
        for items in repeated.values():
            yield from self._repeated(reader.local_facts(subject.key).uses, subject, items)

    def _repeated(self, known: Sequence[LocalUse], subject: Pass, items: Sequence[OutboxItem]) -> Iterator[Question]:
        """Ask only where the pass itself lets it seem possible, and of nothing that was asked before."""
        told = items[0].operation
        local = [use for use in known if use.place in (told.place, told.door) and not use.venue]
        mine = [_use(use) for use in local if not use.undone]
        possible = list(_possible(subject, items[0], mine, local, self._clear.get(subject.uid, ())))
        if not possible:
            return
        if told.policy == Policy.IN_OUT.value:  # what was before the first of them has no part in it
            first = min(use.at for double in possible for use in (double.mine, double.theirs))
            mine = [use for use in mine if use.at >= first]
            subject = replace(subject, uses=tuple(use for use in subject.uses if use.at >= first))
        yield Question(subject, items[-1], mine, {item.operation.scan_id: item for item in items})

    def _ask(self, question: Question) -> bool:
        """Ask who else was here and write what comes to light; return False where that has to be asked again."""
        subject, told = question.subject, question.asked.operation
        with closing(self._line.clerk.ledger_reader()) as reader:
            told = with_own(reader, told)
        try:
            others = self._line.platform.others(told, subject)
        except PlatformTrouble as trouble:
            if trouble.kind in ENDING:
                raise
            log.warning("who else admitted %s of %s: %s", subject.uid, subject.account, trouble.code)
            return False  # asked again when the pass comes by the next time
        at = self._line.clock.now().trusted
        answers = [
            (item.number, used_elsewhere(double.theirs, item.operation))
            for double in doubles(told, question.mine, others)
            if (item := question.items.get(double.mine.scan_id)) is not None
        ]
        written = [answer for number, answer in answers if self._line.clerk.contest(number, at, answer)]
        if written:
            self._notify(Notice("upload_contested", Level.WARNING, written[0].detail))
        if any(answer.facts.get("used_device") == told.device for answer in written):
            self._notify(Notice("same_name", Level.WARNING, told.device))
        return True

    def _remember(self, subject: Pass) -> None:
        if len(self._clear) >= REMEMBERED:
            self._clear.clear()
        self._clear[subject.uid] = subject.uses


def _use(ours: LocalUse) -> Use:
    return Use(ours.place, ours.at, ours.direction, device=ours.device, scan_id=ours.scan_id)


def _possible(
    subject: Pass, item: OutboxItem, mine: Sequence[Use], local: Sequence[LocalUse], clear: Sequence[Use]
) -> Iterator[Double]:
    """Yield what the uses in a pass may mean, as they do not all tell who and which way; `clear` were asked about."""
    told, ours = item.operation, {use.scan_id: use for use in local}
    here = [use for use in subject.uses if use.place in ("", told.place, told.door)]
    theirs = [use for use in here if not any(echo(use, one) for one in local)]
    for double in doubles(told, mine, theirs):
        known = double.theirs in clear and any(echo(use, ours[double.mine.scan_id]) for use in clear)
        if not known:
            yield double


def _told(reader: LedgerReader, subject: Pass) -> list[OutboxItem]:
    """Return one operation of each admission of ours that the platform has heard of; one under way looks for itself."""
    items = [i for i in reader.outbox_of(subject.key) if i.operation.kind in TELLING and _limited(i)]
    waiting = {i.operation.scan_id for i in items if i.state is OperationState.PENDING}
    arrived = {i.operation.scan_id: i for i in items if i.state in ARRIVED}
    return [item for scan_id, item in arrived.items() if scan_id not in waiting]


def _limited(item: OutboxItem) -> bool:
    """Where a pass is good any number of times, another door's admission is nobody's conflict."""
    return item.operation.policy in LIMITING and not item.operation.refused
