"""Set-up file: this kiosk's whole set-up kept as a file, or taken from one; its keys open with a code only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QLineEdit

from scanner_app.application.sheets import SHEET_PREFIX, Applied, SheetReport, Wanted
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.ui import texts
from scanner_app.ui.keep import keep_file
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.file_panel import FilePanel
from scanner_app.ui.screens.forms import field
from scanner_app.ui.screens.sections.page import START, Office, Page
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.text import Label

GOOD_FOR = 24.0 * 30
"""Hours that a file is good for: long enough to set a kiosk up anew, short enough to be forgotten in a drawer."""
BIGGEST = 256 * 1024


def read_file(path: Path) -> str:
    """Return a set-up file's text; raise SettingsTrouble when it is none."""
    try:
        with path.open("rb") as file:
            text = file.read(BIGGEST).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsTrouble("sheet_unreadable", str(error)) from error
    if not text.startswith(SHEET_PREFIX):
        raise SettingsTrouble("sheet_unreadable", path.name)
    return text


class TransferPage(Page):
    """Out, and in."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        lay = self.lay
        lay.addWidget(Label(texts.word("transfer.help"), "soft", wrap=True))
        self.keys = self.check("sheet.keys", True, lambda _on: None)
        lay.addWidget(self.keys)
        lay.addWidget(button(texts.word("transfer.out"), self.export, "primary", name="transfer-out"), 0, START)
        self.told = Label("", "strong", wrap=True)
        self.code = Label("", "heading")
        for label in (self.told, self.code):
            label.hide()
            lay.addWidget(label)
        lay.addSpacing(self.desk.theme.space("m"))
        lay.addWidget(button(texts.word("transfer.in"), self._choose, name="transfer-in"), 0, START)
        self._text = ""
        self.typed = QLineEdit()
        self.typed.setMaxLength(14)
        self.typed.setPlaceholderText("XXXX-XXXX-XXXX")
        self.typed.returnPressed.connect(self._apply)
        field(texts.word("sheet.code"), self.typed, lay)
        self.take = button(texts.word("sheet.apply"), self._apply, "primary", name="transfer-apply")
        lay.addWidget(self.take, 0, START)
        lay.addStretch(1)
        self._file_chosen("")

    # --- out
    def export(self) -> None:
        """Make the file."""
        wanted = Wanted(self.settings.device, self.settings.place, GOOD_FOR, self.keys.isChecked())
        self.desk.bridge.call(self._export, wanted, done=self._exported, owner=self)

    def _export(self, wanted: Wanted) -> tuple[str, SheetReport]:
        report = self.desk.control.sheets.make(wanted)
        return ("", report) if report.trouble else (keep_file("set-up", "txt", report.text.encode()), report)

    def _exported(self, made: tuple[str, SheetReport]) -> None:
        path, report = made
        self.told.set_tone("danger" if report.trouble else "")
        self.told.setText(
            texts.sentence(report.trouble) if report.trouble else texts.word("transfer.made", path=visible(path, None))
        )
        self.code.setText(report.code)
        self.told.show()
        self.code.setVisible(bool(report.code))

    # --- in
    def _choose(self) -> None:
        self.desk.open_panel(FilePanel(self.desk, texts.word("transfer.in"), (".txt",), self.choose))

    def choose(self, path: Path) -> None:
        """Take a file."""
        self.desk.bridge.call(read_file, path, done=self._file_chosen, owner=self)

    def _file_chosen(self, text: str) -> None:
        self._text = text
        self.typed.setEnabled(bool(text))
        self.take.setEnabled(bool(text))
        if text:
            self.typed.setFocus()

    def _apply(self) -> None:
        if self._text and self.typed.text().strip():
            sheets = self.desk.control.sheets
            self.desk.bridge.call(sheets.apply, self._text, self.typed.text().strip(), done=self._applied, owner=self)

    def _applied(self, report: Applied) -> None:
        if report.settings is None:
            self.told.set_tone("danger")
            self.told.setText(texts.sentence(report.trouble))
            self.told.show()
            self.code.hide()
            return
        self.office.keep(replace(report.settings, training=self.settings.training))
        self.again("transfer")
