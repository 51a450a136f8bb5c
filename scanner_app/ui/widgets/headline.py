"""The verdict's words: as large as their place allows, in tight lines, not below the scale's step for verdicts."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import TYPE

LINE = 1.04
"""Line height as a part of the type size: capitals of large type need little air."""
TAIL = 0.14
"""Room below the last line for what hangs below it."""
LARGEST = 1.3
"""How far short words may grow beyond the scale's step."""


class Headline(QWidget):
    """Draws our own words only; foreign text has no way in here."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self._colour = QColor()
        self.pixels = theme.px(TYPE["verdict"])
        self.lines: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """What it says."""
        return self._text

    def show_words(self, text: str, colour: QColor) -> None:
        """Say something."""
        self._text, self._colour = text, colour
        self.setAccessibleName(text)
        self._fit()

    def font_at(self, pixels: int) -> QFont:
        """Return the headline's font at a size."""
        font = self._theme.font("verdict", 700)
        font.setPixelSize(pixels)
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 97)
        return font

    def _wide(self, text: str, pixels: int) -> int:
        return QFontMetrics(self.font_at(pixels)).horizontalAdvance(text)

    def _fit(self) -> None:
        least = self._theme.px(TYPE["verdict"])
        most = round(least * LARGEST)
        room = max(1, self.width() - 4)
        size = int(most * room / max(1, self._wide(self._text, most)))
        self.pixels = max(least, min(most, size))
        self.lines = [self._text] if size >= least else self._broken(room)
        longest = max((self._wide(line, self.pixels) for line in self.lines), default=0)
        if longest > room:  # one word wider than the panel: smaller is better than cut
            self.pixels = int(self.pixels * room / longest)
        self.setFixedHeight(round((len(self.lines) * LINE + TAIL) * self.pixels))
        self.update()

    def _broken(self, room: int) -> list[str]:
        lines: list[str] = []
        for word in self._text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._wide(longer, self.pixels) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def sizeHint(self) -> QSize:
        """As high as the lines."""
        return QSize(self.width(), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the lines."""
        painter = QPainter(self)
        painter.setFont(self.font_at(self.pixels))
        painter.setPen(self._colour)
        # Lines are set tighter than the font: without DontClip the tail of a y is cut off at its line's edge.
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        for n, line in enumerate(self.lines):
            painter.drawText(QRectF(0, n * self.pixels * LINE, self.width(), self.pixels * LINE), flags, line)
        painter.end()
