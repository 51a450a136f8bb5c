"""The camera's picture with an aim frame and the outline of what was found."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from scanner_app.application.events import FrameSeen
from scanner_app.ui import texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS
from scanner_app.ui.widgets import icons

OUTLINE_STAYS = 0.5
"""Seconds that a found outline stays drawn."""
LEAST_GAP = 0.045
"""Seconds between two drawn pictures: more than 20 a second help nobody."""


class Preview(QWidget):
    """Draws the newest frame, cut to fill, mirrored if asked."""

    def __init__(self, theme: Theme, *, mirror: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.mirror = mirror
        self.message = texts.word("door.no_picture")
        self._picture: QImage | None = None
        self._keep: object = None  # the array the picture's memory belongs to
        self._outlines: tuple[tuple[tuple[int, int], ...], ...] = ()
        self._found_at = self._drawn_at = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(texts.word("door.preview"))

    def show_frame(self, frame: FrameSeen) -> None:
        """Take a new picture; outlines are never skipped, pictures may be."""
        now = time.monotonic()
        if frame.outlines:
            self._outlines, self._found_at = frame.outlines, now
        elif now - self._drawn_at < LEAST_GAP:
            return
        picture = to_image(frame.image)
        if picture is None:
            return
        self._picture, self._keep, self._drawn_at = picture, frame.image, now
        if now - self._found_at > OUTLINE_STAYS:
            self._outlines = ()
        self.update()

    def clear(self, message: str) -> None:
        """Show no picture but say why."""
        self._picture, self._keep, self.message = None, None, message
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw picture, aim frame, outlines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        shape = QPainterPath()
        radius = self._theme.px(RADIUS["m"])
        shape.addRoundedRect(area, radius, radius)
        painter.setClipPath(shape)
        painter.fillPath(shape, self._theme.colour("surface"))
        if self._picture is None:
            self._paint_message(painter, area)
        else:
            self._paint_picture(painter, area, self._picture)
            self._paint_aim(painter, area)
        painter.end()

    def _paint_message(self, painter: QPainter, area: QRectF) -> None:
        """The words whole, in the middle; the camera above them where there is room for both."""
        side, gap = self._theme.px(64), self._theme.space("s")
        painter.setPen(self._theme.colour("ink_soft"))
        painter.setFont(self._theme.font("strong", 600))
        how = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        room = area.adjusted(gap, 0, -gap, 0)
        high = painter.boundingRect(room, how, self.message).height()
        above = side + gap if side + gap + high <= area.height() else 0
        top = max(area.top(), area.center().y() - (above + high) / 2)
        if above:
            spot = QRectF(area.center().x() - side / 2, top, side, side)
            icons.draw(painter, "camera", spot, self._theme.colour("ink_soft"))
        painter.drawText(QRectF(room.left(), top + above, room.width(), high), how, self.message)

    def _paint_picture(self, painter: QPainter, area: QRectF, picture: QImage) -> None:
        scale = max(area.width() / picture.width(), area.height() / picture.height())
        wide, high = picture.width() * scale, picture.height() * scale
        painter.save()
        painter.translate(area.center())
        if self.mirror:
            painter.scale(-1, 1)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(-wide / 2, -high / 2, wide, high), picture)
        if self._outlines:
            pen = QPen(self._theme.colour("pending_edge"), self._theme.px(5))
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            for outline in self._outlines:
                corners = [QPointF(x * scale - wide / 2, y * scale - high / 2) for x, y in outline]
                painter.drawPolygon(QPolygonF(corners))
        painter.restore()

    def _paint_aim(self, painter: QPainter, area: QRectF) -> None:
        side = min(area.width(), area.height()) * 0.66
        aim = QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)
        reach = side * 0.16
        colour = self._theme.colour("refuse_ink", 0.92)
        painter.setPen(QPen(colour, self._theme.px(4), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for x, y, dx, dy in (
            (aim.left(), aim.top(), 1, 1),
            (aim.right(), aim.top(), -1, 1),
            (aim.right(), aim.bottom(), -1, -1),
            (aim.left(), aim.bottom(), 1, -1),
        ):
            painter.drawPolyline([QPointF(x + reach * dx, y), QPointF(x, y), QPointF(x, y + reach * dy)])


def to_image(array: Any) -> QImage | None:
    """Return a QImage over a BGR or grey uint8 array, without copying; None for anything else."""
    shape: tuple[int, ...] = getattr(array, "shape", ())
    if len(shape) not in (2, 3) or 0 in shape or str(getattr(array, "dtype", "")) != "uint8":
        return None
    if len(shape) == 3 and shape[2] != 3:
        return None
    form = QImage.Format.Format_Grayscale8 if len(shape) == 2 else QImage.Format.Format_BGR888
    if not array.flags["C_CONTIGUOUS"]:
        array = array.copy()
    made = QImage(array.data, shape[1], shape[0], int(array.strides[0]), form)
    return made.copy() if array.base is not None else made
