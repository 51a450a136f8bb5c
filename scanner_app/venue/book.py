"""This kiosk's own copy of the venue's stream: what was committed, as it came, and how far it was read.

It can always be read anew from a hub, unless the hubs are lost: then any one kiosk's book restores them.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scanner_app import bulk
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.values import value

FORMAT = 2
TABLES = """
    CREATE TABLE IF NOT EXISTS records (
        seq INTEGER NOT NULL, subject TEXT NOT NULL, claim_id TEXT NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (seq, subject)) WITHOUT ROWID;
    CREATE UNIQUE INDEX IF NOT EXISTS records_by_subject ON records(subject);
    CREATE INDEX IF NOT EXISTS records_of_claim ON records(claim_id);
    CREATE TABLE IF NOT EXISTS tally (
        minute INTEGER NOT NULL, kiosk TEXT NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (minute, kiosk, what)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS events (
        seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS events_by_subject ON events(subject);
    CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT OR IGNORE INTO state VALUES ('sequence', '0'), ('checked', '0');
"""
STATE = "INSERT OR REPLACE INTO state VALUES (?, ?)"
READ = "UPDATE state SET value = ? WHERE name = 'sequence'"
CHECKED_TOO = """
    UPDATE state SET value = ? WHERE name = 'checked' AND value = (SELECT value FROM state WHERE name = 'sequence')"""
"""Before `READ`. Where nothing was put off before, nothing is now."""
PAGE = "SELECT seq, claim_id, subject, data FROM records WHERE (seq, subject) > (?, ?) ORDER BY seq, subject LIMIT ?"

Connect = Callable[[Path], sqlite3.Connection]


@value(frozen=True, slots=True)
class Entry:
    """One committed record: its place in the hub's order, its id, its subject, its bytes."""

    sequence: int
    claim_id: str
    subject: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Happening:
    """What supervisors are to see of one record: an alarm, or an admission for which no slot was left."""

    sequence: int
    kind: str  # "alarm" | "over"
    subject: str
    body: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look at the stream brought. `counts`: (kiosk, what, minute; 0 for all) -> how many more.

    `checked`: every signature in it was looked at.
    """

    entries: Sequence[Entry]
    sequence: int
    counts: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    happenings: Sequence[Happening] = ()
    checked: bool = True


class Book:
    """The copy on disk. Thread-safe. A file that is damaged is begun anew: the hub still has everything.

    Every method but `close` raises StorageTrouble where the disk or the file does not do what it must.
    """

    def __init__(self, path: Path, connect: Connect | None = None) -> None:
        """`connect` opens the file; `sqlite3.DatabaseError` of it means damage."""
        self._lock = threading.Lock()
        try:
            self._db = _open(path, connect or _plain)
        except sqlite3.DatabaseError:
            path.replace(path.with_name(path.name + ".damaged"))
            self._db = _open(path, connect or _plain)
        # The driver's own: an encrypted file has another driver, whose errors are not those of `sqlite3`.
        self._error: type[Exception] = self._db.Error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except self._error as error:
                raise _trouble(error) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._reading(), self._db:
            yield

    def add(self, batch: Batch) -> None:
        """Keep records, what they count for and how far the stream was read, in one transaction."""
        rows = [(e.sequence, e.subject, e.claim_id, e.data) for e in batch.entries]
        with self._writing():
            bulk.insert(self._db, "INSERT OR REPLACE INTO records", "", rows)
            self._add_up(batch.counts, batch.happenings)
            if batch.checked:
                self._db.execute(CHECKED_TOO, (str(batch.sequence),))
            self._db.execute(READ, (str(batch.sequence),))

    def checked_through(
        self, sequence: int, counts: Mapping[tuple[str, str, int], int], happenings: Sequence[Happening]
    ) -> None:
        """Take note of signatures that were looked at later, and of what that changes."""
        with self._writing():
            self._add_up(counts, happenings)
            doubted = [(f"?{h.sequence}", h.sequence, h.subject) for h in happenings if h.kind == "alarm"]
            self._db.executemany("UPDATE records SET claim_id = ? WHERE seq = ? AND subject = ?", doubted)
            self._db.execute(STATE, ("checked", str(sequence)))

    def _add_up(self, counts: Mapping[tuple[str, str, int], int], happenings: Iterable[Happening]) -> None:
        adds = [(minute, kiosk, what, n) for (kiosk, what, minute), n in counts.items()]
        bulk.insert(self._db, "INSERT INTO tally", "ON CONFLICT DO UPDATE SET n = n + excluded.n", adds)
        if rows := [(h.sequence, h.kind, h.subject, json.dumps(dict(h.body))) for h in happenings]:
            self._db.executemany("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?)", rows)

    def begin_epoch(self, epoch: str) -> None:
        """Take note of a new stream: reading starts over; what is held stays, to be submitted again."""
        with self._writing():
            self._db.executemany(STATE, [("epoch", epoch), ("enrolled", ""), ("resubmit", "yes")])
            self._from_the_beginning()

    def read_again(self) -> None:
        """Have the stream read from its beginning once more."""
        with self._writing():
            self._from_the_beginning()

    def _from_the_beginning(self) -> None:
        self._db.executemany(STATE, [("sequence", "0"), ("checked", "0")])
        self._db.execute("DELETE FROM tally")
        self._db.execute("DELETE FROM events")

    def put(self, name: str, value: str) -> None:
        """Keep a value."""
        with self._writing():
            self._db.execute(STATE, (name, value))

    def get(self, name: str, default: str = "") -> str:
        """Return a kept value."""
        with self._reading():
            return self._value(name, default)

    def _value(self, name: str, default: str) -> str:
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    @property
    def sequence(self) -> int:
        """The last sequence that was read."""
        return int(self.get("sequence", "0"))

    @property
    def checked(self) -> int:
        """The last sequence up to which every signature was looked at."""
        return int(self.get("checked", "0"))

    def has(self, claim_id: str) -> bool:
        """Return whether a record of this id is known to be committed."""
        with self._reading():
            row = self._db.execute("SELECT 1 FROM records WHERE claim_id = ? LIMIT 1", (claim_id,)).fetchone()
        return row is not None

    def others_of(self, claim_id: str, sequence: int) -> bool:
        """Return whether another record than the one at `sequence` has this id."""
        with self._reading():
            sql = "SELECT 1 FROM records WHERE claim_id = ? AND seq <> ? LIMIT 1"
            return self._db.execute(sql, (claim_id, sequence)).fetchone() is not None

    def doubted(self, stem: str) -> set[int]:
        """Return the slots under a stem (`r.<place>.<pass>.`) whose records are not believed."""
        with self._reading():
            sql = "SELECT subject FROM events WHERE kind = 'alarm' AND subject > ? AND subject < ?"
            rows = self._db.execute(sql, (stem, stem + "\x7f")).fetchall()
        return {int(tail) for (where,) in rows if (tail := where.removeprefix(stem)).isdecimal()}

    def tallies(self, since: int) -> list[tuple[str, str, int, int]]:
        """Return (kiosk, what, how many in all, how many from this minute on)."""
        lately = "SELECT kiosk, what, sum(n) FROM tally WHERE minute >= ? GROUP BY kiosk, what"
        with self._reading():
            newest = {(kiosk, what): n for kiosk, what, n in self._db.execute(lately, (since,))}
            rows = self._db.execute("SELECT kiosk, what, n FROM tally WHERE minute = 0").fetchall()
        return [(kiosk, what, n, newest.get((kiosk, what), 0)) for kiosk, what, n in rows]

    def happenings(self, kind: str, limit: int) -> tuple[list[Happening], int]:
        """Return the newest of a kind, newest first, and how many there are."""
        with self._reading():
            count = self._db.execute("SELECT count(*) FROM events WHERE kind = ?", (kind,)).fetchone()[0]
            sql = "SELECT seq, kind, subject, body FROM events WHERE kind = ? ORDER BY seq DESC LIMIT ?"
            rows = self._db.execute(sql, (kind, limit)).fetchall()
        return [Happening(row[0], row[1], row[2], json.loads(row[3])) for row in rows], int(count)

    def count(self) -> int:
        """Return how many records are held."""
        with self._reading():
            return int(self._db.execute("SELECT count(*) FROM records").fetchone()[0])

    def page(self, after: int, limit: int) -> list[Entry]:
        """Return what follows a sequence, in the hub's order."""
        with self._reading():
            return [Entry(*row) for row in self._db.execute(PAGE, (after, "\x7f", limit)).fetchall()]

    def entries(self, page: int = 500) -> Iterator[Entry]:
        """Return everything held in the hub's order."""
        after, subject = -1, ""
        while True:
            with self._reading():
                rows = self._db.execute(PAGE, (after, subject, page)).fetchall()
            yield from (Entry(*row) for row in rows)
            if len(rows) < page:
                return
            after, subject = rows[-1][0], rows[-1][2]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _trouble(error: Exception) -> StorageTrouble:
    code = getattr(error, "sqlite_errorcode", None)  # SQLCipher's driver has the words alone
    full = code == sqlite3.SQLITE_FULL or "is full" in str(error)
    return StorageTrouble(StorageKind.FULL if full else StorageKind.IO, f"the venue's book: {error}")


def _plain(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(path, check_same_thread=False)


def _open(path: Path, connect: Connect) -> sqlite3.Connection:
    db = connect(path)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # A book that ends a little early after a power cut is read on from there.
        db.execute("PRAGMA synchronous = NORMAL")
        if db.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            db.executescript("DROP TABLE IF EXISTS records; DROP TABLE IF EXISTS state;")
        db.executescript(TABLES)
        db.execute(f"PRAGMA user_version = {FORMAT}")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
