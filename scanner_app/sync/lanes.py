"""A few threads that deliver side by side; none at all when one at a time is enough."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Job = Callable[[], None]


class Lanes:
    """Runs jobs on `count` daemon threads; with `count` 1 on the caller's own. Jobs must not raise."""

    def __init__(self, name: str, count: int) -> None:
        self._name, self.count = name, count
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def run(self, job: Job) -> None:
        """Run a job, or have it run as soon as a lane is free."""
        if self.count == 1:
            job()
            return
        if not self._threads:
            self._open()
        self._jobs.put(job)

    def close(self) -> list[threading.Thread]:
        """Let the lanes end after their present jobs; return the threads to be joined."""
        threads, self._threads = self._threads, []
        for _ in threads:
            self._jobs.put(None)
        return threads

    def _open(self) -> None:
        for number in range(self.count):
            lane = threading.Thread(target=self._work, name=f"{self._name}-{number}", daemon=True)
            self._threads.append(lane)
            lane.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
