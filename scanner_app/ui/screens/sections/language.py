"""Language: each in its own words."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QButtonGroup, QGridLayout

from scanner_app.ui import texts
from scanner_app.ui.margins import margins
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.widgets.buttons import choice


class LanguagePage(Page):
    """One of eight."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        margins(self.lay, 0, 0, self.desk.theme.space("m"), 0)  # clear of the scroll bar
        group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(self.desk.theme.space("s"))
        across = 1 if self.desk.theme.large else 2
        for n, code in enumerate(texts.languages()):
            words = texts.catalogue(code).name
            made = choice(words, partial(self._speak, code), checked=code == texts.language(), name=words)
            group.addButton(made)
            grid.addWidget(made, n // across, n % across)
        self.lay.addLayout(grid)
        self.lay.addStretch(1)

    def _speak(self, code: str) -> None:
        self.keep_screen(language=code)
