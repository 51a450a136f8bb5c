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
        self._lock = threading.Lock()
        self._ended = False

    def run(self, job: Job) -> None:
        """Run a job, or have it run as soon as a lane is free; after the end on the caller's thread."""
        with self._lock:
            here = self.count == 1 or self._ended
            if not here:
                if not self._threads:
                    self._open()
                self._jobs.put(job)
        if here:
            job()

    def close(self, *, for_good: bool = False) -> list[threading.Thread]:
        """Let the lanes end after their present jobs; return the threads to be joined. A later job opens new ones."""
        with self._lock:
            threads, self._threads = self._threads, []
            self._ended = self._ended or for_good
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
