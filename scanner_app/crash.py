"""The crash file: what killed the program is shown at the next start."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

log = logging.getLogger(__name__)
FILE = "crash.txt"


class CrashFile:
    """Holds what faulthandler and uncaught exceptions write; emptied by a clean end."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._out: IO[str] | None = None

    def previous(self) -> str:
        """Return what the last run left behind, '' after a clean end."""
        with contextlib.suppress(OSError):
            return self._path.read_text(encoding="utf-8", errors="replace").strip()
        return ""

    def arm(self) -> None:
        """Catch fatal signals and exceptions that nobody caught; the old file is kept as `crash.last.txt`."""
        if self.previous():
            with contextlib.suppress(OSError):
                self._path.replace(self._path.with_name("crash.last.txt"))
        try:
            out = self._path.open("w", encoding="utf-8")
        except OSError:
            return
        self._out = out
        faulthandler.enable(out)
        sys.excepthook = _log_uncaught
        threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    def disarm(self) -> None:
        """Say that the end was clean."""
        if self._out is not None:
            faulthandler.disable()
            self._out.close()
            self._out = None
            with contextlib.suppress(OSError):
                self._path.unlink()
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None:
        log.critical("uncaught", exc_info=(kind, error, trace))
