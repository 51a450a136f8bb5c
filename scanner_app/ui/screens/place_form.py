"""Where a door is and by which rule it works, as first set-up and settings ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Door
from scanner_app.domain.place import Place, Policy
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.margins import margins
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.forms import field
from scanner_app.ui.widgets.buttons import choice
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label


class PlaceForm(QWidget):
    """Where this door is: one the platform knows, or a name typed; and the rule there."""

    def __init__(
        self, desk: Desk, account: AccountConfig | None, doors: Sequence[Door], templates: frozenset[str]
    ) -> None:
        super().__init__()
        self.desk = desk
        self._account = account
        self._templates = templates
        self._door: Door | None = None
        self.name = QLineEdit()
        self.name.setMaxLength(80)
        self.message = Label("", "body", tone="danger")
        self._doors = QButtonGroup(self)
        self._rules = QButtonGroup(self)
        self._policy = Policy.ONCE
        self.help = Label("", "soft", wrap=True)
        theme = desk.theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("xl"))
        row.addLayout(self._where(doors), 2)
        row.addLayout(self._rule(), 3 if theme.large else 2)
        if doors:
            self._take(doors[0])

    def _where(self, doors: Sequence[Door]) -> QVBoxLayout:
        theme = self.desk.theme
        lay = column(theme, margin="", gap="s")
        if doors:
            lay.addWidget(Label(texts.word("place.door"), "soft"))
            inner = QWidget()
            listed = column(theme, inner, margin="", gap="s")
            margins(listed, 0, 0, theme.space("m"), 0)  # clear of the scroll bar
            names = Counter(door.called for door in doors)
            for n, door in enumerate(doors):
                words = visible(door.called)
                if names[door.called] > 1 and door.name not in ("", door.place):  # two of one place are told apart
                    words = f"{words} · {visible(door.name)}"
                made = choice(words, partial(self._take, door), checked=n == 0, name=words, foreign=True)
                self._doors.addButton(made)
                listed.addWidget(made)
            listed.addStretch(1)
            lay.addWidget(inner if theme.large else scrolled(inner), 1)  # large text: the whole form scrolls
        field(texts.word("place.name"), self.name, lay)
        lay.addWidget(self.message)
        if not doors:
            lay.addStretch(1)
        return lay

    def _rule(self) -> QVBoxLayout:
        theme = self.desk.theme
        lay = column(theme, margin="", gap="s")
        lay.addWidget(Label(texts.word("place.policy"), "soft"))
        grid = QGridLayout()
        grid.setSpacing(theme.space("s"))
        across = 1 if theme.large else 2
        for n, policy in enumerate(Policy):
            words = texts.word(f"policy.{policy.value}")
            made = choice(words, partial(self._choose, policy), checked=policy is self._policy, name=words)
            self._rules.addButton(made)
            grid.addWidget(made, n // across, n % across)
            grid.setColumnStretch(n % across, 1)
        lay.addLayout(grid)
        self.help.setMinimumHeight(theme.px(52))
        lay.addWidget(self.help)
        lay.addStretch(1)
        self._choose(self._policy)
        return lay

    def _take(self, door: Door) -> None:
        self._door = door
        self.name.setText(door.called)

    def _choose(self, policy: Policy) -> None:
        self._policy = policy
        self.help.setText(texts.word(f"policy.{policy.value}.help"))

    def place(self) -> Place | None:
        """Return the place as entered, None (and say why) when its name is missing."""
        name = self.name.text().strip()
        if not name:
            self.message.setText(texts.word("place.need_name"))
            return None
        account = self._account
        if account is None:
            return Place(name, policy=self._policy)
        return Place(name, (account.accepted(name, self._door, self._templates),), self._policy, zone=account.zone)
