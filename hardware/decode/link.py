"""Between the decoder's child process and its supervisor: pictures through shared memory, words through pipes.

The child handles hostile pictures, so nothing it says is unpickled: answers are length-checked JSON.
"""

import json
import mmap
import os
import select
import struct
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from hardware.decode.read import FORMATS, Part, Read
from hardware.frames import Frame, Gray
from hardware.opencv import cv2

CAPACITY: Final = 1920 * 1200  # bytes, one per pixel. Bigger pictures are scaled down: noise at 4K takes over a second.
_ORDER: Final = struct.Struct("<QIIdQ")  # sequence, height, width, time of the frame, index of the frame
_LENGTH: Final = struct.Struct("<I")
_LONGEST_ANSWER: Final = 4 << 20  # bytes
_MOST_READS: Final = 512


class LinkBroken(Exception):
    """The other side is gone, or what it says makes no sense."""


class LinkTimeout(Exception):
    """The other side did not answer in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child says of one frame."""

    seq: int
    reads: tuple[Read, ...]
    ms: float
    notice: str = ""


class SharedPicture:
    """One picture's worth of memory both processes see. The file behind it has no name: no death leaves it over."""

    def __init__(self, fd: int | None = None) -> None:
        if fd is None:
            with tempfile.TemporaryFile(dir=_memory_dir()) as file:
                file.truncate(CAPACITY)
                self.fd = os.dup(file.fileno())
        else:
            self.fd = fd
        self._map = mmap.mmap(self.fd, CAPACITY)
        self._bytes = np.frombuffer(self._map, dtype=np.uint8)

    def put(self, gray: Gray) -> tuple[int, int, float]:
        """Copy a picture in; its height, width and the scale it was put in with."""
        scale = 1.0
        if gray.size > CAPACITY:
            scale = (CAPACITY / gray.size) ** 0.5 * 0.99
            gray = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = gray.shape
        np.copyto(self._bytes[: gray.size].reshape(height, width), gray)
        return height, width, scale

    def get(self, height: int, width: int) -> Gray:
        """The picture, without copying: valid until the answer is sent."""
        if height < 1 or width < 1 or height * width > CAPACITY:
            raise LinkBroken(f"a picture of {height} x {width} does not fit")
        return self._bytes[: height * width].reshape(height, width)

    def close(self) -> None:
        """Give the memory back."""
        del self._bytes
        self._map.close()
        os.close(self.fd)


def _memory_dir() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - never named


def send_order(fd: int, seq: int, height: int, width: int, frame: Frame) -> None:
    """Tell the child that a picture lies ready. LinkBroken when it is gone."""
    try:
        os.write(fd, _ORDER.pack(seq, height, width, frame.at, frame.index))
    except OSError as error:
        raise LinkBroken(str(error)) from error


def read_order(fd: int) -> tuple[int, int, int, float, int] | None:
    """The next order, or None when the supervisor is gone."""
    data = _exactly(fd, _ORDER.size, None)
    if data is None:
        return None
    seq, height, width, at, index = _ORDER.unpack(data)
    return seq, height, width, at, index


def send_answer(fd: int, answer: Answer) -> None:
    """Say what was seen."""
    body = json.dumps(
        {
            "seq": answer.seq,
            "ms": answer.ms,
            "notice": answer.notice,
            "reads": [_as_json(read) for read in answer.reads],
        }
    ).encode()
    view = memoryview(_LENGTH.pack(len(body)) + body)
    while view:
        view = view[os.write(fd, view) :]


def answer_waits(fd: int, seconds: float) -> bool:
    """Whether the child begins to answer (or ends) within `seconds`."""
    return bool(select.select([fd], [], [], seconds)[0])


def read_answer(fd: int, deadline: float) -> Answer:
    """The child's next answer. LinkTimeout at the monotonic `deadline`, LinkBroken when it died or talks nonsense."""
    head = _exactly(fd, _LENGTH.size, deadline)
    if head is None:
        raise LinkBroken("the decoder process ended")
    (length,) = _LENGTH.unpack(head)
    if length > _LONGEST_ANSWER:
        raise LinkBroken(f"an answer of {length} bytes")
    body = _exactly(fd, length, deadline)
    if body is None:
        raise LinkBroken("the decoder process ended")
    try:
        said = json.loads(body)
        reads = tuple(_from_json(item) for item in said["reads"][:_MOST_READS])
        return Answer(int(said["seq"]), reads, float(said["ms"]), str(said["notice"])[:500])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LinkBroken(f"an answer that makes no sense: {error}") from error


def _exactly(fd: int, count: int, deadline: float | None) -> bytes | None:
    """`count` bytes, or None at the end of the pipe."""
    got = b""
    while len(got) < count:
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([fd], [], [], wait)[0]:
            raise LinkTimeout
        part = os.read(fd, min(count - len(got), 1 << 16))
        if not part:
            return None
        got += part
    return got


def _as_json(read: Read) -> dict[str, Any]:
    return {
        "format": read.format,
        "text": read.text,
        "data": read.data.hex(),
        "outline": read.outline,
        "engine": read.engine,
        "part": [read.part.number, read.part.count] if read.part else None,
    }


def _from_json(item: dict[str, Any]) -> Read:
    if item["format"] not in FORMATS or not isinstance(item["text"], str):
        raise ValueError(f"format {item['format']!r}")
    outline = tuple((int(x), int(y)) for x, y in item["outline"])
    if len(outline) != 4:
        raise ValueError(f"{len(outline)} corners")
    part = Part(int(item["part"][0]), int(item["part"][1])) if item["part"] else None
    engine = str(item["engine"])[:40]
    return Read(item["format"], item["text"], bytes.fromhex(item["data"]), outline, engine, part=part)


def rescaled(reads: Iterable[Read], scale: float) -> tuple[Read, ...]:
    """Reads of a picture that was put in scaled, with outlines in pixels of the original."""
    if scale == 1.0:
        return tuple(reads)
    return tuple(
        replace(read, outline=tuple((round(x / scale), round(y / scale)) for x, y in read.outline)) for read in reads
    )
