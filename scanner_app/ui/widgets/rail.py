"""The navigation rail: one large button per screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from scanner_app.ui import texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS, RAIL
from scanner_app.ui.widgets import icons


def _wide(theme: Theme) -> int:
    return theme.px(RAIL * (1.25 if theme.large else 1))


class RailButton(QAbstractButton):
    """An icon over its word; the chosen one stands on a raised ground with a bar at its side."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._icon = name
        self.setText(texts.word(f"nav.{name}"))
        self.setAccessibleName(self.text())
        self._font = theme.font("caption", 600)
        self.lines = self._broken(texts.parts(f"nav.{name}"))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        more = (len(self.lines) - 1) * QFontMetrics(self._font).height()
        self.setFixedSize(QSize(_wide(theme) - theme.px(12), theme.px(84) + more))

    def _broken(self, parts: list[str]) -> list[str]:
        """Return the word's lines: where text is large, and too large for it, it breaks where its language lets it."""
        room, metrics = _wide(self._theme) - self._theme.px(12) - 8, QFontMetrics(self._font)
        if not self._theme.large or len(parts) < 2 or metrics.horizontalAdvance(self.text()) <= room:
            return [self.text()]
        return [f"{part}-" for part in parts[:-1]] + parts[-1:]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        radius = theme.px(RADIUS["m"])
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(theme.colour("raised"))
            painter.drawRoundedRect(area, radius, radius)
        if self.hasFocus():
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(theme.colour("focus"))
            pen.setWidth(theme.px(3))
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, radius, radius)
        colour = theme.colour("accent" if self.isChecked() else "ink_soft")
        side = theme.px(30)
        top = area.top() + theme.px(12)
        icons.draw(painter, self._icon, QRectF(area.center().x() - side / 2, top, side, side), colour)
        self._paint_word(painter, area, top + side)
        painter.end()

    def _paint_word(self, painter: QPainter, area: QRectF, top: float) -> None:
        font = QFont(self._font)
        painter.setFont(font)
        longest = max(self.lines, key=painter.fontMetrics().horizontalAdvance)
        while painter.fontMetrics().horizontalAdvance(longest) > area.width() - 4 and font.pixelSize() > self._theme.px(
            10
        ):
            font.setPixelSize(font.pixelSize() - 1)
            painter.setFont(font)
        painter.setPen(self._theme.colour("ink" if self.isChecked() else "ink_soft"))
        words = QRectF(area.left(), top, area.width(), area.bottom() - top)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, "\n".join(self.lines))


class Rail(QWidget):
    """The screens, from top to bottom; settings at the foot."""

    def __init__(self, theme: Theme, names: Sequence[str], go: Callable[[str], None]) -> None:
        super().__init__()
        self.setFixedWidth(_wide(theme))
        self.setAccessibleName(texts.word("nav.main"))
        self._buttons = {name: RailButton(theme, name) for name in names}
        self._group = QButtonGroup(self)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(theme.px(6), theme.space("m"), theme.px(6), theme.space("m"))
        lay.setSpacing(theme.space("xs"))
        for name, made in self._buttons.items():
            if name == "settings":
                lay.addStretch(1)
            lay.addWidget(made)
            self._group.addButton(made)
            made.clicked.connect(lambda _=False, chosen=name: go(chosen))

    def choose(self, name: str) -> None:
        """Mark the screen in front."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)
