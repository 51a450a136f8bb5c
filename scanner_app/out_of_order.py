"""What keeps an unattended kiosk out of order, remembered over restarts: a power switch mends no disk."""

from __future__ import annotations

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "out_of_order"
ROOM = 64
"""Bytes, written once while there is room, so that a full disk can still be marked: they are overwritten in place."""


class OutOfOrder:
    """One code in a small file of the data folder. Never raises: a kiosk that cannot remember still says it now."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def read(self) -> str:
        """Return the code that was kept, '' when the kiosk is in order; makes the file while there is room for it."""
        if not self._path.exists():
            self.keep("")
        try:
            return self._path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def keep(self, code: str) -> None:
        """Remember a code, '' for in order."""
        body = code.encode("ascii", "replace")[: ROOM - 1].ljust(ROOM - 1) + b"\n"
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.write(handle, body)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError:
            log.exception("whether this kiosk is in order could not be kept")
