"""The program's own icons: strokes on a 24x24 grid, drawn in any colour and size."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

Strokes = tuple[tuple[float, ...], ...]

# Each stroke is x, y pairs; a single triple is a circle (x, y, radius).
SHAPES: dict[str, Strokes] = {
    "door": ((6, 21, 6, 3.5, 18, 3.5, 18, 21), (3, 21, 21, 21), (14.5, 12.5, 0.8)),
    "helpdesk": ((10.5, 10.5, 6.5), (15.4, 15.4, 21, 21)),
    "history": ((12, 12, 9), (12, 7, 12, 12.4, 15.6, 14.4)),
    "readiness": ((4, 12.5, 9.5, 18, 20, 6.5),),
    "numbers": ((4, 20, 20, 20), (6.5, 16.5, 6.5, 12), (12, 16.5, 12, 4.5), (17.5, 16.5, 17.5, 8.5)),
    "venue": (
        (12, 12, 2.4),
        (5, 5, 2),
        (19, 5, 2),
        (5, 19, 2),
        (19, 19, 2),
        (6.5, 6.5, 10.2, 10.2),
        (17.5, 6.5, 13.8, 10.2),
        (6.5, 17.5, 10.2, 13.8),
        (17.5, 17.5, 13.8, 13.8),
    ),
    "settings": ((4, 7, 20, 7), (4, 17, 20, 17), (9, 7, 2.6), (15, 17, 2.6)),
    "close": ((6, 6, 18, 18), (18, 6, 6, 18)),
    "back": ((14.5, 5, 7.5, 12, 14.5, 19),),
    "next": ((9.5, 5, 16.5, 12, 9.5, 19),),
    "erase": ((9, 5, 21, 5, 21, 19, 9, 19, 3, 12, 9, 5), (12, 9, 17, 15), (17, 9, 12, 15)),
    "up": ((12, 20, 12, 4), (5.5, 10.5, 12, 4, 18.5, 10.5)),
    "down": ((12, 4, 12, 20), (5.5, 13.5, 12, 20, 18.5, 13.5)),
    "shift": ((12, 4, 4, 12.5, 8.5, 12.5, 8.5, 19.5, 15.5, 19.5, 15.5, 12.5, 20, 12.5, 12, 4),),
    "enter": ((20, 5, 20, 13, 5, 13), (10, 8, 5, 13, 10, 18)),
    "undo": ((8, 4, 4, 8, 8, 12), (4, 8, 15, 8, 19, 10.5, 20, 14, 19, 17.5, 15, 20, 9, 20)),
    "keyboard": ((3, 6, 21, 6, 21, 18, 3, 18, 3, 6), (8, 14.5, 16, 14.5), (7, 10, 0.6), (12, 10, 0.6), (17, 10, 0.6)),
    "eye": ((2.5, 12, 6.5, 7.5, 12, 5.8, 17.5, 7.5, 21.5, 12, 17.5, 16.5, 12, 18.2, 6.5, 16.5, 2.5, 12), (12, 12, 3)),
    "camera": ((3, 7, 15, 7, 15, 17, 3, 17, 3, 7), (15, 11, 21, 7.5, 21, 16.5, 15, 13)),
    "sound": ((4, 9.5, 8, 9.5, 13, 5, 13, 19, 8, 14.5, 4, 14.5, 4, 9.5), (16.5, 9, 17.8, 12, 16.5, 15)),
    "look": ((12, 12, 8.5), (12, 3.5, 12, 20.5), (14, 7, 18, 7), (14, 12, 20, 12), (14, 17, 18, 17)),
    "language": (
        (12, 12, 9),
        (3, 12, 21, 12),
        (12, 3, 8.5, 7.5, 8.5, 16.5, 12, 21),
        (12, 3, 15.5, 7.5, 15.5, 16.5, 12, 21),
    ),
    "pin": ((6, 11, 18, 11, 18, 21, 6, 21, 6, 11), (8.5, 11, 8.5, 6.5, 12, 3.5, 15.5, 6.5, 15.5, 11), (12, 16, 1)),
    "accounts": ((7.5, 15.5, 4.5), (11, 12.3, 20, 3.5), (16, 7.2, 18.6, 9.8), (18.4, 5, 20.6, 7)),
    "places": ((12, 21, 6, 12.5, 6.4, 7, 9, 4, 12, 3.2, 15, 4, 17.6, 7, 18, 12.5, 12, 21), (12, 9.5, 2.2)),
    "kiosk": ((6, 3, 18, 3, 18, 15, 6, 15, 6, 3), (12, 15, 12, 20), (8, 21, 16, 21)),
    "export": ((12, 3.5, 12, 14.5), (7.5, 10, 12, 14.5, 16.5, 10), (4, 20, 20, 20)),
    "print": ((7, 9, 7, 3.5, 17, 3.5, 17, 9), (4, 17, 4, 9, 20, 9, 20, 17), (7, 14, 17, 14, 17, 20.5, 7, 20.5, 7, 14)),
    "person": ((12, 8, 4.2), (4, 21, 5.5, 16.5, 9, 14.6, 15, 14.6, 18.5, 16.5, 20, 21)),
    "filter": ((4, 5, 20, 5, 14, 12.5, 14, 19, 10, 21, 10, 12.5, 4, 5),),
}


def path(name: str) -> QPainterPath:
    """Return an icon's outline on the 24x24 grid."""
    made = QPainterPath()
    for stroke in SHAPES[name]:
        if len(stroke) == 3:
            made.addEllipse(QPointF(stroke[0], stroke[1]), stroke[2], stroke[2])
            continue
        made.moveTo(stroke[0], stroke[1])
        for x, y in zip(stroke[2::2], stroke[3::2], strict=True):
            made.lineTo(x, y)
    return made


def draw(painter: QPainter, name: str, area: QRectF, colour: QColor, weight: float = 1.9) -> None:
    """Draw an icon into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / 24, area.height() / 24)
    pen = QPen(colour, weight, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path(name))
    painter.restore()


def icon(name: str, colour: QColor, size: int) -> QIcon:
    """Return an icon for a button."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw(painter, name, QRectF(0, 0, size, size), colour)
    painter.end()
    return QIcon(pixmap)
