"""A QR code on the screen: black on white whatever the look, with its quiet zone."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

QUIET = 4
"""Modules of white around it (ISO/IEC 18004)."""


class QrView(QWidget):
    """Draws one text. `error`: how much of it may be spoilt, l to h (ISO/IEC 18004); less makes larger modules."""

    def __init__(self, text: str, side: int, *, error: str = "m") -> None:
        super().__init__()
        self._matrix = [list(row) for row in segno.make(text, error=error, micro=False, boost_error=False).matrix]
        self.setFixedSize(side, side)
        self.setAccessibleName("QR")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw, every module on whole pixels."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        cells = len(self._matrix) + 2 * QUIET
        unit = self.width() // cells
        edge = (self.width() - unit * (cells - 2 * QUIET)) // 2
        for y, row in enumerate(self._matrix):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(QRectF(edge + x * unit, edge + y * unit, unit, unit), QColor("black"))
        painter.end()
