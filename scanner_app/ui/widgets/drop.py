"""A list to drop down, with its mark drawn from the tokens."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate

from scanner_app.ui.theme import Theme


class Drop(QComboBox):
    """Style sheets hide the platform's own mark; this draws ours."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setMaxVisibleItems(8)
        self.setItemDelegate(QStyledItemDelegate(self))  # a combo box's own draws no style sheet: rows for no finger

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, then a chevron at its trailing side."""
        super().paintEvent(event)
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.colour("ink" if self.isEnabled() else "ink_soft")
        pen = QPen(colour, theme.px(3), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x, y, reach = theme.px(30), self.height() / 2, theme.px(7)
        middle = x if rtl else self.width() - x
        painter.drawPolyline(
            [
                QPointF(middle - reach, y - reach / 2),
                QPointF(middle, y + reach / 2),
                QPointF(middle + reach, y - reach / 2),
            ]
        )
        painter.end()
