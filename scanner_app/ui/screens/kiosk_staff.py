"""The panel that staff come to from an unattended kiosk, by their PIN."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from scanner_app.application.control import Role
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.widgets.buttons import button


class StaffPanel(Panel):
    """What staff may do at a kiosk: put it back in order, look at the other screens, or leave."""

    def __init__(self, desk: Desk, in_order: Callable[[], None]) -> None:
        super().__init__(desk, texts.word("kiosk.staff"))
        back: QWidget = button(texts.word("kiosk.back_in_order"), in_order, "primary", name="kiosk-back")
        self.lay.addWidget(back)
        for screen in ("door", "settings"):
            self.lay.addWidget(button(texts.word(f"nav.{screen}"), partial(self._open, screen), name=f"kiosk-{screen}"))
        self.lay.addWidget(button(texts.word("settings.quit"), desk.leave, "danger", name="kiosk-quit"))

    def _open(self, screen: str) -> None:
        self.desk.close_panel()
        if screen == "settings":
            self.desk.with_pin(Role.ADMINISTRATOR, lambda: self.desk.go("settings"))
        else:
            self.desk.go(screen)
