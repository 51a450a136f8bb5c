"""What a kiosk knows of its platform's clock, kept over restarts: `clock.json` in the data folder."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path

from scanner_app.application.ports import ClockOffset
from scanner_app.boot import this_boot
from scanner_app.domain.errors import StorageTrouble
from scanner_app.files import read_json, write_private

log = logging.getLogger(__name__)

FILE = "clock.json"
OLD_SECONDS = 60.0
MOVED_SECONDS = 1.0
"""What is on disk is replaced when it is older or further off than this: not with every answer."""


class ClockMemory:
    """The file. What cannot be read or written is only not known after the next start; nothing depends on it."""

    def __init__(self, data_dir: Path, boot: str | None = None) -> None:
        self._file, self._boot = data_dir / FILE, this_boot() if boot is None else boot
        self._kept: ClockOffset | None = None

    def read(self) -> ClockOffset | None:
        """Return what an earlier run knew, None if nothing."""
        try:
            found = read_json(self._file) or {}
            at = datetime.fromisoformat(found["at"])
            disproved = datetime.fromisoformat(found["disproved"]) if found.get("disproved") else None
            zoned = at.tzinfo and (disproved is None or disproved.tzinfo)
            same = bool(self._boot) and found.get("boot") == self._boot
            steady = float(found["steady"]) if same and "steady" in found else None
            self._kept = ClockOffset(float(found["offset"]), at, disproved, steady) if zoned else None
        except (StorageTrouble, KeyError, TypeError, ValueError):
            self._kept = None
        return self._kept

    def keep(self, known: ClockOffset) -> None:
        """Write what is known now, if that is news."""
        if self._kept is None or self._news(self._kept, known):
            self._write(known)

    def _news(self, kept: ClockOffset, known: ClockOffset) -> bool:
        older = abs((known.at - kept.at).total_seconds())  # also when our clock was set back
        moved = abs(known.seconds - kept.seconds) > MOVED_SECONDS
        return older > OLD_SECONDS or moved or known.disproved != kept.disproved

    def _write(self, known: ClockOffset) -> None:
        self._kept = known  # also where it cannot be written: not tried again every second
        body: dict[str, float | str] = {"offset": round(known.seconds, 3), "at": known.at.isoformat()}
        if self._boot and known.steady is not None:
            body |= {"boot": self._boot, "steady": known.steady}
        if known.disproved:
            body["disproved"] = known.disproved.isoformat()
        try:
            write_private(self._file, json.dumps(body))
        except StorageTrouble as trouble:
            log.warning("the clock's offset is not kept: %s", trouble.code)
