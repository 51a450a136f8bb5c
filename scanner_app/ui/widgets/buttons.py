"""Buttons: never the default of Enter, always with a name, at least as large as a finger."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.icons import icon


def button(
    text: str, on_click: Callable[[], object], kind: str = "", *, name: str = "", parent: QWidget | None = None
) -> QPushButton:
    """Return a button. `kind`: primary, quiet, danger, choice, key or plain."""
    made = QPushButton(text.replace("&", "&&"), parent)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAccessibleName(text or name)
    made.setObjectName(name)
    made.clicked.connect(lambda *_: on_click())
    return made


def choice(text: str, on_click: Callable[[], object], *, checked: bool = False, name: str = "") -> QPushButton:
    """Return a button that stays pressed: one of several."""
    made = button(text, on_click, "choice", name=name)
    made.setCheckable(True)
    made.setChecked(checked)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


def icon_button(theme: Theme, symbol: str, text: str, on_click: Callable[[], object]) -> QPushButton:
    """Return a square button that shows a symbol; `text` is its accessible name."""
    made = button("", on_click, "quiet", name=text)
    made.setIcon(icon(symbol, theme.colour("ink"), theme.px(28)))
    made.setIconSize(QSize(theme.px(28), theme.px(28)))
    made.setFixedWidth(theme.touch)
    made.setStyleSheet("padding: 0;")
    return made
