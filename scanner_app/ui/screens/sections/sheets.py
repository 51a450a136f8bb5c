"""More kiosks: this one's set-up as one code for another's camera; the code that opens it is shown apart."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from scanner_app.application.sheets import SheetReport, Wanted
from scanner_app.ui import texts
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.forms import field
from scanner_app.ui.screens.sections.page import START, Office, Page
from scanner_app.ui.screens.sheet_panel import SheetPanel
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.text import Label

HOURS = (1, 8, 24)


class SheetsPage(Page):
    """Asks which kiosk it is for."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        theme, lay = self.desk.theme, self.lay
        lay.addWidget(Label(texts.word("sheet.help"), "soft", wrap=True))
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.name.setObjectName("sheet-device")
        self.name.returnPressed.connect(self.make)
        field(texts.word("sheet.device"), self.name, lay)
        self.place = Drop(theme)
        for place in self.settings.places:
            self.place.addItem(visible(place.name), place.name)
        field(texts.word("sheet.place"), self.place, lay)
        self._hours = HOURS[0]
        lay.addWidget(Label(texts.word("sheet.good_for"), "soft"))
        hours = [(str(h), texts.plural("sheet.hours", h)) for h in HOURS]
        lay.addLayout(self.options(hours, str(self._hours), self._take_hours))
        self.keys = self.check("sheet.keys", True, lambda _on: None)
        lay.addWidget(self.keys)
        self.message = Label("", "body", tone="danger", wrap=True)
        self.message.hide()
        lay.addWidget(self.message)
        self.button = button(texts.word("sheet.make"), self.make, "primary", name="sheet-make")
        lay.addWidget(self.button, 0, START)
        lay.addStretch(1)

    def _take_hours(self, hours: str) -> None:
        self._hours = int(hours)

    def make(self) -> None:
        """Make the sheet."""
        name = self.name.text().strip()
        if not name:
            self._say(texts.word("sheet.need_device"))
            self.name.setFocus()
            return
        self.button.setEnabled(False)
        self._say("")
        wanted = Wanted(name, str(self.place.currentData() or ""), float(self._hours), self.keys.isChecked())
        self.desk.bridge.call(
            self.desk.control.sheets.make, wanted, done=lambda report: self._made(name, report), owner=self
        )

    def _made(self, name: str, report: SheetReport) -> None:
        self.button.setEnabled(True)
        if report.trouble:
            self._say(f"{texts.sentence(report.trouble)} {texts.admin(report.trouble)}")
            return
        self.desk.open_panel(SheetPanel(self.desk, name, report))

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self.message.setVisible(bool(words))
