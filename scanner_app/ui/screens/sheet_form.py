"""Set-up by a code from another kiosk: hold it in front of the camera, type the one-time code, done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from scanner_app.application.events import DeviceChanged, DeviceState, FrameSeen
from scanner_app.application.sheets import Applied
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.preview import Preview
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label

CODE_LENGTH = 14
"""Three groups of four with what stands between them."""
GOOD = (DeviceState.RUNNING, DeviceState.OPENING)


class SheetForm(QWidget):
    """First aims, then asks for the code; `applied` gets what is not yet kept."""

    def __init__(self, desk: Desk, camera: DeviceState, applied: Callable[[Applied], None]) -> None:
        super().__init__()
        self.desk, self._applied = desk, applied
        self.sheet = ""
        theme = desk.theme
        self.preview = Preview(theme, mirror=desk.settings.devices.mirror)
        self.preview.setMinimumSize(theme.px(360), theme.px(270))
        self.code = QLineEdit()
        self.code.setMaxLength(CODE_LENGTH)
        self.code.setPlaceholderText("XXXX-XXXX-XXXX")
        self.code.setAccessibleName(texts.word("sheet.code"))
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhUppercaseOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.code.returnPressed.connect(self.go)
        self.apply = button(texts.word("sheet.apply"), self.go, "primary", name="sheet-apply")
        self.code.setMaximumWidth(theme.px(480))
        self.apply.setMaximumWidth(theme.px(480))
        self.says = Label(texts.word("sheet.aim"), "title", wrap=True)
        self.more = Label(texts.word("sheet.aim_help"), "soft", wrap=True)
        self.message = Label("", "body", tone="danger", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("xl"))
        row.addWidget(scrolled(self._words()), 2)
        row.addWidget(self.preview, 3)
        for widget in (self.code, self.apply, self.message):
            widget.hide()
        self.show_camera(camera)

    def _words(self) -> QWidget:
        words = QWidget()
        lay = column(self.desk.theme, words, margin="", gap="m")
        lay.addStretch(1)
        for widget in (self.says, self.more, self.code, self.apply, self.message):
            lay.addWidget(widget)
        lay.addStretch(1)
        return words

    # --- aiming
    def show_frame(self, frame: FrameSeen) -> None:
        """Take a picture."""
        self.preview.show_frame(frame)

    def show_camera(self, state: DeviceState) -> None:
        """Say what can be done without a camera."""
        if state not in GOOD:
            self.preview.clear(texts.word("sheet.no_camera"))

    def hear_camera(self, event: DeviceChanged) -> None:
        """Take note of how the camera fares."""
        self.show_camera(event.state)

    def take(self, sheet: str) -> None:
        """A sheet was seen: ask for its code."""
        if sheet == self.sheet:
            return
        self.sheet = sheet
        self.preview.hide()
        self.says.setText(texts.word("sheet.seen"))
        self.more.setText(texts.word("sheet.seen_help"))
        self.code.show()
        self.apply.show()
        self.code.setFocus()

    # --- opening
    def go(self) -> None:
        """Open the sheet with the code."""
        if not self.code.text().strip() or not self.apply.isEnabled():
            return
        self.apply.setEnabled(False)
        self._say("")
        sheets = self.desk.control.sheets
        self.desk.bridge.call(sheets.apply, self.sheet, self.code.text(), done=self._answered, owner=self)

    def _answered(self, report: Applied) -> None:
        self.apply.setEnabled(True)
        if report.settings is None:
            self._say(f"{texts.sentence(report.trouble)} {texts.advice(report.trouble)}")
            self.code.selectAll()
            self.code.setFocus()
            return
        self._applied(report)

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self.message.setVisible(bool(words))
