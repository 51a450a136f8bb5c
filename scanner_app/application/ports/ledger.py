"""The ledger: facts, uses, outbox; written inside one transaction, read from any thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import FactKind, LocalFacts, LocalUse, Moment, Operation, OperationState, Scan


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """An operation with its delivery state. `number` orders; times are aware UTC."""

    number: int
    operation: Operation
    state: OperationState
    tries: int = 0
    created: datetime | None = None
    next_try: datetime | None = None
    sent_at: datetime | None = None
    answer: str = ""  # the last answer, redacted, for people
    unknown: bool = False  # the last try may have reached the platform: settle before sending again


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row of the append-only ledger, as exported."""

    number: int
    fact_id: str
    kind: FactKind
    at: datetime
    body: Mapping[str, object]
    hash: str


class LedgerTx(Protocol):
    """The ledger inside one transaction on the clerk's thread."""

    def local_facts(self, key: PassKey) -> LocalFacts:
        """Return all local facts about a pass."""

    def record(self, scan: Scan, use: LocalUse | None, operations: Sequence[Operation]) -> None:
        """Add the scan, its use and its outbox rows."""

    def undo(
        self, fact_id: str, scan_id: str, moment: Moment, operator: str, reason: str, *, by_hub: bool = False
    ) -> Sequence[Operation]:
        """Take a recorded use back: mark it undone, cancel what was not sent, return the operations that were sent.

        `by_hub`: it was the venue's hub that granted it, and is given it back.
        """

    def purge(self, fact_id: str, moment: Moment, before: datetime, limit: int) -> int:
        """Blank the bodies of facts older than a time that no platform waits for; return how many."""

    def enqueue(self, operations: Sequence[Operation]) -> None:
        """Add outbox rows."""

    def add_fact(self, fact_id: str, kind: FactKind, moment: Moment, body: Mapping[str, object]) -> None:
        """Append a fact of any kind."""

    def has_fact(self, fact_id: str) -> bool:
        """Return whether a fact of this id was appended."""

    def venue_uses(self, uses: Iterable[tuple[PassKey, str, LocalUse]]) -> None:
        """Keep uses that other kiosks of the venue made, each once, in order: (pass, the place's own name, use).

        One taken back there (`undone`) is marked so here. A use this kiosk made itself is left alone.
        """


class LedgerReader(Protocol):
    """Reads of the ledger from any thread, `mode=ro`, never blocking the clerk."""

    def local_facts(self, key: PassKey) -> LocalFacts:
        """Return all local facts about a pass."""

    def outbox_due(self, account: str, now: datetime, limit: int) -> Sequence[OutboxItem]:
        """Return the next items to send: the oldest pending one of each pass, due, in order."""

    def outbox(self, states: frozenset[OperationState], after: int = 0, limit: int = 1000) -> Sequence[OutboxItem]:
        """Return the items in these states, oldest first, after a number."""

    def outbox_of(self, key: PassKey) -> Sequence[OutboxItem]:
        """Return every outbox row of one pass, oldest first."""

    def alike_before(self, item: OutboxItem) -> int:
        """Return how many earlier reports, not refused nor cancelled, are of the same device, pass, code and second.

        A platform that keeps neither our ids nor fractions of a second cannot tell them from this one.
        """

    def outbox_counts(self) -> Mapping[OperationState, int]:
        """Return how many outbox rows are in each state."""

    def recent_scans(self, limit: int) -> Sequence[FactRow]:
        """Return the newest scans and overrides, newest first."""

    def facts(self, kinds: frozenset[FactKind], after: int = 0, limit: int = 1000) -> Sequence[FactRow]:
        """Return facts of some kinds in order, after a number."""

    def scan(self, scan_id: str) -> FactRow | None:
        """Return one scan by its id."""

    def history(self, key: PassKey) -> Sequence[FactRow]:
        """Return every fact about a pass, oldest first."""

    def conflicts(self, *, open_only: bool = True) -> Sequence[FactRow]:
        """Return the conflicts, newest first."""

    def refused_count(self, place: str, since: datetime) -> int:
        """Return how many were refused at a place since a time."""

    def inside_count(self, place: str) -> int:
        """Return entries minus exits at a place, by the platform's name of it."""

    def admitted_count(self, place: str, since: datetime) -> int:
        """Return how many were admitted at a place since a time."""

    def close(self) -> None:
        """Give back what it holds."""
