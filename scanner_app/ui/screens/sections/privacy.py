"""Privacy: how long this kiosk remembers people, and whose pictures it fetches."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QLineEdit

from scanner_app.ui import texts
from scanner_app.ui.screens.forms import field
from scanner_app.ui.screens.sections.page import START, Office, Page
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.stepper import Stepper
from scanner_app.ui.widgets.text import Label

USUAL_DAYS = 30
HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
"""A name with a dot: no address, no machine of this network, no wildcard (RFC 1035, 2.3.1)."""


class PrivacyPage(Page):
    """Blanking by itself, blanking now, pictures of guests."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        days, lay, theme = self.settings.retention_days, self.lay, self.desk.theme
        lay.addWidget(Label(texts.word("privacy.help"), "soft", wrap=True))
        lay.addWidget(self.check("privacy.on", days is not None, self._turn))
        words = texts.word("privacy.days")
        self.days = Stepper(theme, words, 0, 365, USUAL_DAYS if days is None else days)
        self.days.changed = lambda value: self.keep(retention_days=value)
        self.days.setEnabled(days is not None)
        field(words, self.days, lay)
        now = button(texts.word("privacy.now"), self._purge, "danger", name="privacy-now")
        now.setEnabled(days is not None)
        lay.addWidget(now, 0, START)
        lay.addSpacing(theme.space("m"))
        self.hosts = QLineEdit(", ".join(self.settings.screen.photo_hosts))
        self.hosts.setObjectName("photo-hosts")
        self.hosts.setPlaceholderText("images.example.org")
        self.hosts.editingFinished.connect(self._keep_hosts)
        field(texts.word("privacy.photos"), self.hosts, lay)
        self.message = Label(texts.word("privacy.photos_help"), "soft", wrap=True)
        lay.addWidget(self.message)
        lay.addStretch(1)

    def _turn(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.keep(retention_days=self.days.value if on else None)
        self.again("privacy")

    def _purge(self) -> None:
        days = self.settings.retention_days
        if days is not None:
            self.desk.bridge.call(self.desk.control.purge, days, done=self._purged, owner=self)

    def _purged(self, blanked: int) -> None:
        self.desk.toast(texts.plural("privacy.done", blanked))

    def _keep_hosts(self) -> None:
        names = tuple(dict.fromkeys(n for n in re.split(r"[\s,;]+", self.hosts.text().strip().lower()) if n))
        wrong = next((n for n in names if not HOST.fullmatch(n)), "")
        self.message.set_tone("danger" if wrong else "")
        self.message.setText(texts.word("privacy.no_host", name=wrong) if wrong else texts.word("privacy.photos_help"))
        if not wrong and names != self.settings.screen.photo_hosts:
            self.keep_screen(photo_hosts=names)
