"""Whether a disk takes what one scan needs: asked of the disk itself, which alone counts quotas and reserves."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from scanner_app.domain.errors import StorageKind, storage_kind

SCAN = 256 << 10
"""Bytes tried: a scan with its use, its outbox rows and their second copy, several times over."""
PLENTY = 64 << 20
"""Bytes free above which nobody who only looks tries."""


def refused(folder: Path) -> StorageKind | None:
    """Return why a folder's disk does not take what a scan needs, None where it does; leaves nothing behind."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(SCAN))
            file.flush()
    except OSError as error:
        return storage_kind(error)
    return None


def no_room(folder: Path) -> StorageKind | None:
    """Return the same for one who only looks: nothing is tried where there is plenty; what others may is unknown."""
    try:
        if shutil.disk_usage(folder).free >= PLENTY and os.access(folder, os.W_OK):
            return None
        kind = refused(folder)
    except OSError:
        return StorageKind.IO
    mine = os.name == "nt" or folder.stat().st_uid == os.geteuid()
    return kind if kind is not StorageKind.READ_ONLY or mine else None
