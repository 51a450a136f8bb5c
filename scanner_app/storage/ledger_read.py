"""Reads of the ledger from any thread, never blocking the clerk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from types import TracebackType
from typing import Any, Self

from scanner_app.application.ports import FactRow, OutboxItem
from scanner_app.domain.credential import storable
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import FactKind, LocalFacts, OperationState
from scanner_app.domain.times import to_us
from scanner_app.storage.chain import ChainReport, verify
from scanner_app.storage.connection import Row, converted
from scanner_app.storage.derived import Difference, differences
from scanner_app.storage.factcodec import OUTBOX, SELECT, read_fact, read_item
from scanner_app.storage.ledger_rows import local_facts
from scanner_app.storage.pool import Pool

FARTHEST = timedelta(hours=1)
"""No back-off is longer than minutes: a next try farther away means that the clock was set back, so it is due."""

_DUE = f"""
    SELECT {OUTBOX} FROM outbox o
    WHERE state = 'pending' AND account = ? AND (next_try <= ? OR next_try > ?)
      AND (uid = '' OR NOT EXISTS (
        SELECT 1 FROM outbox older
        WHERE older.account = o.account AND older.uid = o.uid AND older.number < o.number AND older.state = 'pending'))
    ORDER BY number LIMIT ?
"""  # noqa: S608 - a constant

_ALIKE = f"""
    SELECT {OUTBOX} FROM outbox o
    WHERE account = ? AND uid = ? AND number < ? AND kind = ? AND at >= ? AND at < ?
      AND state NOT IN ('refused', 'cancelled')
"""  # noqa: S608 - a constant
SECOND_US = 1_000_000

_COUNTS = "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM outbox WHERE state = 'pending')"
_ENDED = "SELECT state, count(*) FROM outbox WHERE state NOT IN ('pending', 'sent') GROUP BY state"


class Ledger:
    """A reader of `ledger.db` for one thread at a time. `damaged` is called when the file turns out to be broken."""

    def __init__(self, path: Path, pool: Pool, damaged: Callable[[], None] = lambda: None) -> None:
        self._path, self._pool, self._damaged = path, pool, damaged
        self._connection: Connection | None = None
        self._round = -1

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        try:
            return self._query(sql, values)
        except StorageTrouble as trouble:
            if self._round == self._pool.round and trouble.kind is StorageKind.CORRUPT:
                self._damaged()
            if self._round == self._pool.round:
                raise
        return self._query(sql, values)  # the file was replaced under it

    def _query(self, sql: str, values: Sequence[Any]) -> list[Row]:
        with converted("read ledger", self._path.parent):
            return self._db().execute(sql, values).fetchall()

    def _db(self) -> Connection:
        if self._connection is None or self._round != self._pool.round:
            self.close()
            self._connection, self._round = self._pool.take(self._path)
        return self._connection

    def local_facts(self, key: PassKey) -> LocalFacts:
        """Return what is known here of one pass, oldest first."""
        with converted("read ledger"):
            return local_facts(self._db(), key)

    def outbox_due(self, account: str, now: datetime, limit: int) -> Sequence[OutboxItem]:
        """Return the next items to send: the oldest pending one of each pass, due, in order."""
        soon = to_us(now)
        return [
            read_item(row) for row in self._rows(_DUE, (storable(account), soon, soon + to_us_delta(FARTHEST), limit))
        ]

    def outbox(self, states: frozenset[OperationState], after: int = 0, limit: int = 1000) -> Sequence[OutboxItem]:
        """Return items in these states, oldest first: what was refused, say, for people."""
        marks = ", ".join("?" * len(states))
        sql = SELECT["outbox"] + f" WHERE state IN ({marks}) AND number > ? ORDER BY number LIMIT ?"
        return [read_item(row) for row in self._rows(sql, (*(s.value for s in states), after, limit))]

    def outbox_of(self, key: PassKey) -> Sequence[OutboxItem]:
        """Return every outbox row of one pass, oldest first."""
        sql = f"SELECT {OUTBOX} FROM outbox o WHERE account = ? AND uid = ? AND uid != '' ORDER BY number"  # noqa: S608
        return [read_item(row) for row in self._rows(sql, (storable(key.account), storable(key.uid)))]

    def alike_before(self, item: OutboxItem) -> int:
        """Return how many earlier reports say the same as this one: device, pass, code and second."""
        told, second = item.operation, to_us(item.operation.at.replace(microsecond=0))
        of = (storable(told.account), storable(told.uid), item.number, told.kind.value, second, second + SECOND_US)
        earlier = [read_item(row).operation for row in self._rows(_ALIKE, of)]
        return sum((each.device, each.raw) == (told.device, told.raw) for each in earlier)

    def outbox_counts(self) -> Mapping[OperationState, int]:
        """Return how many items there are in each state that occurs."""
        total, pending = self._rows(_COUNTS)[0]
        counts = {OperationState.PENDING: pending}
        counts |= {OperationState(state): count for state, count in self._rows(_ENDED)}
        counts[OperationState.SENT] = total - sum(counts.values())  # nearly all of them: not counted one by one
        return {state: count for state, count in counts.items() if count}

    def recent_scans(self, limit: int) -> Sequence[FactRow]:
        """Return the newest scans and overrides, newest first."""
        return self._facts("kind IN ('scan', 'override') ORDER BY seq DESC LIMIT ?", (limit,))

    def facts(self, kinds: frozenset[FactKind], after: int = 0, limit: int = 1000) -> Sequence[FactRow]:
        """Return facts of these kinds after a number, in order. No kinds: all."""
        if not kinds:
            return self._facts("seq > ? ORDER BY seq LIMIT ?", (after, limit))
        marks = ", ".join("?" * len(kinds))
        rare = "" if kinds & {FactKind.SCAN, FactKind.UNDO} else " AND kind NOT IN ('scan', 'undo')"
        values = (*(k.value for k in kinds), after, limit)
        return self._facts(f"kind IN ({marks}){rare} AND seq > ? ORDER BY seq LIMIT ?", values)

    def scan(self, scan_id: str) -> FactRow | None:
        """Return one fact by its id."""
        return next(iter(self._facts("id = ?", (storable(scan_id),))), None)

    def history(self, key: PassKey) -> Sequence[FactRow]:
        """Return all facts about one pass, oldest first."""
        where = (storable(key.account), storable(key.uid))
        return self._facts("account = ? AND uid = ? AND uid != '' ORDER BY seq", where)

    def conflicts(self, *, open_only: bool = True) -> Sequence[FactRow]:
        """Return the conflicts, newest first. A SETTLED fact closes the one that its body["conflict"] names."""
        chosen = "SELECT id FROM conflicts WHERE settled_by IS NULL" if open_only else "SELECT id FROM conflicts"
        return self._facts(f"id IN ({chosen}) ORDER BY seq DESC", ())

    def admitted_count(self, place: str, since: datetime) -> int:
        """Return how many came in at a place and were not taken back; `place` is its own name."""
        sql = "SELECT count(*) FROM uses WHERE door = ? AND at >= ? AND undone = 0 AND direction = 'entry'"
        return int(self._rows(sql, (storable(place), to_us(since)))[0][0])

    def refused_count(self, place: str, since: datetime) -> int:
        """Return how many were refused at a place since a time."""
        sql = "SELECT count(*) FROM facts WHERE outcome = 'refuse' AND place = ? AND at >= ?"
        return int(self._rows(sql, (storable(place), to_us(since)))[0][0])

    def inside_count(self, place: str) -> int:
        """Return entries minus exits that this ledger holds for a place, by the platform's name of it."""
        sql = "SELECT sum(direction = 'entry'), sum(direction = 'exit') FROM uses WHERE place = ? AND undone = 0"
        entries, exits = self._rows(sql, (storable(place),))[0]
        return max(0, int(entries or 0) - int(exits or 0))

    def verify(self) -> ChainReport:
        """Walk the whole hash chain."""
        with converted("verify ledger"):
            return verify(self._db())

    def differences(self) -> list[Difference]:
        """Return what stands beside the facts and does not follow from them."""
        with converted("verify ledger"):
            return differences(self._db())

    def holds(self, head: str) -> bool:
        """Return whether a fact of this hash (hex) is in the chain."""
        try:
            known = bytes.fromhex(head)
        except ValueError:
            return False
        return bool(self._rows("SELECT 1 FROM facts WHERE hash = ? LIMIT 1", (known,)))

    def _facts(self, where: str, values: Sequence[Any]) -> list[FactRow]:
        return [read_fact(row) for row in self._rows(SELECT["facts"] + f" WHERE {where}", values)]

    def close(self) -> None:
        """Give the connection back; the next read takes another."""
        if self._connection is not None:
            self._pool.give(self._path, self._connection, self._round)
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _it: BaseException | None, _tb: TracebackType | None) -> None:
        self.close()


def to_us_delta(span: timedelta) -> int:
    """Return a span in microseconds."""
    return span // timedelta(microseconds=1)
