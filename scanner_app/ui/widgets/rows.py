"""One row of a list: a symbol, a title, a line below it, something at the end. Pressing it opens more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from scanner_app.ui.plain import visible
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS
from scanner_app.ui.widgets.symbol import Symbol, draw_symbol

TONES = {Symbol.ADMIT: "good", Symbol.PENDING: "good", Symbol.ATTENTION: "warn", Symbol.REFUSE: "danger"}


@dataclass(frozen=True, slots=True)
class Line:
    """What a row says. Foreign text may stand in `title` and `below`: it is made visible and cut."""

    title: str
    below: str = ""
    end: str = ""
    symbol: Symbol | None = None


class Row(QAbstractButton):
    """Draws a Line."""

    def __init__(self, theme: Theme, line: Line, pressed: Callable[[], object], *, high: int = 68) -> None:
        super().__init__()
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.text_px(high))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda *_: pressed())
        self.show_line(line)

    def show_line(self, line: Line) -> None:
        """Say something else."""
        self.line = Line(visible(line.title), visible(line.below, 120), line.end, line.symbol)
        self.setAccessibleName(" ".join(t for t in (self.line.end, self.line.title, self.line.below) if t))
        self.update()

    def sizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(self._theme.px(200), self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        radius = theme.px(RADIUS["s"])
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("raised"))
            painter.drawRoundedRect(area, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("focus"), theme.px(2)))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), radius, radius)
        self._paint_line(painter, area)
        painter.end()

    def _paint_line(self, painter: QPainter, area: QRectF) -> None:
        theme, line = self._theme, self.line
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        gap = theme.px(12)
        inner = area.adjusted(gap, 0, -gap, 0)
        if line.symbol is not None:
            side = min(theme.px(36), self.height() * 0.66)
            x = inner.right() - side if rtl else inner.left()
            ink = theme.colour(TONES.get(line.symbol, "ink_soft"))
            spot = QRectF(x, area.center().y() - side / 2, side, side)
            draw_symbol(painter, line.symbol, spot, ink, theme.colour("surface"))
            inner = inner.adjusted(0, 0, -side - gap, 0) if rtl else inner.adjusted(side + gap, 0, 0, 0)
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.colour("ink_soft"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing, line.end)
        end = painter.fontMetrics().horizontalAdvance(line.end) + (gap if line.end else 0)
        self._paint_words(painter, inner.adjusted(end, 0, 0, 0) if rtl else inner.adjusted(0, 0, -end, 0))

    def _paint_words(self, painter: QPainter, room: QRectF) -> None:
        theme, line = self._theme, self.line
        pad = max(4.0, (room.height() - theme.text_px(44)) / 2)
        room = room.adjusted(0, pad, 0, -pad)
        half = room.height() / 2 if line.below else room.height()
        painter.setPen(theme.colour("ink"))
        painter.setFont(theme.font("body", 600))
        self._paint_elided(painter, QRectF(room.left(), room.top(), room.width(), half), line.title)
        painter.setPen(theme.colour("ink_soft"))
        painter.setFont(theme.font("caption"))
        self._paint_elided(painter, QRectF(room.left(), room.top() + half, room.width(), half), line.below)

    def _paint_elided(self, painter: QPainter, area: QRectF, text: str) -> None:
        short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, short)
