"""PINs: one for each role."""

from __future__ import annotations

from functools import partial

from scanner_app.application.control import Role
from scanner_app.ui import texts
from scanner_app.ui.screens.camera_form import NewPin
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.widgets.buttons import button


class PinsPage(Page):
    """Who needs which PIN."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        for role in reversed(Role):
            words = texts.word("pin.title", role=texts.word(f"role.{role.value}"))
            self.lay.addWidget(button(words, partial(self.choose, role), "choice", name=words))
        self.lay.addStretch(1)

    def choose(self, role: Role) -> None:
        """Ask for a new PIN, twice."""
        self.desk.open_panel(NewPin(self.desk, role, self._kept, self.desk.close_panel).pad)

    def _kept(self) -> None:
        self.desk.close_panel()
        self.desk.toast(texts.word("pin.saved"))
