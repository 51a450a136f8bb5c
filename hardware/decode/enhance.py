"""Other views of a picture that would not read: stretched, levelled, enlarged, softened, inverted."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from hardware.decode.patches import move
from hardware.decode.read import Read
from hardware.frames import Gray
from hardware.opencv import cv2

Variant = Literal["stretched", "bright", "levelled", "enlarged", "softened", "inverted"]
VARIANTS: Final[tuple[Variant, ...]] = ("enlarged", "bright", "softened", "levelled", "stretched", "inverted")
_MOST_PIXELS: Final = 4_000_000  # an enlarged view is never bigger than this


@dataclass(frozen=True, slots=True)
class View:
    """A changed picture and its scale against the original."""

    gray: Gray
    scale: float

    def in_frame(self, read: Read) -> Read:
        """The read with its outline in pixels of the original."""
        back: npt.NDArray[np.float64] = np.array([[1 / self.scale, 0, 0], [0, 1 / self.scale, 0]], dtype=np.float64)
        return Read(read.format, read.text, read.data, move(read.outline, back), read.engine)


def view(gray: Gray, variant: Variant) -> View:
    """The picture as this variant shows it."""
    if variant == "enlarged":
        scale = 2.0 if gray.size * 4 <= _MOST_PIXELS else 1.0
        return View(np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)), scale)
    return View(_SAME_SIZE[variant](gray), 1.0)


def _stretched(gray: Gray) -> Gray:
    """Dark pictures: the range between the 2nd and 98th percentile spread over all of it."""
    low, high = np.percentile(gray[::4, ::4], (2, 98))
    return np.asarray(cv2.convertScaleAbs(gray, alpha=255 / max(high - low, 8), beta=-low * 255 / max(high - low, 8)))


_GAMMA: Final = np.array([255 * (level / 255) ** 3 for level in range(256)], dtype=np.uint8)


def _bright(gray: Gray) -> Gray:
    """Over-exposed pictures: the differences near white pulled apart."""
    return np.asarray(cv2.LUT(gray, _GAMMA))


def _levelled(gray: Gray) -> Gray:
    """Glare and shadow edges: each pixel against the mean around it."""
    around = cv2.blur(gray, (61, 61))
    return np.asarray(cv2.addWeighted(gray, 2.0, around, -2.0, 128.0))


def _softened(gray: Gray) -> Gray:
    """Moire and noise: averaged over a few pixels."""
    return np.asarray(cv2.GaussianBlur(gray, (5, 5), 1.2))


def _inverted(gray: Gray) -> Gray:
    """Light on dark."""
    return np.asarray(cv2.bitwise_not(gray))


_SAME_SIZE: Final = {
    "stretched": _stretched,
    "bright": _bright,
    "levelled": _levelled,
    "softened": _softened,
    "inverted": _inverted,
}
