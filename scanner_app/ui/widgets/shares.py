"""Names with their counts, each over a bar of its share: a list to read, not a chart with axes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from scanner_app.ui import texts
from scanner_app.ui.plain import visible
from scanner_app.ui.theme import Theme


class Shares(QWidget):
    """Names with their counts, the largest first, each over a bar of its share."""

    def __init__(self, theme: Theme, tone: str) -> None:
        super().__init__()
        self._theme, self._tone = theme, tone
        self._shares: list[tuple[str, int]] = []
        self.setMinimumHeight(theme.px(92))

    def show_shares(self, shares: Sequence[tuple[str, int]]) -> None:
        """Show these counts."""
        self._shares = [(visible(name), count) for name, count in shares]
        self.setAccessibleName(", ".join(f"{name} {count}" for name, count in self._shares))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw as many as there is room for."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("body"))
        if not self._shares:
            painter.setPen(theme.colour("ink_soft"))
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, texts.word("numbers.none"))
        high = theme.text_px(40)
        whole = max((count for _, count in self._shares), default=1) or 1
        for n, (name, count) in enumerate(self._shares[: max(1, self.height() // high)]):
            self._paint_share(painter, QRectF(0, n * high, self.width(), high), name, count, count / whole)
        painter.end()

    def _paint_share(self, painter: QPainter, area: QRectF, name: str, count: int, part: float) -> None:
        theme = self._theme
        words = area.adjusted(0, 0, 0, -theme.px(12))
        painter.setPen(theme.colour("ink"))
        painter.drawText(words, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter, texts.number(count))
        room = area.width() - painter.fontMetrics().horizontalAdvance(texts.number(count)) - theme.px(12)
        short = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, short)
        bar = QRectF(area.left(), area.bottom() - theme.px(12), area.width(), theme.px(6))
        radius = bar.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(bar, radius, radius)
        filled = bar.width() * part
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        painter.setBrush(theme.colour(self._tone))
        painter.drawRoundedRect(
            QRectF(bar.right() - filled if rtl else bar.left(), bar.top(), filled, bar.height()), radius, radius
        )
