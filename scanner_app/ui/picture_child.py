"""Unpacks strangers' pictures: `python -m scanner_app.ui.picture_child`. One may kill this process, never the door.

In (stdin): number of its kind, width and height that it must fill, length, bytes of the file. Out (stdout): width,
height, pixels as RGB with alpha; 0, 0 where it is no picture or breaks a bound. All numbers are 4 bytes, big endian.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from typing import BinaryIO

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from scanner_app.ui.pictures import GUEST, KINDS, Bounds, picture_from

ASK = struct.Struct("!IIII")
ANSWER = struct.Struct("!II")
LIMIT = 1 << 30
"""Bytes of memory: libraries map some 300 MB, a picture within its bounds takes 256."""


def main() -> int:
    """Unpack until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal goes to the whole group
    _limit()
    picture_from(b"", GUEST, QSize(1, 1))  # what Qt loads for it is loaded before the first stranger's bytes
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := asked.read(ASK.size)) == ASK.size:
        kind, wide, high, length = ASK.unpack(head)
        bounds = KINDS[kind]
        answers.write(unpacked(asked.read(min(length, bounds.bytes)), bounds, QSize(wide, high)))
        answers.flush()
    return 0


def unpacked(content: bytes, bounds: Bounds, fit: QSize) -> bytes:
    """Return the answer to one file."""
    found = picture_from(content, bounds, fit)
    if found is None:
        return ANSWER.pack(0, 0)
    plain = found.convertToFormat(QImage.Format.Format_RGBA8888)
    return ANSWER.pack(plain.width(), plain.height()) + bytes(plain.constBits())


def received(answers: BinaryIO, bounds: Bounds) -> QImage | None:
    """Return the picture that an answer holds; None where there is none, or the process ended."""
    head = answers.read(ANSWER.size)
    wide, high = ANSWER.unpack(head) if len(head) == ANSWER.size else (0, 0)
    if not 0 < max(wide, high) <= bounds.side or not min(wide, high):
        return None
    pixels = answers.read(wide * high * 4)
    if len(pixels) != wide * high * 4:
        return None
    return QImage(pixels, wide, high, wide * 4, QImage.Format.Format_RGBA8888).copy()


def _limit() -> None:
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    os.setpriority(os.PRIO_PROCESS, 0, 5)  # a scan is never kept waiting by a photo


if __name__ == "__main__":
    sys.exit(main())
