"""The store: ledger and caches behind the one clerk. What `application.ports.Clerk` promises."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from scanner_app.application.ports import Answer, CacheTx, LedgerTx, Priority
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.scan import OperationState
from scanner_app.storage import clerk
from scanner_app.storage.cache_read import Caches
from scanner_app.storage.chain import ChainReport
from scanner_app.storage.connection import converted, open_reader
from scanner_app.storage.derived import Difference
from scanner_app.storage.health import StoreHealth, damaged, disk_free, has_wal_reset_bug, wal_bytes
from scanner_app.storage.journal import missing, sync_folder
from scanner_app.storage.ledger_file import LedgerFile
from scanner_app.storage.ledger_read import Ledger
from scanner_app.storage.ledger_write import LedgerWriter
from scanner_app.storage.migrations import refuse_newer
from scanner_app.storage.pool import Pool
from scanner_app.storage.room import no_room, refused
from scanner_app.storage.schema import LEDGER
from scanner_app.storage.shelf import Shelf

T = TypeVar("T")


class Store:
    """Opens the data folder, owns the clerk. `accounts`: account id -> tenant fingerprint (URL and key).

    `read_only` opens beside a running door: readers work, whatever would write raises `StorageTrouble(READ_ONLY)`.
    `on_damage` is called, on some thread, with an account's id when its cache was set aside: load it again in full.
    """

    def __init__(
        self,
        data_dir: Path,
        accounts: Mapping[str, str],
        *,
        read_only: bool = False,
        on_damage: Callable[[str], None] | None = None,
    ) -> None:
        self._folder = data_dir
        self._read_only = read_only
        self._on_damage = on_damage
        self._pool = Pool()
        self._ledger = LedgerFile(data_dir / "ledger.db", self._replaced)
        self._shelf = Shelf(data_dir / "cache", self._replaced)
        self._accounts = dict(accounts)
        self._marker = data_dir / "ledger.open"
        self._unclean = False
        self._clerk: clerk.Thread | None = None

    # --- life -------------------------------------------------------------------------------------------------------
    def open(self) -> None:
        """Open everything and start the clerk; rebuild what is damaged."""
        self._pool = Pool()
        if self._read_only:
            refuse_newer(self._ledger.path, LEDGER)
            self._shelf.set_accounts(self._accounts)
            return
        with converted("open data folder"):
            self._folder.mkdir(parents=True, exist_ok=True)
        refuse_newer(self._ledger.path, LEDGER)
        with converted("open data folder"):
            self._unclean = self._marker.exists()
            self._marker.touch()
            sync_folder(self._folder)
        try:
            self._ledger.open(unclean=self._unclean)
            self._shelf.set_accounts(self._accounts)
            self._shelf.make()
        except BaseException:
            self._shelf.close()
            self._ledger.close()
            raise
        self._clerk = clerk.Thread(self._chores, self._leisure)
        self._clerk.start()
        self._tell_damage()

    def close(self, deadline: float = 5.0) -> None:
        """Finish what was asked for within `deadline` seconds, make everything durable, close."""
        self._pool.close()
        if self._clerk is None:
            return
        ended = self._clerk.stop(deadline)
        self._clerk = None
        if not ended:
            return  # the disk hangs; the marker stays, the next start checks
        self._ledger.chores(idle=False, busy=True)
        if not self._shelf.writing.acquire(timeout=deadline):
            return  # somebody's checkpoint hangs
        self._shelf.close()
        self._shelf.writing.release()
        self._ledger.close()
        with suppress(OSError):  # a read-only disk: the next start checks
            self._marker.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def set_accounts(self, accounts: Mapping[str, str]) -> None:
        """Change the accounts while running; a new tenant begins a new cache beside the old one."""
        self._accounts = dict(accounts)

        def change() -> None:
            self._shelf.set_accounts(accounts)
            self._shelf.make()

        thread = self._writing()
        thread.refuse_nesting()
        with self._shelf.writing:
            thread.call(change, Priority.OUTBOX, light=False)

    def tenants(self) -> Mapping[str, str]:
        """Return whose lists are in use (account id -> tenant fingerprint): what items of the outbox carry."""
        return self._shelf.tenants()

    # --- writing ----------------------------------------------------------------------------------------------------
    def ledger(self, work: Callable[[LedgerTx], T], priority: Priority = Priority.SCAN) -> T:
        """Run work in one transaction on the ledger; return when it is durable."""
        if self._read_only:
            return self._look(work)
        return self._run(work, priority)

    def _run(self, work: Callable[[LedgerWriter], T], priority: Priority) -> T:
        return (self._clerk or self._writing()).call(partial(self._ledger.run, work), priority, light=True)

    def _look(self, work: Callable[[LedgerTx], T]) -> T:
        """Run work that only reads; anything that writes is refused by SQLite."""
        with closing(open_reader(self._ledger.path)) as connection, converted("read ledger"):
            return work(LedgerWriter(connection))

    def cache(self, account: str, work: Callable[[CacheTx], T], priority: Priority = Priority.SYNC) -> T:
        """Run work in one transaction on an account's cache. Scans are let through in the middle of it."""
        thread = self._writing()
        thread.refuse_nesting()
        try:
            with self._shelf.writing:
                done = thread.call(lambda: self._shelf.run(account, work, thread.breathe), priority, light=False)
                self._shelf.relieve(account)
                return done
        finally:
            self._tell_damage()

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
        """Write the outcome of one delivery attempt; `facts` is what the platform says of a conflict."""

        def work(tx: LedgerWriter) -> None:
            tx.settle(number, state, answer, at, next_try=next_try, unknown=unknown, facts=facts)

        self._run(work, Priority.OUTBOX)

    def contest(self, number: int, at: datetime, answer: Answer) -> bool:
        """Write a conflict that came to light after an admission was sent. See `application.ports.Clerk.contest`."""
        return self._run(lambda tx: tx.contest(number, at, answer), Priority.OUTBOX)

    def claim(self, numbers: Sequence[int]) -> frozenset[int]:
        """Say that items are about to be sent; return those still wanted. See `application.ports.Clerk.claim`."""
        return self._run(lambda tx: tx.claim(numbers), Priority.OUTBOX)

    def doubt_unsent(self) -> None:
        """Have all that waits be looked for before it is sent: another copy of this ledger may have sent it."""
        self._run(lambda tx: tx.doubt_unsent(), Priority.OUTBOX)

    def _writing(self) -> clerk.Thread:
        if self._clerk is None:
            kind = StorageKind.READ_ONLY if self._read_only else StorageKind.LOCKED
            raise StorageTrouble(kind, "opened for reading" if self._read_only else "the store is not open")
        return self._clerk

    def _chores(self, idle: bool) -> float | None:  # noqa: FBT001 - called by position, on the hot path
        busy = self._clerk is not None and self._clerk.busy
        wait = self._ledger.chores(idle=idle, busy=busy)
        if idle:
            self._shelf.tidy = True
        return 0.5 if self._shelf.dirty and not busy else wait

    def _replaced(self) -> None:
        self._pool.clear()

    # --- reading ----------------------------------------------------------------------------------------------------
    def ledger_reader(self) -> Ledger:
        """Return a reader of the ledger for the calling thread; close it at the end."""
        return Ledger(self._ledger.path, self._pool, self._ledger_damaged)

    def cache_reader(self) -> Caches:
        """Return a reader of all caches for the calling thread; close it at the end."""
        return Caches(self._shelf.files, self._pool, self._damaged)

    def verify(self) -> ChainReport:
        """Walk the ledger's hash chain."""
        with self.ledger_reader() as ledger:
            return ledger.verify()

    def differences(self) -> list[Difference]:
        """Return what stands in the ledger beside the facts and does not follow from them."""
        with self.ledger_reader() as ledger:
            return ledger.differences()

    def holds(self, head: str) -> bool:
        """Return whether a hash noted earlier is still in the chain."""
        with self.ledger_reader() as ledger:
            return ledger.holds(head)

    def health(self) -> StoreHealth:
        """Return the state of the store."""
        return StoreHealth(
            sqlite_version=sqlite3.sqlite_version,
            wal_reset_bug=has_wal_reset_bug(),
            disk_free=disk_free(self._folder) if self._folder.exists() else 0,
            wal_bytes=wal_bytes(self._folder),
            ledger="rebuilt" if self._ledger.aside else "ok",
            ledger_aside=self._ledger.aside,
            caches_aside=dict(self._shelf.aside),
            journal_trouble=self._lack() if self._read_only else self._ledger.journal.trouble,
            chore_trouble=self._clerk.trouble if self._clerk is not None else "",
            unclean_start=self._unclean,
            damaged=damaged(self._folder),
        )

    def cannot_record(self) -> str:
        """Return the code of what keeps facts from being written, '' where nothing does, as far as anybody knows.

        Where the last transaction failed, the disk is tried again. Beside a running door only its disk can be asked.
        """
        if self._clerk is None:
            return _code(no_room(self._folder))
        trouble = self._ledger.trouble
        if trouble is None:
            return ""
        if (kind := refused(self._folder)) is not None:
            return _code(kind)
        with suppress(StorageTrouble):
            self._clerk.call(self._ledger.try_to_write, Priority.OUTBOX, light=True)
        return self._ledger.trouble.code if self._ledger.trouble is not None else ""

    def _lack(self) -> str:
        """Return what the second copy lacks, as only its file can tell beside another program that writes it."""
        with closing(open_reader(self._ledger.path)) as ledger, converted("read ledger"):
            count = missing(ledger, self._ledger.journal_path, datetime.now(UTC))
        return f"{count} unsent rows are not in it" if count else ""

    def _ledger_damaged(self) -> None:
        """A reader met a broken ledger: have the clerk look into it, and build it anew if that is so; wait for that."""
        if self._clerk is not None and not self._clerk.inside:
            self._clerk.call(self._ledger.look_into, Priority.OUTBOX, light=False)

    def _damaged(self, path: Path) -> None:
        """A reader met a broken cache: have the clerk set it aside; scanning goes on without it."""
        if self._clerk is None:
            return
        self._shelf.suspects.add(path)
        self._clerk.nudge()

    def _leisure(self) -> None:
        self._shelf.sweep()
        self._tell_damage()

    def hear_damage(self, hear: Callable[[str], None]) -> None:
        """Have `on_damage` told to this from now on, with what nobody has heard yet."""
        self._on_damage = hear
        self._tell_damage()

    def _tell_damage(self) -> None:
        if self._on_damage is None:
            return  # it waits for somebody to hear it
        for account in self._shelf.take_news():
            self._on_damage(account)


def _code(kind: StorageKind | None) -> str:
    return StorageTrouble(kind).code if kind is not None else ""
