"""Reading a bar-like patch: turned upright, its light levelled, its noise averaged along the bars, its blur undone."""

from dataclasses import replace
from typing import Final

import numpy as np

from hardware.decode.engines import ZxingEngine
from hardware.decode.enhance import darkened, levelled, sharpened, softened
from hardware.decode.patches import Patch, moved, upright
from hardware.decode.read import LINEAR, Read
from hardware.frames import Gray
from hardware.opencv import cv2

_WIDE: Final = 950  # pixels to which a patch is enlarged; finer sampling helps bars of under 3 pixels
_BAND: Final = 16  # rows of the picture averaged into one; more would smear bars that lean after turning
_STACKED_VIEWS: Final = 4


class BarReader:
    """Tries one view of a patch per call, another each turn: what fails on this frame is seen otherwise on the next."""

    def __init__(self, zxing: ZxingEngine, formats: frozenset[str]) -> None:
        self._zxing = zxing
        self._linear = formats & LINEAR
        self._stacked = formats - LINEAR

    def read(self, gray: Gray, patch: Patch, turn: int) -> list[Read]:
        """Reads in this patch, outlines in pixels of `gray`."""
        zoom = min(3.0, max(1.0, _WIDE / (patch.size[0] + 1)))
        cut, back = upright(gray, patch, zoom)
        found = self._read_linear(cut, patch, zoom, turn) if self._linear else []
        if not found and self._stacked:
            found = [replace(r, outline=moved(r.outline, back)) for r in self._read_stacked(cut, zoom, turn)]
        return found

    def _read_linear(self, cut: Gray, patch: Patch, zoom: float, turn: int) -> list[Read]:
        view = bands(cut, zoom, amount=(1.5, 3.0)[turn % 2])
        reads = self._zxing.read(view, self._linear, rotate=False, downscale=False)
        return [replace(read, outline=patch.outline) for read in reads]

    def _read_stacked(self, cut: Gray, zoom: float, turn: int) -> list[Read]:
        choice = turn % _STACKED_VIEWS
        if choice == 1:
            cut = levelled(cut)
        elif choice == 2:
            cut = softened(cut, 0.8 * zoom)
        elif choice == 3:
            cut = darkened(cut)
        return self._zxing.read(cut, self._stacked, rotate=False)


def bands(cut: Gray, zoom: float, amount: float) -> Gray:
    """Upright bars averaged over bands of rows, then sharpened across: noise goes down with the height of the bars."""
    rows = max(1, round(cut.shape[0] / (_BAND * zoom)))
    averaged = cv2.resize(levelled(cut), (cut.shape[1], rows), interpolation=cv2.INTER_AREA)
    clear = sharpened(np.asarray(averaged, np.uint8), 2.0 * zoom, amount, down=0.01)
    return np.asarray(np.repeat(clear, 6, axis=0), np.uint8)
