"""Where a kiosk keeps its things."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

import platformdirs

from scanner_app.domain.errors import SettingsTrouble, StorageKind, StorageTrouble
from scanner_app.files import file_trouble

OPEN_ONCE = ("ledger.db*", "venue.db*", "cache/*.db*", "logs/pass-scanner.jsonl*")
"""What versions before 0600 for every file made by the umask alone."""

_NO_FOLDER = frozenset({errno.EEXIST, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL})
_NO_RIGHTS = frozenset({errno.EACCES, errno.EPERM})


def default_data_dir() -> Path:
    """Return the data folder used when none is named."""
    return Path(platformdirs.user_data_dir("pass-scanner", appauthor=False))


def prepare_data_dir(folder: Path, *, writes: bool = True) -> Path:
    """Make the data folder, readable by its owner only; raises SettingsTrouble or StorageTrouble when that cannot be.

    Who does not write may look into one on a disk that takes no writes.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        detail = f"{folder}: {error.strerror}"
        if error.errno in _NO_FOLDER:
            raise SettingsTrouble("data_folder", detail) from error
        if error.errno in _NO_RIGHTS:
            raise SettingsTrouble("data_folder_rights", detail) from error
        raise file_trouble(error, folder) from error
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SettingsTrouble("data_folder_rights", str(folder))
    if writes and not os.access(folder, os.W_OK):
        raise _unwritable(folder)
    if writes:
        _close(folder)
    return folder


def _unwritable(folder: Path) -> SettingsTrouble | StorageTrouble:
    """Tell a disk that takes no writes from a folder that is somebody else's."""
    if os.name == "posix" and os.statvfs(folder).f_flag & os.ST_RDONLY:
        return StorageTrouble(StorageKind.READ_ONLY, f"{folder} cannot be written to")
    return SettingsTrouble("data_folder_rights", str(folder))


def _close(folder: Path) -> None:
    """Close what earlier versions left open: ours by its name, whatever folder it is."""
    for pattern in OPEN_ONCE:
        for path in folder.glob(pattern):
            with suppress(OSError):  # gone meanwhile, or another user's
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode) and mode & 0o077:
                    path.chmod(mode & 0o700)
