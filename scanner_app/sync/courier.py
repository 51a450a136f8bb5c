"""One claimed outbox item taken to its platform, and the outcome written down."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from scanner_app.application.events import Level, Notice
from scanner_app.application.ports import Answer, Delivery, OutboxItem
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.scan import Operation, OperationKind, OperationState
from scanner_app.sync.answers import ANSWERS, Action
from scanner_app.sync.line import Line
from scanner_app.sync.own import with_own
from scanner_app.sync.tally import Tally
from scanner_app.sync.zone_watch import ZoneWatch

log = logging.getLogger(__name__)

STATES = {
    Action.SENT: OperationState.SENT,
    Action.REFUSED: OperationState.REFUSED,
    Action.CONTESTED: OperationState.CONTESTED,
}
ADMITTING = frozenset({OperationKind.RECORD, OperationKind.VOID})
CHANGING = frozenset({OperationKind.VOID, OperationKind.RESTORE, OperationKind.VALUE})
"""Operations after which a platform calls the pass modified."""


class Courier:
    """Delivers for one line. Thread-safe; raises StorageTrouble only: the item then stays claimed on disk."""

    def __init__(
        self, line: Line, tally: Tally, notify: Callable[[Notice], None], watch: ZoneWatch | None = None
    ) -> None:
        self._line, self._tally, self._notify, self._watch = line, tally, notify, watch
        self._lock = threading.Lock()
        self._counts: Counter[Action] = Counter()
        begun = line.clock.now()
        self._began = (begun.wall, begun.monotonic)

    def deliver(self, item: OutboxItem) -> None:
        """Make one try and write its outcome."""
        operation, platform = item.operation, self._line.platform
        try:
            # Admitted without the venue's hub: another kiosk may have told of it by the hub meanwhile.
            doubt = item.unknown or "provisional" in operation.extra
            operation = self._known(self._numbered(item) if doubt else operation)
            answer = self._line.connectivity.ask(lambda: platform.deliver(operation, may_have_arrived=doubt))
        except PlatformTrouble as trouble:
            self._failed(item, trouble)
            return
        except Exception as error:  # a bug in an adapter is that item's trouble, never the others'
            log.exception("delivery of outbox row %d", item.number)
            self._failed(item, PlatformTrouble(PlatformKind.NONSENSE, f"bug: {type(error).__name__}"))
            return
        self._tally.went_through(item.number)
        self._end(item, ANSWERS[answer.delivery], answer)

    def _numbered(self, item: OutboxItem) -> Operation:
        """Return an operation that may have arrived, with how many arrived before it that look the same there."""
        operation = item.operation
        if operation.kind is not OperationKind.RECORD:
            return operation
        with closing(self._line.clerk.ledger_reader()) as reader:
            alike = reader.alike_before(item)
        return replace(operation, extra={**operation.extra, "alike": str(alike)}) if alike else operation

    def _known(self, operation: Operation) -> Operation:
        """Return an admission with what this ledger knows of its pass: a name alone does not tell two kiosks apart."""
        if operation.kind not in ADMITTING or operation.refused or not operation.uid:
            return operation
        with closing(self._line.clerk.ledger_reader()) as reader:
            return with_own(reader, operation)

    def stay(self, item: OutboxItem, text: str, wait: float = 0.0, *, unknown: bool = False) -> None:
        """Leave an item in the queue, to be tried again in so many seconds."""
        now = self.schedule()
        next_try = now + timedelta(seconds=wait) if wait > 0 else None
        self._line.clerk.settle(
            item.number, OperationState.PENDING, text, now, next_try=next_try, unknown=item.unknown or unknown
        )

    def schedule(self) -> datetime:
        """Return wall time as it would be had nobody set the clock since the start: waits are measured by it."""
        wall, mono = self._began
        return wall + timedelta(seconds=self._line.monotonic() - mono)

    def counts(self) -> Counter[Action]:
        """Return how many items ended how since the last call."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return counts

    def _failed(self, item: OutboxItem, trouble: PlatformTrouble) -> None:
        before = item.answer.partition(":")[0]
        step = self._tally.failed(item.number, trouble, before, self._line.monotonic())
        text = ": ".join(filter(None, [step.reason or trouble.code, trouble.detail]))
        if step.action is Action.REFUSED:
            self._end(item, step.action, Answer(Delivery.REFUSED, text))
        elif step.action is Action.CONTESTED:
            self._end(item, step.action, Answer(Delivery.CONTESTED, text))
        else:
            self.stay(item, text, step.wait, unknown=step.unknown)

    def _end(self, item: OutboxItem, action: Action, answer: Answer) -> None:
        """Write how it ended. A contested or refused admission becomes a conflict in the same transaction."""
        moment = self._line.clock.now()
        at = moment.wall + timedelta(seconds=moment.offset or 0.0)  # the platform's time: snapshots are dated by it
        self._line.clerk.settle(item.number, STATES[action], answer.detail, at, facts=answer.facts)
        if self._watch is not None and answer.delivery is Delivery.DONE and item.operation.kind in CHANGING:
            self._watch.wrote(item.operation.uid, at)
        with self._lock:
            self._counts[action] += 1
        if action is not Action.SENT:
            self._notify(Notice(f"upload_{action.value}", Level.WARNING, answer.detail))
        if answer.facts.get("used_device") == item.operation.device:
            self._notify(Notice("same_name", Level.WARNING, item.operation.device))
