"""Finding bar-like patches and turning them upright.

zxing-cpp reads PDF417 only within about 6 degrees of upright and Code 128 within about 17 (its issues #145, #826,
#369). A patch found, measured and turned is read at any roll: 26 of 28 instead of 4 of 28 clips (decode.md 3c).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hardware.decode.read import Outline, Read
from hardware.frames import Gray
from hardware.opencv import cv2

_WORK: Final = 480  # pixels across in which patches are looked for
_WINDOW: Final = 13  # pixels of the small picture over which directions are averaged
_COHERENT: Final = 0.62  # 1 = all gradients in one direction
_LARGEST: Final = 3  # patches per frame
_MARGIN: Final = 0.12


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle full of parallel bars: centre and size in frame pixels, degrees to turn it so that its bars stand."""

    centre: tuple[float, float]
    size: tuple[float, float]
    angle: float


def find_patches(gray: Gray) -> list[Patch]:
    """The largest bar-like patches of the picture, biggest first."""
    scale = min(1.0, _WORK / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    mask, orientation = _bar_mask(np.asarray(small))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    order = sorted(range(1, count), key=lambda i: -int(stats[i, cv2.CC_STAT_AREA]))[:_LARGEST]
    found = [_patch(labels == index, orientation, scale) for index in order if stats[index, cv2.CC_STAT_AREA] >= 60]
    return [patch for patch in found if patch is not None]


def _bar_mask(
    small: Gray,
) -> tuple[npt.NDArray[np.uint8], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """Where gradients are strong and agree in direction (structure tensor)."""
    gx = cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=3)
    gy = cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=3)
    box = (_WINDOW, _WINDOW)
    xx, yy, xy = (cv2.blur(product, box) for product in (gx * gx, gy * gy, gx * gy))
    energy = xx + yy
    coherence = np.hypot(xx - yy, 2 * xy) / (energy + 1.0)
    strong = energy > max(2000.0, float(energy.mean()) * 1.5)
    mask = (strong & (coherence > _COHERENT)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return np.asarray(mask, np.uint8), (np.asarray(xx - yy), np.asarray(2 * xy))


def _patch(
    inside: npt.NDArray[np.bool_],
    orientation: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
    scale: float,
) -> Patch | None:
    cos2, sin2 = (float(part[inside].sum()) for part in orientation)
    angle = math.degrees(0.5 * math.atan2(sin2, cos2))  # direction of the gradient = along the row of bars
    ys, xs = np.nonzero(inside)
    points = np.stack([xs, ys], axis=1).astype(np.float32)
    turn = _rotation(angle)
    turned = points @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    width, height = (float(v) for v in (high - low + 1) / scale)
    if width < 40 or height < 8:
        return None
    middle = (low + high) / 2 @ turn
    return Patch((float(middle[0]) / scale, float(middle[1]) / scale), (width, height), angle)


def _rotation(degrees: float) -> npt.NDArray[np.float32]:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, s], [-s, c]], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Upright:
    """A patch cut out and turned, and the way back to frame pixels."""

    gray: Gray
    back: npt.NDArray[np.float64]

    def in_frame(self, read: Read) -> Read:
        """The read with its outline in pixels of the frame."""
        return Read(read.format, read.text, read.data, move(read.outline, self.back), read.engine)


def move(outline: Outline, matrix: npt.NDArray[np.float64]) -> Outline:
    """An outline through a 2 x 3 affine matrix."""
    points = np.array([[x, y, 1.0] for x, y in outline]) @ matrix.T
    return tuple((round(float(x)), round(float(y))) for x, y in points)


def upright(gray: Gray, patch: Patch, zoom: float = 1.0) -> Upright:
    """Cut the patch out with a margin and turn it so that its bars stand."""
    width = patch.size[0] * (1 + 2 * _MARGIN) + 24
    height = patch.size[1] * (1 + 2 * _MARGIN) + 24
    size = (max(8, int(width * zoom)), max(8, int(height * zoom)))
    matrix = cv2.getRotationMatrix2D(patch.centre, patch.angle, zoom)
    matrix[:, 2] += np.array([size[0] / 2 - patch.centre[0], size[1] / 2 - patch.centre[1]])
    cut = cv2.warpAffine(gray, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Upright(np.asarray(cut, np.uint8), np.asarray(cv2.invertAffineTransform(matrix)))
