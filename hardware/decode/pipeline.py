"""The live decoder: what is tried on which frame, and which reads count.

Deterministic: the same frames with the same times give the same reads, however fast the machine is.
"""

from dataclasses import dataclass, replace
from typing import Final

from hardware.decode.engines import ZxingEngine, zbar_or_reason
from hardware.decode.enhance import VARIANTS, view
from hardware.decode.gate import Box, ChangeGate, Scene
from hardware.decode.patches import find_patches, upright
from hardware.decode.read import DEFAULT_FORMATS, NEEDS_TWO, TURN_SENSITIVE, Read, bounds, checked_formats
from hardware.frames import Frame, Gray

_TRACK: Final = 0.7  # seconds after a read during which its place is looked at first
_WIDE_EVERY: Final = 4  # while a code is tracked, each fourth frame looks everywhere: the next guest may be beside it
_HEARTBEAT: Final = 1.0  # seconds between decodes of a still picture
_CONFIRM: Final = 2.0  # seconds within which the second equal read must come


@dataclass(slots=True)
class Counts:
    """What the pipeline did, for the bench and the doctor."""

    frames: int = 0
    decoded: int = 0
    heartbeats: int = 0
    unconfirmed: int = 0


class Pipeline:
    """Frames in, confirmed reads out. Not thread-safe; lives where the decoding is done."""

    def __init__(self, formats: frozenset[str] = DEFAULT_FORMATS) -> None:
        self._formats = checked_formats(formats)
        self._matrix = self._formats - TURN_SENSITIVE
        self._bars = self._formats & TURN_SENSITIVE
        self._zxing = ZxingEngine()
        self._zbar, self.without_zbar = zbar_or_reason()
        self._gate = ChangeGate()
        self._confirm = Confirmation()
        self._turn = 0
        self._blind = 0
        self._tracked: Read | None = None
        self._read_at = float("-inf")
        self._beat_at = float("-inf")
        self.counts = Counts()

    def process(self, frame: Frame) -> list[Read]:
        """All confirmed reads of this frame, outlines in its pixels."""
        self.counts.frames += 1
        scene = self._gate.look(frame.gray, frame.at)
        found = self._look(frame, scene)
        if found:
            self._tracked, self._read_at, self._blind = found[0], frame.at, 0
        confirmed = [read for read in found if self._confirm.counts(read, frame)]
        self.counts.unconfirmed += len(found) - len(confirmed)
        return confirmed

    def _look(self, frame: Frame, scene: Scene) -> list[Read]:
        if frame.at < self._beat_at or frame.at - self._beat_at >= _HEARTBEAT:
            if not scene.active:
                self.counts.heartbeats += 1
            self._beat_at = frame.at
            return self._everything(frame.gray)
        if not scene.active:
            return []
        self.counts.decoded += 1
        self._turn += 1
        if self._tracked is not None and 0 <= frame.at - self._read_at <= _TRACK and self._turn % _WIDE_EVERY:
            found = self._where_it_was(frame.gray, self._tracked)
            if found:
                return found
        return self._wide(frame.gray, scene)

    def _everything(self, gray: Gray) -> list[Read]:
        return self._zxing.read(gray, self._formats, invert=True)

    def _where_it_was(self, gray: Gray, last: Read) -> list[Read]:
        left, top, right, bottom = bounds(last.outline)
        margin = 40 + max(right - left, bottom - top) // 3
        box = _clipped((left - margin, top - margin, right + margin, bottom + margin), gray)
        found = self._in_box(gray, box, frozenset({last.format}))
        if not found and last.format in TURN_SENSITIVE:
            found = self._turned(gray, box)
        return found

    def _wide(self, gray: Gray, scene: Scene) -> list[Read]:
        box = _clipped(scene.region, gray) if scene.region and self._turn % 3 else (0, 0, gray.shape[1], gray.shape[0])
        found = self._in_box(gray, box, self._matrix)
        if not found and self._bars:
            found = self._in_box(gray, box, self._bars) if self._turn % 2 else self._turned(gray, box)
        if not found:
            self._blind += 1
            found = self._harder(gray, box)
        return found

    def _harder(self, gray: Gray, box: Box) -> list[Read]:
        """Active, but nothing read for a while: one enhanced view per frame, in turn; zbar among them."""
        if self._blind < 3:
            return []
        choice = self._blind % (len(VARIANTS) + 1)
        cut = gray[box[1] : box[3], box[0] : box[2]]
        if choice == len(VARIANTS):
            return [_shifted(read, box) for read in self._zbar.read(cut, self._matrix)] if self._zbar else []
        seen = view(cut, VARIANTS[choice])
        return [_shifted(seen.in_frame(read), box) for read in self._zxing.read(seen.gray, self._formats)]

    def _in_box(self, gray: Gray, box: Box, formats: frozenset[str]) -> list[Read]:
        cut = gray[box[1] : box[3], box[0] : box[2]]
        return [_shifted(read, box) for read in self._zxing.read(cut, formats)] if formats else []

    def _turned(self, gray: Gray, box: Box) -> list[Read]:
        cut = gray[box[1] : box[3], box[0] : box[2]]
        for patch in find_patches(cut):
            turned = upright(cut, patch)
            reads = self._zxing.read(turned.gray, self._bars, rotate=False)
            if reads:
                return [_shifted(turned.in_frame(read), box) for read in reads]
        return []


class Confirmation:
    """PDF417, linear codes and zbar's reads count only when an equal read came from another frame shortly before."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, bytes], tuple[int, float]] = {}

    def counts(self, read: Read, frame: Frame) -> bool:
        """Whether this read may be shown to anyone."""
        if read.format not in NEEDS_TWO and read.engine == ZxingEngine.name:
            return True
        before = self._first.get(read.key)
        self._first[read.key] = (frame.index, frame.at)
        if len(self._first) > 64:
            self._first = {key: value for key, value in self._first.items() if 0 <= frame.at - value[1] <= _CONFIRM}
        return before is not None and before[0] != frame.index and 0 <= frame.at - before[1] <= _CONFIRM


def _clipped(box: Box, gray: Gray) -> Box:
    height, width = gray.shape
    left, top = max(0, min(box[0], width - 8)), max(0, min(box[1], height - 8))
    return left, top, max(left + 8, min(box[2], width)), max(top + 8, min(box[3], height))


def _shifted(read: Read, box: Box) -> Read:
    return replace(read, outline=tuple((x + box[0], y + box[1]) for x, y in read.outline))
