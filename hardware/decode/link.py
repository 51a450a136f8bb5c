"""Between the decoder's child process and its supervisor: pictures through shared memory, words through pipes.

The child handles hostile pictures, so nothing it says is unpickled: answers are length-checked JSON. Answers are read
in a thread, because not every system can wait for a pipe until a deadline.
"""

import json
import queue
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final

from hardware.decode.read import FORMATS, Part, Read
from hardware.frames import Frame

_ORDER: Final = struct.Struct("<QIIdQ")  # sequence, height, width, time of the frame, index of the frame
_LENGTH: Final = struct.Struct("<I")
_LONGEST_ANSWER: Final = 4 << 20  # bytes
_MOST_READS: Final = 512
_MOST_WAITING: Final = 8  # answers; the child owes one for each order


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


def send_order(pipe: BinaryIO, seq: int, height: int, width: int, frame: Frame) -> None:
    """Tell the child that a picture lies ready. LinkBroken when it is gone."""
    try:
        pipe.write(_ORDER.pack(seq, height, width, frame.at, frame.index))
        pipe.flush()
    except OSError as error:
        raise LinkBroken(str(error)) from error


def read_order(pipe: BinaryIO) -> tuple[int, int, int, float, int] | None:
    """The next order, or None when the supervisor is gone."""
    data = pipe.read(_ORDER.size)
    if len(data) < _ORDER.size:
        return None
    seq, height, width, at, index = _ORDER.unpack(data)
    return seq, height, width, at, index


def send_answer(pipe: BinaryIO, answer: Answer) -> None:
    """Say what was seen."""
    body = json.dumps(
        {
            "seq": answer.seq,
            "ms": answer.ms,
            "notice": answer.notice,
            "reads": [_as_json(read) for read in answer.reads],
        }
    ).encode()
    pipe.write(_LENGTH.pack(len(body)) + body)
    pipe.flush()


class Answers:
    """The child's answers, one after the other."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._came: queue.SimpleQueue[Answer | LinkBroken] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._listen, name="decoder answers", daemon=True)
        self._thread.start()

    def next(self, seconds: float) -> Answer:
        """The next one. LinkTimeout after so many seconds, LinkBroken when the child died or talks nonsense."""
        try:
            said = self._came.get(timeout=seconds)
        except queue.Empty:
            raise LinkTimeout from None
        if isinstance(said, LinkBroken):
            raise said
        return said

    def close(self) -> None:
        """Let go of the pipe, once the child is dead."""
        self._thread.join()
        self._pipe.close()

    def _listen(self) -> None:
        try:
            while self._came.qsize() < _MOST_WAITING:
                self._came.put(read_answer(self._pipe))
            self._came.put(LinkBroken("answers that nobody asked for"))
        except (LinkBroken, OSError) as error:
            self._came.put(error if isinstance(error, LinkBroken) else LinkBroken(str(error)))


def read_answer(pipe: BinaryIO) -> Answer:
    """The child's next answer. LinkBroken when it died or talks nonsense."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > _LONGEST_ANSWER:
        raise LinkBroken(f"an answer of {length} bytes")
    body = _exactly(pipe, length)
    try:
        said = json.loads(body)
        reads = tuple(_from_json(item) for item in said["reads"][:_MOST_READS])
        return Answer(int(said["seq"]), reads, float(said["ms"]), str(said["notice"])[:500])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LinkBroken(f"an answer that makes no sense: {error}") from error


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    got = pipe.read(count)
    if len(got) < count:
        raise LinkBroken("the decoder process ended")
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
