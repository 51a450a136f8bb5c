"""The sandbox's memory: one real SQLite database, in a file that survives restarts or in memory."""

import json
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS request_log (
  id INTEGER PRIMARY KEY, platform TEXT, at REAL, method TEXT, path TEXT, query TEXT, status INTEGER,
  misbehaviour TEXT, body TEXT);
"""


class Store:
    """One connection behind one lock: the server thread writes, tests and the demo may look."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        connection = sqlite3.connect(str(path) if path else ":memory:", check_same_thread=False)
        self.db = Database(connection)
        self._pragmas()
        self.script(SCHEMA)

    def _pragmas(self) -> None:
        self.db.conn.execute("PRAGMA journal_mode=WAL").fetchone()
        # A killed process loses nothing with NORMAL; a power cut may cost a sandbox its last change.
        self.db.conn.execute("PRAGMA synchronous=NORMAL")

    def script(self, schema: str) -> None:
        """Create tables that are not there yet."""
        with self._lock:
            self.db.conn.executescript(schema)

    @contextmanager
    def atomic(self) -> Generator[None, None, None]:
        """All writes inside happen together or not at all."""
        with self._lock, self.db.atomic():
            yield

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Every row of a query."""
        with self._lock:
            cursor = self.db.conn.execute(sql, params)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def row(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, params)
        return found[0] if found else None

    def number(self, sql: str, params: Sequence[Any] = ()) -> int:
        """The one number that a counting query gives."""
        with self._lock:
            return int(self.db.conn.execute(sql, params).fetchone()[0])

    def write(self, sql: str, params: Sequence[Any] = ()) -> int:
        """One changing statement in its own transaction (or the surrounding one): rows changed."""
        with self.atomic():
            return self.db.conn.execute(sql, params).rowcount

    def insert(self, table: str, row: Row) -> int:
        """One new row; its rowid."""
        names, marks = ",".join(row), ",".join("?" * len(row))
        with self.atomic():
            return (
                self.db.conn.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())).lastrowid
                or 0
            )

    def insert_all(self, table: str, rows: Iterable[Row]) -> None:
        """Many rows of the same keys at once."""
        with self.atomic():
            iterator = iter(rows)
            first = next(iterator, None)
            if first is None:
                return
            sql = f"INSERT INTO {table} ({','.join(first)}) VALUES ({','.join('?' * len(first))})"
            self.db.conn.execute(sql, list(first.values()))
            self.db.conn.executemany(sql, (list(row.values()) for row in iterator))

    def update(self, table: str, key: str, value: object, changes: Row) -> None:
        """Set columns of the row whose `key` has this value."""
        sets = ",".join(f"{name}=?" for name in changes)
        self.write(f"UPDATE {table} SET {sets} WHERE {key}=?", [*changes.values(), value])

    def meta(self, key: str) -> Any:
        """A remembered JSON value, or None."""
        found = self.row("SELECT value FROM meta WHERE key=?", [key])
        return json.loads(found["value"]) if found else None

    def remember(self, key: str, value: object) -> None:
        """Keep a JSON value over restarts."""
        self.write("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [key, json.dumps(value)])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self.db.close()
