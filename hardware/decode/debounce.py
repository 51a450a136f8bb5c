"""A pass lying in front of the camera is presented once, however often it is read."""

from typing import Final

from hardware.decode.read import Read

WINDOW: Final = 2.5  # seconds; decode.md section 5 gives 2-3


class Debounce:
    """Tells a new presentation from another sighting of one that is still there. Time comes from the frames."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._last: dict[tuple[str, bytes], float] = {}

    def is_new(self, read: Read, at: float) -> bool:
        """True for the first sighting, and again once the code has been out of sight for longer than the window.

        A clock that steps back (a looped file, a reopened camera) starts afresh: the code counts as new.
        """
        last = self._last.get(read.key)
        self._last[read.key] = at
        self._forget(at)
        return last is None or at < last or at - last > self._window

    def saw(self, read: Read, at: float) -> None:
        """Note that a code that counted before is still there; one that did not is not touched."""
        last = self._last.get(read.key)
        if last is not None and 0 <= at - last <= self._window:
            self._last[read.key] = at

    def _forget(self, at: float) -> None:
        """Keep only what can still matter, so that a day of passes does not grow the table."""
        if len(self._last) > 64:
            self._last = {key: seen for key, seen in self._last.items() if 0 <= at - seen <= self._window}

    def reset(self) -> None:
        """Forget every sighting: the next read of any code is a new presentation."""
        self._last.clear()
