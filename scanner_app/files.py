"""Small files that are whole or absent: written beside, fsynced, then put in place."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from scanner_app.domain.errors import StorageKind, StorageTrouble, storage_kind

LEFT_SECONDS = 60.0
"""What was half written so long ago is nobody's any more; a verb without the door's lock may be keeping a key now."""


def write_private(path: Path, content: str | bytes) -> None:
    """Replace a file (mode 0600) so that a crash leaves the old or the new one, never half of either."""
    _write(path, content, lambda name: name.replace(path))


def write_private_once(path: Path, text: str) -> bool:
    """Write a file (mode 0600) unless there is one: of several processes one writes, and only it returns True."""
    try:
        _write(path, text, lambda name: os.link(name, path))
    except FileExistsError:
        return False
    return True


def _write(path: Path, content: str | bytes, put_in_place: Callable[[Path], object]) -> None:
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise file_trouble(error, path) from error
    name = Path(made)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content.encode() if isinstance(content, str) else content)
            out.flush()
            os.fsync(out.fileno())
        put_in_place(name)
        _sync_folder(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise file_trouble(error, path) from error
    finally:
        name.unlink(missing_ok=True)


def sweep(folder: Path, names: Iterable[str]) -> None:
    """Remove what a kill in the middle of writing these files left beside them. For who alone writes them now."""
    for name in names:
        for left in folder.glob(f".{name}.*"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > LEFT_SECONDS:
                    left.unlink()


def move_whole(made: Path, path: Path) -> None:
    """Move a finished file to where it belongs, on the same disk: when this returns, a power cut leaves it whole."""
    with made.open("rb+") as written:
        os.fsync(written.fileno())
    made.replace(path)
    _sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a JSON file, None if there is no such file; StorageTrouble if it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StorageTrouble(StorageKind.CORRUPT, f"{path.name}: {error}") from error
    if not isinstance(found, dict):
        raise StorageTrouble(StorageKind.CORRUPT, f"{path.name} does not hold an object")
    return found


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_trouble(error: OSError, path: Path) -> StorageTrouble:
    """Return what an error of the file system means for a file of the data folder."""
    return StorageTrouble(storage_kind(error), f"{path.name}: {error.strerror}")
