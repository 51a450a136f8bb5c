"""A wait that can be interrupted: nothing in this room sleeps."""

from __future__ import annotations

import threading


class Bell:
    """Wakes one waiting thread; a ring before the wait is not lost. Waits are measured in monotonic time."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rung = False
        self._closed = False

    def ring(self) -> None:
        """Wake the waiter, now or at its next wait."""
        with self._condition:
            self._rung = True
            self._condition.notify_all()

    def close(self) -> None:
        """Wake the waiter for good: later waits return at once."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    @property
    def closed(self) -> bool:
        """Whether the bell was closed: whoever waits on it should end."""
        with self._condition:
            return self._closed

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most so many seconds; return whether it rang."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung or self._closed, timeout=max(0.0, seconds))
            rung, self._rung = self._rung, False
            return rung
