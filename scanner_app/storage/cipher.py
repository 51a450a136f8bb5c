"""Encryption at rest, where it is asked for: SQLCipher with a raw key, the journal's lines sealed with the same one.

The key comes from the secret store and is made known here per data folder; nothing else of the store differs. A folder
without a key is opened with the standard library's SQLite.
"""

from __future__ import annotations

import base64
import os
import sqlite3
from pathlib import Path
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scanner_app.domain.errors import StorageKind, StorageTrouble

try:  # an optional extra: wheels for Linux only
    import sqlcipher3.dbapi2 as cipher_driver  # type: ignore[import-untyped]  # ships no types
except ImportError:
    cipher_driver = None

KEY_BYTES = 32
"""SQLCipher's raw key: no derivation, so that opening costs 0.4 ms and not 100 (reliability.md, 1.7)."""
NONCE_BYTES = 12
PLAIN = b"SQLite format 3\0"
"""How an unencrypted database begins (sqlite.org, fileformat2)."""
SEALED = b"*"
"""First byte of a sealed journal line; a plain one begins with a digit of its checksum."""

ERRORS: tuple[type[Exception], ...] = (
    (sqlite3.Error,) if cipher_driver is None else (sqlite3.Error, cipher_driver.Error)
)
DATABASE_ERRORS: tuple[type[Exception], ...] = (
    (sqlite3.DatabaseError,) if cipher_driver is None else (sqlite3.DatabaseError, cipher_driver.DatabaseError)
)
"""SQLCipher's driver has classes of its own that do not derive from the standard library's."""
READ_ERRORS: tuple[type[Exception], ...] = (*DATABASE_ERRORS, UnicodeDecodeError)
TROUBLES: tuple[type[Exception], ...] = (*ERRORS, StorageTrouble)
DISK_ERRORS: tuple[type[Exception], ...] = (*ERRORS, OSError)

_keys: dict[Path, bytes] = {}


def new_key() -> str:
    """Return a new key in hex, for the secret store."""
    return os.urandom(KEY_BYTES).hex()


def available() -> bool:
    """Whether this installation can encrypt."""
    return cipher_driver is not None


def unlock(folder: Path, key: str | None) -> None:
    """Make a data folder's key (hex) known, or forget it; StorageTrouble when this installation cannot use it."""
    if key is None:
        _keys.pop(folder.resolve(), None)
        return
    if cipher_driver is None:
        raise StorageTrouble(StorageKind.LOCKED, "encrypted, and sqlcipher3 is not installed")
    raw = bytes.fromhex(key)
    if len(raw) != KEY_BYTES:
        raise StorageTrouble(StorageKind.LOCKED, "the storage key has the wrong length")
    _keys[folder.resolve()] = raw


def key_for(path: Path) -> bytes | None:
    """Return the key of the data folder that a file lies in."""
    if not _keys:
        return None
    resolved = path.resolve()
    return next((key for folder, key in _keys.items() if folder in resolved.parents), None)


def connect(target: str | Path, path: Path, **options: Any) -> sqlite3.Connection:
    """Open a database file, encrypted when its folder has a key. `target` is the path or a URI of it."""
    key = key_for(path)
    if key is None:
        plain: sqlite3.Connection = sqlite3.connect(target, **options)
        return plain
    connection: Any = cipher_driver.connect(str(target), **options)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return cast("sqlite3.Connection", connection)  # the same methods under another class


def reading(path: Path) -> str:
    """Return the URI by which a database file is opened for reading.

    Where its folder takes no files, WAL can make none beside it. A database without a WAL was closed in order, is whole
    and nobody's: it cannot change. Beside a WAL, be it empty, somebody may be writing, or was when the plug was pulled:
    it is read with it and the `-shm` file that lies there (sqlite.org/wal.html, 'Read-Only Databases'), and refused
    where that is gone: never read without what the WAL holds.
    """
    closed = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if closed else ''}"


def copy(source: Path, target: Path) -> None:
    """Copy a database that may be in use, encrypted as it is, wherever the copy lies."""
    old = connect(reading(source), source, uri=True)
    try:
        new = connect(target, source)
        try:
            old.backup(new)
        finally:
            new.close()
    finally:
        old.close()


def seal(line: bytes, path: Path) -> bytes:
    """Return a journal line as it is written: as it is, or encrypted; ends with a line break either way."""
    key = key_for(path)
    if key is None:
        return line
    nonce = os.urandom(NONCE_BYTES)
    return SEALED + base64.b64encode(nonce + AESGCM(key).encrypt(nonce, line, b"journal")) + b"\n"


def unseal(line: bytes, path: Path) -> bytes:
    """Return a journal line as it was; b'' when it cannot be read with this folder's key."""
    if not line.startswith(SEALED):
        return line
    key = key_for(path)
    try:
        raw = base64.b64decode(line[1:].strip(), validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], b"journal") if key else b""
    except (InvalidTag, ValueError):
        return b""


def open_beside(path: Path) -> sqlite3.Connection:
    """Open a database that stands beside ledger and caches, encrypted where they are; used under a lock of its owner's.

    A plain one of an earlier program is encrypted first. Raises `sqlite3.DatabaseError` for one that is damaged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if key_for(path) is not None and _is_plain(path):
            _encrypt(path)
        connection = connect(path, path, check_same_thread=False)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except ERRORS:
            connection.close()
            raise
    except ERRORS as error:
        raise sqlite3.DatabaseError(f"{path.name}: {error}") from error
    return connection


def _is_plain(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return file.read(len(PLAIN)) == PLAIN


def _encrypt(path: Path) -> None:
    """Put an encrypted copy in the place of a plain database that nobody has open."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    key = cast("bytes", key_for(path))
    plain: Any = cipher_driver.connect(str(path), isolation_level=None)
    try:
        plain.execute(f"ATTACH DATABASE ? AS sealed KEY \"x'{key.hex()}'\"", (str(fresh),))
        plain.execute("SELECT sqlcipher_export('sealed')").fetchone()
        version = plain.execute("PRAGMA user_version").fetchone()[0]
        plain.execute(f"PRAGMA sealed.user_version = {version:d}")
        plain.execute("DETACH DATABASE sealed")
    finally:
        plain.close()
    fresh.replace(path)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
