"""What OpenCV can open, each as a plain reader: a device, a video, pictures in a folder, a stream from the network."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from hardware.camera_names import Why, node, why_shut
from hardware.frames import Gray
from hardware.network_camera import why_silent
from hardware.opencv import cv2
from hardware.pictures import CannotOpen, is_picture, pictures_of

PATIENCE: Final = 2000  # milliseconds after which a silent network stream counts as lost
_SLIDE_SECONDS: Final = 1.0  # how long each picture of a folder is shown
_SLIDE_RATE: Final = 10.0  # frames per second of such a show


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as read. `offset` is its time within a recording in seconds, None for live sources."""

    colour: Gray
    offset: float | None


class Reader(Protocol):
    """An opened source. `read` returns None at its end or when the device fails."""

    def read(self) -> Picture | None:
        """The next picture."""
        ...

    def close(self) -> None:
        """Let go of the device or file."""
        ...


class _Capture:
    """A cv2.VideoCapture that is known to be open."""

    def __init__(self, capture: cv2.VideoCapture, rate: float | None) -> None:
        self._capture = capture
        self._rate = rate
        self._count = 0

    def read(self) -> Picture | None:
        """See Reader."""
        try:
            good, picture = self._capture.read()
        except cv2.error:
            return None
        if not good or picture.size == 0:
            return None
        offset = self._count / self._rate if self._rate else None
        self._count += 1
        return Picture(_as_colour(np.asarray(picture)), offset)

    def close(self) -> None:
        """See Reader."""
        self._capture.release()


class _Pictures:
    """Picture files one after the other, each shown for a second as a camera would show it."""

    def __init__(self, files: list[Path], pass_over: Callable[[str], None]) -> None:
        self._slides = iter(self._shown(files, pass_over))

    def _shown(self, files: list[Path], pass_over: Callable[[str], None]) -> Iterator[Picture]:
        per_slide = round(_SLIDE_SECONDS * _SLIDE_RATE)
        for number, colour in enumerate(_all_pictures(files, pass_over)):
            for step in range(per_slide):
                yield Picture(colour, (number * per_slide + step) / _SLIDE_RATE)

    def read(self) -> Picture | None:
        """See Reader."""
        return next(self._slides, None)

    def close(self) -> None:
        """See Reader."""


def _all_pictures(files: list[Path], pass_over: Callable[[str], None]) -> Iterator[Gray]:
    for file in files:
        try:
            yield from pictures_of(file)
        except CannotOpen as error:
            pass_over(str(error))


def open_device(device: int | str, width: int = 1280, height: int = 720) -> Reader:
    """The camera with this number or path, asked for motion JPEG and the given size. CannotOpen when there is none.

    A path below /dev/v4l/by-id stays the same camera when it is plugged in again elsewhere.
    """
    backend = cv2.CAP_V4L2 if Path("/dev").is_dir() and Path("/sys").is_dir() else cv2.CAP_ANY
    capture = cv2.VideoCapture(device, backend)
    if not capture.isOpened():
        capture.release()
        why = why_shut(node(device) if isinstance(device, int) else Path(device))
        raise CannotOpen(f"camera {device} {_SHUT[why]}", why)
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return _Capture(capture, None)


_SHUT: Final = {
    Why.MISSING: "is not there or is in use by another program",
    Why.NO_PERMISSION: "may not be opened by this user",
    Why.BUSY: "is in use by another program",
    Why.UNSUPPORTED: "is no camera",
}


def open_url(url: str) -> Reader:
    """A stream from the network: motion JPEG over HTTP, or RTSP. Never blocks for much longer than PATIENCE."""
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, PATIENCE, cv2.CAP_PROP_READ_TIMEOUT_MSEC, PATIENCE]
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, limits)
    if not capture.isOpened():
        capture.release()
        why = why_silent(url)
        raise CannotOpen(f"the network camera {_SILENT[why]}", why)
    return _Capture(capture, None)


_SILENT: Final = {
    Why.UNREACHABLE: "does not answer",
    Why.SIGN_IN: "refuses this user name and password, or wants some",
    Why.NO_STREAM: "answers, but sends no pictures at this address",
}


def open_file(path: Path, pass_over: Callable[[str], None] = lambda _why: None) -> Reader:
    """A video file, a picture, or a folder of pictures. CannotOpen when it holds nothing readable.

    A folder's pictures that cannot be read are told to `pass_over`, and the others shown.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if is_picture(file))
        if not files:
            raise CannotOpen(f"there are no pictures in {path}")
        return _Pictures(files, pass_over)
    if not path.is_file():
        raise CannotOpen(f"there is no file {path}")
    if is_picture(path):
        pictures_of(path)  # a single one that cannot be read is no show without pictures: why not is said
        return _Pictures([path], pass_over)
    if not path.stat().st_size:
        raise CannotOpen(f"{path} is empty")
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        capture.release()
        raise CannotOpen(f"{path} is not a picture or video that can be read, or a part of it is missing")
    rate = capture.get(cv2.CAP_PROP_FPS)
    return _Capture(capture, rate if 1 <= rate <= 240 else 30.0)


def gray_of(colour: Gray) -> Gray:
    """The gray picture the decoders work on."""
    return np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)


def _as_colour(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Gray:
    return picture if picture.ndim == 3 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)
