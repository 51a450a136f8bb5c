"""What `doctor` and the status strip want to know of the disk and the databases."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))
"""SQLite versions that may corrupt a WAL database which two connections write or checkpoint at the same instant
(fixed in 3.51.3). The clerk is the only writer, which keeps clear of it; a second program must not write."""


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """The state of the store. Sizes in bytes; paths are names inside the data folder."""

    sqlite_version: str
    wal_reset_bug: bool
    disk_free: int
    wal_bytes: int
    ledger: str = "ok"  # ok | rebuilt
    ledger_aside: str = ""  # where the damaged ledger lies
    caches_aside: Mapping[str, str] = field(default_factory=dict)  # account -> where its damaged cache lies
    journal_trouble: str = ""  # why the second copy could not be written, or what it lacks; '' if it is whole
    chore_trouble: str = ""  # why the clerk's chores failed, '' if they did not
    unclean_start: bool = False  # the last run did not end properly
    damaged: tuple[str, ...] = ()  # damaged databases that lie set aside in the data folder, from earlier runs too

    @property
    def codes(self) -> tuple[str, ...]:
        """What a person should know of, as codes for `ui/texts.py`."""
        aside = self.ledger != "ok" or self.caches_aside or self.damaged
        told = {
            "storage_set_aside": aside,
            "storage_copy": self.journal_trouble,
            "storage_chores": self.chore_trouble,
        }
        return tuple(code for code, so in told.items() if so)


def has_wal_reset_bug(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether a SQLite version lies in the range of the WAL-reset bug."""
    return WAL_RESET_BUG[0] <= version <= WAL_RESET_BUG[1]


def damaged(folder: Path) -> tuple[str, ...]:
    """Return the names of damaged databases that were set aside, until somebody has taken them away."""
    found = [path for each in (folder, folder / "cache") for path in each.glob("*.corrupt.*")]
    return tuple(sorted(path.relative_to(folder).as_posix() for path in found if not path.name.endswith("-wal")))


def disk_free(folder: Path) -> int:
    """Return the free bytes of the file system under a folder."""
    return shutil.disk_usage(folder).free


def wal_bytes(folder: Path) -> int:
    """Return the size of all write-ahead logs under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*-wal") if path.exists())
