"""A flag for each language, drawn: a guest finds the own language from across the room. The name stands below it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton

from scanner_app.ui import texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS

Bands = tuple[str, ...]
ACROSS: dict[str, Bands] = {
    "de": ("#000000", "#DD0000", "#FFCE00"),
    "nl": ("#AE1C28", "#FFFFFF", "#21468B"),
    "pl": ("#FFFFFF", "#DC143C"),
    "es": ("#AA151B", "#F1BF00", "#F1BF00", "#AA151B"),
}
"""From the top down."""
ALONG: dict[str, Bands] = {"fr": ("#0055A4", "#FFFFFF", "#EF4135"), "it": ("#008C45", "#F4F5F0", "#CD212A")}
"""From the left."""
ARABIC = "#00713D"
"""No one country's: the green of the Arab League, and the letter that the language is named after."""


def draw_flag(painter: QPainter, language: str, area: QRectF) -> None:
    """Draw a language's flag, with round corners."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(area, area.height() / 8, area.height() / 8)
    painter.setClipPath(shape)
    if language == "en":
        _union(painter, area)
    elif language == "ar":
        _arabic(painter, area)
    elif language in ALONG:
        _bands(painter, area, ALONG[language], down=False)
    else:
        _bands(painter, area, ACROSS.get(language, ("#808080",)), down=True)
    painter.restore()


def _bands(painter: QPainter, area: QRectF, bands: Bands, *, down: bool) -> None:
    wide, high = area.width() / (1 if down else len(bands)), area.height() / (len(bands) if down else 1)
    for n, colour in enumerate(bands):
        x, y = area.x() + (0 if down else n * wide), area.y() + (n * high if down else 0)
        painter.fillRect(QRectF(x, y, wide + 0.5, high + 0.5), QColor(colour))


def _union(painter: QPainter, area: QRectF) -> None:
    painter.fillRect(area, QColor("#012169"))
    corners = (area.topLeft(), area.bottomRight(), area.topRight(), area.bottomLeft())
    for width, colour in ((0.2, "#FFFFFF"), (0.07, "#C8102E")):
        painter.setPen(QPen(QColor(colour), area.height() * width))
        painter.drawLine(corners[0], corners[1])
        painter.drawLine(corners[2], corners[3])
    middle = area.center()
    for width, colour in ((0.34, "#FFFFFF"), (0.2, "#C8102E")):
        painter.setPen(QPen(QColor(colour), area.height() * width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(middle.x(), area.top()), QPointF(middle.x(), area.bottom()))
        painter.drawLine(QPointF(area.left(), middle.y()), QPointF(area.right(), middle.y()))


def _arabic(painter: QPainter, area: QRectF) -> None:
    painter.fillRect(area, QColor(ARABIC))
    font = QFont()
    font.setFamilies(["Noto Sans Arabic UI", "DejaVu Sans"])
    font.setPixelSize(max(1, round(area.height() * 0.62)))
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    painter.setPen(QColor("#FFFFFF"))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "\N{ARABIC LETTER DAD}")


class FlagButton(QPushButton):
    """A flag with the language's own name below; where text is so large that eight names cannot fit, the flag alone."""

    def __init__(self, theme: Theme, language: str, chosen: Callable[[str], None]) -> None:
        super().__init__()
        name = texts.catalogue(language).name
        self.language = language
        self._theme, self._name = theme, "" if theme.large else name
        self.ink = theme.colour("ink")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(name)
        self.setObjectName(f"language-{language}")
        self._font = theme.font("caption", 600)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(theme.px(76 if theme.large else 108), theme.touch + (0 if theme.large else theme.px(22)))
        self.clicked.connect(lambda *_: chosen(language))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw; the one that is spoken stands in a ring, the one that the keyboard is at in a dotted one."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            self._ring(painter, Qt.PenStyle.SolidLine, 0.5)
        if self.hasFocus():
            self._ring(painter, Qt.PenStyle.DotLine, 2 if self.isChecked() else 0.5)
        painter.setFont(self._font)
        wide, high = theme.px(45), theme.px(30)
        below = painter.fontMetrics().height() + theme.px(4) if self._name else 0
        top = (self.height() - high - below) / 2
        flag = QRectF((self.width() - wide) / 2, top, wide, high)
        draw_flag(painter, self.language, flag)
        painter.setPen(QPen(QColor(128, 128, 128, 160), 1))
        painter.drawRoundedRect(flag, high / 8, high / 8)
        painter.setPen(self.ink)
        words = QRectF(0, flag.bottom() + theme.px(4), self.width(), below)
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self._name)
        painter.end()

    def _ring(self, painter: QPainter, line: Qt.PenStyle, inside: float) -> None:
        wide, round_ = self._theme.px(3), self._theme.px(RADIUS["s"])
        painter.setPen(QPen(self.ink, wide, line))
        edge = wide * inside
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), round_, round_)
