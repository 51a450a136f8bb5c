"""The verdict's symbols: told apart by outline alone, without colour."""

from __future__ import annotations

import math
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget


class Symbol(Enum):
    """What is drawn: a filled disc, a broken ring with a clock, a triangle, an octagon, an eye, corners, dots, ways."""

    ADMIT = "admit"
    PENDING = "pending"
    ATTENTION = "attention"
    REFUSE = "refuse"
    LOOK = "look"
    READY = "ready"
    CHECKING = "checking"
    WAY_IN = "way_in"
    WAY_OUT = "way_out"


_WAYS = (Symbol.WAY_IN, Symbol.WAY_OUT)


class SymbolView(QWidget):
    """Draws one symbol. `ink` draws the shape, `ground` what is cut out of it."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol = Symbol.READY
        self._ink = QColor("white")
        self._ground = QColor("black")
        self.resize_to(size)

    def resize_to(self, size: int) -> None:
        """Be this large."""
        self.setFixedSize(QSize(size, size))

    def show_symbol(self, symbol: Symbol, ink: QColor, ground: QColor) -> None:
        """Change what is drawn."""
        self._symbol, self._ink, self._ground = symbol, ink, ground
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        draw_symbol(painter, self._symbol, QRectF(self.rect()), self._ink, self._ground)
        painter.end()


def draw_symbol(painter: QPainter, symbol: Symbol, area: QRectF, ink: QColor, ground: QColor) -> None:
    """Draw a symbol into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / 100, area.height() / 100)
    if symbol in _WAYS and painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        painter.translate(100, 0)
        painter.scale(-1, 1)  # on goes the way that is read
    _DRAW[symbol](painter, ink, ground)
    painter.restore()


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _check(painter: QPainter, colour: QColor, width: float) -> None:
    painter.setPen(_pen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(29, 52), QPointF(44, 67), QPointF(72, 36)]))


def _admit(painter: QPainter, ink: QColor, ground: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(QRectF(3, 3, 94, 94))
    _check(painter, ground, 11)


def _pending(painter: QPainter, ink: QColor, ground: QColor) -> None:
    pen = QPen(ink, 6, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([2.2, 1.4])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(6, 6, 88, 88))
    _check(painter, ink, 9)
    painter.setPen(_pen(ground, 4))
    painter.setBrush(ink)
    painter.drawEllipse(QRectF(66, 66, 33, 33))
    painter.setPen(_pen(ground, 3.4))
    painter.drawPolyline(QPolygonF([QPointF(82.5, 73.5), QPointF(82.5, 83.5), QPointF(89, 87)]))


def _attention(painter: QPainter, ink: QColor, ground: QColor) -> None:
    painter.setPen(_pen(ink, 10))
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([QPointF(50, 11), QPointF(93, 87), QPointF(7, 87)]))
    painter.setPen(_pen(ground, 10))
    painter.drawLine(QPointF(50, 38), QPointF(50, 60))
    painter.drawPoint(QPointF(50, 76))


def _refuse(painter: QPainter, ink: QColor, ground: QColor) -> None:
    corners = [
        QPointF(50 + 50 * math.cos(math.radians(22.5 + 45 * n)), 50 + 50 * math.sin(math.radians(22.5 + 45 * n)))
        for n in range(8)
    ]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF(corners))
    painter.setPen(_pen(ground, 12))
    painter.drawLine(QPointF(34, 34), QPointF(66, 66))
    painter.drawLine(QPointF(66, 34), QPointF(34, 66))


def _look(painter: QPainter, ink: QColor, ground: QColor) -> None:
    eye = QPainterPath(QPointF(5, 50))
    eye.cubicTo(QPointF(24, 16), QPointF(76, 16), QPointF(95, 50))
    eye.cubicTo(QPointF(76, 84), QPointF(24, 84), QPointF(5, 50))
    painter.setPen(_pen(ink, 7))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(eye)
    painter.setBrush(ink)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QRectF(35, 35, 30, 30))
    painter.setBrush(ground)
    painter.drawEllipse(QRectF(44, 42, 9, 9))


def _ready(painter: QPainter, ink: QColor, _ground: QColor) -> None:
    painter.setPen(_pen(ink, 6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for x, y, dx, dy in ((8, 8, 1, 1), (92, 8, -1, 1), (92, 92, -1, -1), (8, 92, 1, -1)):
        corner = [QPointF(x + 22 * dx, y), QPointF(x, y), QPointF(x, y + 22 * dy)]
        painter.drawPolyline(QPolygonF(corner))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    for x, y in ((28, 28), (58, 28), (28, 58)):
        painter.drawRoundedRect(QRectF(x, y, 14, 14), 3, 3)
    for x, y in ((58, 58), (66, 66), (58, 66)):
        painter.drawRect(QRectF(x, y, 6, 6))


def _checking(painter: QPainter, ink: QColor, _ground: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    for x in (20, 50, 80):
        painter.drawEllipse(QPointF(x, 50), 9, 9)


def _way_in(painter: QPainter, ink: QColor, _ground: QColor) -> None:
    painter.setPen(_pen(ink, 9))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(55, 8), QPointF(90, 8), QPointF(90, 92), QPointF(55, 92)]))
    _arrow(painter, 8)


def _way_out(painter: QPainter, ink: QColor, _ground: QColor) -> None:
    painter.setPen(_pen(ink, 9))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(45, 8), QPointF(10, 8), QPointF(10, 92), QPointF(45, 92)]))
    _arrow(painter, 36)


def _arrow(painter: QPainter, x: float) -> None:
    painter.drawLine(QPointF(x, 50), QPointF(x + 56, 50))
    painter.drawPolyline(QPolygonF([QPointF(x + 36, 29), QPointF(x + 57, 50), QPointF(x + 36, 71)]))


_DRAW = {
    Symbol.ADMIT: _admit,
    Symbol.PENDING: _pending,
    Symbol.ATTENTION: _attention,
    Symbol.REFUSE: _refuse,
    Symbol.LOOK: _look,
    Symbol.READY: _ready,
    Symbol.CHECKING: _checking,
    Symbol.WAY_IN: _way_in,
    Symbol.WAY_OUT: _way_out,
}
