"""The one writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Protocol, TypeVar

from scanner_app.application.ports.cache import CacheReader, CacheTx
from scanner_app.application.ports.ledger import LedgerReader, LedgerTx
from scanner_app.application.ports.platform import Answer
from scanner_app.domain.scan import OperationState

T = TypeVar("T")


class Priority(IntEnum):
    """Who goes first at the clerk: scans outrank everything."""

    SCAN = 0
    OUTBOX = 1
    SYNC = 2


class Clerk(Protocol):
    """The one writer. Work runs on its thread in one transaction each; scans ahead of everything else."""

    def ledger(self, work: Callable[[LedgerTx], T], priority: Priority = Priority.SCAN) -> T:
        """Run work in one `BEGIN IMMEDIATE` transaction on the ledger; return after COMMIT (fsync)."""

    def cache(self, account: str, work: Callable[[CacheTx], T], priority: Priority = Priority.SYNC) -> T:
        """Run work in one transaction on the account's cache."""

    def claim(self, numbers: Sequence[int]) -> frozenset[int]:
        """Mark outbox items as about to be sent, in one transaction; return those still pending, which may be sent.

        Until it is settled a claimed item may have arrived, as far as anyone can tell: it is read back with `unknown`,
        also after a crash, and neither an undo nor a later operation cancels it any more.
        """

    def settle(
        self,
        number: int,
        state: OperationState,
        answer: str,
        at: datetime,
        *,
        next_try: datetime | None = None,
        unknown: bool = False,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Write the outcome of one delivery attempt, and a conflict fact where an admission was not accepted.

        `facts`: what the platform told of a conflict (`Answer.facts`).
        """

    def contest(self, number: int, at: datetime, answer: Answer) -> bool:
        """Write a conflict fact for an admission that was sent: another door admitted the same pass, as came out since.

        `answer`: what the platform tells of that admission. Return False where it is known already, or ours was undone.
        """

    def ledger_reader(self) -> LedgerReader:
        """Return a reader of the ledger for this thread."""

    def cache_reader(self) -> CacheReader:
        """Return a reader of the caches for this thread."""
