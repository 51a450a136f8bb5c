"""An account whose reports are not taken: 401 and 403 pause all of them, until one is taken or the key is another."""

from __future__ import annotations

import random

from scanner_app.sync.connectivity import LOCKED_SECONDS


class Lock:
    """Kept by `Tally`, under its lock; monotonic seconds.

    A key may read and not write, so the probe that asks for the doors says nothing of reports: reports do. After the
    first refusal one other report shows whether it is the key or that one pass; after the second nothing is sent but
    one report in five minutes (reliability.md 2.3).
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._denied: set[int] = set()
        self._until = float("-inf")
        self.code = ""

    def deny(self, number: int, code: str, now: float) -> None:
        """A report was answered with 401 or 403."""
        self._denied.add(number)
        self.code = code
        self._until = now + LOCKED_SECONDS * self._chance.uniform(0.75, 1.25)

    def open(self) -> None:
        """A report was taken."""
        self._denied.clear()
        self.code, self._until = "", float("-inf")

    def look_again(self) -> None:
        """Try the key at the next occasion."""
        self._until = float("-inf")

    def left(self, now: float) -> float:
        """Return the seconds until the key is tried again."""
        return max(0.0, self._until - now)

    def held(self, now: float) -> float:
        """Return the seconds for which nothing may be sent: none while a second report may prove the key."""
        return self.left(now) if len(self._denied) > 1 else 0.0

    def bars(self, number: int, now: float) -> bool:
        """Return whether an item has to wait for the next look at the key."""
        return number in self._denied and now < self._until
