"""One still picture, everything tried: for files and tests, where time matters less than the read."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import numpy as np
import zxingcpp

from hardware.decode.bars import BarReader
from hardware.decode.confirm import SURE
from hardware.decode.engines import ZxingEngine, zbar_or_reason
from hardware.decode.enhance import VIEWS, enlarged, inverted, softened
from hardware.decode.parts import joined_reads
from hardware.decode.patches import find_patches, patch_of
from hardware.decode.read import DEFAULT_FORMATS, NEEDS_TWO, TURN_SENSITIVE, Read, bounds, checked_formats
from hardware.frames import Gray


def decode_image(
    gray: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], formats: frozenset[str] = DEFAULT_FORMATS
) -> list[Read]:
    """All codes in one gray picture (height x width, 8 bit), best effort; parts of a longer code joined."""
    checked_formats(formats)
    if gray.ndim != 2 or gray.dtype != np.uint8:
        raise ValueError(f"a gray 8-bit picture is needed, not {gray.shape} of {gray.dtype}")
    # zxing-cpp looks for light on dark by itself, but never for PDF417 or linear codes.
    bars = formats & TURN_SENSITIVE
    return _reads(gray, formats) or (_reads(inverted(gray), bars) if bars else [])


def _reads(gray: Gray, formats: frozenset[str]) -> list[Read]:
    found = _Found()
    zxing = ZxingEngine()
    bars = formats & TURN_SENSITIVE
    reader = BarReader(zxing, bars)
    found.add([read for read in zxing.read(gray, formats, invert=True) if _sure(gray, read, reader, views=1)])
    if bars and not any(read.format in bars for read in found.reads):
        _turned(gray, reader, found)
    if not found.reads:
        _enhanced(gray, formats, zxing, found)
    found.reads = [read for read in found.reads if _sure(gray, read, reader, views=found.views(read))]
    zbar, _ = zbar_or_reason()
    if zbar is not None:
        found.add([read for read in zbar.read(gray, formats) if not found.covers(read)])
    return joined_reads(found.reads)


def _sure(gray: Gray, read: Read, reader: BarReader, *, views: int) -> bool:
    """Whether a read whose checks are weak was read equal in two views of the picture."""
    if read.format not in NEEDS_TWO or views > 1 or read.spare >= SURE:
        return True
    patch = patch_of(read.outline)
    turned = (reader.read(gray, patch, turn) for turn in range(reader.views))
    return any(other.key == read.key for seen in chain(turned, _resampled(gray, read)) for other in seen)


def _resampled(gray: Gray, read: Read) -> Iterator[list[Read]]:
    """Reads of the code's surroundings sampled anew: a turned patch may leave out too much at the picture's edge."""
    left, top, right, bottom = bounds(read.outline)
    margin = 20 + max(right - left, bottom - top) // 8
    cut = gray[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin]
    engine, formats = ZxingEngine(), frozenset({read.format})
    for view in (enlarged(cut)[0], softened(cut, 0.8)):
        yield engine.read(view, formats)
    yield engine.read(cut, formats, binarizer=zxingcpp.Binarizer.GlobalHistogram)


def _turned(gray: Gray, reader: BarReader, found: "_Found") -> None:
    """Each patch in one view after another, until a code was read in two."""
    for patch in find_patches(gray):
        seen: list[Read] = []
        for turn in range(reader.views):
            seen += reader.read(gray, patch, turn)
            twice = [read for number, read in enumerate(seen) if any(read.key == old.key for old in seen[:number])]
            if twice:
                found.add(twice[:1], views=2)
                break


def _enhanced(gray: Gray, formats: frozenset[str], zxing: ZxingEngine, found: "_Found") -> None:
    for change in VIEWS:
        view, scale = change(gray)
        reads = zxing.read(view, formats)
        found.add(
            [replace(r, outline=tuple((round(x / scale), round(y / scale)) for x, y in r.outline)) for r in reads]
        )
        if found.reads:
            return


class _Found:
    """Reads without repeats: the same code at the same place counts once."""

    def __init__(self) -> None:
        self.reads: list[Read] = []
        self._views: dict[tuple[str, bytes], int] = {}

    def add(self, reads: list[Read], views: int = 1) -> None:
        """Take the reads that are new; `views` tells in how many views of the picture each was read."""
        for read in reads:
            self._views[read.key] = max(views, self._views.get(read.key, 0))
            if not any(_same(read, old) for old in self.reads):
                self.reads.append(read)

    def views(self, read: Read) -> int:
        """In how many views this code was read equal."""
        return self._views[read.key]

    def covers(self, other: Read) -> bool:
        """Whether a code was read at this place already, whatever it says: the decoder of record came first."""
        return any(_overlap(read, other) for read in self.reads)


def _same(one: Read, other: Read) -> bool:
    return one.key == other.key and _overlap(one, other)


def _overlap(one: Read, other: Read) -> bool:
    a, b = bounds(one.outline), bounds(other.outline)
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
