"""The cache files on disk: one per account and tenant, a new one beside the old until it is complete."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from scanner_app.application.ports import CacheTx
from scanner_app.application.tenants import is_keyless, may_be_renewed, same_site
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.storage import rescue
from scanner_app.storage.cache_write import CacheWriter
from scanner_app.storage.cipher import ERRORS
from scanner_app.storage.connection import converted, open_reader, open_writer, trouble
from scanner_app.storage.migrations import bring_up, refuse_newer
from scanner_app.storage.schema import CACHE

T = TypeVar("T")

CHECKPOINT_JOBS = 4
"""Transactions of a cache after which its WAL is moved into the database; a page of 100 passes may dirty 2 MB."""


class Shelf:
    """All caches. Writing on the clerk's thread only; `files` may be read from any thread.

    `changed` is called when a file was replaced.
    """

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        self._folder = folder
        self._changed = changed
        self._tenants: dict[str, str] = {}
        self._writers: dict[Path, sqlite3.Connection] = {}
        self._jobs: dict[Path, int] = {}
        self._view: Mapping[str, Sequence[Path]] = {}
        self.aside: dict[str, str] = {}
        self.writing = threading.Lock()  # held, before the clerk is asked, by whoever has a cache written
        self.tidy = False  # nothing else is to do
        self.suspects: set[Path] = set()  # files that a reader found broken
        self._news: list[str] = []

    def files(self) -> Mapping[str, Sequence[Path]]:
        """Return each account's files, the newest first."""
        return self._view

    def set_accounts(self, accounts: Mapping[str, str]) -> None:
        """Say which accounts there are (id -> tenant fingerprint)."""
        self._tenants = {account: self._resolved(account, tenant) for account, tenant in accounts.items()}
        self._look()

    def tenants(self) -> Mapping[str, str]:
        """Return the accounts in use (id -> tenant fingerprint)."""
        return self._tenants

    def _resolved(self, account: str, tenant: str) -> str:
        """Whose list is held where only the key is missing: judging needs none, and what is told later waits for it."""
        if not is_keyless(tenant):
            return tenant
        held = next((p for p in self._caches(account, tenant) if _holds_all(p)), None)
        return held.stem.removeprefix(f"{_safe(account)}-") if held else tenant

    def _caches(self, account: str, tenant: str) -> list[Path]:
        """Every cache that may be an account's, the newest first: what another platform told of admits nobody here."""
        begin, of = f"{_safe(account)}-", _safe(tenant)
        fits = same_site if is_keyless(tenant) else may_be_renewed  # where no key vouches for it, nothing is guessed
        found = [p for p in self._folder.glob(f"{begin}*.db") if fits(p.stem.removeprefix(begin), of)]
        return sorted(found, key=_written, reverse=True)

    def _look(self) -> None:
        self._view = {account: self._of(account) for account in self._tenants}
        self._changed()

    def _of(self, account: str) -> list[Path]:
        current = self._current(account)
        if current.exists() and _holds_all(current):
            return [current]
        older = [p for p in self._caches(account, self._tenants[account]) if p != current]
        return [p for p in (current, *older) if p.exists()]

    def _current(self, account: str) -> Path:
        return self._folder / f"{_safe(account)}-{_safe(self._tenants[account])}.db"

    def make(self) -> None:
        """Make the files that are missing; set aside those that cannot be opened."""
        with converted("make cache folder"):
            self._folder.mkdir(parents=True, exist_ok=True)
        for account in self._tenants:
            self._writer(account)
        self._look()

    def run(self, account: str, work: Callable[[CacheTx], T], breathe: Callable[[], None]) -> T:
        """Run work in one transaction on an account's cache; a damaged one is set aside and a new one begun."""
        if account not in self._tenants:
            raise StorageTrouble(StorageKind.IO, f"no account {account}")
        self._look_at_suspects()
        connection = self._writer(account)
        try:
            result = _transaction(connection, lambda db: work(CacheWriter(db, breathe)))
        except StorageTrouble as error:
            if error.kind is StorageKind.CORRUPT:
                self.set_aside(self._current(account))
            raise
        self._after(account)
        return result

    def _writer(self, account: str) -> sqlite3.Connection:
        path = self._current(account)
        if path not in self._writers:
            try:
                self._writers[path] = _open(path)
            except StorageTrouble as error:
                if error.kind is not StorageKind.CORRUPT:
                    raise
                self.set_aside(path)
            else:
                self._look()
        return self._writers[path]

    def set_aside(self, path: Path) -> None:
        """Put a damaged cache out of the way; an empty one takes its place and asks for a full load."""
        account = next((a for a in self._tenants if path in (self._current(a), *self._view.get(a, ()))), None)
        self._view = {a: [p for p in files if p != path] for a, files in self._view.items()}
        self._changed()  # from now on no reader opens it
        self._drop(path)
        if path.exists():
            name = rescue.set_aside(path).name
            if account:
                self.aside[account] = name
                self._news.append(account)
        if account and path == self._current(account):
            self._writers[path] = _open(path)
        self._look()

    def _after(self, account: str) -> None:
        path = self._current(account)
        self._jobs[path] = self._jobs.get(path, 0) + 1
        older = [p for p in self._folder.glob(f"{_safe(account)}-*.db") if p != path]
        if older and _is_complete(self._writers[path]):
            self._look_without(account, older)

    def _look_without(self, account: str, older: Sequence[Path]) -> None:
        """Remove the caches of earlier tenants: the new one is complete."""
        self._view = {**self._view, account: [self._current(account)]}
        self._changed()
        for path in older:
            self._drop(path)
            for suffix in ("-wal", "-shm", ""):
                path.with_name(path.name + suffix).unlink(missing_ok=True)

    def relieve(self, account: str) -> None:
        """Move a WAL grown long into its database: after the clerk's work, while scans go on, by who holds `writing`.

        Never while the file is written: two connections or threads that write or checkpoint one file at the same
        instant are what older SQLite versions cannot stand.
        """
        path = self._current(account) if account in self._tenants else None
        if path is not None and self._jobs.get(path, 0) >= CHECKPOINT_JOBS:
            self._checkpoint(path)

    def sweep(self) -> None:
        """Look at what readers found broken; when there is nothing else to do, move what is left in the WALs."""
        tidy, self.tidy = self.tidy, False
        if not self.dirty or not self.writing.acquire(blocking=False):
            return
        try:
            self._look_at_suspects()
            for path in [p for p, jobs in list(self._jobs.items()) if jobs and tidy]:
                self._checkpoint(path)
        finally:
            self.writing.release()

    def _look_at_suspects(self) -> None:
        while self.suspects:
            path = self.suspects.pop()
            if path.exists() and _is_broken(path):
                self.set_aside(path)

    def take_news(self) -> list[str]:
        """Return the accounts whose cache was set aside since the last call."""
        news, self._news = self._news, []
        return news

    def _checkpoint(self, path: Path) -> None:
        self._jobs[path] = 0
        with suppress(*ERRORS):  # a full disk, a reader: the next transaction tells
            self._writers[path].execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    @property
    def dirty(self) -> bool:
        """Whether any cache has a WAL worth checkpointing, or is under suspicion."""
        return bool(self.suspects) or any(list(self._jobs.values()))

    def _drop(self, path: Path) -> None:
        connection = self._writers.pop(path, None)
        self._jobs.pop(path, None)
        if connection is not None:
            with suppress(*ERRORS):
                connection.close()

    def close(self) -> None:
        """Close every file."""
        for path in list(self._writers):
            self._drop(path)


def _open(path: Path) -> sqlite3.Connection:
    refuse_newer(path, CACHE)
    connection = open_writer(path, full=False)
    try:
        bring_up(connection, CACHE, "cache")
        connection.execute("SELECT count(*) FROM streams").fetchone()
    except ERRORS as error:
        connection.close()
        raise trouble(error, f"open {path.name}") from error
    return connection


def _transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    try:
        connection.execute("BEGIN IMMEDIATE")
        result = work(connection)
        connection.execute("COMMIT")
    except ERRORS as error:
        _roll_back(connection)
        raise trouble(error, "write cache") from error
    except BaseException:
        _roll_back(connection)
        raise
    return result


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        with suppress(*ERRORS):  # the error that led here is the one to tell
            connection.execute("ROLLBACK")


def _written(path: Path) -> float:
    """When a cache was last written, in seconds: the latest may lie in its WAL still; one just opened is empty."""
    found = [path.stat()]
    with suppress(FileNotFoundError):
        found.append(path.with_name(f"{path.name}-wal").stat())
    return max(file.st_mtime for file in found if file is found[0] or file.st_size)


def _holds_all(path: Path) -> bool:
    """Whether a cache is complete; one that cannot be read is not."""
    try:
        with closing(open_reader(path)) as connection, converted(f"read {path.name}"):
            return _is_complete(connection)
    except StorageTrouble:
        return False


def _is_complete(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT count(*), count(last_full) FROM streams WHERE known = 1").fetchone()
    return bool(row[0]) and row[0] == row[1]


def _is_broken(path: Path) -> bool:
    """Whether a cache is broken indeed: it may have been replaced since somebody said so."""
    try:
        with closing(open_reader(path)) as connection:
            return not rescue.is_sound(connection)
    except StorageTrouble:
        return True


def _safe(text: str) -> str:
    """Return text as part of a file name: no dash, no separator, nothing that means something to a shell or glob."""
    return re.sub(r"[^A-Za-z0-9_.]", lambda m: f"={ord(m.group()):x}=", text)
