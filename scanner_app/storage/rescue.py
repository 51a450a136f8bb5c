"""A damaged ledger is set aside and built anew from what it still gives and from the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from scanner_app.storage import journal
from scanner_app.storage.cipher import DATABASE_ERRORS, READ_ERRORS, TROUBLES, connect
from scanner_app.storage.connection import Connection, Row, converted, open_reader, open_writer
from scanner_app.storage.factcodec import COLUMNS, FACT
from scanner_app.storage.ledger_rows import Image
from scanner_app.storage.migrations import bring_up
from scanner_app.storage.schema import LEDGER

GIVE_UP = 20_000
"""Numbers in a row that the damaged file does not give before the end of the table is taken as reached."""

KEYS = {"facts": "seq", "outbox": "number"}


def set_aside(path: Path, now: datetime | None = None) -> Path:
    """Move a damaged database and its WAL out of the way, keep them for people; return where it is."""
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S%fZ")
    aside = path.with_name(f"{path.name}.corrupt.{stamp}")
    with converted(f"set {path.name} aside"):
        for suffix in ("-wal", ""):
            old = path.with_name(path.name + suffix)
            if old.exists():
                old.rename(aside.with_name(aside.name + suffix))
        path.with_name(path.name + "-shm").unlink(missing_ok=True)
        journal.sync_folder(path.parent)
    return aside


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether SQLite's own quick check finds nothing wrong."""
    try:
        return [tuple(r) for r in connection.execute("PRAGMA quick_check(1)")] == [("ok",)]
    except DATABASE_ERRORS:
        return False


def rebuild(path: Path, journal_path: Path) -> Path:
    """Set a damaged ledger aside and put a new one in its place; return where the old one is."""
    aside = set_aside(path)
    fresh = path.with_name(path.name + ".new")
    for suffix in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    with closing(open_writer(fresh, full=True)) as connection:
        bring_up(connection, LEDGER, "ledger")
        with converted("rebuild ledger"):
            connection.execute("BEGIN IMMEDIATE")
            _fill(connection, aside, journal_path)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    with converted("rebuild ledger"):
        fresh.replace(path)
        journal.sync_folder(path.parent)
    return aside


def put_back(connection: Connection, path: Path) -> str:
    """Write an open ledger, whose file was taken away, to its place; return what lay there, set aside, or ''."""
    fresh = path.with_name(path.name + ".new")
    with converted("put the ledger back"):
        for suffix in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
        with closing(connect(fresh, fresh)) as copy:
            cast("sqlite3.Connection", connection).backup(copy)
        aside = set_aside(path)  # a WAL left behind alone goes too: it is not the copy's
        fresh.replace(path)
        journal.sync_folder(path.parent)
    return aside.name if aside.exists() else ""


def _fill(connection: sqlite3.Connection, aside: Path, journal_path: Path) -> None:
    for image in _readable(aside):
        _put(connection, image)
    for images in journal.read(journal_path):
        for image in images:
            _put(connection, image)


def _put(connection: sqlite3.Connection, image: Image) -> None:
    table, row = image
    marks = ", ".join("?" * len(row))
    with suppress(sqlite3.IntegrityError):  # a row that the damage made impossible
        connection.execute(f"INSERT OR REPLACE INTO {table} ({COLUMNS[table]}) VALUES ({marks})", row)  # noqa: S608


def _readable(aside: Path) -> Iterator[Image]:
    try:
        with closing(open_reader(aside)) as connection:
            for table, key in KEYS.items():
                for row in _numbered(connection, table, key):
                    yield table, row
            for table in ("uses", "conflicts"):
                for row in _listed(connection, table):
                    yield table, row
    except TROUBLES:
        return  # nothing more to be had from it


def _numbered(connection: sqlite3.Connection, table: str, key: str) -> Iterator[Row]:
    """Yield a table's rows one by one, stepping over those on damaged pages."""
    sql = f"SELECT {COLUMNS[table]} FROM {table} NOT INDEXED WHERE {key} = ?"  # noqa: S608 - constants
    number, missing = 0, 0
    while missing < GIVE_UP:
        number += 1
        try:
            row = connection.execute(sql, (number,)).fetchone()
        except DATABASE_ERRORS:
            row = None
        missing = 0 if row else missing + 1
        if row and _plausible(table, row):
            yield row


def _listed(connection: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Yield what a walk from either end gives before it meets damage."""
    seen: set[Row] = set()
    for order in ("ASC", "DESC"):
        by = "account %s, uid %s, scan_id %s" if table == "uses" else "id %s"
        sql = f"SELECT {COLUMNS[table]} FROM {table} ORDER BY {by.replace('%s', order)}"  # noqa: S608 - constants
        try:
            for row in connection.execute(sql):
                if row not in seen and _plausible(table, row):
                    seen.add(row)
                    yield row
        except READ_ERRORS:
            continue


def _plausible(table: str, row: Row) -> bool:
    """Whether a row read from a damaged file has the types that the program writes."""
    texts = {"facts": slice(1, 3), "outbox": slice(1, 5), "uses": slice(0, 5), "conflicts": slice(0, 1)}[table]
    good = all(isinstance(v, str) for v in row[texts])
    return good and (table != "facts" or len(row) == FACT.count(",") + 1)
