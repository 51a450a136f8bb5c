"""The second copy of unsent facts: an append-only text file beside the ledger, one transaction's rows a line."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scanner_app.domain.times import to_us
from scanner_app.storage.cipher import seal, unseal
from scanner_app.storage.compact import dumps, loads
from scanner_app.storage.connection import Connection, Value
from scanner_app.storage.factcodec import COLUMNS, SELECT
from scanner_app.storage.ledger_rows import Image

EVERY_LINES = 32
"""Lines after which the file is fsynced: 0.03 fsyncs per redemption on top of the ledger's own one."""

EVERY_SECONDS = 30.0
"""Age of the oldest line not fsynced at which it is. The ledger itself holds each fact durably all the time: this is
the copy, and only a power cut that also damages the ledger would miss its newest lines."""

SMALL = 4 << 20
"""Bytes below which the file is not worth compacting."""


SETTLED_SECONDS = 60.0
"""Age at which a fact should long be in the copy: the clerk writes it within its next chores."""


class Journal:
    """Appends row images; never raises: a copy that cannot be written is reported and written anew later."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None
        self._unsynced = 0
        self._oldest = 0.0
        self._limit = SMALL
        self._size = 0
        self.trouble = ""
        self.outdated = False  # it tells of people whom the ledger has forgotten

    def open(self) -> None:
        """Open for appending; a line torn by a crash is closed off first."""
        try:
            self._fd = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
            self._size = os.fstat(self._fd).st_size
            if self._size:
                os.lseek(self._fd, -1, os.SEEK_END)
                if os.read(self._fd, 1) != b"\n":
                    self._size += os.write(self._fd, b"\n")
        except OSError as error:
            self._fail(error)

    def append(self, images: Sequence[Image]) -> None:
        """Add one transaction's rows."""
        if self._fd is None or not images:
            return
        data = seal(line(images), self._path)
        try:
            if os.write(self._fd, data) != len(data):
                self._fail("short write")
                return
            self._size += len(data)
            self._oldest = self._oldest if self._unsynced else time.monotonic()
            self._unsynced += 1
            if self._unsynced >= EVERY_LINES:
                self.sync()
        except OSError as error:
            self._fail(error)

    def sync(self) -> None:
        """Make everything appended so far durable."""
        if self._fd is None or not self._unsynced:
            return
        try:
            os.fsync(self._fd)
            self._unsynced = 0
        except OSError as error:
            self._fail(error)

    @property
    def overdue(self) -> bool:
        """Whether lines have waited long enough for their fsync."""
        return bool(self._unsynced) and time.monotonic() - self._oldest >= EVERY_SECONDS

    @property
    def pending(self) -> bool:
        """Whether lines wait for their fsync or the file for being written anew."""
        return bool(self._unsynced) or self.wants_rewrite

    @property
    def wants_rewrite(self) -> bool:
        """Whether it is time to write it anew: grown large, or telling too much, or a write of it failed."""
        return bool(self.trouble) or self.outdated or self._size > self._limit

    def rewrite(self, ledger: Connection) -> None:
        """Write it anew with what the ledger has not settled yet; the old file stays until the new one is durable."""
        fresh = self._path.with_suffix(".new")
        try:
            fd = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
            try:
                with os.fdopen(fd, "wb", closefd=False) as file:
                    file.writelines(seal(line(images), self._path) for images in unsettled(ledger))
                os.fsync(fd)
            finally:
                os.close(fd)
            self.close()
            fresh.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            self._fail(error)
            return
        self.trouble, self._unsynced, self.outdated = "", 0, False
        self.open()
        self._limit = max(SMALL, 2 * self._size)

    def close(self) -> None:
        """Make it durable and close it."""
        self.sync()
        fd, self._fd = self._fd, None
        if fd is not None:
            try:
                os.close(fd)
            except OSError as error:
                self._fail(error)

    def _fail(self, why: OSError | str) -> None:
        self.trouble = str(why)


def line(images: Sequence[Image]) -> bytes:
    """Return one line: the CRC-32 of the rest in hex, a space, the rows as JSON."""
    text = dumps([(table, [_plain(v) for v in row]) for table, row in images]).encode()
    return b"%08x %b\n" % (zlib.crc32(text), text)


def _plain(value: Value) -> Any:
    return {"x": value.hex()} if isinstance(value, bytes) else value


def _value(value: Any) -> Value:
    return bytes.fromhex(value["x"]) if isinstance(value, dict) else value


def read(path: Path) -> Iterator[list[Image]]:
    """Yield the transactions of a journal in order; lines that a crash or a damaged disk spoiled are left out."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for written in file:
            images = _images(written, path)
            if images is not None:
                yield images


def _seq(fact: tuple[Value, ...]) -> int:
    return fact[0] if isinstance(fact[0], int) else 0


def _images(written: bytes, path: Path) -> list[Image] | None:
    """Return the rows of one line, None of a line that was spoiled."""
    check, _, text = unseal(written, path).rstrip(b"\n").partition(b" ")
    try:
        good = int(check, 16) == zlib.crc32(text)
    except ValueError:
        return None
    if not good:
        return None
    return [(table, [_value(v) for v in row]) for table, row in loads(text.decode()) if table in COLUMNS]


def newest_fact(path: Path) -> tuple[Value, ...] | None:
    """Return the row of the newest fact in a journal, None where it holds none or cannot be read."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return None
    for written in reversed(lines):
        rows = [tuple(row) for table, row in _images(written, path) or () if table == "facts"]
        if rows:
            return max(rows, key=_seq)
    return None


_UNSETTLED = {
    "facts": """ WHERE id IN (SELECT scan_id FROM outbox WHERE state = 'pending')
        OR id IN (SELECT id FROM conflicts WHERE settled_by IS NULL) OR seq = (SELECT max(seq) FROM facts)""",
    "uses": """ WHERE (account, uid, scan_id) IN
        (SELECT account, uid, scan_id FROM outbox WHERE state = 'pending')""",
    "outbox": " WHERE state = 'pending'",
    "conflicts": " WHERE settled_by IS NULL",
}
"""What a rebuilt ledger would need of each table: pending operations, open conflicts, their facts and uses; and the
newest fact, which bears witness of how far the ledger came."""

ROWS_A_LINE = 50


def unsettled(ledger: Connection) -> Iterator[list[Image]]:
    """Yield what the ledger has not settled, some rows at a time."""
    for table, where in _UNSETTLED.items():
        images: list[Image] = []
        for row in ledger.execute(SELECT[table] + where):
            images.append((table, row))
            if len(images) == ROWS_A_LINE:
                yield images
                images = []
        if images:
            yield images


def missing(ledger: Connection, path: Path, now: datetime) -> int:
    """Return how many unsent outbox rows the second copy lacks, newer ones left out: the clerk may still write them."""
    settled = to_us(now - timedelta(seconds=SETTLED_SECONDS))
    waiting = ledger.execute("SELECT number FROM outbox WHERE state = 'pending' AND created < ?", (settled,))
    unsent = {row[0] for row in waiting}
    if not unsent:
        return 0
    for images in read(path):
        unsent -= {row[0] for table, row in images if table == "outbox"}
    return len(unsent)


def sync_folder(folder: Path) -> None:
    """Make renames and new files in a folder durable, where the system knows how (not on Windows)."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
