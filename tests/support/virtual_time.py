"""Time that passes only when somebody waits: a world with its own clock, and bells whose waits cost nothing."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from scanner_app.application.clock import SystemClock
from scanner_app.sync.bell import Bell

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class World:
    """The true time, and what happens at which moment of it."""

    def __init__(self, start: datetime = NOON) -> None:
        self.now = start
        self.elapsed = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, seconds: float, event: Callable[[], None]) -> None:
        """Have something happen so many seconds from now."""
        heapq.heappush(self._events, (self.elapsed + seconds, next(self._order), event))

    def advance(self, seconds: float) -> None:
        """Let time pass, and happen what is due."""
        end = self.elapsed + seconds
        while self._events and self._events[0][0] <= end:
            due, _, event = heapq.heappop(self._events)
            self._step(max(0.0, due - self.elapsed))
            event()
        self._step(end - self.elapsed)

    def quiet(self) -> None:
        """Let nothing more happen by itself."""
        self._events.clear()

    def _step(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.elapsed += seconds

    def clock(self, error: float = 0.0) -> SystemClock:
        """Return a door's clock that is so many seconds ahead of the true time."""
        return SystemClock(
            lambda: self.now + timedelta(seconds=error), lambda: self.elapsed, lambda: self.elapsed, runs_asleep=True
        )

    def bell(self) -> VirtualBell:
        """Return a bell whose waits let this world's time pass."""
        return VirtualBell(self)


class VirtualBell(Bell):
    """A wait that nobody ends lets virtual time pass instead."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def wait(self, seconds: float) -> bool:
        if super().wait(0.0) or self.closed:
            return True
        self._world.advance(seconds)
        return False
