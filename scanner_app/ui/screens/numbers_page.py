"""What both pages of figures are made of: cards with a figure, cards with a chart."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.widgets.text import Label


class FiguresPage(QWidget):
    """A column of cards."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.figures: dict[str, Label] = {}
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.lay = column(desk.theme, self, margin="", gap="m")

    def figure_row(self, names: Sequence[str]) -> QHBoxLayout:
        """Return a row of figures; `numbers.NAME` is what stands below each."""
        theme = self.desk.theme
        row = QHBoxLayout()
        row.setSpacing(theme.space("m"))
        for name in names:
            made = QWidget()
            made.setObjectName("card")
            made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            lay = column(theme, made, margin="m", gap="xs")
            self.figures[name] = Label("", "heading", elide=True)
            lay.addWidget(self.figures[name])
            lay.addWidget(Label(texts.word(f"numbers.{name}"), "soft", wrap=True))
            row.addWidget(made, 1)
        return row

    def card(self, title: str, chart: QWidget) -> QWidget:
        """Return a card with a chart."""
        made = QWidget()
        made.setObjectName("card")
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        lay: QVBoxLayout = column(self.desk.theme, made, margin="m", gap="s")
        lay.addWidget(Label(title, "strong"))
        lay.addWidget(chart, 1)
        return made

    def pair(self, left: QWidget, right: QWidget) -> QHBoxLayout:
        """Return two cards side by side."""
        row = QHBoxLayout()
        row.setSpacing(self.desk.theme.space("m"))
        row.addWidget(left, 1)
        row.addWidget(right, 1)
        return row
