"""The live decoder: what is tried on which frame, and which reads count.

Deterministic: the same frames with the same times give the same reads, however fast the machine is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from hardware.decode.bars import BarReader
from hardware.decode.confirm import Confirmation
from hardware.decode.engines import ZxingEngine, zbar_or_reason
from hardware.decode.enhance import VIEWS, bleached, calmed, inverted, noise_of
from hardware.decode.gate import Box, ChangeGate, Scene
from hardware.decode.parts import Parts
from hardware.decode.patches import Patch, find_patches, patch_of
from hardware.decode.read import DEFAULT_FORMATS, TURN_SENSITIVE, Read, bounds, checked_formats
from hardware.frames import Frame, Gray

_TRACK: Final = 0.7  # seconds after a read during which its place is looked at first
_WIDE_EVERY: Final = 4  # while a code is tracked, each fourth frame looks everywhere: the next guest may be beside it
_WHOLE_EVERY: Final = 5  # each so manieth slow step looks for bars everywhere, should the background model be wrong
_HEARTBEAT: Final = 1.0  # seconds between decodes of a still picture
_PATIENCE: Final = 8.0  # seconds of trying to read what is held still
_BLIND: Final = 2  # frames without a read before enhanced views are tried
_VIEW_EVERY: Final = 2  # of frames that do not read; in the others patches of bars are turned, if there are any
# Light on dark comes first: zxing-cpp turns square codes over by itself, PDF417 and linear ones never.
_VIEWS: Final[tuple[Callable[[Gray], tuple[Gray, float]], ...]] = (lambda gray: (inverted(gray), 1.0), *VIEWS)
_DARKENED: Final = 1  # of these
# Views of a patch in which a code read once is looked for again in the same frame; over-exposed ones want darkening.
_SECOND_VIEWS: Final = (0, 1, 2)
_SECOND_VIEWS_BLEACHED: Final = (4, 3)
# Slow steps where the picture looks over-exposed, in turn: the whole picture darkened and patches darkened read nearly
# every such frame and hardly anything else does, so no frame may be long without one of them.
_BLEACHED_STEPS: Final = ("darkened", "patches", "darkened", "other")
_BLEACHED_TURNS: Final = (4, 3, 9, 18)  # of BarReader: stacked codes darkened, linear ones each time otherwise
_PATCHES: Final = 2  # bar-like patches turned and read per frame
_NOISY: Final = 3.5  # gray levels from which noise costs more time, and hides more bars, than averaging it away


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
        self._blind = self._viewed = 0
        self._bleached = False
        self._way: int | None = None  # which of _VIEWS the last read came from, None: from a plain look or a patch
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
        self._bleached = False
        scene = self._gate.look(frame.gray, frame.at)
        if scene.moved:
            self._lying = ()
        awake = scene.active or self._held_unread(scene)
        if not awake and self._beats(frame):
            return self._still_there(frame)
        found = self._look(frame, scene) if awake else []
        if found:
            self._tracked, self._read_at, self._blind, self._viewed = found[0], frame.at, 0, 0
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
        found = self._zxing.read(self._seen(frame.gray), self._formats, invert=True)
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
        turns = _SECOND_VIEWS_BLEACHED if self._bleached else _SECOND_VIEWS
        views = (self._bar_reader.read(frame.gray, patch, turn) for turn in turns)
        return any(other.key == read.key for again in views for other in again)

    def _look(self, frame: Frame, scene: Scene) -> list[Read]:
        self.counts.decoded += 1
        self._turn += 1
        if self._tracked is not None and 0 <= frame.at - self._read_at <= _TRACK and self._turn % _WIDE_EVERY:
            found = self._where_it_was(frame.gray, self._tracked)
            if found:
                return found
        self._way = None
        return self._wide(frame.gray, scene)

    def _where_it_was(self, gray: Gray, last: Read) -> list[Read]:
        left, top, right, bottom = bounds(last.outline)
        margin = 40 + max(right - left, bottom - top) // 3
        box = _clipped((left - margin, top - margin, right + margin, bottom + margin), gray)
        seen = self._seen(_cut(gray, box))
        found = [_shifted(read, box) for read in self._zxing.read(seen, frozenset({last.format}))]
        if not found and self._way is not None:
            found = [_shifted(read, box) for read in self._by_view(self._way, _cut(gray, box))]
        if not found and last.format in TURN_SENSITIVE:
            found = self._patches(gray, box)
        return found

    def _wide(self, gray: Gray, scene: Scene) -> list[Read]:
        """Plain looks at what differs from the empty scene, then QR and Aztec everywhere, then one slow step.

        Slow steps take turns, so that a good frame seldom waits for what was tried on a bad one.
        """
        box = _clipped(scene.region or (0, 0, gray.shape[1], gray.shape[0]), gray)
        cut = _cut(gray, box)
        plain = self._seen(cut)
        found = self._zxing.read(plain, self._matrix) or self._zxing.read(plain, self._bars)
        if found:
            return [_shifted(read, box) for read in found]
        self._blind += 1
        self._bleached = bleached(cut)
        if scene.region is not None:
            # Cheap everywhere; and an edge of the region may lie just so that a blurred code does not read in it.
            everything = calmed(gray) if plain is not cut else gray
            found = self._zxing.read(everything, self._matrix)
            if found or self._whole_due():
                return found or self._zxing.read(everything, self._bars)
        slowly = self._darkly if self._bleached else self._slowly
        return [_shifted(read, box) for read in slowly(cut, plain)]

    def _whole_due(self) -> bool:
        """Whether bars are looked for everywhere now; it never takes the place of what reads over-exposed pictures."""
        if self._bleached:
            return self._bleached_step == "other" and self._blind // len(_BLEACHED_STEPS) % 2 == 0
        return self._turn % _WHOLE_EVERY == 0

    @property
    def _bleached_step(self) -> str:
        return _BLEACHED_STEPS[(self._blind - 1) % len(_BLEACHED_STEPS)]

    def _slowly(self, cut: Gray, plain: Gray) -> list[Read]:
        """One of the ways that cost more than plain looks: bar-like patches turned upright, each so often a view."""
        if self._bars and self._blind % _VIEW_EVERY and (patches := find_patches(cut)[:_PATCHES]):
            return self._turned(cut, patches, self._turn)
        return self._view(cut, plain) if self._blind >= _BLIND else []

    def _darkly(self, cut: Gray, plain: Gray) -> list[Read]:
        """The same for a picture that looks over-exposed."""
        if self._bleached_step == "darkened":
            return self._by_view(_DARKENED, cut)
        patches = find_patches(cut)[:_PATCHES] if self._bars and self._bleached_step == "patches" else []
        if patches:
            turn = self._blind // len(_BLEACHED_STEPS) % len(_BLEACHED_TURNS)
            return self._turned(cut, patches, _BLEACHED_TURNS[turn])
        return self._view(cut, plain)

    def _turned(self, cut: Gray, patches: list[Patch], turn: int) -> list[Read]:
        """What the first patch says that reads."""
        return next(filter(None, (self._bar_reader.read(cut, patch, turn) for patch in patches)), [])

    def _patches(self, gray: Gray, box: Box) -> list[Read]:
        cut = _cut(gray, box)
        return [_shifted(read, box) for read in self._turned(cut, find_patches(cut)[:_PATCHES], self._turn)]

    def _view(self, cut: Gray, plain: Gray) -> list[Read]:
        """The next other view of the picture: light on dark, enhanced, by the other engine, its noise taken or left."""
        self._viewed += 1
        choice = (self._viewed - 1) % (len(_VIEWS) + 2)
        if choice < len(_VIEWS):
            return self._by_view(choice, plain if choice == 0 else cut)
        if choice == len(_VIEWS):
            return self._zbar.read(cut, self._matrix) if self._zbar is not None else []
        return self._zxing.read(calmed(cut) if plain is cut else cut, self._formats)

    def _by_view(self, number: int, cut: Gray) -> list[Read]:
        """Reads in one of _VIEWS, which is remembered: the second read of a code comes most likely as the first did."""
        view, scale = _VIEWS[number](cut)
        # Bars are enlarged where a patch of them is: the whole picture enlarged costs a tenth of a second.
        formats = self._formats if scale == 1.0 else self._matrix
        found = [_scaled(read, scale) for read in self._zxing.read(view, formats)]
        self._way = number if found else self._way
        return found

    @staticmethod
    def _seen(cut: Gray) -> Gray:
        """What the plain looks see: of a noisy picture the noise averaged away."""
        return calmed(cut) if noise_of(cut) > _NOISY else cut


def _clipped(box: Box, gray: Gray) -> Box:
    height, width = gray.shape
    left, top = max(0, min(box[0], width - 8)), max(0, min(box[1], height - 8))
    return left, top, max(left + 8, min(box[2], width)), max(top + 8, min(box[3], height))


def _cut(gray: Gray, box: Box) -> Gray:
    return gray[box[1] : box[3], box[0] : box[2]]


def _shifted(read: Read, box: Box) -> Read:
    return replace(read, outline=tuple((x + box[0], y + box[1]) for x, y in read.outline))


def _scaled(read: Read, scale: float) -> Read:
    return replace(read, outline=tuple((round(x / scale), round(y / scale)) for x, y in read.outline))
