"""The whole venue for a supervisor: doors, hubs, flow, passes admitted twice, alarms. Only where a venue was joined."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from scanner_app.application.venue_view import VenueView
from scanner_app.ui import texts, venue_words
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.widgets.rows import Line, Row
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.symbol import Symbol
from scanner_app.ui.widgets.text import Label

EVERY = 2000
"""Milliseconds between two looks while it is shown: doors speak as often."""
SHOWN = 150
"""Doors that are listed, those in trouble first."""
LINES = 6
"""A door in trouble has much to say."""
SYMBOLS = {"good": Symbol.ADMIT, "warn": Symbol.ATTENTION, "danger": Symbol.REFUSE}


class VenueScreen(Screen):
    """Looks again every two seconds while it is in front."""

    name = "venue"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.rows: list[Row] = []
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self._look)
        self._doors = column(theme, margin="", gap="xs")
        self._boxes: QBoxLayout = QVBoxLayout() if theme.large else QHBoxLayout()
        self._twice, self._alarms = column(theme, margin="", gap="xs"), column(theme, margin="", gap="xs")
        self.standing = Label("", "strong", wrap=True)
        self.figures = [Label("", "heading"), Label("", "heading")]
        self._heads: dict[str, Label] = {}
        side = QWidget()
        right = column(theme, side, margin="", gap="m")
        right.addLayout(self._top())
        right.addWidget(self._hubs())
        right.addWidget(self._card("venue.twice", self._twice, scrolls=not theme.large), 1)
        right.addWidget(self._card("venue.alarms", self._alarms, scrolls=not theme.large), 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space("l"), theme.space("s"), theme.space("l"), theme.space("l"))
        row.setSpacing(theme.space("m"))
        row.addWidget(self._card("venue.doors", self._doors), 3)
        row.addWidget(scrolled(side) if theme.large else side, 2)

    def _top(self) -> QBoxLayout:
        theme = self.desk.theme
        row: QBoxLayout = QVBoxLayout() if theme.large else QHBoxLayout()
        row.setSpacing(theme.space("m"))
        for figure, key in zip(self.figures, ("venue.admitted", "venue.flow"), strict=True):
            card = _plain_card()
            lay = column(theme, card, margin="m", gap="xs")
            lay.addWidget(figure)
            lay.addWidget(Label(texts.word(key), "soft", elide=True))
            row.addWidget(card, 1)
        return row

    def _hubs(self) -> QWidget:
        card = _plain_card()
        lay = column(self.desk.theme, card, margin="m", gap="s")
        lay.addWidget(self.standing)
        lay.addLayout(self._boxes)
        return card

    def _card(self, key: str, content: QVBoxLayout, *, scrolls: bool = True) -> QWidget:
        inner = QWidget()
        inner.setLayout(content)
        content.addStretch(1)
        card = _plain_card()
        lay = column(self.desk.theme, card, margin="m", gap="s")
        self._heads[key] = Label(texts.word(key), "strong", wrap=True)
        lay.addWidget(self._heads[key])
        lay.addWidget(scrolled(inner) if scrolls else inner, 1)
        return card

    def shown(self) -> None:
        """Begin to look."""
        self._look()
        self._timer.start()

    def hidden(self) -> None:
        """Rest."""
        self._timer.stop()

    def _look(self) -> None:
        self.desk.bridge.call(self.desk.control.venue, done=self.show_view, owner=self)

    def show_view(self, view: VenueView | None) -> None:
        """Draw what is known."""
        if view is None:
            return
        says, tone = venue_words.standing(view)
        self.standing.setText(says)
        self.standing.set_tone(tone if tone != "good" else "")
        for label, (_, value) in zip(self.figures, venue_words.figures(view), strict=True):
            label.setText(value)
        lines = venue_words.doors(view)
        self._count("venue.doors", len(lines))
        self._count("venue.twice", view.twice_count)
        self._count("venue.alarms", view.alarm_count)
        self._show_rows(lines[:SHOWN])
        _replace(self._boxes, [_row(self.desk, line) for line in venue_words.boxes(view)])
        self._says(self._twice, venue_words.twice(view), "venue.nobody_twice")
        self._says(self._alarms, venue_words.alarms(view), "venue.no_alarms", after="venue.alarm.advice")

    def _count(self, key: str, count: int) -> None:
        self._heads[key].setText(f"{texts.word(key)} · {texts.number(count)}" if count else texts.word(key))

    def _show_rows(self, lines: Sequence[venue_words.Line]) -> None:
        if len(lines) != len(self.rows):
            self.rows = [_row(self.desk, line) for line in lines]
            _replace(self._doors, self.rows)
            return
        for row, line in zip(self.rows, lines, strict=True):
            row.show_line(_line(line))

    def _says(self, where: QVBoxLayout, lines: Sequence[str], nothing: str, *, after: str = "") -> None:
        labels = [Label(text, "body", wrap=True) for text in lines]
        if not labels:
            labels = [Label(texts.word(nothing), "soft", wrap=True)]
        elif after:
            labels.insert(0, Label(texts.word(after), "body", tone="danger", wrap=True))
        _replace(where, labels)


def _plain_card() -> QWidget:
    card = QWidget()
    card.setObjectName("card")
    card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return card


def _line(line: venue_words.Line) -> Line:
    return Line(line.title, line.below, line.end, SYMBOLS.get(line.tone))


def _row(desk: Desk, line: venue_words.Line) -> Row:
    row = Row(desk.theme, _line(line), lambda: None, lines=LINES)
    row.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    row.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return row


def _replace(where: QBoxLayout, widgets: Sequence[QWidget]) -> None:
    while (item := where.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
    for widget in widgets:
        where.addWidget(widget)
    if isinstance(where, QVBoxLayout):
        where.addStretch(1)
