"""Pictures that nobody should hold up: codes of arbitrary bytes, damaged in every way, for fuzzing the decoders."""

import random
from collections.abc import Iterator

import numpy as np
import zxingcpp

from hardware.frames import Frame, Gray
from hardware.opencv import cv2

_B = zxingcpp.BarcodeFormat
_BINARY = (_B.QRCode, _B.Aztec, _B.PDF417, _B.DataMatrix)
_WORDS = (_B.Code128, _B.Code39, _B.RMQRCode, _B.MicroQRCode)


def hostile_frames(count: int, seed: int = 1) -> Iterator[Frame]:
    """`count` frames of damaged codes, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - repeatable pictures, no secrets
    for index in range(count):
        yield Frame(_damaged(_code(rng), rng), index / 30, index)


def _code(rng: random.Random) -> Gray:
    """A code of arbitrary content; noise where the writer refuses it."""
    length = rng.choice((1, 2, 7, 20, 60, 200))
    try:
        if rng.random() < 0.75:
            code = zxingcpp.create_barcode(rng.randbytes(length), rng.choice(_BINARY))
        else:
            code = zxingcpp.create_barcode(
                "".join(rng.choices("0123456789ABCXYZ-", k=min(length, 20))), rng.choice(_WORDS)
            )
        drawn = code.to_image(scale=rng.choice((1, 2, 3, 4)), add_quiet_zones=rng.random() < 0.8)
    except (ValueError, RuntimeError):
        return _noise(rng, (40 + rng.randrange(80), 40 + rng.randrange(80)))
    return np.array(drawn, np.uint8)


def _noise(rng: random.Random, shape: tuple[int, int]) -> Gray:
    return np.random.default_rng(rng.getrandbits(32)).integers(0, 256, shape, dtype=np.uint8)


def _damaged(picture: Gray, rng: random.Random) -> Gray:
    """Up to three kinds of damage, one after the other."""
    for damage in rng.choices(_DAMAGES, k=rng.randrange(4)):
        picture = np.ascontiguousarray(damage(picture, rng), dtype=np.uint8)
    return picture


def _flipped(picture: Gray, rng: random.Random) -> Gray:
    """Single pixels inverted."""
    spots = np.random.default_rng(rng.getrandbits(32)).random(picture.shape) < rng.choice((0.001, 0.01, 0.1))
    return np.where(spots, 255 - picture, picture).astype(np.uint8)


def _blotted(picture: Gray, rng: random.Random) -> Gray:
    """A rectangle, a line or a disc over it."""
    height, width = picture.shape
    spot = (rng.randrange(width), rng.randrange(height))
    other = (rng.randrange(width), rng.randrange(height))
    colour, blotted = rng.choice((0, 128, 255)), picture.copy()
    kind = rng.randrange(3)
    if kind == 0:
        cv2.rectangle(blotted, spot, other, colour, -1)
    elif kind == 1:
        cv2.line(blotted, spot, other, colour, 1 + rng.randrange(5))
    else:
        cv2.circle(blotted, spot, 1 + rng.randrange(max(2, min(height, width) // 3)), colour, -1)
    return blotted


def _turned(picture: Gray, rng: random.Random) -> Gray:
    height, width = picture.shape
    side = int(np.hypot(height, width)) + 2
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(0, 360), rng.uniform(0.5, 1.3))
    matrix[:, 2] += np.array([(side - width) / 2, (side - height) / 2])
    turned = cv2.warpAffine(picture, matrix, (side, side), borderValue=rng.choice((0, 255)))
    return np.asarray(turned, np.uint8)


def _rescaled(picture: Gray, rng: random.Random) -> Gray:
    size = tuple(max(1, min(600, round(side * rng.uniform(0.3, 1.7)))) for side in picture.shape)
    return np.asarray(cv2.resize(picture, (size[1], size[0]), interpolation=rng.choice((0, 1, 3))), np.uint8)


def _cut(picture: Gray, rng: random.Random) -> Gray:
    height, width = picture.shape
    top, left = rng.randrange(height), rng.randrange(width)
    return picture[top // 2 : max(top // 2 + 1, height - top // 3), left // 2 : max(left // 2 + 1, width - left // 3)]


def _blurred(picture: Gray, rng: random.Random) -> Gray:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 3)), np.uint8)


def _inverted(picture: Gray, _rng: random.Random) -> Gray:
    return 255 - picture


def _shuffled(picture: Gray, rng: random.Random) -> Gray:
    """Stripes of the code in another order: finders stay, data does not."""
    rows = list(range(picture.shape[0]))
    begin = rng.randrange(len(rows))
    end = min(len(rows), begin + 1 + rng.randrange(20))
    return picture[rows[:begin] + rng.sample(rows[begin:end], end - begin) + rows[end:]]


_DAMAGES = (_flipped, _blotted, _turned, _rescaled, _cut, _blurred, _inverted, _shuffled)
