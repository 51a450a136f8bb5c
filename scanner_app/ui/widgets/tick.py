"""A check box drawn from the tokens, its whole line to press."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QSizePolicy

from scanner_app.ui.theme import Theme


class Tick(QCheckBox):
    """On or off."""

    def __init__(self, theme: Theme, text: str, *, on: bool = False) -> None:
        super().__init__(text)
        self._theme = theme
        self.setChecked(on)
        self.setAccessibleName(text)
        self.setFont(theme.font("strong"))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumHeight(theme.touch)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def hitButton(self, pos: object) -> bool:
        """The whole line is the button."""
        return True

    def minimumSizeHint(self) -> QSize:
        """Long words wrap, so that any width does."""
        return QSize(self._theme.touch, self._theme.touch)

    def hasHeightForWidth(self) -> bool:
        """Long words take more lines where it is narrow."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high the words stand at a width."""
        self.ensurePolished()  # the layout asks before it is first shown
        room = QRect(0, 0, max(1, width - self._indent), 10_000)
        words = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self.text())
        return max(self._theme.touch, words.height() + self._theme.px(8))

    @property
    def _indent(self) -> int:
        return self._theme.px(30) + self._theme.space("m")

    def sizeHint(self) -> QSize:
        """Room for the box and the words on one line."""
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(words + self._theme.px(64), self._theme.touch)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(30)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self.width() - side - 2 if rtl else 2
        box = QRectF(x, (self.height() - side) / 2, side, side)
        on, enabled = self.isChecked(), self.isEnabled()
        edge = "focus" if self.hasFocus() else "accent" if on else "line"
        painter.setPen(QPen(theme.colour(edge), theme.px(3 if self.hasFocus() else 2)))
        painter.setBrush(theme.colour("accent" if on and enabled else "canvas"))
        painter.drawRoundedRect(box, theme.px(8), theme.px(8))
        if on:
            self._mark(painter, box)
        painter.setPen(theme.colour("ink" if enabled else "ink_soft"))
        painter.setFont(self.font())
        gap = theme.space("m")
        words = QRectF(0 if rtl else side + gap, 0, self.width() - side - gap, self.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextWordWrap
        painter.drawText(words, flags, self.text())
        painter.end()

    def _mark(self, painter: QPainter, box: QRectF) -> None:
        colour = self._theme.colour("accent_ink" if self.isEnabled() else "ink_soft")
        pen = QPen(colour, self._theme.px(4), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        unit = box.width() / 30
        corners = [(8, 15), (13, 20.5), (22.5, 10)]
        painter.drawPolyline(QPolygonF([QPointF(box.x() + a * unit, box.y() + b * unit) for a, b in corners]))
