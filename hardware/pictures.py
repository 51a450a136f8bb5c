"""Picture files: what is in them, page after page, what is transparent filled in."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from hardware.camera_names import Why
from hardware.frames import Gray
from hardware.opencv import cv2

PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".avif", ".tif", ".tiff", ".pgm", ".ppm"})
_GIF: Final = ".gif"  # one picture, or as many as a film has: then it is played like one
MOST_PAGES: Final = 100  # of one file; an animation is decoded from its beginning for each of them
_TOO_BIG: Final = "is too big: pictures of up to 16,384 pixels a side and 67 million in all are read"
_NO_PICTURE: Final = "is not a picture that can be read, or a part of it is missing"


class CannotOpen(Exception):
    """The source is not there or cannot be read; the message says which and what to check."""

    def __init__(self, text: str, why: Why = Why.MISSING) -> None:
        super().__init__(text)
        self.why = why


def is_picture(file: Path) -> bool:
    """Whether a file is one to look at and none to play: by its name, or by what is in it where that may be either."""
    kind = file.suffix.lower()
    return kind in PICTURES or (kind == _GIF and _is_one(file))


def _is_one(file: Path) -> bool:
    try:
        _, found = cv2.imdecodeanimation(_bytes_of(file), 0, 2)
    except (CannotOpen, cv2.error):
        return False
    return len(found.frames) == 1


def pictures_of(file: Path) -> Iterator[Gray]:
    """Each page or moment of a picture file as BGR, the first 100. CannotOpen when it is none or too big (opencv.py).

    That it is none is found out at once, and not when the first is asked for.
    Scans of several tickets come as TIFF with pages; PNG and WebP may be animated.
    """
    data = _bytes_of(file)
    return chain([_whole(file, data)], _further(data))


def _further(data: Gray) -> Iterator[Gray]:
    turn = _turner(data)
    for number in range(1, MOST_PAGES if turn else 1):
        try:
            page = turn(data, number) if turn else None
        except cv2.error:
            return  # the pages before it were good
        if page is None:
            return
        yield _on_ground(page)


def _whole(file: Path, data: Gray) -> Gray:
    try:
        colour = cv2.imdecode(data, cv2.IMREAD_COLOR)
    except cv2.error as error:
        too_big = "validateInputImageSize" in str(error)
        raise CannotOpen(f"{file} {_TOO_BIG if too_big else _NO_PICTURE}") from error
    if colour is None:
        raise CannotOpen(f"{file} {_NO_PICTURE}")
    return _filled_in(data, np.asarray(colour, np.uint8))


def _bytes_of(file: Path) -> Gray:
    try:
        data = np.fromfile(file, dtype=np.uint8)
    except OSError as error:
        raise CannotOpen(f"{file} cannot be read: {error.strerror or error}") from error
    if not data.size:
        raise CannotOpen(f"{file} is empty")
    return data


def _turner(data: Gray) -> Callable[[Gray, int], Gray | None] | None:
    """How to get at the further pages of this file; None where it cannot have any."""
    if data[:4].tobytes() in (b"II*\0", b"MM\0*"):
        return _page
    head = data[:4096].tobytes()  # both say it before their first picture
    moving = (_is_png(data) and b"acTL" in head) or (_is_webp(data) and b"ANIM" in head) or _is_avif(data, b"avis")
    return _moment if moving else None


def _page(data: Gray, number: int) -> Gray | None:
    _, pages = cv2.imdecodemulti(data, cv2.IMREAD_COLOR, range=(number, number + 1))
    return np.asarray(pages[0], np.uint8) if pages else None


def _moment(data: Gray, number: int) -> Gray | None:
    _, found = cv2.imdecodeanimation(data, number, 1)
    return np.asarray(found.frames[0]) if found.frames else None


def _is_png(data: Gray) -> bool:
    return data[:4].tobytes() == b"\x89PNG"


def _is_webp(data: Gray) -> bool:
    return data[8:12].tobytes() == b"WEBP"


def _is_avif(data: Gray, brand: bytes = b"avi") -> bool:
    return data[4:12].tobytes().startswith(b"ftyp" + brand)


def _filled_in(data: Gray, colour: Gray) -> Gray:
    if not (_is_png(data) or _is_webp(data) or _is_avif(data) or data[:4].tobytes() == b"GIF8"):
        return colour
    whole = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if whole is None or whole.ndim != 3 or whole.shape[2] != 4 or not whole[..., 3].any():
        return colour
    return _on_ground(np.asarray(whole))


def _on_ground(whole: Gray) -> Gray:
    """On white where the picture is dark, else on black: makers of codes often leave their background transparent."""
    if whole.ndim != 3:
        return np.asarray(cv2.cvtColor(whole, cv2.COLOR_GRAY2BGR), np.uint8)
    if whole.shape[2] != 4:
        return whole
    most = 65535.0 if whole.dtype == np.uint16 else 255.0
    cover = whole[..., 3:].astype(np.float32) / most
    ink = whole[..., :3].astype(np.float32) * (255 / most) * cover
    ground = 255.0 if float(ink.mean()) < 127.5 * float(cover.mean()) else 0.0
    return np.asarray(np.round(ink + ground * (1 - cover)), np.uint8)
