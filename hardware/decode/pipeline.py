"""The live decoder: what is tried on which frame, and which reads count.

Deterministic: the same frames with the same times give the same reads, however fast the machine is.
"""

from dataclasses import dataclass, replace
from typing import Final

from hardware.decode.bars import BarReader
from hardware.decode.confirm import Confirmation
from hardware.decode.engines import ZxingEngine, zbar_or_reason
from hardware.decode.enhance import VIEWS
from hardware.decode.gate import Box, ChangeGate, Scene
from hardware.decode.parts import Parts
from hardware.decode.patches import find_patches, patch_of
from hardware.decode.read import DEFAULT_FORMATS, TURN_SENSITIVE, Read, bounds, checked_formats
from hardware.frames import Frame, Gray

_TRACK: Final = 0.7  # seconds after a read during which its place is looked at first
_WIDE_EVERY: Final = 4  # while a code is tracked, each fourth frame looks everywhere: the next guest may be beside it
_WHOLE_EVERY: Final = 5  # each fifth wide look takes the whole picture, should the background model be wrong
_HEARTBEAT: Final = 1.0  # seconds between decodes of a still picture
_PATIENCE: Final = 8.0  # seconds of trying to read what is held still
_BLIND: Final = 2  # frames without a read before enhanced views are tried
_SECOND_VIEWS: Final = 3  # in which a code read once is looked for again in the same frame
_PATCHES: Final = 2  # bar-like patches turned and read per frame


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
        self._bar_reader = BarReader(self._zxing, self._bars)
        self._gate = ChangeGate()
        self._confirm = Confirmation()
        self._parts = Parts()
        self._turn = 0
        self._blind = 0
        self._tracked: Read | None = None
        self._lying: tuple[Read, ...] = ()
        self._read_at = float("-inf")
        self._beat_at = float("-inf")
        self.counts = Counts()

    def process(self, frame: Frame) -> list[Read]:
        """All confirmed reads of this frame, outlines in its pixels; parts of a longer code joined."""
        return self._parts.settle(self._confirmed(frame), frame.at)

    def _confirmed(self, frame: Frame) -> list[Read]:
        self.counts.frames += 1
        scene = self._gate.look(frame.gray, frame.at)
        if scene.moved:
            self._lying = ()
        awake = scene.active or self._held_unread(scene)
        if not awake and self._beats(frame):
            return self._still_there(frame)
        found = self._look(frame, scene) if awake else []
        if found:
            self._tracked, self._read_at, self._blind = found[0], frame.at, 0
        confirmed = [read for read in found if self._sure(read, frame)]
        self.counts.unconfirmed += len(found) - len(confirmed)
        self._lying = tuple(confirmed) or self._lying
        return confirmed

    def _held_unread(self, scene: Scene) -> bool:
        """Whether something is held still that would not read so far: worth more than a look a second."""
        return scene.region is not None and not self._lying and scene.still_for <= _PATIENCE

    def _beats(self, frame: Frame) -> bool:
        """Whether it is time to decode a still picture."""
        if 0 <= frame.at - self._beat_at < _HEARTBEAT:
            return False
        self._beat_at = frame.at
        self.counts.heartbeats += 1
        return True

    def _still_there(self, frame: Frame) -> list[Read]:
        """What a still picture holds, light on dark too.

        A code that was read before and has not moved since lies there still, also where this one try does not read it.
        """
        found = self._zxing.read(frame.gray, self._formats, invert=True)
        confirmed = [read for read in found if self._sure(read, frame)]
        keys = {read.key for read in confirmed}
        self._lying = (*confirmed, *(read for read in self._lying if read.key not in keys))
        return list(self._lying)

    def _sure(self, read: Read, frame: Frame) -> bool:
        if not self._confirm.needed(read) or self._confirm.known(read, frame):
            return True
        if not self._confirm.second_view_will_do(read):
            return False
        patch = patch_of(read.outline)
        views = (self._bar_reader.read(frame.gray, patch, turn) for turn in range(_SECOND_VIEWS))
        return any(other.key == read.key for again in views for other in again)

    def _look(self, frame: Frame, scene: Scene) -> list[Read]:
        self.counts.decoded += 1
        self._turn += 1
        if self._tracked is not None and 0 <= frame.at - self._read_at <= _TRACK and self._turn % _WIDE_EVERY:
            found = self._where_it_was(frame.gray, self._tracked)
            if found:
                return found
        return self._wide(frame.gray, scene)

    def _where_it_was(self, gray: Gray, last: Read) -> list[Read]:
        left, top, right, bottom = bounds(last.outline)
        margin = 40 + max(right - left, bottom - top) // 3
        box = _clipped((left - margin, top - margin, right + margin, bottom + margin), gray)
        found = self._in_box(gray, box, frozenset({last.format}))
        if not found and last.format in TURN_SENSITIVE:
            found = self._patches(gray, box)
        return found

    def _wide(self, gray: Gray, scene: Scene) -> list[Read]:
        whole = scene.region is None or self._turn % _WHOLE_EVERY == 0
        box = (0, 0, gray.shape[1], gray.shape[0]) if whole else _clipped(scene.region or (0, 0, 8, 8), gray)
        found = self._in_box(gray, box, self._matrix)
        if not found and self._bars:
            found = self._in_box(gray, box, self._bars) or self._patches(gray, box)
        if not found:
            self._blind += 1
            found = self._harder(gray, box)
        return found

    def _patches(self, gray: Gray, box: Box) -> list[Read]:
        cut = gray[box[1] : box[3], box[0] : box[2]]
        for patch in find_patches(cut)[:_PATCHES]:
            found = self._bar_reader.read(cut, patch, self._turn)
            if found:
                return [_shifted(read, box) for read in found]
        return []

    def _harder(self, gray: Gray, box: Box) -> list[Read]:
        """Active, but nothing read for a while: one enhanced view per frame, in turn; zbar and inversion among them."""
        if self._blind < _BLIND:
            return []
        cut = gray[box[1] : box[3], box[0] : box[2]]
        choice = self._blind % (len(VIEWS) + 2)
        if choice < len(VIEWS):
            view, scale = VIEWS[choice](cut)
            found = self._zxing.read(view, self._formats)
            return [_shifted(_scaled(read, scale), box) for read in found]
        if choice == len(VIEWS) and self._zbar is not None:
            return [_shifted(read, box) for read in self._zbar.read(cut, self._matrix)]
        return [_shifted(read, box) for read in self._zxing.read(cut, self._formats, invert=True)]

    def _in_box(self, gray: Gray, box: Box, formats: frozenset[str]) -> list[Read]:
        cut = gray[box[1] : box[3], box[0] : box[2]]
        return [_shifted(read, box) for read in self._zxing.read(cut, formats)] if formats else []


def _clipped(box: Box, gray: Gray) -> Box:
    height, width = gray.shape
    left, top = max(0, min(box[0], width - 8)), max(0, min(box[1], height - 8))
    return left, top, max(left + 8, min(box[2], width)), max(top + 8, min(box[3], height))


def _shifted(read: Read, box: Box) -> Read:
    return replace(read, outline=tuple((x + box[0], y + box[1]) for x, y in read.outline))


def _scaled(read: Read, scale: float) -> Read:
    return replace(read, outline=tuple((round(x / scale), round(y / scale)) for x, y in read.outline))
