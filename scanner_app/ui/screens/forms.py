"""The pieces that first set-up and settings share: a labelled field, the account, its templates."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
from scanner_app.application.ports import Template
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.plain import visible
from scanner_app.ui.whose import PLATFORM_NAMES
from scanner_app.ui.widgets.buttons import button, choice, set_kind
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.text import Label

USUAL_ADDRESS = {"passcreator": "https://app.passcreator.com", "passentry": "https://api.passentry.com"}


def field(label: str, widget: QWidget, layout: QVBoxLayout) -> None:
    """Put a labelled field into a column."""
    layout.addWidget(Label(label, "soft"))
    widget.setAccessibleName(label)
    layout.addWidget(widget)


@dataclass(frozen=True, slots=True, repr=False)
class Entered:
    """What stands in an account's form, key and all: only ever in memory."""

    account: AccountConfig
    key: str
    report: AccountReport | None


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
        self._new = account is None
        self._account = account or AccountConfig("", "passcreator", USUAL_ADDRESS["passcreator"])
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
        self._platforms: dict[str, QPushButton] = {}
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
            self._platforms[platform] = made
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
        set_kind(self.test, "primary")

    def account(self) -> AccountConfig:
        """Return what is entered, with the templates that the platform named."""
        templates = self.report.templates if self.report else self._account.templates
        url = self.url.text().strip()
        return replace(
            self._account,
            id=self._free_id(url) if self._new else self._account.id,
            url=url,
            zone=self.zone.currentText(),
            templates=templates,
            code_prefix=self.prefix.text().strip(),
        )

    def _free_id(self, url: str) -> str:
        """Return a new account's id, the same for the same address: what was unsent when it was removed goes out then.

        What it goes to is told apart by the key as well, in each item of the outbox.
        """
        taken = {account.id for account in self.desk.settings.accounts}
        marks = (f"{self._account.platform} {url} {n}".encode() for n in itertools.count())
        ids = (f"account-{hashlib.sha256(mark).hexdigest()[:6]}" for mark in marks)
        return next(one for one in ids if one not in taken)

    def entered(self) -> Entered:
        """Return all that stands here."""
        return Entered(self.account(), self.key.text(), self.report)

    def enter(self, before: Entered) -> None:
        """Put into the fields what stood in another form; what the platform said of it still holds."""
        self._account = before.account
        self._platforms[before.account.platform].setChecked(True)
        self.url.setText(before.account.url)
        self.zone.setCurrentText(before.account.zone)
        self.key.setText(before.key)
        self.prefix.setText(before.account.code_prefix)
        if before.report is not None:
            self._answered(before.report)

    def try_it(self) -> None:
        """Ask the platform."""
        if not self.url.text().strip():
            self.say(texts.word("account.need_url"), "danger")
        elif not self.key.text() and not self.key.placeholderText():
            self.say(texts.word("account.need_key"), "danger")
        else:
            self.test.setEnabled(False)
            self.say(texts.word("account.testing"), "")
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
            self.say(f"{texts.sentence(report.trouble)} {advice}", "danger")
            self.test.setFocus()
            return
        self.report = report
        set_kind(self.test, "")  # what comes next is another button's
        if report.zone:
            self.zone.setCurrentText(report.zone)  # a zone that its own times contradict would move every date
        found = texts.word(
            "account.ok",
            templates=texts.plural("account.templates", len(report.templates)),
            doors=texts.plural("account.doors", len(report.doors)),
        )
        self.say(found, "good")
        self._tested(report)

    def _failed(self, error: ScannerError) -> None:
        self.test.setEnabled(True)
        code = error.code if texts.known(error.code) else "trouble"
        self.say(f"{texts.sentence(code)} {texts.admin(code)}", "danger")

    def say(self, text: str, tone: str) -> None:
        """Say something beside the button that tries it."""
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


def key_words(store: str) -> tuple[str, str]:
    """Return where a key went, in words, and the tone to say it in."""
    return (texts.word("account.keyring"), "good") if store == "keyring" else (texts.word("account.file"), "warn")
