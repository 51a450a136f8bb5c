"""This kiosk's own copy of the venue's stream: what was committed, as it came, and how far it was read.

It can always be read anew from a hub, unless the hubs are lost: then any one kiosk's book restores them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TABLES = """
    CREATE TABLE IF NOT EXISTS records (
        seq INTEGER NOT NULL, claim_id TEXT NOT NULL, subject TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS records_of_claim ON records(claim_id);
    CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

Connect = Callable[[Path], sqlite3.Connection]


@dataclass(frozen=True, slots=True)
class Entry:
    """One committed record: its place in the hub's order, its id, its subject, its bytes."""

    sequence: int
    claim_id: str
    subject: str
    data: bytes


class Book:
    """The copy on disk. Thread-safe. A file that is damaged is begun anew: the hub still has everything."""

    def __init__(self, path: Path, connect: Connect | None = None) -> None:
        """`connect` opens the file; `sqlite3.DatabaseError` of it means damage."""
        self._path = path
        self._lock = threading.Lock()
        try:
            self._db = _open(path, connect or _plain)
        except sqlite3.DatabaseError:
            path.replace(path.with_name(path.name + ".damaged"))
            self._db = _open(path, connect or _plain)

    def add(self, entries: Iterable[Entry], sequence: int) -> None:
        """Keep records and how far the stream was read, in one transaction."""
        rows = [(e.sequence, e.claim_id, e.subject, e.data) for e in entries]
        with self._lock, self._db:
            self._db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", rows)
            self._db.execute("INSERT OR REPLACE INTO state VALUES ('sequence', ?)", (str(sequence),))

    def begin_epoch(self, epoch: str) -> None:
        """Take note of a new stream: reading starts over; what is held stays, to be submitted again."""
        with self._lock, self._db:
            values = [("epoch", epoch), ("sequence", "0"), ("resubmit", "yes")]
            self._db.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values)

    def put(self, name: str, value: str) -> None:
        """Keep a value."""
        with self._lock, self._db:
            self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    def get(self, name: str, default: str = "") -> str:
        """Return a kept value."""
        with self._lock:
            row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    @property
    def sequence(self) -> int:
        """The last sequence that was read."""
        return int(self.get("sequence", "0"))

    def has(self, claim_id: str) -> bool:
        """Return whether a record of this id is known to be committed."""
        with self._lock:
            row = self._db.execute("SELECT 1 FROM records WHERE claim_id = ? LIMIT 1", (claim_id,)).fetchone()
        return row is not None

    def count(self) -> int:
        """Return how many records are held."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM records").fetchone()[0])

    def entries(self, page: int = 500) -> Iterator[Entry]:
        """Return everything held in the hub's order."""
        after, subject = -1, ""
        while True:
            with self._lock:
                rows = self._db.execute(
                    "SELECT seq, claim_id, subject, data FROM records WHERE (seq, subject) > (?, ?)"
                    " ORDER BY seq, subject LIMIT ?",
                    (after, subject, page),
                ).fetchall()
            yield from (Entry(*row) for row in rows)
            if len(rows) < page:
                return
            after, subject = rows[-1][0], rows[-1][2]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _plain(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(path, check_same_thread=False)


def _open(path: Path, connect: Connect) -> sqlite3.Connection:
    db = connect(path)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # A book that ends a little early after a power cut is read on from there.
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(TABLES)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
