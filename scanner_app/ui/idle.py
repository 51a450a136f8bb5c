"""Nobody there any more: what lies open at an unattended kiosk is closed, so that no guest finds it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QWindow

PRESSES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress})
SECONDS = 90.0


class Idle(QObject):
    """Calls `then` when nobody pressed anything for so long; `pressed` on each press."""

    def __init__(self, then: Callable[[], None], parent: QObject, seconds: float = SECONDS) -> None:
        super().__init__(parent)
        self.pressed: Callable[[], None] = lambda: None
        self._timer = QTimer(self)
        self._timer.setInterval(int(seconds * 1000))
        self._timer.timeout.connect(then)

    def watch(self, handle: QWindow) -> None:
        """Begin, with a window's own events."""
        handle.installEventFilter(self)
        self._timer.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Somebody is there."""
        if event.type() in PRESSES:
            self._timer.start()
            self.pressed()
        return False
