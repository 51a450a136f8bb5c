"""Where the window puts what people want to keep: the documents folder, under a name with the time. Needs no Qt."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from scanner_app.domain.errors import StorageKind, StorageTrouble


def documents() -> Path:
    """Return the user's documents folder as the desktop has it, else the home folder."""
    named = os.environ.get("XDG_DOCUMENTS_DIR", "")
    found = Path(named) if named else Path.home() / "Documents"
    return found if found.is_dir() else Path.home()


def new_path(name: str, ending: str) -> Path:
    """Return a free path for a file to keep."""
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S")
    return documents() / f"Pass Scanner {name} {stamp}.{ending}"


def keep_file(name: str, ending: str, content: bytes) -> str:
    """Write a file that only this user may read; return its path. Raises StorageTrouble."""
    path = new_path(name, ending)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
    except OSError as error:
        kind = StorageKind.FULL if error.errno == 28 else StorageKind.IO
        raise StorageTrouble(kind, str(error)) from error
    return str(path)
