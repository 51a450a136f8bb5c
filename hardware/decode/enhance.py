"""Other views of a picture that would not read: levelled, darkened, softened, sharpened, enlarged, inverted.

Which of them helps was tried on door clips: darkened for over-exposed screens (24 of 33 frames where nothing else read
one), softened and band-averaged for dim and noisy ones, sharpened for codes of under 2 pixels per module, levelled for
the edge of a shadow.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from hardware.frames import Gray
from hardware.opencv import cv2

_MOST_PIXELS: Final = 4_000_000  # an enlarged view is never bigger than this
_NOISE_ROWS: Final = 32  # each such row is looked at for noise
_BEND_OF_NOISE: Final = 0.6745 * 6**0.5  # median of |a - 2b + c| for normal noise of deviation 1
_WHITE: Final = 245  # gray levels
# Share of white pixels. Of door clips 0.14 and more if over-exposed, else 0.04 at most where bars are held up; large QR
# and Aztec codes, up to 0.20, lose nothing by the order of what is tried.
_BLEACHED: Final = 0.1
_NEAR_WHITE: Final = np.array([round(255 * (level / 255) ** 8) for level in range(256)], dtype=np.uint8)


def levelled(gray: Gray) -> Gray:
    """Shadow edges, glare: each pixel against the white around it, which closing follows up to the edge itself."""
    across = max(15, gray.shape[1] // 12) | 1
    down = max(3, across // 4)
    white = cv2.blur(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((down, across), np.uint8)), (5, 3))
    return np.asarray(cv2.divide(gray, white, scale=235), np.uint8)


def darkened(gray: Gray) -> Gray:
    """Over-exposed pictures: differences near white pulled apart, and dark modules that the light ate grown back."""
    return np.asarray(cv2.erode(near_white(gray), np.ones((3, 3), np.uint8)), np.uint8)


def near_white(gray: Gray) -> Gray:
    """Glare: the differences near white pulled apart."""
    return np.asarray(cv2.LUT(gray, _NEAR_WHITE), np.uint8)


def inverted(gray: Gray) -> Gray:
    """Light on dark, as a browser in its dark mode shows a code."""
    return np.asarray(cv2.bitwise_not(gray), np.uint8)


def bleached(gray: Gray) -> bool:
    """Whether so much of the picture is white that it is over-exposed, most likely."""
    return float(np.mean(gray[::4, ::4] >= _WHITE)) >= _BLEACHED


def softened(gray: Gray, sigma: float = 1.2) -> Gray:
    """Noise and moire: averaged over a few pixels."""
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), sigma), np.uint8)


def noise_of(gray: Gray) -> float:
    """How much a pixel of the picture varies by chance: standard deviation in gray levels, edges left aside."""
    rows = gray[::_NOISE_ROWS].astype(np.int16)
    bends = np.abs(rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2])
    return float(np.median(bends)) / _BEND_OF_NOISE if bends.size else 0.0


def calmed(gray: Gray) -> Gray:
    """A noisy picture averaged just so far that noise no longer looks like codes; bars of two pixels stay apart."""
    return np.asarray(cv2.GaussianBlur(gray, (3, 3), 0), np.uint8)


def sharpened(gray: Gray, sigma: float = 4.0, amount: float = 2.0, *, down: float = 0.0) -> Gray:
    """Blur undone, across the picture and (unless `down` says another sigma) down it."""
    around = cv2.GaussianBlur(gray, (0, 0), sigmaX=sigma, sigmaY=down or sigma)
    return np.asarray(cv2.addWeighted(gray, 1 + amount, around, -amount, 0), np.uint8)


def enlarged(gray: Gray) -> tuple[Gray, float]:
    """The picture at twice its size, where that is not too much; and the scale."""
    scale = 2.0 if gray.size * 4 <= _MOST_PIXELS else 1.0
    return np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8), scale


def _enlarged_sharp(gray: Gray) -> tuple[Gray, float]:
    large, scale = enlarged(gray)
    return sharpened(large), scale


# Each is tried on one frame after the other when nothing was read; the scale tells how much larger the view is.
VIEWS: Final[tuple[Callable[[Gray], tuple[Gray, float]], ...]] = (
    lambda gray: (darkened(gray), 1.0),
    lambda gray: (softened(gray), 1.0),
    enlarged,
    lambda gray: (levelled(gray), 1.0),
    _enlarged_sharp,
)
