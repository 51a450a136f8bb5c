"""Kiosk: its name, who stands at it, the way out."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLineEdit

from scanner_app.ui import texts
from scanner_app.ui.pictures import ENDINGS
from scanner_app.ui.screens.file_panel import FilePanel
from scanner_app.ui.screens.forms import field
from scanner_app.ui.screens.kiosk import OWN_PICTURE
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.stepper import Stepper
from scanner_app.ui.widgets.text import Label

FILE = "?"
"""A picture that is still to be chosen."""


class KioskPage(Page):
    """This computer as a part of the venue."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        screen, lay = self.settings.screen, self.lay
        name = QLineEdit(self.settings.device)
        name.editingFinished.connect(lambda: self._name(name.text().strip()))
        field(texts.word("settings.device"), name, lay)
        lay.addWidget(self.check("settings.attended", screen.attended, lambda on: self.keep_screen(attended=on)))
        lay.addWidget(Label(texts.word("settings.attended_help"), "soft", wrap=True))
        full = self.check("settings.full_screen", screen.full_screen, lambda on: self.keep_screen(full_screen=on))
        lay.addWidget(full)
        words = texts.word("settings.seconds")
        seconds = Stepper(self.desk.theme, words, 1, 30, round(screen.verdict_seconds))
        seconds.changed = lambda value: self.keep_screen(verdict_seconds=float(value))
        field(words, seconds, lay)
        lay.addSpacing(self.desk.theme.space("s"))
        lay.addWidget(Label(texts.word("settings.attract"), "soft"))
        own = screen.attract if screen.attract not in ("", OWN_PICTURE) else FILE
        looks = [("", "none"), (OWN_PICTURE, "own"), (own, "file")]
        lay.addLayout(
            self.options([(v, texts.word(f"settings.attract.{w}")) for v, w in looks], screen.attract, self._attract)
        )
        if own is not FILE:
            lay.addWidget(Label(own, "soft", foreign=True, elide=True))
        lay.addSpacing(self.desk.theme.space("m"))
        lay.addLayout(self._ways())
        lay.addStretch(1)

    def _ways(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(self.desk.theme.space("s"))
        rerun = button(texts.word("settings.rerun"), self.desk.rerun_setup, name="rerun-setup")
        leave = button(texts.word("settings.quit"), self.desk.leave, "danger", name="quit")
        large = self.desk.theme.large
        grid.addWidget(rerun, 0, 0)
        grid.addWidget(leave, 1 if large else 0, 0 if large else 1)
        return grid

    def _attract(self, value: str) -> None:
        if value in ("", OWN_PICTURE):
            self._keep_picture(value)
            return
        title = texts.word("settings.attract.file")
        self.desk.open_panel(FilePanel(self.desk, title, ENDINGS, lambda path: self._keep_picture(str(path))))
        self.again("kiosk")  # nothing is chosen yet

    def _keep_picture(self, value: str) -> None:
        self.keep_screen(attract=value)
        self.again("kiosk")

    def _name(self, name: str) -> None:
        if name and name != self.settings.device:
            self.keep(device=name)
