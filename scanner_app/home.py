"""Whether this data folder is a copy of another kiosk's: `home` and what is known of that file, `home.json`.

A copy is another file: its inode and the time at which it came to be there are others (both, for a file system may
count its files anew, and a change of owner sets the time). The image of a whole disk is not told from the disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from json import dumps
from pathlib import Path
from typing import Any

from scanner_app.application.ids import another_name
from scanner_app.domain.errors import StorageTrouble
from scanner_app.files import read_json, write_private
from scanner_app.settings import SettingsKeeper

log = logging.getLogger(__name__)

ANCHOR, FILE = "home", "home.json"


class Home:
    """What a data folder knows of where it lies. What cannot be read or written is not known: nothing is done."""

    def __init__(self, data_dir: Path, settings: SettingsKeeper) -> None:
        self._anchor, self._file, self._settings = data_dir / ANCHOR, data_dir / FILE, settings
        self._at = str(data_dir.resolve())
        self._known = self._read()

    def settle_in(self, doubt: Callable[[], object]) -> None:
        """Note where the folder lies; a copy takes a name of its own first, and its unsent items may have been sent.

        So may those of a folder that lies elsewhere now: the door it was taken from under goes on with what it still
        held. `doubt` has them looked for before they are sent. Broken off in between, all of it is done again.
        """
        try:
            found, at = self._look(), self._known.get("at", self._at)
            if (self._known.get("inode"), self._known.get("since"), self._known.get("at")) == (*found, self._at):
                return
            copied = self._moved(found) and self._settings.load().device
            if copied or at != self._at:
                doubt()
            named = self._rename(copied) if copied else {k: self._known.get(k, "") for k in ("from", "named")}
            self._known = {"inode": found[0], "since": found[1], "at": self._at, **named}
            write_private(self._file, dumps(self._known))
        except (OSError, StorageTrouble) as trouble:
            log.warning("where the data folder lies is not kept: %s", trouble)

    @property
    def copied_from(self) -> str:
        """The name of the kiosk that this one is a copy of; '' once a person has named it, and where it is none."""
        if not self._known.get("from") or self._known.get("named") != self._settings.load().device:
            return ""
        return str(self._known["from"])

    def _moved(self, found: tuple[int, int]) -> bool:
        inode, since = self._known.get("inode"), self._known.get("since")
        return None not in (inode, since) and inode != found[0] and since != found[1]

    def _rename(self, old: str) -> dict[str, str]:
        settings = self._settings.load()
        self._settings.save(replace(settings, device=another_name(old)))
        log.warning("this data folder is a copy of %s; this kiosk is %s now", old, self._settings.load().device)
        return {"from": old, "named": self._settings.load().device}

    def _look(self) -> tuple[int, int]:
        if not self._anchor.exists():
            self._anchor.touch(0o600)
        told = self._anchor.stat()
        return told.st_ino, told.st_ctime_ns

    def _read(self) -> dict[str, Any]:
        try:
            return read_json(self._file) or {}
        except StorageTrouble:
            return {}
