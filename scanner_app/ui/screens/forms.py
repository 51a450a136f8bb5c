"""The pieces that first set-up and settings share: account, templates, place, camera, PIN."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import available_timezones

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from scanner_app.application.config import DEFAULT_BARCODE, AccountConfig
from scanner_app.application.control import AccountReport
from scanner_app.application.ports import Door, Template
from scanner_app.domain.errors import ScannerError
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.plain import visible
from scanner_app.ui.widgets.buttons import button, choice
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label

PLATFORM_NAMES = {"passcreator": "Passcreator", "passentry": "PassEntry", "passkit": "PassKit", "airship": "Airship"}
USUAL_ADDRESS = {"passcreator": "https://app.passcreator.com", "passentry": "https://api.passentry.com"}


def field(label: str, widget: QWidget, layout: QVBoxLayout) -> None:
    """Put a labelled field into a column."""
    layout.addWidget(Label(label, "soft"))
    widget.setAccessibleName(label)
    layout.addWidget(widget)


class AccountForm(QWidget):
    """Platform, address and key, tried live before anything is kept."""

    def __init__(
        self,
        desk: Desk,
        account: AccountConfig | None,
        tested: Callable[[AccountReport], None],
        *,
        one_of_several: bool = False,
    ) -> None:
        """`one_of_several`: ask also by what the codes of this account are known."""
        super().__init__()
        self.desk = desk
        self._account = account or AccountConfig(
            f"account-{secrets.token_hex(3)}", "passcreator", USUAL_ADDRESS["passcreator"]
        )
        self._tested = tested
        self.report: AccountReport | None = None
        self.url = QLineEdit(self._account.url)
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setInputMethodHints(Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhSensitiveData)
        if account is not None:
            self.key.setPlaceholderText(texts.word("account.key_kept"))
        self.zone = Drop(desk.theme)
        self.zone.addItems(sorted(available_timezones()))
        self.zone.setCurrentText(self._account.zone)
        self.prefix = QLineEdit(self._account.code_prefix)
        self._one_of_several = one_of_several
        self.answer = Label("", "strong", wrap=True)
        self.test = button(texts.word("account.test"), self.try_it, "primary", name="account-test")
        self._group = QButtonGroup(self)
        self._lay_out()
        for edit in (self.url, self.key):
            edit.textEdited.connect(self._edited)
            edit.returnPressed.connect(self.try_it)

    def _lay_out(self) -> None:
        theme = self.desk.theme
        lay = column(theme, self, margin="", gap="s")
        lay.addWidget(Label(texts.word("account.platform"), "soft"))
        row = QGridLayout()
        row.setSpacing(theme.space("s"))
        across = 2 if theme.large else len(DEFAULT_BARCODE)
        for n, platform in enumerate(DEFAULT_BARCODE):
            made = choice(
                PLATFORM_NAMES[platform],
                partial(self._platform, platform),
                checked=platform == self._account.platform,
            )
            self._group.addButton(made)
            row.addWidget(made, n // across, n % across)
        lay.addLayout(row)
        where, when = column(theme, margin="", gap="s"), column(theme, margin="", gap="s")
        field(texts.word("account.url"), self.url, where)
        field(texts.word("account.zone"), self.zone, when)
        pair = QVBoxLayout() if theme.large else QHBoxLayout()
        pair.setSpacing(theme.space("s" if theme.large else "m"))
        pair.addLayout(where, 2)
        pair.addLayout(when, 1)
        lay.addLayout(pair)
        field(texts.word("account.key"), self.key, lay)
        if self._one_of_several:
            field(texts.word("account.prefix"), self.prefix, lay)
        lay.addSpacing(theme.space("s"))
        foot = QHBoxLayout()
        foot.setSpacing(theme.space("m"))
        foot.addWidget(self.test)
        foot.addWidget(self.answer, 1)
        lay.addLayout(foot)
        lay.addStretch(1)

    def _platform(self, platform: str) -> None:
        was = USUAL_ADDRESS.get(self._account.platform, "")
        self._account = replace(self._account, platform=platform)
        if self.url.text() in ("", was):
            self.url.setText(USUAL_ADDRESS.get(platform, ""))
        self._edited()

    def _edited(self) -> None:
        self.report = None
        self.answer.setText("")

    def account(self) -> AccountConfig:
        """Return what is entered, with the templates that the platform named."""
        templates = self.report.templates if self.report else self._account.templates
        return replace(
            self._account,
            url=self.url.text().strip(),
            zone=self.zone.currentText(),
            templates=templates,
            code_prefix=self.prefix.text().strip(),
        )

    def try_it(self) -> None:
        """Ask the platform."""
        if not self.url.text().strip():
            self._say(texts.word("account.need_url"), "danger")
        elif not self.key.text() and not self.key.placeholderText():
            self._say(texts.word("account.need_key"), "danger")
        else:
            self.test.setEnabled(False)
            self._say(texts.word("account.testing"), "")
            self.desk.bridge.call(
                self.desk.control.try_account,
                self.account(),
                self.key.text(),
                done=self._answered,
                failed=self._failed,
                owner=self,
            )

    def _answered(self, report: AccountReport) -> None:
        self.test.setEnabled(True)
        if report.trouble:
            wrong_key = report.trouble == "platform_unauthorised"
            advice = texts.word("account.key_wrong") if wrong_key else texts.admin(report.trouble)
            self._say(f"{texts.sentence(report.trouble)} {advice}", "danger")
            self.test.setFocus()
            return
        self.report = report
        if report.zone:
            self.zone.setCurrentText(report.zone)  # a zone that its own times contradict would move every date
        found = texts.word(
            "account.ok",
            templates=texts.plural("account.templates", len(report.templates)),
            doors=texts.plural("account.doors", len(report.doors)),
        )
        self._say(found, "good")
        self._tested(report)

    def _failed(self, error: ScannerError) -> None:
        self.test.setEnabled(True)
        code = error.code if texts.known(error.code) else "trouble"
        self._say(f"{texts.sentence(code)} {texts.admin(code)}", "danger")

    def _say(self, text: str, tone: str) -> None:
        self.answer.set_tone(tone)
        self.answer.setText(text)


class TemplateChoice(QWidget):
    """Which templates count; none chosen means all."""

    def __init__(self, desk: Desk, templates: Sequence[Template], chosen: frozenset[str] = frozenset()) -> None:
        super().__init__()
        lay = column(desk.theme, self, margin="", gap="s")
        self._buttons: dict[str, QPushButton] = {}
        for template in templates:
            words = visible(template.name or template.id)
            made = choice(words, lambda: None, checked=template.id in chosen, name=words, foreign=True)
            self._buttons[template.id] = made
            lay.addWidget(made)
        lay.addStretch(1)

    def chosen(self) -> frozenset[str]:
        """Return the chosen templates' ids."""
        return frozenset(key for key, made in self._buttons.items() if made.isChecked())


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
            listed.setContentsMargins(0, 0, theme.space("m"), 0)  # clear of the scroll bar
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
        for n, policy in enumerate(Policy):
            words = texts.word(f"policy.{policy.value}")
            made = choice(words, partial(self._choose, policy), checked=policy is self._policy, name=words)
            self._rules.addButton(made)
            grid.addWidget(made, n // 2, n % 2)
            grid.setColumnStretch(n % 2, 1)
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
        door = self._door
        if account is None:
            return Place(name, policy=self._policy)
        accepted = Accepted(
            account.id,
            self._templates,
            door.id if door else "",
            door.place or name if door else name,
            voids=door.voids if door else True,
            records=bool(door) or account.platform in ("passentry", "passkit", "airship"),
        )
        return Place(name, (accepted,), self._policy, zone=account.zone)


def key_words(store: str) -> tuple[str, str]:
    """Return where a key went, in words, and the tone to say it in."""
    return (texts.word("account.keyring"), "good") if store == "keyring" else (texts.word("account.file"), "warn")
