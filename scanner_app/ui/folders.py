"""Looking for a file without the desktop's dialog, which would open the machine to whoever stands there. No Qt."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner_app.ui.keep import documents

MOST = 200
"""Entries that are shown of one folder."""


@dataclass(frozen=True, slots=True)
class Found:
    """What lies in a folder: folders first, then the files that are wanted. `folder` None: where to begin."""

    folder: Path | None
    above: Path | None
    folders: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()


def starts() -> list[Path]:
    """Return where people keep things: documents, pictures, downloads, and sticks that are plugged in."""
    home = Path.home()
    sticks = [p for root in ("/media", "/run/media", "/Volumes") for p in _inside(Path(root), depth=2)]
    usual = [documents(), *(home / name for name in ("Pictures", "Desktop", "Downloads")), home]
    return list(dict.fromkeys(p for p in [*usual, *sticks] if p.is_dir()))


def _inside(root: Path, depth: int) -> list[Path]:
    try:
        found = [p for p in root.iterdir() if p.is_dir()]
    except OSError:
        return []
    return found + [p for one in found for p in (_inside(one, depth - 1) if depth > 1 else [])]


def look_in(folder: Path, endings: Sequence[str]) -> Found:
    """Return what lies in a folder; nothing where it cannot be read. May block: a stick can be slow."""
    try:
        names = sorted((e for e in os.scandir(folder) if not e.name.startswith(".")), key=lambda e: e.name.casefold())
        folders = tuple(Path(e.path) for e in names if e.is_dir())[:MOST]
        files = tuple(Path(e.path) for e in names if e.is_file() and e.name.lower().endswith(tuple(endings)))[:MOST]
    except OSError:
        folders, files = (), ()
    return Found(folder, folder.parent if folder.parent != folder else None, folders, files)
