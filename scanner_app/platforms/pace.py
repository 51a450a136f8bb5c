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
        self._went: dict[str, float] = {}
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
        now = began
        while (pause := turn - now if now < turn else self._too_soon(kind, now)) > 0:
            if self._ended.wait(pause):
                raise PlatformTrouble(PlatformKind.UNREACHABLE, "closed", sent=False)
            now = time.monotonic()
        left = deadline - (now - began)
        if left <= 0:
            raise PlatformTrouble(PlatformKind.BUSY, "own rate limit", retry_after=self._gap, sent=False)
        return left

    def _too_soon(self, kind: str, now: float) -> float:
        """Return how long to wait still, 0 when it is time: those who all overslept must not go at once."""
        with self._lock:
            left = self._went.get(kind, now - self._gap) + self._gap - now
            if left <= 0:
                self._went[kind] = now
            return max(left, 0.0)

    def close(self) -> None:
        """Wake everybody who waits."""
        self._ended.set()
