"""The last five scans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from scanner_app.application.events import Decided
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import column
from scanner_app.ui.facts import holder, nobody, ticket
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.face import face
from scanner_app.ui.widgets.rows import Line, Row
from scanner_app.ui.widgets.symbol import Symbol
from scanner_app.ui.widgets.text import Label

SHOWN = 5


ROW = 46
"""Height of one of the last scans at factor 1. Smaller than a finger: the list is for the eye, the newest matters."""


class ScanRow(Row):
    """One scan: symbol, who, what was said, when. `event_shown`: what the door told of it, None for one of before."""

    def __init__(
        self, theme: Theme, line: Line, scan_id: str, pressed: Callable[[], None], event: Decided | None = None
    ) -> None:
        self.scan_id, self.event_shown = scan_id, event
        super().__init__(theme, line, pressed, high=ROW, lines=1)

    def mark_undone(self) -> None:
        """Say that it was taken back."""
        self.show_line(replace(self.line, below=texts.word("door.undone"), symbol=Symbol.READY))


def scan_line(event: Decided, zone: str) -> Line:
    """Return what a list says of a scan."""
    verdict = event.scan.verdict
    code = texts.verdict_code(verdict)
    said = texts.headline(code)
    if code.endswith("_PENDING"):
        said += f" · {texts.word('door.not_confirmed')}"
    who = holder(verdict) or ticket(verdict) or nobody(verdict.detail)
    return Line(who, said, moments.clock(event.scan.moment.wall, zone), face(verdict).symbol)


class Recent(QWidget):
    """The last five scans, newest first."""

    def __init__(self, theme: Theme, pressed: Callable[[Decided], None]) -> None:
        super().__init__()
        self._theme = theme
        self._pressed = pressed
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay = column(theme, self, margin="s", gap="xs")
        head = Label(texts.word("door.last"), "caption")
        head.ensurePolished()  # some scripts stand higher than others
        self._lay.addWidget(head)
        self._empty = Label(texts.word("door.none_yet"), "soft", wrap=True)
        self._lay.addWidget(self._empty)
        self._lay.addStretch(1)
        self._shown = SHOWN if not theme.large else 3 if theme.text < 1.6 else 2
        rows = self._shown * (theme.text_px(ROW) + theme.space("xs"))
        self.setFixedHeight(max(24, head.sizeHint().height()) + rows + 2 * theme.space("s") + theme.px(4))
        self.rows: list[ScanRow] = []

    def add(self, event: Decided, zone: str = "") -> None:
        """Put a scan on top; its time is told in the place's own zone."""
        self._empty.hide()
        scan_id = event.scan.scan_id
        row = ScanRow(self._theme, scan_line(event, zone), scan_id, lambda: self._pressed(event), event)
        self._lay.insertWidget(1, row)
        self.rows.insert(0, row)
        self._trim()

    def show_past(self, lines: Sequence[tuple[str, Line, Callable[[], None]]]) -> None:
        """Tell anew what is here, and below it what was scanned before: id, words, what a press does; newest first."""
        here = {row.scan_id: row for row in self.rows}
        for scan_id, line, pressed in lines:
            if scan_id in here:
                here[scan_id].show_line(line)
            elif len(self.rows) < self._shown:
                row = ScanRow(self._theme, line, scan_id, pressed)
                self._lay.insertWidget(1 + len(self.rows), row)
                self.rows.append(row)
        self._empty.setVisible(not self.rows)

    def _trim(self) -> None:
        for old in self.rows[self._shown :]:
            self._lay.removeWidget(old)
            old.hide()
            old.deleteLater()
        del self.rows[self._shown :]

    def mark_undone(self, scan_id: str) -> None:
        """Say of a scan that it was taken back."""
        for row in self.rows:
            if row.scan_id == scan_id:
                row.mark_undone()
