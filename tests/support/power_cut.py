"""A disk in memory under the real ledger code: it loses its power, tears and drops what was not synced, fails a call.

What a file system promises is kept apart from what it happens to show: `durable` holds what survives any cut,
`live` what programs read. Writes become durable at the file's fsync; files made, cut short or deleted at the next fsync
of any file (ext4 in its default mode). At a cut each file keeps a prefix, a subset, all or none of its writes since its
last fsync, and one of them may be torn at 512 bytes.
"""

# ruff: noqa: N802 - the callbacks have SQLite's names
import itertools
import random
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import apsw
from support.storage_kit import COUNTED, NOW, a_pass, redemption

from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import StorageTrouble
from scanner_app.storage.chain import verify
from scanner_app.storage.connection import prepare_writer
from scanner_app.storage.ledger_file import LedgerFile
from scanner_app.storage.migrations import bring_up
from scanner_app.storage.schema import LEDGER

SECTOR = 512
NAME = "/ledger.db"


class PowerOff(Exception):
    """The machine is off: whoever calls the disk gets this."""


@dataclass
class Disk:
    """Files by name. `calls` counts what reached the disk; `fail` says what happens at a call, by kind and number."""

    durable: dict[str, bytes] = field(default_factory=dict)
    live: dict[str, bytearray] = field(default_factory=dict)
    unsynced: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    folder: list[tuple[str, str, int]] = field(default_factory=list)  # (what, name, size) not yet durable
    calls: dict[str, int] = field(default_factory=lambda: {"write": 0, "sync": 0, "read": 0, "any": 0})
    cut_at: int | None = None
    fail: tuple[str, int] | None = None
    for_good: bool = False
    off: bool = False

    def call(self, kind):
        if self.off:
            raise PowerOff
        for name in (kind, "any"):
            self.calls[name] += 1
        if self.cut_at is not None and self.calls["any"] >= self.cut_at:
            self.off = True
            raise PowerOff
        if self.fail and self.fail[0] == kind:
            number = self.calls[kind]
            if number == self.fail[1] or (self.for_good and number > self.fail[1]):
                raise apsw.IOError(f"{kind} {number} fails")

    def write(self, name, data, offset):
        self.call("write")
        live = self.live[name]
        if len(live) < offset:
            live.extend(bytes(offset - len(live)))
        live[offset : offset + len(data)] = data
        self.unsynced.setdefault(name, []).append((offset, data))

    def truncate(self, name, size):
        self.call("write")
        del self.live[name][size:]
        self.folder.append(("truncate", name, size))

    def sync(self, name):
        self.call("sync")
        for what in self.folder:
            self._folder_change(self.durable, what)
        self.folder.clear()
        self.durable[name] = bytes(self.live[name])
        self.unsynced.pop(name, None)

    def create(self, name):
        self.live[name] = bytearray()
        self.folder.append(("create", name, 0))

    def delete(self, name):
        self.live.pop(name, None)
        self.unsynced.pop(name, None)
        self.folder.append(("delete", name, 0))

    @staticmethod
    def _folder_change(files, what):
        kind, name, size = what
        if kind == "delete":
            files.pop(name, None)
        elif kind == "create":
            files.setdefault(name, b"")
        else:
            files[name] = files.get(name, b"")[:size]

    def after_the_cut(self, rng):
        """Return the files as they are found when the power is back."""
        files = dict(self.durable)
        for what in self.folder[: rng.randint(0, len(self.folder))]:
            self._folder_change(files, what)
        for name, writes in self.unsynced.items():
            data = bytearray(files.get(name, b""))
            for offset, part in _survivors(writes, rng):
                if len(data) < offset:
                    data.extend(bytes(offset - len(data)))
                data[offset : offset + len(part)] = part
            files[name] = bytes(data)
        return files


def _survivors(writes, rng):
    how = rng.choice(["none", "prefix", "subset", "all"])
    if how == "none":
        return []
    if how == "prefix":
        kept = writes[: rng.randint(0, len(writes))]
    elif how == "subset":
        kept = [w for w in writes if rng.random() < 0.5]
    else:
        kept = list(writes)
    if kept and rng.random() < 0.5:
        torn = rng.randrange(len(kept))
        kept[torn : torn + 1] = _torn(kept[torn], rng)
    return kept


def _torn(write, rng):
    offset, data = write
    return [(offset + at, data[at : at + SECTOR]) for at in range(0, len(data), SECTOR) if rng.random() < 0.5]


_disks = itertools.count()


class _Vfs(apsw.VFS):
    """SQLite's door to the disk. No shared memory: the harness opens WAL in exclusive mode."""

    def __init__(self, disk):
        self.disk, self.name = disk, f"disk-{next(_disks)}"
        super().__init__(self.name, base="", maxpathname=256)

    def xOpen(self, name, flags):
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if self.disk.off:
            raise apsw.CantOpenError("off")
        if path not in self.disk.live:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError(path)
            self.disk.create(path)
        flags[1] = flags[0]
        return _File(self.disk, path, bool(flags[0] & apsw.SQLITE_OPEN_DELETEONCLOSE))

    def xAccess(self, path, flags):
        return path in self.disk.live

    def xDelete(self, path, sync):
        if self.disk.off:
            raise apsw.IOError("off")
        if path not in self.disk.live:
            return
        self.disk.delete(path)

    def xFullPathname(self, name):
        return name

    def xRandomness(self, count):
        return bytes(count)

    def xSleep(self, microseconds):
        return microseconds

    def xCurrentTime(self):
        return 2461000.5

    def xGetLastError(self):
        return (0, "")


class _File:
    def __init__(self, disk, name, temporary):
        self.disk, self.name, self.temporary = disk, name, temporary

    def _call(self, action, *args):
        try:
            return action(*args)
        except PowerOff as off:
            raise apsw.IOError("the power is off") from off

    def xRead(self, amount, offset):
        self._call(self.disk.call, "read")
        return bytes(self.disk.live[self.name][offset : offset + amount])

    def xWrite(self, data, offset):
        self._call(self.disk.write, self.name, bytes(data), offset)

    def xTruncate(self, size):
        self._call(self.disk.truncate, self.name, size)

    def xSync(self, flags):
        self._call(self.disk.sync, self.name)

    def xFileSize(self):
        return len(self.disk.live[self.name])

    def xClose(self):
        if self.temporary and not self.disk.off:
            self.disk.delete(self.name)

    def xLock(self, level):
        pass

    def xUnlock(self, level):
        pass

    def xCheckReservedLock(self):
        return False

    def xFileControl(self, op, pointer):
        return False

    def xSectorSize(self):
        return SECTOR

    def xDeviceCharacteristics(self):
        return 0


_CODES = {
    apsw.IOError: sqlite3.SQLITE_IOERR,
    apsw.FullError: sqlite3.SQLITE_FULL,
    apsw.CantOpenError: sqlite3.SQLITE_CANTOPEN,
}


class Adapter:
    """An apsw connection that raises what the program knows: `sqlite3` errors with their codes."""

    def __init__(self, vfs, *, full=True):
        self._inner = self._told(apsw.Connection, NAME, vfs=vfs.name)
        try:
            self.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
            prepare_writer(self, full=full)
        except sqlite3.Error:
            self.close()
            raise

    @staticmethod
    def _told(action, *args, **more):
        try:
            return action(*args, **more)
        except apsw.Error as error:
            known = sqlite3.OperationalError(str(error))
            known.sqlite_errorcode = getattr(error, "extendedresult", 0) or _CODES.get(type(error), 1)
            raise known from error

    def execute(self, sql, params=()):
        return _Cursor(self._told(self._inner.execute, sql, params))

    def executemany(self, sql, params):
        return _Cursor(self._told(self._inner.executemany, sql, params))

    def close(self):
        self._told(self._inner.close, True)


class _Cursor:
    def __init__(self, inner):
        self._inner = inner

    def fetchone(self):
        return Adapter._told(self._inner.fetchone)

    def fetchall(self):
        return Adapter._told(self._inner.fetchall)

    def __iter__(self):
        return iter(self.fetchall())


def fresh_disk():
    """A disk with an empty ledger of the real schema on it, all durable."""
    data = _empty_ledger()
    return Disk(durable={NAME: data}, live={NAME: bytearray(data)})


_image: list[bytes] = []


def _empty_ledger():
    if not _image:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ledger.db"
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                bring_up(connection, LEDGER, "ledger")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            _image.append(path.read_bytes())
    return _image[0]


@dataclass
class Run:
    """What a line of guests came to: scans told as recorded, and those told as failed."""

    acknowledged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def guests(disk, count, rng, *, checkpoint=0.1, full=True):
    """Let guests in one after the other on the disk; now and then a checkpoint, as the clerk makes them."""
    vfs = _Vfs(disk)
    ledger = LedgerFile(Path(NAME), lambda: None, connect=lambda _path: Adapter(vfs, full=full))
    run = Run()
    for number in range(count):
        scan_id = f"scan-{number:04d}"
        work = redemption((a_pass(number % 7),), Credential("c", Symbology.QR), COUNTED, scan_id=scan_id, at=NOW)
        try:
            verdict = ledger.run(work)
        except StorageTrouble:
            run.failed.append(scan_id)
        else:
            assert verdict.admits
            run.acknowledged.append(scan_id)
        if rng.random() < checkpoint:
            ledger.checkpoint()
        if disk.off:
            break
    ledger.close()
    vfs.unregister()
    return run


def held(files, folder):
    """Open what is on the disk with another SQLite; check that nothing is corrupt or half; return the scans in it."""
    for name, data in files.items():
        (folder / name.lstrip("/")).write_bytes(data)
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # this copy is thrown away
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert verify(connection).first_bad is None
        facts = [row[0] for row in connection.execute("SELECT id FROM facts WHERE kind = 'scan'")]
        uses = [row[0] for row in connection.execute("SELECT scan_id FROM uses ORDER BY scan_id")]
        sent = [row[0] for row in connection.execute("SELECT scan_id FROM outbox ORDER BY scan_id")]
    assert uses == sorted(facts), "half a redemption"
    assert sent == sorted(facts), "half a redemption"
    return facts


def cut_once(seed, folder, *, full=True):
    """Cut the power at a random call of a line of guests; return (acknowledged, lost)."""
    rng = random.Random(seed)
    disk = fresh_disk()
    disk.cut_at = rng.randint(1, 250)
    run = guests(disk, 25, rng, full=full)
    facts = held(disk.after_the_cut(rng), folder)
    # A guest who was told "cannot record" may be in the ledger after a cut; one who was let in has to be.
    return len(run.acknowledged), sorted(set(run.acknowledged) - set(facts))


def fail_once(kind, number, folder, *, for_good=False):
    """Fail the N-th call of a kind; return (acknowledged, failed, held)."""
    disk = fresh_disk()
    disk.fail, disk.for_good = (kind, number), for_good
    run = guests(disk, 25, random.Random(number))
    disk.fail = None
    files = {name: bytes(data) for name, data in disk.live.items()}
    return run, held(files, folder)
