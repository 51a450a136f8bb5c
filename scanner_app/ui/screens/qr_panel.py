"""A code on the screen for a guest's own telephone, with the words beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from scanner_app.ui.desk import Desk, column
from scanner_app.ui.widgets.qr import QrView
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label

SIDE = 380
"""Side of the code at factor 1, pixels: read from half a metre by any telephone."""


def code_beside_words(desk: Desk, text: str, title: str, says: str, more: str = "") -> tuple[QWidget, QVBoxLayout]:
    """Return a code with a title and a sentence beside it, and the column they stand in."""
    theme = desk.theme
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.space("xl"))
    row.addWidget(QrView(text, theme.px(SIDE)), 0, Qt.AlignmentFlag.AlignTop)
    side = QWidget()
    words = column(theme, side, margin="", gap="m")
    words.addStretch(1)
    words.addWidget(Label(title, "heading", wrap=True))
    words.addWidget(Label(says, "body", wrap=True))
    if more:
        words.addWidget(Label(more, "soft", foreign=True, wrap=True))
    words.addStretch(1)
    row.addWidget(scrolled(side), 1)
    return made, words
