"""Two small charts, drawn from the tokens: arrivals over time, and shares of a whole.

A charting library was tried (pyqtgraph 0.14): importing it blocked the window for 1.7 s; bars need none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from scanner_app.ui import texts
from scanner_app.ui.plain import visible
from scanner_app.ui.theme import Theme

STEPS = 4
"""Lines of the grid, at most."""


def round_top(most: int) -> int:
    """Return the least value of 1, 2 or 5 times a power of ten, times at most STEPS lines, that holds every bar."""
    if most <= 1:
        return max(1, most)
    raw = most / STEPS
    power = 10 ** math.floor(math.log10(raw)) if raw >= 1 else 1
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= raw)
    return int(math.ceil(most / step) * step)


class Arrivals(QWidget):
    """One bar per slot, the busiest one marked; time below, counts at the side."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._slots: list[tuple[str, int]] = []
        self.setMinimumHeight(theme.px(150))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_slots(self, slots: Sequence[tuple[str, int]]) -> None:
        """Show these counts, each with its time."""
        self._slots = list(slots)
        self.setAccessibleName(", ".join(f"{at} {count}" for at, count in self._slots[-12:]))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        theme = self._theme
        painter = QPainter(self)
        painter.setFont(theme.font("caption"))
        if not self._slots:
            painter.setPen(theme.colour("ink_soft"))
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, texts.word("numbers.none"))
            painter.end()
            return
        top = round_top(max(count for _, count in self._slots))
        left = painter.fontMetrics().horizontalAdvance(texts.number(top)) + theme.px(12)
        area = QRectF(left, theme.px(8), self.width() - left, self.height() - theme.text_px(34))
        self._paint_grid(painter, area, top)
        self._paint_bars(painter, area, top)
        painter.end()

    def _paint_grid(self, painter: QPainter, area: QRectF, top: int) -> None:
        theme = self._theme
        lines = next(n for n in (STEPS, 3, 2, 1) if top % n == 0)
        for n in range(lines + 1):
            y = area.bottom() - area.height() * n / lines
            painter.setPen(QPen(theme.colour("raised"), 1))
            painter.drawLine(int(area.left()), int(y), int(area.right()), int(y))
            painter.setPen(theme.colour("ink_soft"))
            label = QRectF(0, y - theme.px(10), area.left() - theme.px(8), theme.px(20))
            painter.drawText(
                label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, texts.number(top * n // lines)
            )

    def _paint_bars(self, painter: QPainter, area: QRectF, top: int) -> None:
        theme = self._theme
        wide = area.width() / len(self._slots)
        most = max(count for _, count in self._slots)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        every = max(1, math.ceil(theme.px(64) / wide))
        bar = min(wide * 0.8, theme.px(48))
        for n, (at, count) in enumerate(self._slots):
            middle = area.left() + wide * (n + 0.5)
            high = area.height() * count / top
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent" if count == most else "good"))
            radius = min(theme.px(4), bar / 3)
            painter.drawRoundedRect(QRectF(middle - bar / 2, area.bottom() - high, bar, high), radius, radius)
            if n % every == 0:
                painter.setPen(theme.colour("ink_soft"))
                left = min(middle - theme.px(40), self.width() - theme.px(62))  # the last one stays whole
                label = QRectF(left, area.bottom() + theme.px(4), theme.px(80), theme.text_px(22))
                painter.drawText(label, Qt.AlignmentFlag.AlignCenter, at)


class Shares(QWidget):
    """Names with their counts, the largest first, each over a bar of its share."""

    def __init__(self, theme: Theme, tone: str) -> None:
        super().__init__()
        self._theme, self._tone = theme, tone
        self._shares: list[tuple[str, int]] = []
        self.setMinimumHeight(theme.px(120))

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
