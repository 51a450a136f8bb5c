"""Not more requests than a platform wants: a sliding window per endpoint and method."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque

from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble


def rate(written: str) -> int:
    """Return the requests per second that an option names; SettingsTrouble when it names none."""
    if not (written.isascii() and written.isdecimal() and 1 <= int(written) <= 10_000):
        raise SettingsTrouble("per_second", written)
    return int(written)


class Pace:
    """At most `most` requests of one kind in any `window` seconds, over all threads of one account."""

    def __init__(self, most: int, window: float = 1.0) -> None:
        self._most, self._window = most, window
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def wait(self, kind: str, deadline: float) -> float:
        """Wait for a turn; return the seconds left. Raise PlatformTrouble(BUSY) when none comes within the deadline."""
        began = time.monotonic()
        with self._lock:
            turn = self._turn(self._sent[kind], began)
            if turn - began >= deadline:
                raise PlatformTrouble(PlatformKind.BUSY, "own rate limit", retry_after=turn - began, sent=False)
            self._sent[kind].append(turn)
        if turn > began and self._ended.wait(turn - began):
            raise PlatformTrouble(PlatformKind.UNREACHABLE, "closed", sent=False)
        return deadline - (turn - began)

    def _turn(self, sent: deque[float], now: float) -> float:
        while sent and sent[0] <= now - self._window:
            sent.popleft()
        return now if len(sent) < self._most else max(now, sent[-self._most] + self._window)

    def close(self) -> None:
        """Wake everybody who waits."""
        self._ended.set()
