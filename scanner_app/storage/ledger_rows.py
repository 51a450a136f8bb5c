"""Rows of the ledger as the writer and the readers see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scanner_app.domain.credential import storable
from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import LocalFacts, LocalVoid, OperationKind
from scanner_app.domain.times import maybe_time
from scanner_app.storage.connection import Connection, Row, Value
from scanner_app.storage.factcodec import COLUMNS, SELECT, read_use

Image = tuple[str, Sequence[Value]]
"""A table's name and the whole row as written: what the journal keeps."""

INSERT = {
    table: f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"  # noqa: S608 - ours
    for table, columns in COLUMNS.items()
}
VENUE_USE = (
    f"INSERT INTO uses ({COLUMNS['uses']})",
    "ON CONFLICT DO UPDATE SET undone = max(undone, excluded.undone) WHERE venue AND excluded.undone",
)
PURGEABLE = (
    SELECT["facts"]  # noqa: S608 - constants
    + """ AS f WHERE at < ? AND body != '' AND kind != 'purge' AND NOT EXISTS (
            SELECT 1 FROM outbox o
            WHERE o.account = f.account AND o.uid = f.uid AND o.scan_id = f.id AND o.state = 'pending')
        ORDER BY seq LIMIT ?"""
)
STRANGERS = """uid = '' AND state != 'pending' AND body != '{}'
    AND scan_id IN (SELECT id FROM facts WHERE body = '')"""
"""What platforms were told of codes that nobody's pass carries: such an operation has an account, its fact has none."""
CLAIM = "unknown = unknown OR claimed, claimed = 1"  # an earlier claim that nobody settled may have arrived
OPPOSITE = {
    OperationKind.VOID.value: OperationKind.RESTORE.value,
    OperationKind.RESTORE.value: OperationKind.VOID.value,
}
TAKES_BACK = frozenset({OperationKind.VOID, OperationKind.RESTORE, OperationKind.UNRECORD})
"""Operations that may make an earlier one of the same pass pointless."""
ANYTHING = """SELECT 1 FROM uses WHERE account = ? AND uid = ?
    UNION ALL SELECT 1 FROM outbox WHERE account = ? AND uid = ? LIMIT 1"""
NOTHING = LocalFacts()
"""Most guests come once: one look answers for both tables."""


def local_facts(db: Connection, key: PassKey) -> LocalFacts:
    """Return what a ledger knows of one pass, oldest first."""
    where = (storable(key.account), storable(key.uid))
    if db.execute(ANYTHING, where + where).fetchone() is None:
        return NOTHING
    uses = db.execute(SELECT["uses"] + " WHERE account = ? AND uid = ? ORDER BY at", where)
    voids = db.execute(
        "SELECT kind, sent_at FROM outbox WHERE account = ? AND uid = ? AND kind IN ('void', 'restore')"
        " AND state NOT IN ('refused', 'cancelled') ORDER BY number",
        where,
    )
    return LocalFacts(
        tuple(read_use(row) for row in uses),
        tuple(LocalVoid(kind == OperationKind.VOID.value, maybe_time(sent)) for kind, sent in voids),
    )


@dataclass(slots=True)
class Tail:
    """Where the ledger ends: the newest fact's number and hash, the newest outbox row's number.

    It moves on with every row of a transaction; whoever rolls one back forgets it.
    """

    seq: int
    link: bytes
    number: int


def text(value: Any) -> str:
    """Return a text of a fact's body as a column takes it, '' for anything else."""
    return storable(value) if isinstance(value, str) else ""


def unsent(row: Row) -> bool:
    """Whether an outbox row can never have reached the platform."""
    return row[6] == "pending" and row[7] == 0 and not row[12] and not row[13]


def reached(row: Row) -> bool:
    """Whether an outbox row has reached the platform, or may have."""
    return row[6] == "sent" or (row[6] == "pending" and not unsent(row))
