"""The band that says that a door is for practice: above everything, on every screen, under no panel."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from scanner_app.ui import texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import TRAINING

STRIPE = 14
"""Width of a stripe at factor 1, pixels."""


class TrainingBand(QWidget):
    """Stripes at both sides of one sentence. Calm: nothing moves, and its colours are those of no verdict."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("training-band")
        self.text = texts.word("training.band")
        self.setAccessibleName(self.text)
        self.setFixedHeight(theme.px(TRAINING))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def room(self) -> int:
        """Return how many pixels its sentence leaves free."""
        return self.width() - QFontMetrics(self._theme.font("caption", 700)).horizontalAdvance(self.text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        theme, area = self._theme, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, theme.colour("accent"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("look"))
        for stripe in self._stripes(area):
            painter.drawPolygon(stripe)
        font = theme.font("caption", 700)
        painter.setFont(font)
        wide = painter.fontMetrics().horizontalAdvance(self.text) + 2 * theme.space("l")
        words = QRectF((area.width() - wide) / 2, 0, wide, area.height())
        painter.fillRect(words, theme.colour("accent"))
        painter.setPen(theme.colour("accent_ink"))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text)
        painter.end()

    def _stripes(self, area: QRectF) -> list[QPolygonF]:
        step, high = self._theme.px(STRIPE), area.height()
        starts = range(-round(high), round(area.width()), 2 * step)
        return [
            QPolygonF([QPointF(x + high, 0), QPointF(x + high + step, 0), QPointF(x + step, high), QPointF(x, high)])
            for x in starts
        ]
