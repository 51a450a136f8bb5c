"""Settings, behind the administrator's PIN: sections at the side, one at a time, kept as soon as it is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from scanner_app.application.config import Settings
from scanner_app.application.events import Event, FrameSeen
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.margins import margins
from scanner_app.ui.screens.sections.accounts import AccountsPage
from scanner_app.ui.screens.sections.camera import CameraPage
from scanner_app.ui.screens.sections.details import DetailsPage
from scanner_app.ui.screens.sections.kiosk import KioskPage
from scanner_app.ui.screens.sections.language import LanguagePage
from scanner_app.ui.screens.sections.look import LookPage
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.screens.sections.pins import PinsPage
from scanner_app.ui.screens.sections.places import PlacesPage
from scanner_app.ui.screens.sections.privacy import PrivacyPage
from scanner_app.ui.screens.sections.readers import ReadersPage
from scanner_app.ui.screens.sections.sheets import SheetsPage
from scanner_app.ui.screens.sections.sound import SoundPage
from scanner_app.ui.screens.sections.transfer import TransferPage
from scanner_app.ui.widgets.buttons import choice
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label

GROUPS: Mapping[str, Mapping[str, Callable[[Office], Page]]] = MappingProxyType(
    {
        "passes": {"accounts": AccountsPage, "places": PlacesPage},
        "devices": {"camera": CameraPage, "readers": ReadersPage},
        "people": {"details": DetailsPage, "look": LookPage, "language": LanguagePage, "sound": SoundPage},
        "kiosk": {
            "kiosk": KioskPage,
            "pin": PinsPage,
            "privacy": PrivacyPage,
            "transfer": TransferPage,
            "sheets": SheetsPage,
        },
    }
)
"""Every section by its word in the catalogue, in groups: a new section is one line here and one file beside."""
PAGES: Mapping[str, Callable[[Office], Page]] = {
    name: page for group in GROUPS.values() for name, page in group.items()
}
SECTIONS = tuple(PAGES)


class SettingsScreen(Screen):
    """One section at a time."""

    name = "settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.section = SECTIONS[0]
        self.page: Page | None = None
        self._title = Label("", "heading", wrap=True)
        self._body = column(theme, margin="", gap="m")
        self._group = QButtonGroup(self)
        self._side = self._sections()
        inner = QWidget()
        inner.setObjectName("card")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        lay = column(theme, inner, margin="xl", gap="m")
        lay.addWidget(self._title)
        lay.addLayout(self._body, 1)
        row = QHBoxLayout(self)
        edge = theme.space("l")
        row.setContentsMargins(edge, theme.space("s"), edge, edge)
        row.setSpacing(edge)
        row.addWidget(self._side)
        row.addWidget(inner, 1)

    def _sections(self) -> QScrollArea:
        theme = self.desk.theme
        side = column(theme, margin="", gap="")
        side.addWidget(Label(texts.word("settings.title"), "title"))
        for group, pages in GROUPS.items():
            side.addSpacing(theme.space("s"))
            caption = Label(texts.word(f"settings.group.{group}"), "caption", wrap=True)
            margins(caption, theme.space("m") + theme.px(3), 0, theme.space("m"), 0)
            side.addWidget(caption)
            self._add_group(side, pages)
        side.addStretch(1)
        left = QWidget()
        left.setLayout(side)
        area = scrolled(left)
        area.setFixedWidth(theme.px(370 if theme.large else 290))
        margins(side, 0, 0, theme.space("s"), 0)
        return area

    def _add_group(self, side: QVBoxLayout, pages: Mapping[str, object]) -> None:
        for name in pages:
            words = texts.word(f"settings.{name}")
            made = choice(words, partial(self.show_section, name), checked=name == self.section)
            made.setObjectName(f"section-{name}")
            made.setProperty("kind", "section")
            self._group.addButton(made)
            side.addWidget(made)

    def shown(self) -> None:
        """Show the section that was open."""
        self.show_section(self.section)

    def hidden(self) -> None:
        """Give back what the section holds."""
        self._clear()

    def memory(self) -> str:
        """The section that is open."""
        return self.section

    def recall(self, memory: object) -> None:
        """Open the same section when shown."""
        self.section = memory if isinstance(memory, str) else self.section

    def show_section(self, name: str) -> None:
        """Open a section."""
        self.section = name
        for made in self._group.buttons():
            chosen = made.objectName() == f"section-{name}"
            made.setChecked(chosen)
            if chosen:
                self._side.ensureWidgetVisible(made)
        self._clear()
        self._title.setText(texts.word(f"settings.{name}"))
        self.page = PAGES[name](self)
        self._body.addWidget(self.page if self.page.fills else scrolled(self.page), 1)

    def _clear(self) -> None:
        if self.page is not None:
            self.page.leave()
            self.page = None
        while (item := self._body.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def hear(self, event: Event) -> None:
        """Hand camera pictures and everything else to the open section."""
        if self.page is None:
            return
        if isinstance(event, FrameSeen):
            self.page.show_frame(event)
        else:
            self.page.hear(event)

    def keep(self, settings: Settings) -> None:
        """Save."""
        self.desk.save(settings)
