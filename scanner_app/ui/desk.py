"""What every screen may use: the door, the bridge, the look, and the window's toasts, panels and PIN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QVBoxLayout, QWidget

from scanner_app.application.config import Settings
from scanner_app.application.control import Action, DoorControl, Role
from scanner_app.application.events import Event, Level, Status
from scanner_app.domain.errors import ScannerError
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.picture_process import PictureProcess
from scanner_app.ui.sound import Sounds
from scanner_app.ui.theme import Theme


class Desk(Protocol):
    """The window, as a screen sees it. Everything here is for the window's thread."""

    control: DoorControl
    bridge: Bridge
    sounds: Sounds
    pictures: PictureProcess
    theme: Theme
    settings: Settings
    status: Status

    @property
    def panel(self) -> QWidget | None:
        """The panel that lies over the screens, if any."""

    def toast(
        self,
        text: str,
        level: Level = Level.INFO,
        *,
        action: str = "",
        then: Callable[[], None] | None = None,
        seconds: float = 6.0,
    ) -> None:
        """Say something at the bottom of the window, with one button if `action` names one."""

    def open_panel(self, panel: QWidget) -> None:
        """Lay a panel over the screens; scans go on behind it."""

    def close_panel(self) -> None:
        """Take the panel away."""

    def with_pin(self, role: Role, then: Callable[[], None]) -> None:
        """Run `then` once the role's PIN was entered; at once while none has been chosen."""

    def allow(self, action: Action, then: Callable[[], None]) -> None:
        """Run `then` once the PIN that an administrator asks for this action was entered; at once where none is."""

    def operator(self, action: Action) -> str:
        """Return in whose name an action is done that was allowed."""

    def go(self, screen: str) -> None:
        """Bring a screen to the front."""

    def trouble(self, error: ScannerError) -> None:
        """Tell people of a failed call."""

    def leave(self) -> None:
        """Ask, then end the program."""

    def save(self, settings: Settings) -> None:
        """Keep settings and say so; what could not be kept is not shown as kept."""

    def speak(self, language: str) -> None:
        """Speak another language from now on, before there are settings to keep it in."""

    def rerun_setup(self) -> None:
        """Go through the first set-up again."""


class Screen(QWidget):
    """One screen of the stack. `name` is its word in the catalogue (`nav.` + name) and its icon."""

    name = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("canvas")

    def hear(self, event: Event) -> None:
        """Take an event, shown or not."""

    def shown(self) -> None:
        """Have come to the front."""

    def hidden(self) -> None:
        """Have gone to the back."""

    def memory(self) -> object:
        """Return what the same screen should know when it is built anew in another look."""
        return None

    def recall(self, memory: object) -> None:
        """Be where the screen before was; None: there was none."""


def column(theme: Theme, parent: QWidget | None = None, *, margin: str = "l", gap: str = "m") -> QVBoxLayout:
    """Return a vertical layout in the house's distances."""
    made = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    edge = theme.space(margin) if margin else 0
    made.setContentsMargins(edge, edge, edge, edge)
    made.setSpacing(theme.space(gap) if gap else 0)
    return made
