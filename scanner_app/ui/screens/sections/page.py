"""What every section of settings is: a column of fields that keeps each change at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from scanner_app.application.config import ScreenConfig, Settings
from scanner_app.application.events import Event, FrameSeen
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.margins import margins
from scanner_app.ui.widgets.buttons import choice
from scanner_app.ui.widgets.tick import Tick

START = Qt.AlignmentFlag.AlignLeading


class Office(Protocol):
    """The settings screen, as a section sees it."""

    desk: Desk

    def keep(self, settings: Settings) -> None:
        """Save; what could not be kept is not shown as kept."""

    def show_section(self, name: str) -> None:
        """Open a section, also the same one anew."""


class Page(QWidget):
    """One section. `fills`: it wants all the height there is and scrolls by itself."""

    fills = False

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office
        self.desk = office.desk
        self.lay = column(self.desk.theme, self, margin="", gap="s")
        margins(self.lay, 0, 0, 0 if self.fills else self.desk.theme.space("m"), 0)

    @property
    def settings(self) -> Settings:
        """The settings as they now are."""
        return self.desk.settings

    def keep(self, **changes: object) -> None:
        """Save a change of the settings."""
        self.office.keep(replace(self.settings, **changes))  # type: ignore[arg-type] # fields by name

    def keep_screen(self, **changes: object) -> None:
        """Save a change of how the door looks."""
        screen: ScreenConfig = replace(self.settings.screen, **changes)  # type: ignore[arg-type] # fields by name
        self.keep(screen=screen)

    def again(self, name: str) -> None:
        """Show the section as it now is."""
        self.office.show_section(name)

    def show_frame(self, frame: FrameSeen) -> None:
        """Take a camera's picture."""

    def hear(self, event: Event) -> None:
        """Take any other event."""

    def leave(self) -> None:
        """Give back what was held while the section was open."""

    # --- pieces
    def check(self, key: str, on: bool, then: Callable[[bool], None]) -> Tick:  # noqa: FBT001 - a state
        """Return a box to tick."""
        made = Tick(self.desk.theme, texts.word(key), on=on)
        made.toggled.connect(then)
        return made

    def options(self, options: Sequence[tuple[str, str]], current: str, then: Callable[[str], None]) -> QGridLayout:
        """Return one of several, side by side; below each other where text is large."""
        grid = QGridLayout()
        grid.setSpacing(self.desk.theme.space("s"))
        across = 1 if self.desk.theme.large else len(options)
        for n, (value, words) in enumerate(options):
            made = choice(words, partial(then, value), checked=value == current, name=words)
            grid.addWidget(made, n // across, n % across)
        return grid
