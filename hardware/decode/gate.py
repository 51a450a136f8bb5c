"""Is there anything to decode? A thumbnail of each frame against the last one and against the empty scene.

All thresholds follow the camera's noise, learned per thumbnail cell: a fixed threshold never closed on a noisy dark
scene (decode.md 3e, pipeline f). Time comes from the frames, so a recorded line decodes the same on each run.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hardware.frames import Gray
from hardware.opencv import cv2

Box = tuple[int, int, int, int]  # left, top, right, bottom in frame pixels

_WIDTH: Final = 160  # thumbnail cells across; a code of 100 px at 1080p still covers 8 of them
_ROWS_USED: Final = 3  # each third row of the frame is averaged; the rest would cost without telling more
_ACTIVE: Final = 1.5  # seconds of decoding after the last change (decode.md section 5)
_CHANGED_CELLS: Final = 10  # of about 14,000
_FLOOR: Final = 5.0  # gray levels a cell must move in the stillest picture
_SIGMAS: Final = 5.0
_LEARN: Final = np.float32(0.08)  # share of a new frame in the background and in the noise
_ABSORB: Final = np.float32(
    0.01
)  # the same for cells that differ: a thing left lying becomes background within seconds


@dataclass(frozen=True, slots=True)
class Scene:
    """Of one frame: whether it just moved, for how many seconds it has not, where it differs from the empty scene."""

    moved: bool
    still_for: float
    region: Box | None

    @property
    def active(self) -> bool:
        """Whether something moved a moment ago."""
        return self.still_for <= _ACTIVE


class ChangeGate:
    """Learns the empty scene and the camera's noise; says when something new is in view and where."""

    def __init__(self) -> None:
        self._last: npt.NDArray[np.float32] | None = None
        self._background: npt.NDArray[np.float32]
        self._noise: npt.NDArray[np.float32]
        self._changed_at = 0.0

    def look(self, gray: Gray, at: float) -> Scene:
        """Judge one frame taken at `at` seconds."""
        thumb = _thumbnail(gray)
        if self._last is None or self._last.shape != thumb.shape or at < self._changed_at:
            self._start(thumb, at)
            return Scene(moved=True, still_for=0.0, region=None)
        moved = self._moved(thumb, self._last)
        if moved:
            self._changed_at = at
        differs = cv2.absdiff(thumb, self._background) > 2 * _FLOOR + _SIGMAS * self._noise
        if not moved:
            self._background += np.where(differs, _ABSORB, _LEARN) * (thumb - self._background)
        return Scene(moved, at - self._changed_at, _region(differs, gray.shape))

    def _start(self, thumb: npt.NDArray[np.float32], at: float) -> None:
        self._last = thumb
        self._background = thumb.copy()
        self._noise = np.full_like(thumb, 1.0)
        self._changed_at = at

    def _moved(self, thumb: npt.NDArray[np.float32], last: npt.NDArray[np.float32]) -> bool:
        step = cv2.absdiff(thumb, last)
        limit = _FLOOR + _SIGMAS * self._noise
        changed = int(np.count_nonzero(step > limit))
        if changed > _CHANGED_CELLS:
            # What moves is no noise, but noise that rose everywhere (lights out) must still be learned.
            step = np.minimum(step, 3 * np.median(step) + 1, dtype=np.float32)
        cv2.accumulateWeighted(step, self._noise, float(_LEARN))
        self._last = thumb
        return changed > _CHANGED_CELLS


def _region(differs: npt.NDArray[np.bool_], shape: tuple[int, ...]) -> Box | None:
    """The box around the cells that differ, in frame pixels; None when they are too few to be a phone."""
    if int(np.count_nonzero(differs)) <= _CHANGED_CELLS:
        return None
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    cell_y, cell_x = shape[0] / differs.shape[0], shape[1] / differs.shape[1]
    return (
        int(max(columns[0] - 2, 0) * cell_x),
        int(max(rows[0] - 2, 0) * cell_y),
        int(min((columns[-1] + 3) * cell_x, shape[1])),
        int(min((rows[-1] + 3) * cell_y, shape[0])),
    )


def _thumbnail(gray: Gray) -> npt.NDArray[np.float32]:
    height, width = gray.shape
    rows = gray[:: _ROWS_USED if height > 400 else 1]
    size = (min(_WIDTH, width), max(1, min(height, round(_WIDTH * height / width))))
    small = cv2.resize(rows, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)
