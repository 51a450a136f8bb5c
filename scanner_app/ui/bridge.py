"""The one way into the window's thread: events from anywhere, blocking calls on plain threads, results back here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from scanner_app.application.events import Event, FrameSeen
from scanner_app.domain.errors import Bug, ScannerError

log = logging.getLogger(__name__)
Done = Callable[[Any], None]
Failed = Callable[[ScannerError], None]


@dataclass(frozen=True, slots=True)
class _Job:
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    done: Done | None
    failed: Failed | None
    owner: QObject | None


class Bridge(QObject):
    """Carries one `object` per signal to the window's thread. Dies last: close() joins every thread it owns.

    Frames are latest-wins: one waits at most, a newer one takes its place.
    """

    _event = Signal(object)
    _frame = Signal(object)
    _answer = Signal(object)

    def __init__(self, threads: int = 3) -> None:
        super().__init__()
        self._listeners: list[tuple[QObject | None, Callable[[Event], None]]] = []
        self._troubles: Failed = _log_trouble
        self._lock = threading.Lock()
        self._latest: FrameSeen | None = None
        self._open = True
        self._under_way = 0
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        queued = Qt.ConnectionType.QueuedConnection
        self._event.connect(self._deliver, queued)
        self._frame.connect(self._deliver_frame, queued)
        self._answer.connect(self._deliver_answer, queued)
        self._threads = [threading.Thread(target=self._work, name=f"window-call-{n}") for n in range(threads)]
        for thread in self._threads:
            thread.start()

    # --- events, from any thread
    def hear(self, event: Event) -> None:
        """Take an event to the window's thread. Safe from any thread, never blocks."""
        if isinstance(event, FrameSeen):
            self._hear_frame(event)
        elif self._open:
            self._event.emit(event)

    def _hear_frame(self, frame: FrameSeen) -> None:
        with self._lock:
            waiting = self._latest is not None
            self._latest = frame
        if not waiting and self._open:
            self._frame.emit(None)

    def listen(self, hear: Callable[[Event], None], owner: QObject | None = None) -> None:
        """Call `hear` on the window's thread for every event, until `owner` is gone."""
        self._listeners.append((owner, hear))

    def on_trouble(self, hear: Failed) -> None:
        """Say who hears of calls that failed and had nobody of their own to tell."""
        self._troubles = hear

    def _deliver(self, event: object) -> None:
        self._listeners = [(owner, hear) for owner, hear in self._listeners if owner is None or isValid(owner)]
        for owner, hear in list(self._listeners):
            if self._open and (owner is None or isValid(owner)):
                hear(cast("Event", event))

    def _deliver_frame(self, _nothing: object) -> None:
        with self._lock:
            frame, self._latest = self._latest, None
        if frame is not None:
            self._deliver(frame)

    # --- blocking calls
    def call(
        self,
        fn: Callable[..., Any],
        *args: Any,
        done: Done | None = None,
        failed: Failed | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Run `fn(*args)` on a thread of the bridge; give its result to `done`, its trouble to `failed`, here.

        Neither is called once `owner` is gone.
        """
        if self._open:
            with self._lock:
                self._under_way += 1
            self._jobs.put(_Job(fn, args, done, failed, owner))

    def idle(self) -> bool:
        """Return whether no call is waiting, running or not yet answered."""
        with self._lock:
            return self._under_way == 0

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            answer, error = _run(job)
            if self._open:
                self._answer.emit((job, answer, error))

    def _deliver_answer(self, packed: object) -> None:
        job, answer, error = cast("tuple[_Job, Any, ScannerError | None]", packed)
        with self._lock:
            self._under_way -= 1
        if not self._open or (job.owner is not None and not isValid(job.owner)):
            return
        if error is not None:
            (job.failed or self._troubles)(error)
        elif job.done is not None:
            job.done(answer)

    def close(self, seconds: float = 5.0) -> bool:
        """Stop hearing, end the threads; return whether all of them ended in time."""
        self._open = False
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(seconds)
        self._listeners.clear()
        return not any(thread.is_alive() for thread in self._threads)


def _run(job: _Job) -> tuple[Any, ScannerError | None]:
    try:
        return job.fn(*job.args), None
    except ScannerError as error:
        return None, error
    except Exception as error:  # a thread of the window must survive; the trace is kept for us
        log.exception("call %s failed", getattr(job.fn, "__name__", job.fn))
        return None, Bug(str(error))


def _log_trouble(error: ScannerError) -> None:
    log.error("a call failed: %s %s", error.code, error.detail)
