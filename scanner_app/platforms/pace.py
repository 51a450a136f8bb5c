"""Not more requests than a platform wants."""

from __future__ import annotations

import threading
import time

from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble


def rate(written: str) -> int:
    """Return the requests per second that an option names; SettingsTrouble when it names none."""
    if not (written.isascii() and written.isdecimal() and 1 <= int(written) <= 10_000):
        raise SettingsTrouble("per_second", written)
    return int(written)


class Pace:
    """At most `most` requests of one kind per second, over all threads of one account, evenly spaced.

    Bursts would be no faster in the long run, and would arrive within a window of the platform's that is not ours.
    """

    def __init__(self, most: int) -> None:
        self._gap = 1.0 / most
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def wait(self, kind: str, deadline: float) -> float:
        """Wait for a turn; return the seconds left. Raise PlatformTrouble(BUSY) when none comes within the deadline."""
        began = time.monotonic()
        with self._lock:
            turn = max(began, self._next.get(kind, began))
            if turn - began >= deadline:
                raise PlatformTrouble(PlatformKind.BUSY, "own rate limit", retry_after=turn - began, sent=False)
            self._next[kind] = turn + self._gap
        if turn > began and self._ended.wait(turn - began):
            raise PlatformTrouble(PlatformKind.UNREACHABLE, "closed", sent=False)
        return deadline - (turn - began)

    def close(self) -> None:
        """Wake everybody who waits."""
        self._ended.set()
