"""A guest's photo beside the verdict."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from scanner_app.ui import texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS

PHOTO = 150
"""Side of a guest's photo at factor 1, pixels."""


class PhotoView(QWidget):
    """A picture cut to a square with round corners; hidden while there is none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture = QImage()
        self.setFixedSize(theme.px(PHOTO), theme.px(PHOTO))
        self.setAccessibleName(texts.word("door.photo"))
        self.hide()

    def show_picture(self, picture: QImage) -> None:
        """Show a guest."""
        self._picture = picture
        self.show()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(area, self._theme.px(RADIUS["m"]), self._theme.px(RADIUS["m"]))
        painter.setClipPath(shape)
        side = min(self._picture.width(), self._picture.height())
        cut = QRectF((self._picture.width() - side) / 2, (self._picture.height() - side) / 4, side, side)
        painter.drawImage(area, self._picture, cut)
        painter.end()
