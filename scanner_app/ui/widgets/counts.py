"""The door's day in figures."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from scanner_app.application.events import Status
from scanner_app.ui import texts
from scanner_app.ui.margins import margins
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.text import Label

SHOWN = ("admitted", "expected", "inside", "refused")


class Counts(QWidget):
    """Admitted, expected, inside, refused; what is not known, or means nothing at this place, is left out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        margins(row, theme.px(10), theme.space("s"), theme.px(4), theme.space("s"))
        row.setSpacing(theme.space("xs"))
        self.figures: dict[str, Label] = {}
        self._columns: dict[str, QWidget] = {}
        self._names: dict[str, Label] = {}
        for key in SHOWN:
            words = texts.word(f"door.{key}")
            one = self._columns[key] = QWidget()
            lay = QVBoxLayout(one)
            lay.setContentsMargins(0, 0, 0, 0)
            lay.setSpacing(0)
            self.figures[key] = Label("·", "strong", elide=True)
            lay.addWidget(self.figures[key])
            self._names[key] = Label(words, "caption", elide=True)
            lay.addWidget(self._names[key])
            row.addWidget(one, 1)

    def show_status(self, status: Status) -> None:
        """Tell the figures."""
        values = {
            "admitted": status.admitted,
            "expected": status.expected,
            "inside": status.inside,
            "refused": status.refused_here,
        }
        self._names["admitted"].setText(texts.word("door.boarded" if status.flight else "door.admitted"))
        for key, value in values.items():
            self._columns[key].setVisible(value is not None)
            words = texts.number(value or 0)
            self.figures[key].setText(words)
            self._columns[key].setAccessibleName(f"{self._names[key].text()}: {words}")
