"""`ledger.db` as the clerk holds it: transactions, doubtful commits, damage, checkpoints."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from scanner_app.domain.errors import Bug, StorageKind, StorageTrouble
from scanner_app.storage import rescue
from scanner_app.storage.cipher import ERRORS, TROUBLES
from scanner_app.storage.connection import Connection, converted, open_reader, open_writer, trouble
from scanner_app.storage.journal import Journal, newest_fact, read
from scanner_app.storage.ledger_rows import Image, Tail
from scanner_app.storage.ledger_write import LedgerWriter
from scanner_app.storage.migrations import bring_up, refuse_newer
from scanner_app.storage.schema import LEDGER

log = logging.getLogger(__name__)
T = TypeVar("T")

CHECKPOINT_COMMITS = 100
"""Commits between two checkpoints (each costs about three fsyncs): the WAL stays near 4 MB."""

WAL_RESERVE = 5 << 20
"""Bytes the WAL is given at the start, about what it holds between two checkpoints (a redemption writes eleven pages).
A file that does not grow syncs without a commit of the file system's own journal: half the time of a durable commit on
ext4."""

RESERVED_AT_ONCE = 64 << 10
"""Bytes of it written by one call. Linux keeps what one call wrote together and looks through all of it in each fsync:
behind a single write of the whole reserve each commit took up to 1.5 times as long (docs/decisions/0008)."""

JOURNAL_LAG = 8
"""Transactions that may wait for the clerk's next look at its chores before they are written to the journal."""

IDLE_SECONDS = 2.0
"""A ledger left in peace this long is checkpointed if it has anything to checkpoint."""


class LedgerFile:
    """The ledger's one writing connection and its journal. Used on the clerk's thread only."""

    def __init__(
        self, path: Path, replaced: Callable[[], None], connect: Callable[[Path], Connection] | None = None
    ) -> None:
        self.path = path
        self.journal_path = path.with_name("journal.jsonl")
        self.journal = Journal(self.journal_path)
        self.aside = ""
        self.trouble: StorageTrouble | None = None  # why the last transaction failed, None if it did not
        self._replaced = replaced
        self._connect = connect or (lambda path: open_writer(path, full=True))
        self._connection: Connection | None = None
        self._file: tuple[int, int] | None = None  # which file that is, and its folder: None where nobody can take it
        self._folder: tuple[int, int] | None = None
        self._written: list[list[Image]] = []
        self._tail: Tail | None = None
        self._commits = 0
        self._last_commit = 0.0

    # --- opening ----------------------------------------------------------------------------------------------------
    def open(self, *, unclean: bool) -> None:
        """Open or make the ledger; after an unclean end check it, and rebuild it if it is damaged, gone or cut off."""
        try:
            self._refuse_gone()
            self._open(check=unclean)
            self._refuse_behind()
        except StorageTrouble as error:
            if error.kind is not StorageKind.CORRUPT:
                raise
            self._rebuild()
        self.journal.open()
        if unclean or self.aside:
            self.journal.rewrite(self._db)
        self._try(lambda: self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone())  # makes the WAL
        reserve_wal(self.path)
        self.run(_begin)

    def _refuse_gone(self) -> None:
        """A ledger that is not there, or empty, is no new kiosk's where its second copy holds facts."""
        held = self.path.exists() and self.path.stat().st_size
        if not held and next(read(self.journal_path), None):
            raise StorageTrouble(StorageKind.CORRUPT, f"{self.path.name} is gone")

    def _refuse_behind(self) -> None:
        """A ledger without the newest fact of its second copy was cut off, or an older one was put in its place.

        A fact is in the second copy only once it is durable here.
        """
        newest = newest_fact(self.journal_path)
        if newest is None:
            return
        sql = "SELECT 1 FROM facts WHERE seq = ? AND hash = ?"
        with converted(f"read {self.path.name}"):
            found = self._db.execute(sql, (newest[0], newest[-1])).fetchone()
        if found is None:
            raise StorageTrouble(StorageKind.CORRUPT, f"{self.path.name} is older than its second copy")

    def _open(self, *, check: bool) -> None:
        refuse_newer(self.path, LEDGER)
        connection = open_writer(self.path, full=True)
        try:
            if check and not rescue.is_sound(connection):
                raise StorageTrouble(StorageKind.CORRUPT, f"{self.path.name} fails its check")
            bring_up(connection, LEDGER, "ledger")
        except ERRORS as error:
            raise trouble(error, f"open {self.path.name}") from error
        finally:
            connection.close()
        self._attach()

    def _attach(self) -> Connection:
        with converted(f"open {self.path.name}", self.path.parent):
            connection = self._connect(self.path)
            self._file, self._folder = _identity(self.path), _identity(self.path.parent)
        self._connection = connection
        return connection

    @property
    def _db(self) -> Connection:
        return self._connection or self._attach()

    def close(self) -> None:
        """Checkpoint and close."""
        if self.journal.outdated:
            self._try(lambda: self.journal.rewrite(self._db))
        self.journal.close()
        self._drop()

    # --- transactions -----------------------------------------------------------------------------------------------
    def run(self, work: Callable[[LedgerWriter], T]) -> T:
        """Run work in one transaction; a ledger found damaged is rebuilt and the work done again on the new one."""
        try:
            done = self._run(work)
        except StorageTrouble as error:
            self.trouble = error
            raise
        self.trouble = None
        return done

    def try_to_write(self) -> None:
        """Have the disk take one page: whether it writes again, only a write can tell."""

        def work(tx: LedgerWriter) -> None:
            tx.touch()
            self._refuse_elsewhere(self._db)

        self.run(work)

    def _run(self, work: Callable[[LedgerWriter], T]) -> T:
        try:
            return self._transaction(work)
        except StorageTrouble as error:
            if error.kind not in (StorageKind.CORRUPT, StorageKind.GONE):
                raise
            gone = error.kind is StorageKind.GONE
        (self._put_back if gone else self._rebuild)()
        self.journal.rewrite(self._db)
        return self._transaction(work)

    def _transaction(self, work: Callable[[LedgerWriter], T]) -> T:
        db = self._connection or self._db
        writer = LedgerWriter(db, self._tail)
        self._tail = None  # until it is known how this ends
        done: list[T] = []
        try:
            db.execute("BEGIN IMMEDIATE")
            done.append(work(writer))
            if writer.newest_fact:
                self._refuse_elsewhere(db)
            db.execute("COMMIT")
        except ERRORS as error:
            wrong = trouble(error, "write ledger")
            self._roll_back(wrong)
            if not (done and self._landed(writer, wrong)):
                raise wrong from error
        except BaseException:
            self._roll_back(None)
            raise
        if writer.images:
            self._written.append(writer.images)
            if len(self._written) >= JOURNAL_LAG:
                self._flush()
        if self._connection is db:
            self._tail = writer.known_tail  # reads nothing: after the commit nothing may fail any more
        self.journal.outdated |= writer.blanked
        self._commits += 1
        return done[0]

    def _roll_back(self, wrong: StorageTrouble | Bug | None) -> None:
        if self._connection is None:
            return
        try:
            self._connection.execute("ROLLBACK")
        except ERRORS:
            # "No transaction is active" after SQLite rolled back by itself, or the disk is gone: begin anew.
            self._drop()
        if isinstance(wrong, StorageTrouble) and wrong.kind in (StorageKind.IO, StorageKind.CORRUPT):
            self._drop()

    def _landed(self, writer: LedgerWriter, wrong: StorageTrouble | Bug) -> bool:
        """Whether a commit reported as failed is there all the same: after an I/O error only a look can tell."""
        if not writer.newest_fact or not isinstance(wrong, StorageTrouble) or wrong.kind is not StorageKind.IO:
            return False
        self._drop()
        try:
            found = self._db.execute("SELECT 1 FROM facts WHERE id = ?", (writer.newest_fact,)).fetchone()
            # What failed to sync may look well and still be lost: it counts only once it is copied and synced anew.
            busy, frames, copied = self._db.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        except TROUBLES:
            self._drop()
            return False
        return found is not None and not busy and frames == copied

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(*ERRORS):
                self._connection.close()
            self._connection = None

    def _refuse_elsewhere(self, db: Connection) -> None:
        """A fact is never committed to a file that no restart would open: one removed, moved or replaced meanwhile."""
        if self._connection is not db or self._file is None:
            return
        with converted(f"look for {self.path.name}"):
            there = _identity(self.path)
        if there != self._file:
            raise StorageTrouble(StorageKind.GONE, f"{self.path.name} is not where it was opened")

    def _put_back(self) -> None:
        """Write what the open connection still holds to the ledger's place, in the folder that it was opened in.

        Another folder of that name may be another program's, running. The connection is kept until all is in place: it
        alone holds the ledger, and a new one would take what lies there for it.
        """
        with converted(f"look for {self.path.parent.name}"):
            folder = _identity(self.path.parent)
        if self._connection is None or folder is None or folder != self._folder:
            raise StorageTrouble(StorageKind.GONE, f"{self.path.parent.name} is not where it was")
        self._flush()
        self.aside = rescue.put_back(self._connection, self.path) or self.aside
        self._drop()
        self._replaced()

    def _rebuild(self) -> None:
        self._flush()
        self.journal.close()
        self._drop()
        try:
            self.aside = rescue.rebuild(self.path, self.journal_path).name
        finally:
            self._replaced()
        self._attach()
        self.journal.open()

    def look_into(self) -> None:
        """Build the ledger anew if a fresh look at the file, past what is held in memory, finds it broken."""
        with closing(open_reader(self.path)) as look:
            sound = rescue.is_sound(look)
        if not sound:
            self._rebuild()
            self.journal.rewrite(self._db)

    # --- chores -----------------------------------------------------------------------------------------------------
    def chores(self, *, idle: bool, busy: bool) -> float | None:
        """After a job or when idle: journal, fsync, checkpoint. Return seconds until it wants to be called again."""
        if self._flush():
            self._last_commit = time.monotonic()
        if busy:
            return None
        if self.journal.overdue:
            self.journal.sync()
        quiet = time.monotonic() - self._last_commit >= IDLE_SECONDS
        if self._commits >= CHECKPOINT_COMMITS or (idle and quiet and self._commits):
            self.checkpoint()
        if idle and self.journal.wants_rewrite:
            self._try(lambda: self.journal.rewrite(self._db))
        return IDLE_SECONDS if self._commits or self.journal.pending else None

    def _flush(self) -> bool:
        """Write finished transactions to the journal: after their callers went on, before anything else happens."""
        written, self._written = self._written, []
        try:
            for images in written:
                self.journal.append(images)
        except Exception as error:  # what is committed is no caller's trouble any more
            log.exception("the second copy")
            self.journal.trouble = f"{type(error).__name__}: {error}"  # it will be written anew as a whole
        return bool(written)

    def checkpoint(self) -> None:
        """Move what is in the WAL into the database, as far as readers let it."""
        self._commits = 0
        self._try(lambda: self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone())

    def _try(self, chore: Callable[[], object]) -> None:
        """Run a chore whose failure is no caller's business: the next transaction meets the same trouble and tells."""
        try:
            chore()
        except TROUBLES:
            self._drop()


def _begin(tx: LedgerWriter) -> None:
    """Settle what a crash left claimed, and read where the chain ends: damage there is met now and not by a guest."""
    tx.end_claims()
    _ = tx.tail


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file or folder a path shows, None where it shows none; Windows lets nobody take an open one away."""
    if os.name == "nt":
        return None
    try:
        told = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return told.st_dev, told.st_ino


def reserve_wal(database: Path) -> None:
    """Lengthen a WAL with zeros, which SQLite takes for the end of it. A full disk has to do without."""
    if os.name == "nt":
        return
    wal = database.with_name(database.name + "-wal")
    with suppress(OSError), wal.open("r+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end >= WAL_RESERVE or shutil.disk_usage(database.parent).free <= 16 * WAL_RESERVE:
            return
        while end < WAL_RESERVE:
            end += file.write(bytes(RESERVED_AT_ONCE - end % RESERVED_AT_ONCE))
        os.fsync(file.fileno())
