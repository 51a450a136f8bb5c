"""One still picture, everything tried: for files and tests, where time matters less than the read."""

import numpy as np

from hardware.decode.engines import ZxingEngine, zbar_or_reason
from hardware.decode.enhance import VARIANTS, view
from hardware.decode.patches import find_patches, upright
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
    for patch in find_patches(gray) if bars else []:
        turned = upright(gray, patch)
        found.add([turned.in_frame(read) for read in zxing.read(turned.gray, bars, rotate=False)])
    if not found.reads:
        _enhanced(gray, formats, zxing, found)
    zbar, _ = zbar_or_reason()
    if zbar is not None and not found.reads:
        found.add(zbar.read(gray, formats))
    return found.reads


def _enhanced(gray: Gray, formats: frozenset[str], zxing: ZxingEngine, found: "_Found") -> None:
    for variant in VARIANTS:
        seen = view(gray, variant)
        found.add([seen.in_frame(read) for read in zxing.read(seen.gray, formats)])
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
