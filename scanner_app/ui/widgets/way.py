"""The switch of a door that guests pass both ways: which way it now counts can be seen from across the room."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from scanner_app.domain.passes import Direction
from scanner_app.ui import texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS
from scanner_app.ui.widgets.symbol import Symbol, draw_symbol

LOOKS = {
    Direction.ENTRY: (Symbol.WAY_IN, "accent", "accent_ink"),
    Direction.EXIT: (Symbol.WAY_OUT, "look", "look_ink"),
}


class WaySwitch(QWidget):
    """Two halves, one of them lit."""

    def __init__(self, theme: Theme, chosen: Callable[[Direction], None]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("s"))
        self.halves = {d: _Half(theme, d, chosen) for d in Direction}
        for half in self.halves.values():
            row.addWidget(half, 1)

    def show_way(self, direction: Direction) -> None:
        """Light the half that counts now."""
        for way, half in self.halves.items():
            half.setChecked(way is direction)
            half.update()


class _Half(QPushButton):
    def __init__(self, theme: Theme, way: Direction, chosen: Callable[[Direction], None]) -> None:
        words = texts.word(f"direction.{way.value}")
        super().__init__(words)
        self._theme, self._way = theme, way
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setObjectName(f"way-{way.value}")
        self.setAccessibleName(words)
        self.setFont(theme.font("title", 700))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(theme.touch)
        self.clicked.connect(lambda *_: self._pressed(chosen))

    def _pressed(self, chosen: Callable[[Direction], None]) -> None:
        self.setChecked(not self.isChecked())  # it is the door that says which way it is
        chosen(self._way)

    def sizeHint(self) -> QSize:
        """Room for the arrow and the word."""
        theme = self._theme
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + theme.px(120), theme.touch)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw: lit in its own colour, or the bare word in an outline."""
        theme, (symbol, ground, ink) = self._theme, LOOKS[self._way]
        on = self.isChecked()
        colour = theme.colour(ink if on else "ink_soft")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = theme.px(3) if self.hasFocus() else theme.px(2)
        edge = "focus" if self.hasFocus() else ground if on else "raised"
        shape = QPainterPath()
        inner = QRectF(self.rect()).adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2)
        shape.addRoundedRect(inner, theme.px(RADIUS["m"]), theme.px(RADIUS["m"]))
        painter.fillPath(shape, theme.colour(ground if on else "surface"))
        painter.setPen(QPen(theme.colour(edge), ring))
        painter.drawPath(shape)
        side, gap = theme.px(34), theme.space("m")
        painter.setFont(self.font())
        words = painter.fontMetrics().horizontalAdvance(self.text())
        left = (self.width() - side - gap - words) / 2
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        at = self.width() - left - side if rtl else left
        draw_symbol(painter, symbol, QRectF(at, (self.height() - side) / 2, side, side), colour, colour)
        painter.setPen(colour)
        text = QRectF(left if rtl else left + side + gap, 0, words + 2, self.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()
