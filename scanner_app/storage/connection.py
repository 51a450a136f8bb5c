"""Connections to SQLite, and the one place where its errors become `StorageTrouble`."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from scanner_app.domain.errors import Bug, StorageKind, StorageTrouble, storage_kind
from scanner_app.storage.cipher import DISK_ERRORS, ERRORS, connect, reading

Row = tuple[Any, ...]
Value = str | int | float | bytes | None


class Cursor(Protocol):
    """What is used of a cursor: rows are tuples."""

    def fetchone(self) -> Any:
        """Return the next row, None at the end."""

    def fetchall(self) -> list[Any]:
        """Return the rows left."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """What is used of a connection; `sqlite3` and `apsw` both have it."""

    def execute(self, sql: str, params: Sequence[Value] = (), /) -> Cursor:
        """Run one statement with bound values."""

    def executemany(self, sql: str, params: Iterable[Sequence[Value]], /) -> Cursor:
        """Run one statement for each row of values."""

    def close(self) -> None:
        """Close it."""


BUSY_SECONDS = 2.0
"""How long to wait for a lock that only another program can hold."""

SHARED_MEMORY = 32 * 1024
"""Bytes that the first reader of a WAL database needs for its `-shm` file (sqlite.org/walformat.html)."""

_BY_CODE = {
    sqlite3.SQLITE_FULL: StorageKind.FULL,
    sqlite3.SQLITE_READONLY: StorageKind.READ_ONLY,
    sqlite3.SQLITE_PERM: StorageKind.READ_ONLY,
    sqlite3.SQLITE_AUTH: StorageKind.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: StorageKind.CORRUPT,
    sqlite3.SQLITE_NOTADB: StorageKind.CORRUPT,
    sqlite3.SQLITE_FORMAT: StorageKind.CORRUPT,
    sqlite3.SQLITE_BUSY: StorageKind.LOCKED,
    sqlite3.SQLITE_LOCKED: StorageKind.LOCKED,
    sqlite3.SQLITE_IOERR: StorageKind.IO,
    sqlite3.SQLITE_CANTOPEN: StorageKind.IO,
    sqlite3.SQLITE_NOMEM: StorageKind.IO,
    sqlite3.SQLITE_PROTOCOL: StorageKind.LOCKED,
}

_DAMAGE = ("no such table", "no such column", "Could not decode to UTF-8")
"""What SQLite and its driver say when noise got into the schema or into a text; the schema was brought up before."""


@contextmanager
def converted(what: str, folder: Path | None = None) -> Iterator[None]:
    """Turn errors of SQLite and the file system into `StorageTrouble`, everything else of SQLite into `Bug`."""
    try:
        yield
    except DISK_ERRORS as error:
        raise trouble(error, what, folder) from error


def trouble(error: BaseException, what: str, folder: Path | None = None) -> StorageTrouble | Bug:
    """Return what an error of SQLite or the file system means; `folder` is where its files are, if that may be it."""
    if isinstance(error, OSError):
        return StorageTrouble(storage_kind(error), f"{what}: {error.strerror or error}")
    code = getattr(error, "sqlite_errorcode", None)
    kind = _BY_CODE.get(code & 0xFF) if code is not None else None
    if code is not None and code & 0xFF == sqlite3.SQLITE_CANTOPEN and folder and not os.access(folder, os.W_OK):
        kind = StorageKind.READ_ONLY  # WAL wants to make its files beside the database
    if kind is StorageKind.IO and folder and _is_full(folder):
        kind = StorageKind.FULL  # SQLite finds no room for its shared memory and calls that an I/O error
    if kind is None and str(error).startswith(_DAMAGE):
        kind = StorageKind.CORRUPT
    return StorageTrouble(kind, f"{what}: {error}") if kind else Bug(f"{what}: {error}")


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < SHARED_MEMORY
    except OSError:
        return False


def open_writer(path: Path, *, full: bool, page_count: int | None = None) -> sqlite3.Connection:
    """Open a file for the clerk: WAL, autocommit, every commit durable when `full`. `page_count` caps the file."""
    with converted(f"open {path.name}"):
        connection = connect(
            path, path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            prepare_writer(connection, full=full)
            if page_count is not None:
                connection.execute(f"PRAGMA max_page_count={page_count:d}")
        except ERRORS as error:
            connection.close()
            raise trouble(error, f"open {path.name}", path.parent) from error
    return connection


def prepare_writer(connection: Connection, *, full: bool) -> None:
    """Set what every writing connection needs; the same for the harness that cuts the power."""
    connection.execute("PRAGMA journal_mode=WAL").fetchone()
    connection.execute(f"PRAGMA synchronous={'FULL' if full else 'NORMAL'}")
    connection.execute("PRAGMA wal_autocheckpoint=0").fetchone()  # the clerk chooses the moment
    connection.execute("PRAGMA cell_size_check=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cache_size=-8000")


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a file for reading only, from any one thread at a time."""
    with converted(f"read {path.name}"):
        connection = connect(
            reading(path),
            path,
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("PRAGMA trusted_schema=OFF")
        except ERRORS as error:
            connection.close()
            raise trouble(error, f"open {path.name}", path.parent) from error
    return connection
