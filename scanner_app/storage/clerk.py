"""The one writer: jobs one at a time, the most urgent first, scans ahead of everything.

Whoever holds the baton is the clerk. Its own thread does all that has to queue, and the chores; a caller who finds the
baton at rest and nobody waiting does its job itself, which saves two thread switches (half of a commit on a fast disk).
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from scanner_app.application.ports import Priority
from scanner_app.domain.errors import Bug, StorageKind, StorageTrouble

log = logging.getLogger(__name__)
T = TypeVar("T")

AGAIN_SECONDS = 5.0
"""Seconds after which chores that failed are looked at again."""

TICK = 0.05
"""Seconds between two looks of the clerk's thread while callers do their jobs themselves: waking it for the chores
after each one would cost more than the job."""


class Job(Generic[T]):
    """One piece of work and where its caller waits for it. `light` ones may be done in the middle of a heavy one."""

    __slots__ = ("_done", "_error", "_result", "light", "work")

    def __init__(self, work: Callable[[], T], *, light: bool) -> None:
        self.work = work
        self.light = light
        self._done = threading.Lock()
        self._done.acquire()
        self._result: T | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do the work; whatever it raises goes to the caller."""
        try:
            self._result = self.work()
        except BaseException as error:  # noqa: BLE001 - the caller gets it
            self._error = error
        self._done.release()

    def fail(self, error: BaseException) -> None:
        """Let the caller go without having done the work."""
        self._error = error
        self._done.release()

    def wait(self) -> T:
        """Wait for the end of the work; return its result or raise its error."""
        self._done.acquire()
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # no cycle of frame, traceback and error
        return self._result  # type: ignore[return-value]  # set by run() unless there was an error


class Thread:
    """Runs jobs. `chores` runs after each and when idle; it returns the seconds after which it wants to run again.

    `leisure` runs on the clerk's thread without the baton, while others may write.
    """

    def __init__(self, chores: Callable[[bool], float | None], leisure: Callable[[], None]) -> None:
        self._chores = chores
        self._leisure = leisure
        self._heap: list[tuple[int, int, Job[Any]]] = []
        self._numbers = itertools.count()
        self._bell = threading.Lock()
        self._bell.acquire()
        self._door = threading.Lock()
        self._baton = threading.Lock()
        self._holder = 0  # the thread that holds the baton
        self._done = 0  # jobs done by callers themselves
        self._ticking = False  # whether the thread will look again within a tick, rung or not
        self._closing = False
        self._deadline = 0.0
        self._troubles: dict[str, str] = {}
        self._thread = threading.Thread(target=self._loop, name="clerk", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def call(self, work: Callable[[], T], priority: Priority, *, light: bool) -> T:
        """Have work done and wait for it."""
        if self._heap or not self._baton.acquire(blocking=False):
            self.refuse_nesting()
            return self.post(work, priority, light=light).wait()
        self._holder = threading.get_ident()
        try:
            return work()
        finally:
            self._done += 1
            self._holder = 0
            self._baton.release()
            if self._heap or not self._ticking:  # somebody came meanwhile, or nobody would see to the chores
                self._ring()

    @property
    def inside(self) -> bool:
        """Whether this is the clerk's own work."""
        return self._holder == threading.get_ident()

    @property
    def trouble(self) -> str:
        """Why what no caller waits for failed the last time, '' if it did not."""
        return next(iter(list(self._troubles.values())), "")

    def refuse_nesting(self) -> None:
        """Raise `Bug` when the clerk's own work asks it for work: it would wait for itself."""
        if self.inside:
            raise Bug("work for the clerk asked the clerk for work")

    def nudge(self) -> None:
        """Have the chores and the leisure looked at soon."""
        self._ring()

    def post(self, work: Callable[[], T], priority: Priority, *, light: bool) -> Job[T]:
        """Have work done; return at once."""
        job = Job(work, light=light)
        with self._door:
            if self._closing:
                raise StorageTrouble(StorageKind.LOCKED, "the store is closed")
            heapq.heappush(self._heap, (int(priority), next(self._numbers), job))
        self._ring()
        return job

    def breathe(self) -> None:
        """Between two steps of heavy work on this thread: do the light jobs that are more urgent than sync."""
        while self._heap and self._heap[0][0] < Priority.SYNC and self._heap[0][2].light:
            self._next().run()
            self._see_to_chores(idle=False)

    @property
    def busy(self) -> bool:
        """Whether a job waits."""
        return bool(self._heap)

    def stop(self, deadline: float) -> bool:
        """Finish what was asked for, within `deadline` seconds, fail the rest; return whether the thread ended."""
        with self._door:
            self._closing = True
            self._deadline = time.monotonic() + deadline
        self._ring()
        self._thread.join(deadline + 1.0)
        return not self._thread.is_alive()

    def _ring(self) -> None:
        # A bell that has been rung already stays rung; only a bell at rest can be released.
        try:
            self._bell.release()
        except RuntimeError:
            return

    def _next(self) -> Job[Any]:
        with self._door:
            return heapq.heappop(self._heap)[2]

    def _loop(self) -> None:
        wait: float | None = None
        seen = 0
        while True:
            self._bell.acquire(timeout=-1 if wait is None else max(0.001, wait))
            self._baton.acquire()
            self._holder = threading.get_ident()
            idle = not self._heap and self._done == seen
            self._drain()
            seen, self._ticking = self._done, not idle
            wait = self._see_to_chores(idle=idle)
            wait = TICK if self._ticking else wait
            if self._closing and not self._heap:
                return  # with the baton: nobody writes any more
            self._holder = 0
            self._baton.release()
            if not self._heap:
                self._safely("leisure", self._leisure)
            if self._heap:
                self._ring()  # came between the last look and now, and found the baton taken

    def _drain(self) -> None:
        while self._heap:
            job = self._next()
            if self._closing and time.monotonic() > self._deadline:
                job.fail(StorageTrouble(StorageKind.LOCKED, "the store is closing"))
                continue
            job.run()
            del job  # its result and error belong to the caller alone
            self._see_to_chores(idle=False)

    def _see_to_chores(self, *, idle: bool) -> float | None:
        waits: list[float | None] = []
        done = self._safely("chores", lambda: waits.append(self._chores(idle)))
        return waits[0] if done else AGAIN_SECONDS

    def _safely(self, what: str, work: Callable[[], object]) -> bool:
        """Do what no caller waits for; return whether it went well.

        An error nobody foresaw must not end the one writer: whoever came next would wait for ever. Every fact is
        durable before its chores begin, so the door goes on; what failed is logged once, and said by `trouble`.
        """
        try:
            work()
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            if said != self._troubles.get(what):
                log.exception("the clerk's %s failed", what)
            self._troubles[what] = said
            return False
        self._troubles.pop(what, None)
        return True
