"""A provisioning sheet on the screen: first the code for the camera, and apart from it the one-time code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from scanner_app.application.sheets import SheetReport
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.keep import new_path
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.sheet import print_code
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.qr import QrView
from scanner_app.ui.widgets.text import Label

SIDE = 500
"""Side of the code at factor 1, pixels: a sheet is dense, and a kiosk's camera reads it from a screen."""


class SheetPanel(Panel):
    """Two faces that are never seen together: whoever photographs one has nothing."""

    def __init__(self, desk: Desk, device: str, report: SheetReport) -> None:
        super().__init__(desk, texts.word("sheet.for", device=device), "", wide=900)
        self._device, self._report = device, report
        place = desk.settings.current_place
        expires = report.expires or moments.now()
        self._until = texts.word("sheet.until", at=moments.when(expires, moments.now(), place.zone if place else ""))
        self.faces = QStackedWidget()
        self.faces.addWidget(self._code_face())
        self.faces.addWidget(self._word_face())
        self.lay.addWidget(self.faces, 1)
        self.turn = button(texts.word("sheet.show_code"), self.turn_over, "primary", name="sheet-turn")
        self.print = button(texts.word("sheet.print"), self._print, name="sheet-print")
        self.feet(self.print, self.turn)
        self.setProperty("tall", True)
        self.setFixedHeight(desk.theme.px(760))

    def _code_face(self) -> QWidget:
        theme = self.desk.theme
        face = QWidget()
        lay = column(theme, face, margin="", gap="s")
        view = QrView(self._report.text, theme.px(SIDE), error="l")
        lay.addWidget(view, 1, Qt.AlignmentFlag.AlignCenter)
        words = Label(f"{texts.word('sheet.scan_help')} {self._until}", "soft", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        lay.addWidget(words)
        return face

    def _word_face(self) -> QWidget:
        theme = self.desk.theme
        face = QWidget()
        lay = column(theme, face, margin="", gap="m")
        lay.addStretch(1)
        for words, kind in (
            (texts.word("sheet.code"), "soft"),
            (self._report.code, "display"),
            (texts.word("sheet.code_help"), "body"),
        ):
            label = Label(words, kind, wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            lay.addWidget(label)
        lay.addStretch(1)
        return face

    def turn_over(self) -> None:
        """Show the other face."""
        secret = self.faces.currentIndex() == 0
        self.faces.setCurrentIndex(1 if secret else 0)
        self.turn.setText(texts.word("sheet.show_sheet" if secret else "sheet.show_code"))
        self.print.setVisible(not secret)

    def _print(self) -> None:
        path = new_path("set-up", "pdf")
        title = texts.word("sheet.for", device=self._device)
        self.desk.bridge.call(
            print_code,
            path,
            title,
            self._until,
            self._report.text,
            done=lambda kept: self._printed(str(kept)),
            owner=self,
        )

    def _printed(self, path: str) -> None:
        self.desk.toast(texts.word("do.kept", path=path), seconds=10)
