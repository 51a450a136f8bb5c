"""The day in figures: arrivals, refusals by reason, doors, the busiest minutes. Keeps them as PNG, PDF or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QMarginsF, QRect, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from scanner_app.application.control import Role
from scanner_app.application.events import Event, StatusChanged
from scanner_app.application.ports import FactRow
from scanner_app.ui import moments, records, texts
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.keep import keep_file, new_path
from scanner_app.ui.records import Tally
from scanner_app.ui.widgets.bars import Arrivals, Shares
from scanner_app.ui.widgets.buttons import button, choice
from scanner_app.ui.widgets.text import Label

LOADED = 50_000
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


class NumbersScreen(Screen):
    """Figures above, arrivals in the middle, reasons and doors below."""

    name = "numbers"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.span = "day"
        self.tally = Tally()
        self._group = QButtonGroup(self)
        self.figures: dict[str, Label] = {}
        self.arrivals = Arrivals(theme)
        self.reasons, self.doors = Shares(theme, "danger"), Shares(theme, "good")
        self.page = QWidget()
        self.page.setObjectName("canvas")
        self.page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        page = column(theme, self.page, margin="", gap="m")
        page.addLayout(self._figures())
        page.addWidget(self._card("numbers.arrivals", self.arrivals), 3)
        low = QHBoxLayout()
        low.setSpacing(theme.space("m"))
        low.addWidget(self._card("numbers.reasons", self.reasons), 1)
        low.addWidget(self._card("numbers.doors", self.doors), 1)
        page.addLayout(low, 3)
        lay = column(theme, self, margin="l", gap="m")
        lay.setContentsMargins(theme.space("l"), theme.space("s"), theme.space("l"), theme.space("l"))
        lay.addLayout(self._top())
        lay.addWidget(self.page, 1)

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self.desk.theme.space("s"))
        for name in SPANS:
            made = choice(texts.word(f"numbers.{name}"), lambda n=name: self._choose(n), checked=name == self.span)  # type: ignore[misc] # a loop's value
            self._group.addButton(made)
            row.addWidget(made)
        for ending in ("png", "pdf", "csv"):
            row.addWidget(button(ending.upper(), lambda e=ending: self._keep(e), name=f"numbers-{ending}"))  # type: ignore[misc] # a loop's value
        return row

    def _figures(self) -> QHBoxLayout:
        theme = self.desk.theme
        row = QHBoxLayout()
        row.setSpacing(theme.space("m"))
        for name in ("admitted", "refused", "inside", "busiest"):
            card = QWidget()
            card.setObjectName("card")
            card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            lay = column(theme, card, margin="m", gap="xs")
            self.figures[name] = Label("", "heading", elide=True)
            lay.addWidget(self.figures[name])
            lay.addWidget(Label(texts.word(f"numbers.{name}"), "soft", elide=True))
            row.addWidget(card, 1)
        return row

    def _card(self, key: str, chart: QWidget) -> QWidget:
        card = QWidget()
        card.setObjectName("card")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        lay: QVBoxLayout = column(self.desk.theme, card, margin="m", gap="s")
        lay.addWidget(Label(texts.word(key), "strong"))
        lay.addWidget(chart, 1)
        return card

    def shown(self) -> None:
        """Count again."""
        self._count()

    def hear(self, event: Event) -> None:
        """Count again when the state of the door has changed."""
        if isinstance(event, StatusChanged) and self.isVisible():
            self._count()

    def _choose(self, span: str) -> None:
        self.span = span
        self._count()

    def _count(self) -> None:
        control, span = self.desk.control, SPANS[self.span]
        self.desk.bridge.call(lambda: _tally(control.recent(LOADED), span), done=self._show, owner=self)

    def _show(self, tally: Tally) -> None:
        self.tally = tally
        place = self.desk.settings.current_place
        zone = place.zone if place else ""
        inside = self.desk.status.inside
        self.figures["admitted"].setText(texts.number(tally.admitted))
        self.figures["refused"].setText(texts.number(tally.refused))
        self.figures["inside"].setText("·" if inside is None else texts.number(inside))
        busy = tally.busiest
        said = f"{moments.clock(busy[0], zone)} · {texts.number(busy[1])}" if busy else "·"
        self.figures["busiest"].setText(said)
        self.arrivals.show_slots([(moments.clock(at, zone), count) for at, count in tally.slots])
        self.reasons.show_shares([(texts.headline(code), count) for code, count in tally.reasons])
        self.doors.show_shares(tally.doors)

    # --- keeping
    def _keep(self, ending: str) -> None:
        self.desk.with_pin(Role.ADMINISTRATOR, lambda: self._keep_now(ending))

    def _keep_now(self, ending: str) -> None:
        if ending == "csv":
            content = as_csv(self.tally)
            self.desk.bridge.call(lambda: keep_file("numbers", "csv", content), done=self._kept, owner=self)
            return
        path = new_path("numbers", ending)
        picture = self.page.grab()
        if ending == "png":
            picture.save(str(path))
        else:
            writer = QPdfWriter(str(path))
            page = QPageSize(QPageSize.PageSizeId.A4)
            writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Landscape, QMarginsF(12, 12, 12, 12)))
            painter = QPainter(writer)
            wide = painter.viewport().width()
            painter.drawPixmap(QRect(0, 0, wide, wide * picture.height() // max(1, picture.width())), picture)
            painter.end()
        path.chmod(0o600)
        self._kept(str(path))

    def _kept(self, path: str) -> None:
        self.desk.toast(texts.word("do.kept", path=path), seconds=10)


def _tally(rows: Sequence[FactRow], span: timedelta) -> Tally:
    """Count back from the newest scan: the evening's figures are asked for the next morning, too."""
    until = (rows[0].at if rows else datetime.now(UTC)) + timedelta(seconds=1)
    return records.tally(rows, until - span, until)


def as_csv(tally: Tally) -> bytes:
    """Return the figures as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["what", "name", "count"])
    writer.writerow(["admitted", "", tally.admitted])
    writer.writerow(["refused", "", tally.refused])
    writer.writerows(["arrivals", at.isoformat(), count] for at, count in tally.slots)
    writer.writerows(["refused because", code, count] for code, count in tally.reasons)
    writer.writerows(["admitted at", f"'{name}" if name[:1] in "=+-@" else name, count] for name, count in tally.doors)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "backslashreplace")
