"""Work for the window in pieces: one each turn of its loop, so that a guest's scan or a finger comes in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer


class Slices(QObject):
    """Pieces in their order. `start` drops what was left of an earlier work."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: deque[Callable[[], None]] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._next)

    @property
    def busy(self) -> bool:
        """Whether pieces are left."""
        return bool(self._pieces)

    def start(self, pieces: Iterable[Callable[[], None]]) -> None:
        """Do these, one after the other, from the next turn of the loop on."""
        self._pieces = deque(pieces)
        self._timer.start()

    def add(self, pieces: Iterable[Callable[[], None]]) -> None:
        """Do these, too."""
        self._pieces.extend(pieces)

    def finish(self) -> None:
        """Do all that is left now."""
        while self._pieces:
            self._pieces.popleft()()

    def _next(self) -> None:
        if self._pieces:
            self._pieces.popleft()()
        if self._pieces:
            self._timer.start()
