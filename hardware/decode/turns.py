"""One guest at a time: which of the codes in view is presented, and when the next may be.

Two guests close together, or a sheet with several tickets, put several codes into one picture. Presented together they
would be judged within milliseconds of each other, and the verdict that stays on the screen might be that of the pass
behind. So the code nearest the middle of the picture, where the window draws its aim, is presented; another one that is
in view with it waits until it is nearest or the first is gone, and never comes sooner than HOLD after the first.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hardware.decode.debounce import Debounce
from hardware.decode.read import Outline, Read

HOLD: Final = 1.5  # seconds between two codes that are in view together
_GONE: Final = 0.3  # seconds without a read after which a code is no longer in view; a few frames may fail


class Turns:
    """Chooses among the reads of each frame. Time comes from the frames."""

    def __init__(self) -> None:
        self._debounce = Debounce()
        self._shown: Read | None = None
        self._shown_at = self._seen_at = float("-inf")

    def next(self, reads: Sequence[Read], at: float, size: tuple[int, int]) -> Read | None:
        """The read to present now, None where there is none; `size` is the picture's width and height."""
        if not reads:
            return None
        middle = (size[0] / 2, size[1] / 2)
        nearest = min(reads, key=lambda read: _away(read.outline, middle))
        for read in reads:
            if self._shown is not None and read.data == self._shown.data:
                self._shown, self._seen_at = read, at
            if read is not nearest:
                self._debounce.saw(_of_any_kind(read), at)
        if self._must_wait(nearest, at, middle) or not self._debounce.is_new(_of_any_kind(nearest), at):
            return None
        self._shown, self._shown_at, self._seen_at = nearest, at, at
        return nearest

    def _must_wait(self, nearest: Read, at: float, middle: tuple[float, float]) -> bool:
        """Whether the code presented last is still in view and has not had its time, or is nearer all the same."""
        shown = self._shown
        if shown is None or shown.data == nearest.data or not 0 <= at - self._seen_at <= _GONE:
            return False
        nearer = _away(shown.outline, middle) < _away(nearest.outline, middle)
        return nearer or at - self._shown_at < HOLD


def _of_any_kind(read: Read) -> Read:
    """A ticket may carry its code twice, as QR and Code 128: held up once, it is one presentation."""
    return replace(read, format="")


def _away(outline: Outline, middle: tuple[float, float]) -> float:
    x = sum(corner[0] for corner in outline) / max(1, len(outline))
    y = sum(corner[1] for corner in outline) / max(1, len(outline))
    return (x - middle[0]) ** 2 + (y - middle[1]) ** 2
