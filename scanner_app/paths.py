"""Where a kiosk keeps its things."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import platformdirs

from scanner_app.domain.errors import StorageKind, StorageTrouble

OPEN_ONCE = ("ledger.db*", "venue.db*", "cache/*.db*", "logs/pass-scanner.jsonl*")
"""What versions before 0600 for every file made by the umask alone."""


def default_data_dir() -> Path:
    """Return the data folder used when none is named."""
    return Path(platformdirs.user_data_dir("pass-scanner", appauthor=False))


def prepare_data_dir(folder: Path, *, writes: bool = True) -> Path:
    """Make the data folder, readable by its owner only; raises StorageTrouble when that cannot be.

    Who does not write may look into one on a disk that takes no writes.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        kind = StorageKind.READ_ONLY if error.errno in (30, 13) else StorageKind.IO  # EROFS, EACCES
        raise StorageTrouble(kind, f"{folder}: {error.strerror}") from error
    if not os.access(folder, os.R_OK | os.X_OK | (os.W_OK if writes else 0)):
        raise StorageTrouble(StorageKind.READ_ONLY, f"{folder} cannot be written to")
    if writes:
        _close(folder)
    return folder


def _close(folder: Path) -> None:
    """Close what earlier versions left open: ours by its name, whatever folder it is."""
    for pattern in OPEN_ONCE:
        for path in folder.glob(pattern):
            with suppress(OSError):  # gone meanwhile, or another user's
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode) and mode & 0o077:
                    path.chmod(mode & 0o700)
