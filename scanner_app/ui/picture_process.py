"""Strangers' pictures, unpacked in a process of their own: one that hangs or crashes it costs its own picture only."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from scanner_app.ui.picture_child import ASK, received
from scanner_app.ui.pictures import GUEST, KINDS, Bounds

log = logging.getLogger(__name__)
CHILD = "scanner_app.ui.picture_child"
_ROOT = Path(__file__).resolve().parents[2]
_NEEDED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class PictureProcess:
    """Started with the first picture, ended by `stop`. Its calls block: not for the window's thread."""

    def __init__(self, module: str = CHILD) -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._over = False

    def unpack(self, content: bytes, fit: QSize, bounds: Bounds = GUEST) -> QImage | None:
        """Return the picture, no larger than to fill `fit`; None when it is none or took too long.

        `bounds`: one of `pictures.KINDS`. Its seconds count from the start of the process where none runs.
        """
        if not content or len(content) > bounds.bytes:
            return None
        with self._lock:
            if self._over:
                return None
            process = self._running()
            late = threading.Timer(bounds.seconds, process.kill)
            late.daemon = True
            late.start()
            try:
                found = self._ask(process, content, fit, bounds)
            finally:
                late.cancel()
                late.join()
            if process.poll() is not None:
                log.warning("a picture ended the process that unpacks them")
                self._end()
            return found

    @staticmethod
    def _ask(process: subprocess.Popen[bytes], content: bytes, fit: QSize, bounds: Bounds) -> QImage | None:
        asked, answers = _pipes(process)
        try:
            asked.write(ASK.pack(KINDS.index(bounds), fit.width(), fit.height(), len(content)) + content)
            asked.flush()
            found = received(answers, bounds)
        except (OSError, ValueError):
            return None
        return found

    def stop(self) -> None:
        """End the process, for good; a picture under way is given up."""
        self._over = True
        if (process := self._process) is not None:
            process.kill()  # whoever waits for an answer gets none, and lets go of the lock
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            environment = {name: os.environ[name] for name in _NEEDED if name in os.environ}
            environment |= {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in _pipes(process):
                try:
                    pipe.close()
                except OSError:  # what was not read any more
                    log.debug("a pipe of the ended process was broken")


def _pipes(process: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    asked, answers = process.stdin, process.stdout
    if asked is None or answers is None:
        raise ValueError("a process without pipes")
    return asked, answers  # type: ignore[return-value] # typeshed calls them IO[bytes]
