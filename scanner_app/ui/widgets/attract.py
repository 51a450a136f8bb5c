"""What an idle kiosk shows: one calm picture that never stands still long enough to burn in."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QImage, QLinearGradient, QPainter, QPaintEvent, QRadialGradient
from PySide6.QtWidgets import QWidget

from scanner_app.application.events import FrameSeen
from scanner_app.ui import texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.symbol import Symbol, draw_symbol

FRAME = 80
"""Milliseconds between two pictures: slow enough for the eye and for a small computer."""
ROUND = 90.0
"""Seconds in which the picture drifts once around."""
STILL = 20_000
"""Milliseconds between two places of the picture where movement is reduced."""
SPEAKS = 6.0
"""Seconds that each language has."""
MOTION = 9.0
"""Mean difference of brightness, of 255, that means somebody came: more than noise and flicker of lamps."""


class Attract(QWidget):
    """Covers the kiosk until it is hidden. `wakes` says whether a camera picture shows that somebody came."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: QImage | None = None
        self._at = 0.0  # seconds of the show
        self._began = 0.0  # where in it this time began: it drifts on where it was, against burning in
        self._before: Any = None
        self._timer = QTimer(self)
        self._timer.setInterval(STILL if theme.reduced_motion else FRAME)
        self._timer.timeout.connect(self._step)
        self.setAccessibleName(texts.word("kiosk.welcome"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hide()

    def begin(self, picture: QImage | None) -> None:
        """Show a picture; the program's own for None."""
        self._picture, self._before, self._began = picture, None, self._at
        self._fill()
        self.show()
        self.raise_()
        self._timer.start()

    def end(self) -> None:
        """Give the screen back."""
        self._timer.stop()
        self.hide()

    def wakes(self, frame: FrameSeen) -> bool:
        """Return whether this picture differs from the one before by more than noise."""
        image: Any = frame.image
        if getattr(image, "ndim", 0) < 2:
            return False
        small = image[::32, ::32].astype("int16")
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            return False
        return float(abs(small - before).mean()) > MOTION

    @property
    def speaks(self) -> str:
        """The language of the welcome now: first the kiosk's own, then the others in turn."""
        codes = texts.languages()
        first = codes.index(texts.language())
        return codes[(first + int((self._at - self._began) / SPEAKS)) % len(codes)]

    def _fill(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    def _step(self) -> None:
        self._at += self._timer.interval() / 1000
        self._fill()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture where it now is, and a word of welcome in the languages in turn."""
        painter = QPainter(self)
        area = QRectF(self.rect())
        if self._picture is None:
            self._paint_own(painter, area)
        else:
            self._paint_picture(painter, area, self._picture)
        self._paint_words(painter, area)
        painter.end()

    def _drift(self, reach: float) -> QPointF:
        turn = 2 * math.pi * self._at / ROUND
        return QPointF(math.cos(turn) * reach, math.sin(2 * turn) * reach * 0.5)

    def _paint_picture(self, painter: QPainter, area: QRectF, picture: QImage) -> None:
        reach = area.width() * 0.03
        scale = max((area.width() + 2 * reach) / picture.width(), (area.height() + 2 * reach) / picture.height())
        wide, high = picture.width() * scale, picture.height() * scale
        at = area.center() - QPointF(wide / 2, high / 2) + self._drift(reach)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(at.x(), at.y(), wide, high), picture)
        shade = QLinearGradient(0, area.height() * 0.55, 0, area.height())
        shade.setColorAt(0, self._theme.colour("shade", 0.0))
        shade.setColorAt(1, self._theme.colour("shade", 0.85))
        painter.fillRect(area, shade)

    def _paint_own(self, painter: QPainter, area: QRectF) -> None:
        theme = self._theme
        painter.fillRect(area, theme.colour("shade"))
        middle = area.center() + self._drift(area.width() * 0.12)
        glow = QRadialGradient(middle, area.width() * 0.6)
        glow.setColorAt(0, theme.colour("look"))
        glow.setColorAt(1, theme.colour("shade"))
        painter.fillRect(area, glow)
        side = min(area.width(), area.height()) * 0.3
        spot = QRectF(0, 0, side, side)
        spot.moveCenter(area.center() + self._drift(area.width() * 0.05) - QPointF(0, area.height() * 0.1))
        draw_symbol(painter, Symbol.READY, spot, theme.colour("look_ink", 0.9), theme.colour("shade"))

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        words = texts.catalogue(self.speaks).words
        painter.setPen(self._theme.colour("look_ink"))
        shift = self._drift(area.width() * 0.02)
        for key, kind, y in (("kiosk.welcome", "display", 0.72), ("kiosk.show", "heading", 0.84)):
            painter.setFont(self._theme.font(kind, 700 if kind == "display" else 500))
            line = QRectF(0, area.height() * y, area.width(), area.height() * 0.12).translated(shift)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words[key])
