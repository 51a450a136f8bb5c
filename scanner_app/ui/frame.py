"""What stands around the screens: rail, strip, and what lies over them. Made anew with every look and language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from scanner_app.ui.theme import Theme
from scanner_app.ui.touch_typing import Canvas
from scanner_app.ui.widgets.banner import VerdictBanner
from scanner_app.ui.widgets.overlay import Overlay, Toast
from scanner_app.ui.widgets.rail import Rail
from scanner_app.ui.widgets.strip import StatusStrip


class Frame:
    """The parts of one window. `framed`: whether rail and strip are shown."""

    def __init__(self, theme: Theme, names: Sequence[str], pressed: Callable[[str], None], *, framed: bool) -> None:
        self.canvas = Canvas()
        self.stack = QStackedWidget()
        self.rail = Rail(theme, list(names), pressed)
        self.strip = StatusStrip(theme)
        self.rail.setVisible(framed)
        self.strip.setVisible(framed)
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.strip)
        body.addWidget(self.stack, 1)
        row = QHBoxLayout(self.canvas.room)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(body, 1)
        self.overlay = Overlay(theme, self.canvas.room)
        self.toast = Toast(theme, self.canvas)
        self.banner = VerdictBanner(theme, self.canvas)
