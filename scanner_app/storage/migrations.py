"""Bringing a database up to this program's schema, step by step, each step in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.storage.connection import converted, open_reader

if TYPE_CHECKING:
    from sqlite_utils import Database

Steps = Sequence[tuple[str, ...]]


def refuse_newer(path: Path, steps: Steps) -> None:
    """Raise `StorageTrouble(TOO_NEW)` for a database of a newer program, without touching it."""
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        with closing(open_reader(path)) as connection, converted(f"read {path.name}", path.parent):
            version = schema_version(connection)
    except StorageTrouble as error:
        if error.kind is StorageKind.CORRUPT:
            return  # damage has a way of its own
        raise
    if version > len(steps):
        detail = f"{path.name} has version {version}, this program knows {len(steps)}"
        raise StorageTrouble(StorageKind.TOO_NEW, detail)


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the version a database says it has; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def bring_up(connection: sqlite3.Connection, steps: Steps, name: str) -> None:
    """Take the missing steps. An up-to-date database costs one pragma."""
    if schema_version(connection) == len(steps):
        return
    from sqlite_utils import Database, Migrations  # 0.4 s that only a migration has to pay

    migrations = Migrations(name)
    for number, statements in enumerate(steps, start=1):
        migrations(name=f"{number:04d}")(_step(number, statements))
    migrations.apply(Database(connection, execute_plugins=False))


def _step(number: int, statements: tuple[str, ...]) -> Callable[[Database], None]:
    def step(db: Database) -> None:
        for statement in statements:
            db.execute(statement)
        db.execute(f"PRAGMA user_version={number:d}")

    return step
