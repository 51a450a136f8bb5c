"""What happened here: every scan with its details, and the conflicts that people settle."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from scanner_app.application.control import Action, CorrectionReport, DoorControl, Role
from scanner_app.application.events import Decided, Event, Level, Status, StatusChanged
from scanner_app.application.ports import FactRow
from scanner_app.ui import records, texts
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.keep import keep_file
from scanner_app.ui.records import Record
from scanner_app.ui.screens.door_panels import NotePanel
from scanner_app.ui.screens.record_panel import RecordPanel, full_line
from scanner_app.ui.widgets.buttons import button, choice
from scanner_app.ui.widgets.rows import Row
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label

Which = TypeVar("Which", int, str)
"""By which a conflict, or a scan, is known."""
LOADED = 300
SHOWN = 100
FILTERS = ("all", "admitted", "refused", "conflicts")
CSV_COLUMNS = ("at", "place", "device", "outcome", "reason", "grade", "holder", "template_name", "raw", "scan_id")


def last(control: DoorControl, limit: int) -> list[Record]:
    """Return the newest scans as they now stand. Blocks: not for the window's thread."""
    rows = control.recent(limit)
    known = control.fates(rows)
    return [records.read(row, known.get(row.fact_id, records.UNKNOWN)) for row in rows]


def books_of(status: Status) -> tuple[int, ...]:
    """Return what changes when something was sent, refused, settled or taken back."""
    return status.unsent, status.refused, status.conflicts, status.admitted


class HistoryScreen(Screen):
    """A filter, a list."""

    name = "history"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.filter = FILTERS[0]
        self._group = QButtonGroup(self)
        self._scans: Sequence[Record] = ()
        self._books = books_of(desk.status)
        self._conflicts: Sequence[FactRow] = ()
        self._list = column(theme, margin="", gap="xs")
        self.rows: list[Row] = []
        self._drawn: list[Record] = []  # what each row tells
        self._visible = False
        self._empty = Label(texts.word("history.empty"), "soft")
        top = QHBoxLayout()
        top.setSpacing(theme.space("s"))
        for name in FILTERS:
            made = choice(texts.word(f"history.{name}"), lambda n=name: self.show_only(n), checked=name == self.filter)  # type: ignore[misc] # a loop's value
            made.setObjectName(f"history-{name}")
            self._group.addButton(made)
            top.addWidget(made)
        top.addWidget(button(texts.word("do.export"), self._export, name="history-export"))
        inner = QWidget()
        inner.setLayout(self._list)
        card = QWidget()
        card.setObjectName("card")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = column(theme, card, margin="m")
        inside.addWidget(scrolled(inner))
        lay = column(theme, self, margin="l", gap="m")
        lay.setContentsMargins(theme.space("l"), theme.space("s"), theme.space("l"), theme.space("l"))
        lay.addLayout(top)
        lay.addWidget(card, 1)
        self._draw()

    def shown(self) -> None:
        """Read the ledger again."""
        self._visible = True
        self._load()

    def hidden(self) -> None:
        """Rest."""
        self._visible = False

    def hear(self, event: Event) -> None:
        """A new scan belongs on top; what was sent or taken back meanwhile is told as it is now."""
        sent = isinstance(event, StatusChanged) and self._books != (books := books_of(event.status))
        if sent:
            self._books = books
        if self._visible and (sent or isinstance(event, Decided)):
            self._load()

    def _load(self) -> None:
        control = self.desk.control
        self.desk.bridge.call(
            lambda: (last(control, LOADED), control.conflicts(open_only=True)), done=self._loaded, owner=self
        )

    def _loaded(self, found: tuple[Sequence[Record], Sequence[FactRow]]) -> None:
        self._scans, self._conflicts = found
        self._draw()

    def show_only(self, name: str) -> None:
        """Filter."""
        self.filter = name
        for made in self._group.buttons():
            made.setChecked(made.objectName() == f"history-{name}")
        self._draw()

    def chosen(self) -> list[Record]:
        """Return what the filter lets through, newest first."""
        if self.filter == "conflicts":
            return [records.read(row) for row in self._conflicts]
        found = list(self._scans)
        if self.filter == "all":
            return found
        return [r for r in found if (r.passed if self.filter == "admitted" else not r.admits)]

    def _draw(self) -> None:
        at = next((n for n, row in enumerate(self.rows) if row.hasFocus()), -1)
        stood = self._drawn[at].row.number if at >= 0 else 0
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self._empty:
                widget.hide()
                widget.deleteLater()
        found = self.chosen()
        self._drawn = found[:SHOWN]
        self.rows = [self._row(record) for record in self._drawn]
        for row in self.rows:
            self._list.addWidget(row)
        self._list.addWidget(self._empty)
        self._empty.setVisible(not found)
        self._list.addStretch(1)
        if at >= 0 and self.rows:
            same = next((n for n, record in enumerate(self._drawn) if record.row.number == stood), at)
            self.rows[min(same, len(self.rows) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, record: Record) -> Row:
        return Row(self.desk.theme, full_line(record, self._zone()), lambda: self._open(record))

    def _zone(self) -> str:
        place = self.desk.settings.current_place
        return place.zone if place else ""

    # --- one of them
    def _open(self, record: Record) -> None:
        self.desk.open_panel(RecordPanel(self.desk, record, self._zone(), settle=self.settle, undo=self.undo))

    def settle(self, record: Record) -> None:
        """A supervisor settles a conflict with a note."""
        labels = ("history.settle", "history.settle_help", "history.note")
        self._with_words(Action.SETTLE, labels, self.desk.control.settle, record.row.number)

    def undo(self, record: Record) -> None:
        """A supervisor takes an admission back with a reason."""
        labels = ("door.undo", "door.override_help", "door.override_reason")
        self._with_words(Action.UNDO_LATE, labels, self.desk.control.undo, record.row.fact_id)

    def _with_words(
        self,
        action: Action,
        labels: tuple[str, str, str],
        correct: Callable[[Which, str, str], CorrectionReport],
        which: Which,
    ) -> None:
        """Have something corrected by whoever may, who says why. `labels`: a panel's title, its help, its field."""
        desk = self.desk

        def given(words: str) -> None:
            desk.close_panel()
            desk.bridge.call(correct, which, desk.operator(action), words, done=self._done, owner=self)

        desk.allow(action, lambda: desk.open_panel(NotePanel(desk, *labels, given)))

    def _done(self, report: CorrectionReport) -> None:
        if report.trouble:
            self.desk.toast(f"{texts.sentence(report.trouble)} {texts.advice(report.trouble)}", Level.WARNING)
            return
        self.desk.toast(texts.word("history.done"))
        self._load()

    # --- export
    def _export(self) -> None:
        found = self.chosen()
        self.desk.with_pin(
            Role.ADMINISTRATOR,
            lambda: self.desk.bridge.call(
                lambda: keep_file("scans", "csv", as_csv(found)), done=self._kept, owner=self
            ),
        )

    def _kept(self, path: str) -> None:
        self.desk.toast(texts.word("do.kept", path=path), seconds=10)


def as_csv(found: Sequence[Record]) -> bytes:
    """Return scans as CSV (RFC 4180, UTF-8 with a mark so that spreadsheets see it). No cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for record in found:
        body = record.row.body
        known = {"at": record.row.at.isoformat(), "holder": record.holder, "template_name": record.ticket}
        writer.writerow([_cell(str(known.get(c) or body.get(c) or "")) for c in CSV_COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "backslashreplace")


def _cell(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
