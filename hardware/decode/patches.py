"""Finding bar-like patches and turning them upright.

zxing-cpp reads PDF417 only within about 6 degrees of upright and Code 128 within about 17 (its issues #145, #826,
#369). A patch found, measured and turned is read at any roll (decode.md 3c).
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from hardware.decode.read import Outline
from hardware.frames import Gray
from hardware.opencv import cv2

_WORK: Final = 480  # pixels across in which patches are looked for
_WINDOW: Final = 17  # pixels of the small picture over which directions are averaged
_COHERENT: Final = 0.3  # 0 = gradients in all directions, 1 = all in one
_ONE_SIDED: Final = 0.04  # a single edge has gradients of one sign, bars have both: an outline of a phone is no patch
_STRONG: Final = 600.0  # squared gradient below which there is only noise
_MOST: Final = 3  # patches per picture
_LEAST_CELLS: Final = 150
_MARGIN: Final = 0.12

_Plane = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle full of parallel bars: centre and size in pixels, degrees to turn it so that its bars stand."""

    centre: tuple[float, float]
    size: tuple[float, float]
    angle: float

    @property
    def outline(self) -> Outline:
        """Its four corners."""
        along = np.array([math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))]) * self.size[0] / 2
        across = np.array([-math.sin(math.radians(self.angle)), math.cos(math.radians(self.angle))]) * self.size[1] / 2
        corners = [-along - across, along - across, along + across, -along + across]
        return tuple((round(self.centre[0] + float(x)), round(self.centre[1] + float(y))) for x, y in corners)


def patch_of(outline: Outline) -> Patch:
    """The patch that an outline of a read encloses; its first corner is where the code begins."""
    a, b, c, d = (np.array(corner, float) for corner in outline)
    along = (b - a) + (c - d)
    across = (d - a) + (c - b)
    middle = (a + b + c + d) / 4
    size = (float(np.hypot(*along)) / 2, float(np.hypot(*across)) / 2)
    return Patch((float(middle[0]), float(middle[1])), size, math.degrees(math.atan2(along[1], along[0])))


class _Directions(NamedTuple):
    """The structure tensor of a small picture: cosine and sine of twice the direction, weighted, and where bars are."""

    cosine: _Plane
    sine: _Plane
    mask: npt.NDArray[np.uint8]


def find_patches(gray: Gray) -> list[Patch]:
    """The largest bar-like patches of the picture, biggest first."""
    scale = min(1.0, _WORK / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    directions = _directions(np.asarray(small, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(directions.mask, connectivity=8)
    order = sorted(range(1, count), key=lambda label: -int(stats[label, cv2.CC_STAT_AREA]))[:_MOST]
    boxes = [
        (label, tuple(int(v) for v in stats[label, :4]))
        for label in order
        if stats[label, cv2.CC_STAT_AREA] >= _LEAST_CELLS
    ]
    found = [_patch(np.asarray(labels, np.int32), label, box, directions, scale) for label, box in boxes]
    return [patch for patch in found if patch is not None]


def _directions(small: Gray) -> _Directions:
    gx = np.asarray(cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=3), np.float32)
    gy = np.asarray(cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=3), np.float32)
    xx, yy, xy, x, y = (_averaged(plane) for plane in (gx * gx, gy * gy, gx * gy, gx, gy))
    energy = xx + yy
    coherence = np.hypot(xx - yy, 2 * xy) / (energy + 1.0)
    one_sided = (x * x + y * y) / (energy + 1.0)
    strong = energy > max(_STRONG, float(energy.mean()) * 1.2)
    mask = (strong & (coherence > _COHERENT) & (one_sided < _ONE_SIDED)).astype(np.uint8)
    for step, size in ((cv2.MORPH_OPEN, 5), (cv2.MORPH_CLOSE, 11), (cv2.MORPH_OPEN, 7)):
        mask = np.asarray(cv2.morphologyEx(mask, step, np.ones((size, size), np.uint8)), np.uint8)
    return _Directions(xx - yy, 2 * xy, mask)


def _averaged(plane: _Plane) -> _Plane:
    return np.asarray(cv2.blur(plane, (_WINDOW, _WINDOW)), np.float32)


def _patch(
    labels: npt.NDArray[np.int32], label: int, box: tuple[int, ...], directions: _Directions, scale: float
) -> Patch | None:
    x, y, width, height = box
    part = (slice(y, y + height), slice(x, x + width))
    inside = labels[part] == label
    sine, cosine = (float(plane[part][inside].sum()) for plane in (directions.sine, directions.cosine))
    angle = math.degrees(0.5 * math.atan2(sine, cosine))  # of the gradient, which runs along the row of bars
    ys, xs = np.nonzero(inside)
    turn = _rotation(angle)
    turned = np.stack([xs + x, ys + y], axis=1).astype(np.float32) @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    size = (float(high[0] - low[0] + 1) / scale, float(high[1] - low[1] + 1) / scale)
    middle = (low + high) / 2 @ turn / scale
    return Patch((float(middle[0]), float(middle[1])), size, angle) if size[0] >= 40 and size[1] >= 8 else None


def _rotation(degrees: float) -> npt.NDArray[np.float32]:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, s], [-s, c]], dtype=np.float32)


def upright(gray: Gray, patch: Patch, zoom: float = 1.0) -> tuple[Gray, npt.NDArray[np.float64]]:
    """The patch with a margin, turned so that its bars stand and enlarged; and the 2 x 3 matrix back."""
    size = tuple(max(8, int((side * (1 + 2 * _MARGIN) + 24) * zoom)) for side in patch.size)
    matrix = cv2.getRotationMatrix2D(patch.centre, patch.angle, zoom)
    matrix[:, 2] += np.array([size[0] / 2 - patch.centre[0], size[1] / 2 - patch.centre[1]])
    cut = cv2.warpAffine(gray, matrix, (size[0], size[1]), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8), np.asarray(cv2.invertAffineTransform(matrix), np.float64)


def rows_across(gray: Gray, patch: Patch, rows: int) -> Gray:
    """So many rows, spread over the middle half of the patch, that cross its bars and reach beyond its ends."""
    width = max(8, int(patch.size[0] * (1 + 2 * _MARGIN) + 24))
    matrix = cv2.getRotationMatrix2D(patch.centre, patch.angle, 1.0)
    matrix[:, 2] -= np.array(patch.centre)
    matrix[1] *= rows / max(1.0, patch.size[1] / 2)
    matrix[:, 2] += np.array([width / 2, rows / 2])
    cut = cv2.warpAffine(gray, matrix, (width, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def moved(outline: Outline, matrix: npt.NDArray[np.float64]) -> Outline:
    """An outline through a 2 x 3 affine matrix."""
    points = np.array([[x, y, 1.0] for x, y in outline]) @ matrix.T
    return tuple((round(float(x)), round(float(y))) for x, y in points)
