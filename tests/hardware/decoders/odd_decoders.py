"""Decoders for the child process that do what a crafted code might: hang, die, raise, talk nonsense."""

import os
import signal
import sys
import time

import numpy as np

from hardware.decode.read import Read

_SQUARE = ((0, 0), (9, 0), (9, 9), (0, 9))


def _says(text):
    return [Read("QR", text, text.encode(), _SQUARE, "test")]


class _Base:
    def __init__(self, formats):
        self.formats = formats


class Echo(_Base):
    """Reads the frame's index, and the mean of its picture."""

    def process(self, frame):
        return _says(f"{frame.index}:{int(np.mean(frame.gray))}")


class ByPicture(_Base):
    """The first pixel decides: 1 sleeps for ever, 6 computes for ever, 2 kills itself, 3 raises, 4 eats memory."""

    def process(self, frame):
        first = int(frame.gray[0, 0])
        if first == 1:
            while True:
                time.sleep(1)
        while first == 6:
            pass
        if first == 2:
            os.kill(os.getpid(), signal.SIGSEGV)
        if first == 3:
            raise ValueError("4294967295 is not a valid ZBarOrientation")
        if first == 4:
            return _says(str(len(bytearray(1 << 40))))
        return _says(str(frame.index))


class Modules(_Base):
    """Says which modules of the program its process holds."""

    def process(self, frame):
        held = sorted(name for name in sys.modules if name.split(".")[0] in {"PySide6", "scanner_app", "shiboken6"})
        return _says(",".join(held) or "none")


class Environment(_Base):
    """Says which variables its process was given."""

    def process(self, frame):
        return _says(",".join(sorted(os.environ)))


class Babbler(_Base):
    """Writes rubbish where answers are expected."""

    def process(self, frame):
        for fd in range(1, 256):
            try:
                os.write(fd, b"\xff" * 64)
            except OSError:
                continue
        return []


def dead_on_arrival(formats):
    raise RuntimeError("cannot start")
