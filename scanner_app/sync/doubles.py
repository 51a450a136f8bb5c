"""Passes admitted here that another door admitted as well, which told of it later: seen when they are fetched again.

The later door finds the earlier one when it reports (`platforms`); this is how the earlier one learns of the later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from scanner_app.application.events import Level, Notice
from scanner_app.application.ports import LedgerReader, OutboxItem, told_of
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass, Use
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation, OperationKind, OperationState
from scanner_app.domain.verdict import Outcome
from scanner_app.sync.line import Line

log = logging.getLogger(__name__)

ARRIVED = frozenset({OperationState.SENT, OperationState.CONTESTED})
TELLING = frozenset({OperationKind.RECORD, OperationKind.VOID})
ENDING = frozenset({PlatformKind.UNREACHABLE, PlatformKind.PORTAL, PlatformKind.BUSY})
"""Troubles that the next page would meet as well: the page is fetched again, so nothing is overlooked."""

REMEMBERED = 10_000


class Doubles:
    """Looks through the passes of one line before they are kept. One thread at a time."""

    def __init__(self, line: Line, notify: Callable[[Notice], None]) -> None:
        self._line, self._notify = line, notify
        self._clear: dict[str, tuple[Use, ...]] = {}  # uid -> the uses that were asked about

    def look(self, passes: Sequence[Pass]) -> None:
        """Write a conflict for every other door's admission of a pass admitted here; raises PlatformTrouble."""
        used = [subject for subject in passes if subject.uses and self._clear.get(subject.uid) != subject.uses]
        if not used:
            return
        reader = self._line.clerk.ledger_reader()
        try:
            ours = [(subject, item) for subject in used for item in _told(reader, subject)]
        finally:
            reader.close()
        for subject, item in ours:
            self._ask(subject, item)

    def _ask(self, subject: Pass, item: OutboxItem) -> None:
        try:
            others = self._line.platform.others(item.operation, subject)
        except PlatformTrouble as trouble:
            if trouble.kind in ENDING:
                raise
            log.warning("who else admitted %s of %s: %s", subject.uid, subject.account, trouble.code)
            return  # asked again when the pass comes by the next time
        at = self._line.clock.now().trusted
        told = [self._line.clerk.contest(item.number, at, told_of(use)) for use in others]
        if any(told):
            self._notify(Notice("upload_contested", Level.WARNING, "used_elsewhere"))
        self._remember(subject)

    def _remember(self, subject: Pass) -> None:
        if len(self._clear) >= REMEMBERED:
            self._clear.clear()
        self._clear[subject.uid] = subject.uses


def _told(reader: LedgerReader, subject: Pass) -> list[OutboxItem]:
    """Return one operation of each admission of ours that the platform has heard of; one under way looks for itself."""
    items = [i for i in reader.outbox_of(subject.key) if i.operation.kind in TELLING and _admits_once(i.operation)]
    waiting = {i.operation.scan_id for i in items if i.state is OperationState.PENDING}
    arrived = {i.operation.scan_id: i for i in items if i.state in ARRIVED}
    return [item for scan_id, item in arrived.items() if scan_id not in waiting]


def _admits_once(operation: Operation) -> bool:
    """Where a pass is good more than once, another door's admission is nobody's conflict."""
    return operation.policy == Policy.ONCE.value and operation.outcome != Outcome.REFUSE.value
