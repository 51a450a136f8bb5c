"""A form whose fields somebody else names: two columns, our look, what is needed marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from scanner_app.application.ports import FormField
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.margins import margins
from scanner_app.ui.plain import visible
from scanner_app.ui.widgets.text import Label

LONGEST = 300


class FormGrid(QWidget):
    """One line edit for each field."""

    def __init__(self, desk: Desk, fields: Sequence[FormField]) -> None:
        super().__init__()
        theme = desk.theme
        self.fields = tuple(fields)
        self.edits: dict[str, QLineEdit] = {}
        grid = QGridLayout(self)
        margins(grid, 0, 0, theme.space("s"), 0)
        grid.setHorizontalSpacing(theme.space("l"))
        grid.setVerticalSpacing(theme.space("m"))
        across = 1 if theme.large else 2
        for n, one in enumerate(self.fields):
            name = visible(one.label) + (" *" if one.required else "")
            edit = QLineEdit()
            edit.setMaxLength(LONGEST)
            edit.setAccessibleName(name)
            edit.setObjectName(f"form-{one.key}")
            self.edits[one.key] = edit
            cell = column(theme, margin="", gap="xs")
            cell.addWidget(Label(name, "soft", elide=True))
            cell.addWidget(edit)
            grid.addLayout(cell, n // across, n % across)
        for side in range(across):
            grid.setColumnStretch(side, 1)
        grid.setRowStretch(len(self.fields), 1)

    def values(self) -> dict[str, str]:
        """Return what was typed."""
        return {key: edit.text().strip() for key, edit in self.edits.items()}

    def missing(self) -> list[str]:
        """Return the names of what is needed and empty."""
        typed = self.values()
        return [visible(f.label) for f in self.fields if f.required and not typed[f.key]]
