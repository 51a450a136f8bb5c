"""Memory for one picture, seen by the supervisor and by the decoder's child process.

A file without a name, handed over as an open descriptor: no death leaves it over, and nobody else can open it. Windows
hands over no descriptors; there it is a mapping with a name of chance that goes with the last process that holds it.
"""

import mmap
import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from hardware.frames import Gray
from hardware.opencv import cv2

CAPACITY: Final = 1920 * 1200  # bytes, one per pixel. Bigger pictures are scaled down: noise at 4K takes over a second.


class SharedPicture:
    """One picture's worth of memory. Made without a handle; the child opens it by the maker's `handle`."""

    def __init__(self, handle: str = "") -> None:
        self.passed: tuple[int, ...] = ()  # the descriptors that the child must inherit
        if sys.platform == "win32":
            self.handle = handle or f"scanner-{secrets.token_hex(16)}"
            self._map = mmap.mmap(-1, CAPACITY, tagname=self.handle)
        else:
            self.passed = (int(handle) if handle else _without_a_name(),)
            self.handle = str(self.passed[0])
            self._map = mmap.mmap(self.passed[0], CAPACITY)
        self._bytes = np.frombuffer(self._map, dtype=np.uint8)

    def put(self, gray: Gray) -> tuple[int, int, float]:
        """Copy a picture in; its height, width and the scale it was put in with."""
        scale = 1.0
        if gray.size > CAPACITY:
            scale = (CAPACITY / gray.size) ** 0.5 * 0.99
            gray = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = gray.shape
        np.copyto(self._bytes[: gray.size].reshape(height, width), gray)
        return height, width, scale

    def get(self, height: int, width: int) -> Gray:
        """The picture, without copying: valid until the answer is sent. ValueError when it cannot fit."""
        if height < 1 or width < 1 or height * width > CAPACITY:
            raise ValueError(f"a picture of {height} x {width} does not fit")
        return self._bytes[: height * width].reshape(height, width)

    def close(self) -> None:
        """Give the memory back."""
        del self._bytes
        self._map.close()
        for descriptor in self.passed:
            os.close(descriptor)


def _without_a_name() -> int:
    """The descriptor of a file that no folder lists."""
    with tempfile.TemporaryFile(dir=_memory_dir()) as file:
        file.truncate(CAPACITY)
        return os.dup(file.fileno())


def _memory_dir() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - never named
