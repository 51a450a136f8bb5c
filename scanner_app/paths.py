"""Where a kiosk keeps its things."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from scanner_app.domain.errors import StorageKind, StorageTrouble


def default_data_dir() -> Path:
    """Return the data folder used when none is named."""
    return Path(platformdirs.user_data_dir("pass-scanner", appauthor=False))


def prepare_data_dir(folder: Path) -> Path:
    """Make the data folder, readable by its owner only; raises StorageTrouble when that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        kind = StorageKind.READ_ONLY if error.errno in (30, 13) else StorageKind.IO  # EROFS, EACCES
        raise StorageTrouble(kind, f"{folder}: {error.strerror}") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise StorageTrouble(StorageKind.READ_ONLY, f"{folder} cannot be written to")
    return folder
