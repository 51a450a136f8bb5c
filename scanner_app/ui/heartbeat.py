"""How the window's thread is doing: stalls measured, garbage collected when nobody is waiting."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

BEAT = 50
"""Milliseconds between beats."""
STALL = 100
"""Milliseconds by which a beat may be late; more is a stall (issue 6: never blocked > 100 ms)."""


class Heartbeat(QObject):
    """Beats on the window's thread. `worst` and `stalls` since start; `on_beat` feeds a watchdog."""

    def __init__(self, on_beat: Callable[[], None] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worst = 0
        self.stalls = 0
        self._on_beat = on_beat
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to beat."""
        self._since.start()
        self._timer.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()

    def reset(self) -> None:
        """Forget what was measured."""
        self.worst = self.stalls = 0
        self._since.restart()

    def _beat(self) -> None:
        late = max(0, int(self._since.restart()) - BEAT)
        self.worst = max(self.worst, late)
        self.stalls += late > STALL
        if self._on_beat:
            self._on_beat()


class IdleCollector(QObject):
    """Collects cyclic garbage on the window's thread only: elsewhere it destroys QObjects and crashes (measured)."""

    def __init__(self, parent: QObject | None = None, *, every: int = 2000, quiet: float = 3.0) -> None:
        super().__init__(parent)
        self._quiet = quiet  # seconds without a scan before a full, slower collection
        self._busy_at = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(every)
        self._timer.timeout.connect(self._collect)
        self._was_enabled = gc.isenabled()

    def start(self) -> None:
        """Take collection over from the interpreter."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Give collection back."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def busy(self) -> None:
        """Say that a guest stands here: no full collection for a while."""
        self._busy_at = time.monotonic()

    def _collect(self) -> None:
        full = time.monotonic() - self._busy_at >= self._quiet
        gc.collect(2 if full else 0)
