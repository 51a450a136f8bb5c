"""Before doors: one big READY, or what is missing and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from scanner_app.application.devices import ReaderReport
from scanner_app.application.events import DeviceChanged, DeviceState, Event, StatusChanged
from scanner_app.ui import texts
from scanner_app.ui.checks import Check, Tone, by_weight, checks, ready
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.symbol import Symbol, SymbolView
from scanner_app.ui.widgets.text import Label

SYMBOLS = {
    Tone.GOOD: Symbol.ADMIT,
    Tone.WARN: Symbol.ATTENTION,
    Tone.DANGER: Symbol.REFUSE,
    Tone.NOTE: Symbol.LOOK,
}


class ReadinessScreen(Screen):
    """Redrawn whenever the state of the door changes while it is shown."""

    name = "readiness"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self._camera = DeviceState.OPENING
        self._readers: tuple[ReaderReport, ...] = ()
        self._visible = False
        self.symbol = SymbolView(theme.px(180))
        self.headline = Label("", "display", wrap=True)
        self.says = Label("", "title", wrap=True)
        left = column(theme, margin="", gap="m")
        left.addStretch(1)
        left.addWidget(self.symbol, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.headline, self.says):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            left.addWidget(label)
        left.addStretch(1)
        left.addWidget(button(texts.word("do.sync"), self._sync, "primary", name="ready-sync"))
        left.addWidget(button(texts.word("ready.full"), self._full, name="ready-full"))
        self._list = column(theme, margin="", gap="s")
        inner = QWidget()
        inner.setLayout(self._list)
        card = QWidget()
        card.setObjectName("card")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        lay = column(theme, card, margin="l")
        lay.addWidget(scrolled(inner))
        row = QHBoxLayout(self)
        edge = theme.space("l")
        row.setContentsMargins(edge, theme.space("s"), edge, edge)
        row.setSpacing(edge)
        side = QWidget()
        side.setFixedWidth(theme.px(360 + 120 * (theme.text - 1)))
        side.setLayout(left)
        row.addWidget(side)
        row.addWidget(card, 1)

    def shown(self) -> None:
        """Look again."""
        self._visible = True
        self._draw()
        self._ask_readers()

    def _ask_readers(self) -> None:
        control = self.desk.control
        self.desk.bridge.call(control.devices.readers, done=self._readers_known, owner=self)

    def _readers_known(self, readers: Sequence[ReaderReport]) -> None:
        if tuple(readers) != self._readers:
            self._readers = tuple(readers)
            self._draw()

    def hidden(self) -> None:
        """Rest."""
        self._visible = False

    def hear(self, event: Event) -> None:
        """Take note of what changed."""
        if isinstance(event, DeviceChanged) and event.of_door_camera:
            self._camera = event.state
        if isinstance(event, (DeviceChanged, StatusChanged)) and self._visible:
            self._draw()
            self._ask_readers()

    def _draw(self) -> None:
        theme = self.desk.theme
        found = checks(self.desk.status, self.desk.settings, self._camera, self._readers)
        fine = ready(found)
        tone = "good" if fine else "danger"
        self.symbol.show_symbol(Symbol.ADMIT if fine else Symbol.REFUSE, theme.colour(tone), theme.colour("canvas"))
        self.headline.setText(texts.word("setup.done" if fine else "ready.not"))
        open_points = [c for c in found if c.tone in (Tone.DANGER, Tone.WARN)]
        says = texts.plural("ready.points", len(open_points)) if open_points else texts.word("ready.all_good")
        self.says.setText(says)
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for check in by_weight(found):
            self._list.addWidget(CheckRow(self.desk, check))
        self._list.addStretch(1)

    def _sync(self) -> None:
        self.desk.bridge.call(self.desk.control.sync_now, done=lambda _: self._asked())

    def _full(self) -> None:
        self.desk.bridge.call(lambda: self.desk.control.sync_now(full=True), done=lambda _: self._asked())

    def _asked(self) -> None:
        self.desk.toast(texts.word("ready.syncing"), seconds=3)


class CheckRow(QWidget):
    """One check: its symbol, its name, what it says, what to do."""

    def __init__(self, desk: Desk, check: Check) -> None:
        super().__init__()
        theme = desk.theme
        symbol = SymbolView(theme.px(40))
        symbol.show_symbol(SYMBOLS[check.tone], theme.colour(check.tone.value), theme.colour("surface"))
        words = column(theme, margin="", gap="xs")
        words.addWidget(Label(texts.word(f"ready.{check.name}"), "caption"))
        words.addWidget(Label(check.says, "strong", wrap=True))
        if check.advice:
            words.addWidget(Label(check.advice, "soft", wrap=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.space("s"), 0, theme.space("s"))
        row.setSpacing(theme.space("m"))
        row.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.setAccessibleName(f"{texts.word(f'ready.{check.name}')}: {check.says} {check.advice}")
