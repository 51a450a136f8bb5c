"""The ledger inside one transaction on the clerk's thread: facts, uses, outbox. Plain bound SQL, any SQLite driver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from scanner_app import bulk
from scanner_app.application.ports import Answer
from scanner_app.domain.credential import storable
from scanner_app.domain.errors import Bug
from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import (
    FactKind,
    LocalFacts,
    LocalUse,
    Moment,
    Operation,
    OperationKind,
    OperationState,
    Scan,
    scan_record,
)
from scanner_app.domain.times import to_us
from scanner_app.storage import chain, conflicts
from scanner_app.storage.compact import dumps, encodable, loads
from scanner_app.storage.connection import Connection, Row, Value
from scanner_app.storage.factcodec import (
    COLUMNS,
    SELECT,
    UNDONE,
    Head,
    moment_body,
    operation_body,
    read_operation,
    scan_head,
    use_row,
    without_column,
)
from scanner_app.storage.ledger_rows import (
    CLAIM,
    INSERT,
    OPPOSITE,
    PURGEABLE,
    STRANGERS,
    TAKES_BACK,
    VENUE_USE,
    Image,
    Tail,
    local_facts,
    reached,
    text,
    unsent,
)


class LedgerWriter:
    """One transaction's view of the ledger. `images` collects every row written, for the journal.

    `tail` is where the ledger ended after the writer's last commit, None to look.
    """

    def __init__(self, connection: Connection, tail: Tail | None = None) -> None:
        self._db = connection
        self.known_tail = tail  # where the ledger ends now, if anything asked for it
        self._voidless: PassKey | None = None  # a pass known to have no void or restore in the outbox
        self._told: tuple[object, ...] = ()  # what the last operation said, and its text: the next often says the same
        self._body = ""
        self.images: list[Image] = []
        self.newest_fact = ""  # the id of the last fact written, '' while there is none
        self.blanked = False  # whether the second copy still tells what is told here no more

    # --- reading ----------------------------------------------------------------------------------------------------
    def local_facts(self, key: PassKey) -> LocalFacts:
        """Return what is known here of one pass, oldest first."""
        facts = local_facts(self._db, key)
        self._voidless = None if facts.voids else key
        return facts

    @property
    def tail(self) -> Tail:
        """Where the ledger ends now."""
        if self.known_tail is None:
            last = self._db.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
            number = self._db.execute("SELECT max(number) FROM outbox").fetchone()[0] or 0
            self.known_tail = Tail(last[0], last[1], number) if last else Tail(0, chain.GENESIS, number)
        return self.known_tail

    def _operations(self, key: PassKey) -> list[Row]:
        where = (storable(key.account), storable(key.uid))
        found = self._db.execute(SELECT["outbox"] + " WHERE account = ? AND uid = ? ORDER BY number", where)
        return list(found)

    # --- facts ------------------------------------------------------------------------------------------------------
    def record(self, scan: Scan, use: LocalUse | None, operations: Sequence[Operation]) -> None:
        """Add the scan, its use and its outbox rows."""
        head = scan_head(scan)
        told = scan_record(scan)
        told["told"] = [op.kind for op in operations]
        self._fact(head, dumps(told))
        if use is not None:
            if scan.verdict.subject is None:
                raise Bug(f"scan {scan.scan_id} has a use but no pass")
            self._insert("uses", use_row(head.account, head.uid, head.place, use))
        if operations:
            self._queue(operations, head.at)

    def add_fact(self, fact_id: str, kind: FactKind, moment: Moment, body: Mapping[str, object]) -> None:
        """Add a fact that is no scan. A pass it is about stands in body["pass"]; see `LedgerReader.conflicts`."""
        full = {"fact_id": fact_id, "kind": kind.value, **moment_body(moment), **body}
        about = body.get("pass")
        about = about if isinstance(about, Mapping) else {}
        where = (text(body.get("place")), text(about.get("account")), text(about.get("uid")))
        outcome, reason = text(body.get("outcome")), text(body.get("reason"))
        seq = self._fact(Head(fact_id, kind.value, to_us(moment.trusted), *where, outcome, reason), dumps(full))
        if kind is FactKind.CONFLICT:
            self._insert("conflicts", (fact_id, seq, None))
        elif kind is FactKind.SETTLED and body.get("conflict"):
            which = body["conflict"]  # the conflict's number or id
            name = (which if isinstance(which, int) else 0, str(which))
            self._change("conflicts", "settled_by = ?", (fact_id,), "seq = ? OR id = ?", name)

    def _fact(self, head: Head, body: str) -> int:
        tail = self.known_tail or self.tail
        seq = tail.seq + 1
        link = chain.link(tail.link, seq, head, chain.body_hash(body))
        self._insert("facts", (seq, *head, body, None, link))
        tail.seq, tail.link, self.newest_fact = seq, link, head.fact_id
        return seq

    def touch(self) -> None:
        """Write one page without changing anything."""
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        self._db.execute(f"PRAGMA user_version={version:d}")

    def has_fact(self, fact_id: str) -> bool:
        """Return whether a fact of this id was appended."""
        return self._db.execute("SELECT 1 FROM facts WHERE id = ?", (fact_id,)).fetchone() is not None

    def venue_uses(self, uses: Iterable[tuple[PassKey, str, LocalUse]]) -> None:
        """Keep other kiosks' uses once; one taken back there is marked so here. Our own uses are left alone.

        No images for the journal: what is missing in a ledger that was rebuilt is read from the hub again.
        """
        rows = [use_row(storable(key.account), storable(key.uid), storable(door), use) for key, door, use in uses]
        bulk.insert(self._db, *VENUE_USE, rows)

    # --- corrections ------------------------------------------------------------------------------------------------
    def undo(
        self, fact_id: str, scan_id: str, moment: Moment, operator: str, reason: str, *, by_hub: bool = False
    ) -> Sequence[Operation]:
        """Take a use back; return the operations that reached the platform, or may have. Nothing for one undone."""
        scan = self._db.execute(SELECT["facts"] + " WHERE id = ?", (scan_id,)).fetchone()
        if scan is None:
            raise Bug(f"no scan {scan_id} to undo")
        key = PassKey(scan[5], scan[6])
        where = ("account = ? AND uid = ? AND scan_id = ?", (key.account, key.uid, scan_id))
        undone = to_us(moment.trusted) if by_hub else UNDONE
        if not self._change("uses", "undone = ?", (undone,), f"{where[0]} AND undone = 0", where[1]):
            return ()
        mine = [row for row in self._operations(key) if row[3] == scan_id]
        cancelled = [row for row in mine if unsent(row)]
        for row in cancelled:
            self._cancel(row, "undone")
        sent = [read_operation(row) for row in mine if reached(row)]
        body = {
            "scan_id": scan_id,
            "operator": operator,
            "reason": reason,
            "place": scan[4],
            "pass": (loads(scan[9]) if scan[9] else {}).get("pass") or {"account": key.account, "uid": key.uid},
            "cancelled": [row[4] for row in cancelled],
            "to_compensate": [op.kind.value for op in sent],
        }
        self.add_fact(fact_id, FactKind.UNDO, moment, body)
        return sent

    def purge(self, fact_id: str, moment: Moment, before: datetime, limit: int = 10_000) -> int:
        """Blank the bodies of facts older than `before` whose operations are all settled; return how many."""
        rows = self._db.execute(
            PURGEABLE,
            (to_us(before), limit),
        ).fetchall()
        for row in rows:
            self._change("facts", "body = '', body_hash = ?", (chain.body_hash(row[9]),), "seq = ?", (row[0],))
            self._change("outbox", "body = '{}'", (), "scan_id = ? AND account = ? AND uid = ?", (row[1], *row[5:7]))
        if rows:
            self._change("outbox", "body = '{}'", (), STRANGERS, ())
            self.add_fact(fact_id, FactKind.PURGE, moment, {"through": rows[-1][0], "rows": len(rows)})
            self.blanked = True
        return len(rows)

    # --- outbox -----------------------------------------------------------------------------------------------------
    def enqueue(self, operations: Sequence[Operation]) -> None:
        """Add operations. One that takes back an unsent earlier one of the same pass cancels both."""
        self._queue(operations)

    def _queue(self, operations: Sequence[Operation], created: int | None = None) -> None:
        tail = self.known_tail or self.tail
        for op in operations:
            tail.number += 1
            self._insert("outbox", self._queued(op, tail.number, created))

    def _queued(self, op: Operation, number: int, created: int | None) -> tuple[Value, ...]:
        at = to_us(op.at)
        if not encodable(op.account + op.uid):
            op = replace(op, account=storable(op.account), uid=storable(op.uid))
        state, answer = ("cancelled", "superseded") if self._supersedes(op) else ("pending", "")
        told = without_column(op)
        if told != self._told:
            self._told, self._body = told, operation_body(told)
        what = (op.account, op.uid, op.scan_id, str(op.kind), at, state)
        return (number, *what, 0, created or at, 0, None, answer, 0, 0, self._body)

    def _supersedes(self, op: Operation) -> bool:
        """Cancel the unsent operations that this one makes pointless; return whether it is pointless itself."""
        if op.kind not in TAKES_BACK:
            return False
        known = self._voidless
        if known and op.kind is not OperationKind.UNRECORD and op.uid == known.uid and op.account == known.account:
            self._voidless = None
            return False
        key = PassKey(op.account, op.uid)
        pending = [row for row in self._operations(key) if row[6] == "pending"]
        if op.kind is OperationKind.UNRECORD:
            mine = [row for row in pending if row[4] == "record" and row[3] == op.scan_id]
            if not mine or not all(unsent(row) for row in mine):
                return False
            for row in mine:
                self._cancel(row, "superseded")
            return True
        last = next((row for row in reversed(pending) if row[4] in OPPOSITE), None)
        if last is None or not unsent(last):
            return False
        self._cancel(last, "superseded")
        return bool(last[4] == OPPOSITE[op.kind.value])

    def _cancel(self, row: Row, why: str) -> bool:
        return self._change("outbox", "state = 'cancelled', answer = ?", (why,), "number = ?", (row[0],))

    def claim(self, numbers: Sequence[int]) -> frozenset[int]:
        """Mark pending items as about to be sent; return those that still are to be sent."""
        claimed = [n for n in numbers if self._change("outbox", CLAIM, (), "number = ? AND state = 'pending'", (n,))]
        return frozenset(claimed)

    def end_claims(self) -> None:
        """At a start nothing is on its way: what was claimed when the last run ended may have arrived."""
        self._change("outbox", "unknown = 1, claimed = 0", (), "state = 'pending' AND claimed = 1", ())

    def doubt_unsent(self) -> None:
        """Have all that waits be looked for before it is sent: another copy of this ledger may have sent it."""
        self._change("outbox", "unknown = 1", (), "state = 'pending'", ())

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
        """Write the outcome of one delivery attempt, and a conflict fact where an admission was not accepted."""
        row = self._db.execute(SELECT["outbox"] + " WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise Bug(f"no outbox item {number}")
        was = OperationState(row[6])
        arrived = state in (OperationState.SENT, OperationState.CONTESTED)
        self._change(
            "outbox",
            "state = ?, answer = ?, tries = tries + 1, next_try = ?, sent_at = coalesce(?, sent_at),"
            " unknown = ?, claimed = 0",
            (
                # What was cancelled while it was on its way stays cancelled, unless it did get through.
                was.value if was is OperationState.CANCELLED and not arrived else state.value,
                storable(answer),
                to_us(next_try) if next_try else 0,
                to_us(at) if arrived else None,
                # Only an end of the matter takes the doubt away: a later 429 does not say what became of the first try.
                int(state is OperationState.PENDING and (unknown or bool(row[12]))),
            ),
            "number = ?",
            (number,),
        )
        if state is OperationState.SENT and row[4] == OperationKind.VALUE.value:
            key = (row[1], row[2], row[3])
            self._change("uses", "value_sent = ?", (to_us(at),), "account = ? AND uid = ? AND scan_id = ?", key)
        for fact_id, kind, body in conflicts.after_delivery(self._db, row, state, answer, facts or {}):
            self.add_fact(fact_id, kind, Moment(at, 0.0), body)

    def contest(self, number: int, at: datetime, answer: Answer) -> bool:
        """Write a conflict of an admission that was sent, and of another door's that came to light after it.

        Return whether there was anything new to write: each other admission once, and none of one that was undone.
        """
        row = self._db.execute(SELECT["outbox"] + " WHERE number = ?", (number,)).fetchone()
        told = conflicts.come_to_light(self._db, row, answer) if row else ()
        for fact_id, kind, body in told:
            self.add_fact(fact_id, kind, Moment(at, 0.0), body)
        return bool(told)

    # --- rows -------------------------------------------------------------------------------------------------------
    def _insert(self, table: str, row: Sequence[Value]) -> None:
        self._db.execute(INSERT[table], row)
        self.images.append((table, row))

    def _change(self, table: str, change: str, values: Sequence[Value], where: str, key: Sequence[Value]) -> bool:
        """Update rows and keep their new images; return whether there were any."""
        sql = f"UPDATE {table} SET {change} WHERE {where} RETURNING {COLUMNS[table]}"  # noqa: S608 - all ours, bound
        rows = self._db.execute(sql, (*values, *key)).fetchall()
        self.images += [(table, row) for row in rows]
        return bool(rows)
