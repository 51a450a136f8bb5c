"""Reading a bar-like patch: turned upright, its light levelled, its noise averaged along the bars, its blur undone."""

from dataclasses import replace
from typing import Final

import numpy as np

from hardware.decode.engines import ZxingEngine
from hardware.decode.enhance import darkened, levelled, near_white, sharpened, softened
from hardware.decode.patches import Patch, moved, rows_across, upright
from hardware.decode.read import LINEAR, Read
from hardware.frames import Gray
from hardware.opencv import cv2

_WIDE: Final = 950  # pixels to which a patch is enlarged; finer sampling helps bars of under 3 pixels
_CORE: Final = (0.2, 0.8)  # the share of a patch's height that surely holds bars and no words beside them
_LINES: Final = 12  # rows in which each averaged line is repeated, as the engine looks at several
# Lines averaged from the core, amount and reach (source pixels) of sharpening, in turn. Tried on hard clips: few lines
# for dim ones, strong sharpening for bars of under 2 pixels, gentle for the rest. None gave a wrong read.
_LINEAR_VIEWS: Final = ((4, 1.5, 1.2), (2, 3.0, 1.2), (4, 5.0, 1.2), (2, 1.5, 2.0))
_TILTS: Final = ((-3.0, -1.5, 1.5, 3.0), (-0.75, 0.75), (-0.4, 0.4))  # degrees a measured angle may be off, ever finer
_CONTRAST_ROWS: Final = 64  # enough to tell a slant of half a degree, and a tenth of the pixels of a tall patch
_MOST_SCALED: Final = 3.0


class BarReader:
    """Tries one view of a patch per call, another each turn: what fails on this frame is seen otherwise on the next."""

    def __init__(self, zxing: ZxingEngine, formats: frozenset[str]) -> None:
        self._zxing = zxing
        self._linear = formats & LINEAR
        self._stacked = formats - LINEAR

    @property
    def views(self) -> int:
        """After how many turns every view has been tried."""
        return len(_STACKED_VIEWS) + 1

    def read(self, gray: Gray, patch: Patch, turn: int) -> list[Read]:
        """Reads in this patch, outlines in pixels of `gray`."""
        zoom = min(_MOST_SCALED, max(1.0, _WIDE / (patch.size[0] + 1)))
        straight = refined(gray, patch) if self._linear or turn % 2 else patch
        cut, back = upright(gray, straight, zoom)
        found = self._read_linear(cut, straight, zoom, turn) if self._linear else []
        if not found and self._stacked:
            if straight is not patch and turn % 2 == 0:
                cut, back = upright(gray, patch, zoom)
            view = _STACKED_VIEWS[turn % len(_STACKED_VIEWS)](cut, zoom)
            reads = self._zxing.read(view, self._stacked, rotate=False)
            found = [replace(read, outline=moved(read.outline, back)) for read in reads]
        return found

    def _read_linear(self, cut: Gray, patch: Patch, zoom: float, turn: int) -> list[Read]:
        lines, amount, reach = _LINEAR_VIEWS[turn % len(_LINEAR_VIEWS)]
        view = averaged(cut, lines, amount, reach * zoom)
        reads = self._zxing.read(view, self._linear, rotate=False, downscale=False)
        return [replace(read, outline=patch.outline) for read in reads]


_STACKED_VIEWS: Final = (
    lambda cut, _zoom: cut,
    lambda cut, zoom: sharpened(cut, 1.2 * zoom),
    lambda cut, zoom: softened(cut, 0.8 * zoom),
    lambda cut, _zoom: near_white(cut),
    lambda cut, _zoom: darkened(cut),
)


def averaged(cut: Gray, lines: int, amount: float, reach: float) -> Gray:
    """Upright bars as a few lines, each the mean of many rows, sharpened across: the noise goes, the bars stay."""
    level = levelled(cut)
    core = level[int(level.shape[0] * _CORE[0]) : max(1, int(level.shape[0] * _CORE[1]))]
    means = np.asarray(cv2.resize(core, (core.shape[1], lines), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(np.repeat(sharpened(means, reach, amount, down=0.01), _LINES, axis=0), np.uint8)


def refined(gray: Gray, patch: Patch) -> Patch:
    """The patch at the angle at which its columns differ most from each other: there the bars stand exactly."""
    best, most = patch, _contrast(gray, patch)
    for steps in _TILTS:
        tries = [replace(best, angle=best.angle + step) for step in steps]
        contrasts = [_contrast(gray, tried) for tried in tries]
        if max(contrasts) > most:
            most = max(contrasts)
            best = tries[contrasts.index(most)]
    return best


def _contrast(gray: Gray, patch: Patch) -> float:
    core = rows_across(gray, patch, _CONTRAST_ROWS)
    means = np.asarray(cv2.reduce(core, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F), np.float32)
    return float(np.abs(np.diff(means)).sum())
