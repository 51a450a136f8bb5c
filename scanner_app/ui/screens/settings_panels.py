"""Settings' panels: one account, one place, a new place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QLineEdit,
    QWidget,
)

from scanner_app.application.config import AccountConfig
from scanner_app.application.control import AccountReport
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Place, Policy
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.margins import margins
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.screens.forms import AccountForm, key_words
from scanner_app.ui.screens.place_codes import CodesField, FlightField
from scanner_app.ui.screens.place_form import PlaceForm
from scanner_app.ui.screens.place_hours import HoursField
from scanner_app.ui.widgets.buttons import button, choice
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.stepper import Stepper
from scanner_app.ui.widgets.text import Label
from scanner_app.ui.widgets.tick import Tick


class PlaceKept(Protocol):
    """Takes a place that was changed, and the name it had."""

    def __call__(self, place: Place, was: str, *, in_use: bool) -> None:
        """Keep it."""


class AccountPanel(Panel):
    """Address and key of one account; kept only after the platform accepted them."""

    def __init__(
        self,
        desk: Desk,
        account: AccountConfig | None,
        kept: Callable[[AccountConfig], None],
        removed: Callable[[AccountConfig], None],
    ) -> None:
        super().__init__(desk, texts.word("setup.account"), texts.word("setup.account_help"), wide=860)
        self._kept, self._warned = kept, False
        self.form = AccountForm(desk, account, self._tested, one_of_several=True)
        self.lay.addWidget(scrolled(self.form, hugs=True))
        self.save = button(texts.word("do.save"), self._save, "primary", name="account-save")
        self.save.setEnabled(False)
        feet: list[QWidget] = []
        if account is not None:
            feet.append(
                button(texts.word("do.remove"), lambda: self._remove(removed, account), "danger", name="account-remove")
            )
        self.feet(*feet, self.save)

    def _tested(self, _report: AccountReport) -> None:
        self.save.setEnabled(True)
        self.save.setFocus()  # the button that was pressed went dead meanwhile, and the next one closes the panel

    def _save(self) -> None:
        account = self.form.account()
        if key := self.form.key.text():
            self.desk.bridge.call(
                self.desk.control.store_key, account, key, done=lambda store: self._key_kept(account, store), owner=self
            )
        else:
            self._finish(account)

    def _key_kept(self, account: AccountConfig, store: str) -> None:
        self._finish(account)
        self.desk.toast(key_words(store)[0], seconds=8)

    def _finish(self, account: AccountConfig) -> None:
        self.desk.close_panel()
        self._kept(account)

    def _remove(self, removed: Callable[[AccountConfig], None], account: AccountConfig) -> None:
        """Ask once more while anything waits: only an account that is here sends what was admitted for it."""
        if self.desk.status.unsent and not self._warned:
            self._warned = True
            self.form.say(texts.word("account.unsent"), "danger")
            return
        self.desk.close_panel()
        removed(account)


class PlacePanel(Panel):
    """Everything that can be set at one place."""

    def __init__(self, desk: Desk, place: Place, kept: PlaceKept, removed: Callable[[Place], None]) -> None:
        super().__init__(desk, texts.word("settings.places"), wide=900)
        self._place, self._kept = place, kept
        self.name = QLineEdit(place.name)
        self.name.setMaxLength(80)
        self.policy = _box(desk, [(p.value, texts.word(f"policy.{p.value}")) for p in Policy], place.policy.value)
        self.direction = _box(
            desk, [(d.value, texts.word(f"direction.{d.value}")) for d in Direction], place.direction.value
        )
        self.entries = Stepper(desk.theme, texts.word("place.entries"), 1, 999, place.entries)
        self.per_day = Tick(desk.theme, texts.word("place.per_day"), on=place.per_day)
        self.amount = QLineEdit(str(place.amount))
        self.confirm = Tick(desk.theme, texts.word("place.confirm"), on=place.confirm)
        limit = round((place.cache_limit or 0) / 60)
        self.limit = Stepper(desk.theme, texts.word("place.cache_limit"), 0, 10_000, limit, step=5)
        self.undo = Stepper(desk.theme, texts.word("place.undo"), 0, 3600, round(place.undo_seconds), step=30)
        self.use = Tick(desk.theme, texts.word("place.use"), on=desk.settings.current_place is place)
        self.codes = CodesField(desk, place)
        self.hours = HoursField(desk, place)
        self.flight = FlightField(desk, place)
        self.message = Label("", "body", tone="danger")
        self._lay_out()
        self.feet(
            button(texts.word("do.remove"), lambda: self._remove(removed), "danger", name="place-remove"),
            button(texts.word("do.save"), self._save, "primary", name="place-save"),
        )
        self.policy.currentIndexChanged.connect(lambda _: self._show_what_counts())
        self._show_what_counts()

    def _lay_out(self) -> None:
        theme = self.desk.theme
        inner = QWidget()
        grid = QGridLayout(inner)
        margins(grid, 0, 0, theme.space("s"), 0)
        grid.setHorizontalSpacing(theme.space("l"))
        grid.setVerticalSpacing(theme.space("s"))
        self._labels: dict[QWidget, Label] = {}
        rows: list[tuple[str, QWidget, str, QWidget]] = [
            ("place.name", self.name, "place.policy", self.policy),
            ("place.direction", self.direction, "place.entries", self.entries),
            ("place.cache_limit", self.limit, "place.amount", self.amount),
            ("place.undo", self.undo, "", self.per_day),
            ("", self.confirm, "", self.use),
        ]
        for n, (left_key, left, right_key, right) in enumerate(rows):
            self._cell(grid, n, 0, left_key, left)
            self._cell(grid, n, 1, right_key, right)
        below = (("place.hours", self.hours), ("place.codes", self.codes), ("place.flight", self.flight))
        for n, (key, wide) in enumerate(below, len(rows)):
            self._cell(grid, n, 0, key, wide, across=2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.lay.addWidget(scrolled(inner), 1)
        self.lay.addWidget(self.message)
        self.message.hide()
        self.setProperty("tall", True)
        self.setFixedHeight(theme.px(748))

    def _cell(self, grid: QGridLayout, row: int, side: int, key: str, widget: QWidget, *, across: int = 1) -> None:
        lay = column(self.desk.theme, margin="", gap="xs")
        if key:
            label = Label(texts.word(key), "soft", wrap=True)
            widget.setAccessibleName(texts.word(key))
            self._labels[widget] = label
            lay.addWidget(label)
        lay.addWidget(widget)
        grid.addLayout(lay, row, side, 1, across)

    def _show_what_counts(self) -> None:
        policy = Policy(self.policy.currentData())
        for widget, on in (
            (self.entries, policy is Policy.COUNTED),
            (self.per_day, policy is Policy.COUNTED),
            (self.amount, policy is Policy.STORED_VALUE),
        ):
            widget.setEnabled(on)
            if widget in self._labels:
                self._labels[widget].setEnabled(on)

    def _save(self) -> None:
        name = self.name.text().strip()
        taken = [p.name for p in self.desk.settings.places if p.name != self._place.name]
        if not name or name in taken:
            self._complain(texts.word("place.twice" if name else "place.need_name"))
            return
        amount = _amount(self.amount.text())
        if amount is None:
            self._complain(texts.sentence("settings_amount_invalid"))
            return
        flight = self.flight.chosen()
        if flight is None and not self.flight.empty:
            self._complain(texts.sentence("settings_flight_invalid"))
            return
        changed = replace(
            self._place,
            name=name,
            accepts=tuple(replace(a, place=a.place or self._place.name) for a in self._place.accepts),
            policy=Policy(self.policy.currentData()),
            direction=Direction(self.direction.currentData()),
            entries=self.entries.value,
            per_day=self.per_day.isChecked(),
            amount=amount,
            confirm=self.confirm.isChecked(),
            cache_limit=self.limit.value * 60.0 or None,
            undo_seconds=float(self.undo.value),
            symbologies=self.codes.chosen(),
            hours=self.hours.chosen(),
            flight=flight,
        )
        self.desk.close_panel()
        self._kept(changed, self._place.name, in_use=self.use.isChecked())

    def _complain(self, words: str) -> None:
        self.message.setText(words)
        self.message.show()

    def _remove(self, removed: Callable[[Place], None]) -> None:
        self.desk.close_panel()
        removed(self._place)


class NewPlacePanel(Panel):
    """A new place at one account: its doors are fetched, a name can be typed."""

    def __init__(self, desk: Desk, made: Callable[[Place], None]) -> None:
        super().__init__(desk, texts.word("setup.place"), texts.word("setup.place_help"), wide=1000)
        self._made = made
        self._form: PlaceForm | None = None
        self._accounts = QButtonGroup(self)
        self._waiting = Label(texts.word("account.testing"), "soft")
        accounts = desk.settings.accounts
        if len(accounts) > 1:
            for n, account in enumerate(accounts):
                words = account.url
                one = choice(words, partial(self._ask, account), checked=n == 0, name=words, foreign=True)
                self._accounts.addButton(one)
                self.lay.addWidget(one)
        self.lay.addWidget(self._waiting)
        self._body = column(desk.theme, margin="")
        self.lay.addLayout(self._body, 1)
        self.feet(button(texts.word("do.save"), self._save, "primary", name="new-place-save"))
        self.setProperty("tall", True)
        self.setFixedHeight(desk.theme.px(680))
        if accounts:
            self._ask(accounts[0])
        else:
            self._show(None, AccountReport())

    def _ask(self, account: AccountConfig) -> None:
        self._waiting.show()
        self.desk.bridge.call(
            self.desk.control.try_account, account, "", done=lambda report: self._show(account, report), owner=self
        )

    def _show(self, account: AccountConfig | None, report: AccountReport) -> None:
        self._waiting.setText(texts.sentence(report.trouble) if report.trouble else "")
        self._waiting.setVisible(bool(report.trouble))
        while (item := self._body.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        self._form = PlaceForm(self.desk, account, report.doors, frozenset())
        self._body.addWidget(scrolled(self._form) if self.desk.theme.large else self._form)

    def _save(self) -> None:
        place = self._form.place() if self._form else None
        if self._form is None or place is None:
            return
        if self.desk.settings.find_place(place.name):
            self._form.message.setText(texts.word("place.twice"))
            return
        self.desk.close_panel()
        self._made(place)


def _box(desk: Desk, options: list[tuple[str, str]], current: str) -> Drop:
    box = Drop(desk.theme)
    for value, words in options:
        box.addItem(words, value)
    box.setCurrentIndex(next(n for n, (value, _) in enumerate(options) if value == current))
    return box


def _amount(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found > 0 else None
