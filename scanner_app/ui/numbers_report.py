"""The page of figures on paper: the same page in the light look, drawn as lines and letters, not as a picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QPoint, QRectF, Qt
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QWidget

from scanner_app.ui.theme import FAMILIES

DPI = 300
MARGIN = 12.0
"""Millimetres of white around the page."""
HEAD = 14.0
"""Millimetres for the heading."""


def write_report(path: Path, heading: str, page: QWidget) -> None:
    """Write an A4 page in landscape that only this user may read."""
    path.touch(mode=0o600, exist_ok=False)
    writer = QPdfWriter(str(path))
    writer.setResolution(DPI)
    writer.setTitle(heading)
    margins = QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Landscape, margins, QPageLayout.Unit.Millimeter
        )
    )
    painter = QPainter(writer)
    head = round(HEAD * DPI / 25.4)
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(head // 2)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    room = painter.viewport()
    painter.drawText(QRectF(0, 0, room.width(), head), Qt.AlignmentFlag.AlignVCenter, heading)
    scale = min(room.width() / page.width(), (room.height() - head) / page.height())
    painter.translate(0, head)
    painter.scale(scale, scale)
    page.render(painter, QPoint())
    painter.end()
    page.deleteLater()
    path.chmod(0o600)
