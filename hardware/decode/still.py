"""One still picture, everything tried: for files and tests, where time matters less than the read."""

from dataclasses import replace

import numpy as np

from hardware.decode.bars import BarReader
from hardware.decode.engines import ZxingEngine, zbar_or_reason
from hardware.decode.enhance import VIEWS
from hardware.decode.patches import find_patches
from hardware.decode.read import DEFAULT_FORMATS, TURN_SENSITIVE, Read, bounds, checked_formats
from hardware.frames import Gray


def decode_image(
    gray: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], formats: frozenset[str] = DEFAULT_FORMATS
) -> list[Read]:
    """All codes in one gray picture (height x width, 8 bit), best effort."""
    checked_formats(formats)
    if gray.ndim != 2 or gray.dtype != np.uint8:
        raise ValueError(f"a gray 8-bit picture is needed, not {gray.shape} of {gray.dtype}")
    found = _Found()
    zxing = ZxingEngine()
    found.add(zxing.read(gray, formats, invert=True))
    bars = formats & TURN_SENSITIVE
    reader = BarReader(zxing, bars)
    for patch in find_patches(gray) if bars else []:
        for turn in range(4):
            found.add(reader.read(gray, patch, turn))
    if not found.reads:
        _enhanced(gray, formats, zxing, found)
    zbar, _ = zbar_or_reason()
    if zbar is not None and not found.reads:
        found.add(zbar.read(gray, formats))
    return found.reads


def _enhanced(gray: Gray, formats: frozenset[str], zxing: ZxingEngine, found: "_Found") -> None:
    for change in VIEWS:
        view, scale = change(gray)
        reads = zxing.read(view, formats)
        found.add(
            [replace(r, outline=tuple((round(x / scale), round(y / scale)) for x, y in r.outline)) for r in reads]
        )
        if found.reads:
            return


class _Found:
    """Reads without repeats: the same code at the same place counts once."""

    def __init__(self) -> None:
        self.reads: list[Read] = []

    def add(self, reads: list[Read]) -> None:
        self.reads += [read for read in reads if not any(_same(read, old) for old in self.reads)]


def _same(one: Read, other: Read) -> bool:
    if one.key != other.key:
        return False
    a, b = bounds(one.outline), bounds(other.outline)
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
