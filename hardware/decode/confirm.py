"""Which reads may be shown to anyone: codes whose checks are weak must be read twice and equal."""

from typing import Final

from hardware.decode.read import NEEDS_TWO, Read
from hardware.frames import Frame

WITHIN: Final = 2.0  # seconds within which the second equal read must come
SURE: Final = 0.5  # share of PDF417's error correction left unused from which a second view of the frame is enough


class Confirmation:
    """Remembers reads that wait for their second.

    PDF417 and linear codes, and whatever zbar reads, count when an equal read came from another frame. PDF417 with half
    of its error correction unused, and Code 128, also count when a second, separately sampled view of the same frame
    read the same: garbage that passes error correction uses all of it, and was never read twice (decode.md 3f).
    """

    def __init__(self) -> None:
        self._first: dict[tuple[str, bytes], tuple[int, float]] = {}

    def known(self, read: Read, frame: Frame) -> bool:
        """Whether an equal read came from another frame shortly before; this one is remembered."""
        before = self._first.get(read.key)
        self._first[read.key] = (frame.index, frame.at)
        if len(self._first) > 64:
            self._first = {key: value for key, value in self._first.items() if 0 <= frame.at - value[1] <= WITHIN}
        return before is not None and before[0] != frame.index and 0 <= frame.at - before[1] <= WITHIN

    @staticmethod
    def needed(read: Read) -> bool:
        """Whether one read is not enough."""
        return read.format in NEEDS_TWO or read.engine != "zxing"

    @staticmethod
    def second_view_will_do(read: Read) -> bool:
        """Whether an equal read from another view of the same frame makes it sure."""
        return read.engine == "zxing" and (read.format == "CODE128" or (read.format == "PDF417" and read.spare >= SURE))
