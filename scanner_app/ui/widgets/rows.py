"""One row of a list: a symbol, a title, a line below it, something at the end. Pressing it opens more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from scanner_app.ui import texts
from scanner_app.ui.plain import in_order, visible
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS, SNUG
from scanner_app.ui.widgets.symbol import Symbol, draw_symbol

MOST = 3
"""Lines that may stand below a title where one is too narrow."""
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

    def __init__(
        self, theme: Theme, line: Line, pressed: Callable[[], object], *, high: int = 68, lines: int = MOST
    ) -> None:
        super().__init__()
        self._theme = theme
        self._most, self._high = lines, theme.text_px(high)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self._high)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda *_: pressed())
        self.show_line(line)

    def show_line(self, line: Line) -> None:
        """Say something else."""
        title, below = visible(line.title), visible(line.below, 240)
        self.setAccessibleName(" ".join(t for t in (line.end, title, below) if t))
        if texts.is_rtl():
            title, below = in_order(title), in_order(below)
        self.line = Line(title, below, line.end, line.symbol)
        self._grow()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as high as the lines below the title need."""
        super().resizeEvent(event)
        self._grow()

    def _grow(self) -> None:
        below = QFontMetrics(self._theme.font("caption"))
        more = min(self._most, self._lines(below)) - 1
        self.setFixedHeight(self._high + max(0, more) * below.lineSpacing())

    def _lines(self, below: QFontMetrics) -> int:
        room = QRect(0, 0, max(1, int(self._below().width())), 10_000)
        return below.boundingRect(room, Qt.TextFlag.TextWordWrap, self.line.below).height() // below.lineSpacing()

    @property
    def shortened(self) -> bool:
        """Whether the line below the title does not fit."""
        below = QFontMetrics(self._small())
        longest = max(map(below.horizontalAdvance, self.line.below.split()), default=0)
        return self._lines(below) > self._most or longest > self._below().width()

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

    def _words(self) -> QRectF:
        """Return where words may stand, as if read from the left."""
        gap = self._theme.px(12)
        room = QRectF(self.rect()).adjusted(gap, 0, -gap, 0)
        if self.line.symbol is not None:
            room.setLeft(room.left() + self._side + gap)
        return room

    def _beside(self) -> QRectF:
        """Return what of that is left beside what stands at the end."""
        end = QFontMetrics(self._theme.font("caption")).horizontalAdvance(self.line.end)
        return self._words().adjusted(0, 0, -end - self._theme.px(12) if end else 0, 0)

    def _below(self) -> QRectF:
        """Return where the line below stands: where text is large the end stands beside the title only."""
        return self._words() if self._theme.large else self._beside()

    def _small(self) -> QFont:
        """Return the letters of the line below: smaller ones where it may not take more lines."""
        font = self._theme.font("caption")
        if self._most == 1:
            wide = max(1, QFontMetrics(font).horizontalAdvance(self.line.below))
            part = max(SNUG[-1], min(1.0, self._below().width() / (wide + 2)))
            font.setPixelSize(int(font.pixelSize() * part))
        return font

    @property
    def _side(self) -> float:
        return min(self._theme.px(36), self._high * 0.66)

    def _mirrored(self, area: QRectF) -> QRectF:
        if self.layoutDirection() != Qt.LayoutDirection.RightToLeft:
            return area
        return QRectF(self.width() - area.right(), area.top(), area.width(), area.height())

    def _paint_line(self, painter: QPainter, area: QRectF) -> None:
        theme, line, gap = self._theme, self.line, self._theme.px(12)
        if line.symbol is not None:
            ink = theme.colour(TONES.get(line.symbol, "ink_soft"))
            spot = QRectF(gap, area.center().y() - self._side / 2, self._side, self._side)
            draw_symbol(painter, line.symbol, self._mirrored(spot), ink, theme.colour("surface"))
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.colour("ink_soft"))
        pad = max(4.0, (self._high - theme.text_px(44)) / 2)
        top = (self._high - 2 * pad) / 2 if line.below else area.height() - 2 * pad
        inner = area.adjusted(gap, 0, -gap, 0)
        if theme.large:
            inner = QRectF(inner.left(), pad, inner.width(), top)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing, line.end)
        self._paint_words(painter, pad, top)

    def _paint_words(self, painter: QPainter, pad: float, top: float) -> None:
        theme, line = self._theme, self.line
        beside, under = self._mirrored(self._beside()), self._mirrored(self._below())
        painter.setPen(theme.colour("ink"))
        painter.setFont(theme.font("body", 600))
        self._paint_elided(painter, QRectF(beside.left(), pad, beside.width(), top), line.title)
        painter.setPen(theme.colour("ink_soft"))
        painter.setFont(self._small())
        below = QRectF(under.left(), pad + top, under.width(), self.height() - 2 * pad - top)
        if self.height() > self._high:
            leading = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
            painter.drawText(below, leading | Qt.TextFlag.TextWordWrap, line.below)
        else:
            self._paint_elided(painter, below, line.below)

    def _paint_elided(self, painter: QPainter, area: QRectF, text: str) -> None:
        short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, short)
