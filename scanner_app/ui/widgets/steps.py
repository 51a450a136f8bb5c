"""Where one stands in a row of steps."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from scanner_app.ui import texts
from scanner_app.ui.theme import Theme


class Steps(QWidget):
    """Bars: done, here, still to come; with "Step n of m" beside them."""

    def __init__(self, theme: Theme, count: int) -> None:
        super().__init__()
        self._theme, self._count, self._at = theme, count, 0
        self.setFixedHeight(theme.text_px(26))

    def show_step(self, at: int) -> None:
        """Stand at this step, the first being 0; `count` is done with all."""
        self._at = at
        self.setAccessibleName(texts.word("setup.step", n=min(at + 1, self._count), of=self._count))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        wide, gap, high = theme.px(56), theme.px(8), theme.px(8)
        for n in range(self._count):
            x = n * (wide + gap)
            x = self.width() - x - wide if rtl else x
            painter.setBrush(theme.colour("accent" if n <= self._at else "raised"))
            painter.drawRoundedRect(QRectF(x, (self.height() - high) / 2, wide, high), high / 2, high / 2)
        painter.setPen(theme.colour("ink_soft"))
        painter.setFont(theme.font("caption", 600))
        start = self._count * (wide + gap) + gap
        room = QRectF(0 if rtl else start, 0, self.width() - start, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, self.accessibleName())
        painter.end()
