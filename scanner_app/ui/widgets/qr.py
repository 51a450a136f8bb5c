"""A QR code on the screen: black on white whatever the look, with its quiet zone."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

QUIET = 4
"""Modules of white around it (ISO/IEC 18004)."""

LEAST = 0.66
"""The part of its side that a code keeps at least."""


class QrView(QWidget):
    """Draws one text. `error`: how much of it may be spoilt, l to h (ISO/IEC 18004); less makes larger modules."""

    def __init__(self, text: str, side: int, *, error: str = "m") -> None:
        super().__init__()
        self._matrix = [list(row) for row in segno.make(text, error=error, micro=False, boost_error=False).matrix]
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMaximumSize(side, side)
        self.setAccessibleName("QR")

    def sizeHint(self) -> QSize:
        """The side that was asked for."""
        return QSize(self._side, self._side)

    def minimumSizeHint(self) -> QSize:
        """Where words beside it need the room, it makes way as far as telephones still read it."""
        return self.sizeHint() * LEAST

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw, every module on whole pixels."""
        painter = QPainter(self)
        cells, side = len(self._matrix) + 2 * QUIET, min(self.width(), self.height())
        unit = side // cells
        left, top = (self.width() - side) // 2, (self.height() - side) // 2
        painter.fillRect(left, top, side, side, QColor("white"))
        edge = (side - unit * (cells - 2 * QUIET)) // 2
        for y, row in enumerate(self._matrix):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(QRectF(left + edge + x * unit, top + edge + y * unit, unit, unit), QColor("black"))
        painter.end()
