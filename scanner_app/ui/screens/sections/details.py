"""Details: what of guest and ticket the door shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from scanner_app.ui import facts, texts
from scanner_app.ui.desk import column
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.widgets.buttons import button, icon_button
from scanner_app.ui.widgets.text import Label

OURS = ("holder", "ticket", "seat", "entries_left", "balance", "notes")
"""What a pass of any platform may have; the others are fields of the templates."""


def moved(names: Sequence[str], name: str, by: int) -> tuple[str, ...]:
    """Return the names with one of them moved up or down."""
    order = list(names)
    at = order.index(name)
    order.insert(max(0, min(len(order) - 1, at + by)), order.pop(at))
    return tuple(order)


class DetailsPage(Page):
    """What is shown, in order; below it what could be."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.lay.addWidget(Label(texts.word("details.help"), "soft", wrap=True))
        self._rows: QVBoxLayout = column(self.desk.theme, margin="", gap="xs")
        self.lay.addLayout(self._rows)
        self.lay.addSpacing(self.desk.theme.space("m"))
        self.lay.addWidget(Label(texts.word("details.more"), "soft"))
        self._more: QVBoxLayout = column(self.desk.theme, margin="", gap="xs")
        self.lay.addLayout(self._more)
        self.lay.addStretch(1)
        self._fields: tuple[str, ...] = ()
        self._show()
        self.desk.bridge.call(self.desk.control.field_names, done=self._found, owner=self)

    def _found(self, names: Sequence[str]) -> None:
        self._fields = tuple(names)
        self._show()

    def _show(self) -> None:
        shown = self.settings.screen.details
        for lay in (self._rows, self._more):
            _empty(lay)
        for name in shown:
            self._rows.addLayout(self._row(name))
        for name in [n for n in dict.fromkeys((*OURS, *self._fields)) if n not in shown]:
            words = f"+ {visible(facts.label(name))}"
            made = button(words, partial(self._keep, (*shown, name)), "section", name=f"add-{name}")
            self._more.addWidget(made)

    def _row(self, name: str) -> QHBoxLayout:
        theme, shown, words = self.desk.theme, self.settings.screen.details, facts.label(name)
        row = QHBoxLayout()
        row.setSpacing(theme.space("xs"))
        row.addWidget(Label(words, "strong", foreign=True, elide=True), 1)
        for symbol, by in (("up", -1), ("down", 1)):
            made = self._mark(symbol, f"{texts.word(f'do.{symbol}')}: {words}", partial(self._move, name, by))
            made.setEnabled(moved(shown, name, by) != shown)
            made.setObjectName(f"{symbol}-{name}")
            row.addWidget(made)
        out = partial(self._keep, tuple(n for n in shown if n != name))
        remove = self._mark("close", f"{texts.word('do.remove')}: {words}", out)
        remove.setObjectName(f"remove-{name}")
        row.addWidget(remove)
        return row

    def _mark(self, symbol: str, words: str, act: Callable[[], None]) -> QPushButton:
        return icon_button(self.desk.theme, symbol, words, act)

    def _move(self, name: str, by: int) -> None:
        self._keep(moved(self.settings.screen.details, name, by))

    def _keep(self, names: tuple[str, ...]) -> None:
        self.keep_screen(details=names)
        self._show()


def _empty(lay: QVBoxLayout | QHBoxLayout) -> None:
    while (item := lay.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner := item.layout(), QVBoxLayout | QHBoxLayout):
            _empty(inner)
