"""The verdict's words: as large as their place allows, in tight lines, not below the scale's step for verdicts."""

from __future__ import annotations

import math
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import TYPE

LINE = 1.04
"""Line height as a part of the type size: capitals of large type need little air."""
TAIL = 0.14
"""Room below the last line for what hangs below it, also where nothing does: verdicts are of one height."""
EDGE = 2
"""Pixels around what is drawn: its edges are smoothed."""
SIZES = ((1.0, 1.3), (1.0, 1.0), (0.75, 1.0))
"""How small words may become to stand in one line, and how large where they are short, in parts of the scale's step:
with room to spare, with what is beside it short of room, and where something would not be told at all. Never smaller
than the step itself, which is what can be read at two metres."""


class Headline(QWidget):
    """Draws our own words only; foreign text has no way in here."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self._colour = QColor()
        self._sizes = SIZES[0]
        self.pixels = theme.px(TYPE["verdict"])
        self.lines: list[str] = []
        self._baselines: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """What it says."""
        return self._text

    def show_words(self, text: str, colour: QColor) -> None:
        """Say something."""
        self._text, self._colour = text, colour
        self.setAccessibleName(text)
        self._fit()

    def give_way(self, step: int) -> None:
        """Take less room, by a step of SIZES: 0 as much as it likes."""
        if SIZES[step] != self._sizes:
            self._sizes = SIZES[step]
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
        usual = self._theme.px(TYPE["verdict"])
        small, large = self._sizes
        least, most = max(TYPE["verdict"], round(usual * small)), round(usual * large)
        room = max(1, self.width() - 4)
        size = int(most * room / max(1, self._wide(self._text, most)))
        self.pixels = min(most, size) if size >= least else usual
        self.lines = [self._text] if size >= least else self._broken(room)
        longest = max((self._wide(line, self.pixels) for line in self.lines), default=0)
        if longest > room:  # one word wider than the panel: smaller is better than cut
            self.pixels = int(self.pixels * room / longest)
        self.setFixedHeight(self._set_lines())
        self.update()

    def _set_lines(self) -> int:
        """Put each line where it is seen whole, and return how high that is.

        Lines are set tighter than the font. An accent on a capital and most of Arabic reach further than that.
        """
        metrics = QFontMetrics(self.font_at(self.pixels))
        ink = [self._ink(line) for line in self.lines]
        pitch = max([LINE * self.pixels, *(over.bottom() - under.top() for over, under in pairwise(ink))])
        usual = (LINE * self.pixels - metrics.height()) / 2 + metrics.ascent()
        first = max([usual, *(EDGE - one.top() for one in ink[:1])])
        self._baselines = [first + n * pitch for n in range(len(ink))]
        usual_end = first - usual + (len(ink) - 1) * pitch + (LINE + TAIL) * self.pixels
        return math.ceil(max([usual_end, *(first + n * pitch + one.bottom() + EDGE for n, one in enumerate(ink))]))

    def _ink(self, line: str) -> QRectF:
        """Return what is drawn of a line around its baseline: the font's measure leaves vowel marks out."""
        path = QPainterPath()
        path.addText(0, 0, self.font_at(self.pixels), line)
        return path.boundingRect()

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
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        """Draw the lines with a painter that stands at the headline's upper left corner."""
        painter.setFont(self.font_at(self.pixels))
        painter.setPen(self._colour)
        for line, baseline in zip(self.lines, self._baselines, strict=True):
            left = self.width() - self._wide(line, self.pixels) if self.isRightToLeft() else 0
            painter.drawText(QPointF(left, baseline), line)
