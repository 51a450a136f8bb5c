"""Strangers' pictures, unpacked in a process of their own: one that hangs or crashes it costs its own picture only."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from PySide6.QtGui import QImage

from scanner_app.ui.picture_child import ASK, received
from scanner_app.ui.pictures import GUEST

log = logging.getLogger(__name__)
DEADLINE = 5.0
"""Seconds for one picture, the start of the process included; it is unpacked in some 20 ms."""
CHILD = "scanner_app.ui.picture_child"
_ROOT = Path(__file__).resolve().parents[2]
_NEEDED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class PictureProcess:
    """Started with the first picture, ended by `stop`. Its calls block: not for the window's thread."""

    def __init__(self, module: str = CHILD, deadline: float = DEADLINE) -> None:
        self._module, self._deadline = module, deadline
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def unpack(self, content: bytes, side: int) -> QImage | None:
        """Return the picture, no larger than to fill a square of `side`; None when it is none or took too long."""
        if not content or len(content) > GUEST.bytes:
            return None
        with self._lock:
            process = self._running()
            late = threading.Timer(self._deadline, process.kill)
            late.daemon = True
            late.start()
            try:
                found = self._ask(process, content, side)
            finally:
                late.cancel()
                late.join()
            if process.poll() is not None:
                log.warning("a guest's picture ended the process that unpacks them")
                self._end()
            return found

    @staticmethod
    def _ask(process: subprocess.Popen[bytes], content: bytes, side: int) -> QImage | None:
        asked, answers = _pipes(process)
        try:
            asked.write(ASK.pack(side, len(content)) + content)
            asked.flush()
            found = received(answers)
        except (OSError, ValueError):
            return None
        return found

    def stop(self) -> None:
        """End the process; a picture under way is given up."""
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
