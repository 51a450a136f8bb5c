"""A whole number with a large minus and plus: made for fingers, works with arrow keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from scanner_app.ui import texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.text import Label


class Stepper(QWidget):
    """`changed` is called with every new value."""

    def __init__(self, theme: Theme, name: str, least: int, most: int, value: int, *, step: int = 1) -> None:
        super().__init__()
        self._least, self._most, self._step = least, most, step
        self.value = value
        self.changed: Callable[[int], None] = lambda _: None
        self._label = Label(texts.number(value), "title")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("s"))
        for sign, words in ((-1, "\N{MINUS SIGN}"), (1, "+")):
            made = self._button(theme, sign, words, name)
            row.addWidget(made)
            if sign < 0:
                row.addWidget(self._label, 1)
        self.setMaximumWidth(theme.px(320))
        self.setAccessibleName(name)

    def _button(self, theme: Theme, sign: int, words: str, name: str) -> QPushButton:
        made = button(words, lambda: self._move(sign))
        made.setAccessibleName(f"{name} {words}")
        made.setStyleSheet("padding: 0;")
        made.setFixedWidth(theme.touch)
        made.setAutoRepeat(True)
        return made

    def _move(self, sign: int) -> None:
        moved = max(self._least, min(self._most, self.value + sign * self._step))
        if moved != self.value:
            self.value = moved
            self._label.setText(texts.number(moved))
            self.changed(moved)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down count."""
        sign = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if sign is None:
            super().keyPressEvent(event)
        else:
            self._move(sign)
