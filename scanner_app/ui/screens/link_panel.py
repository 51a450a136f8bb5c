"""A SmartPass link from a form as a code on the screen; the project behind it is set here once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from scanner_app.application.config import AccountConfig
from scanner_app.application.control import Role
from scanner_app.application.front_desk import OWN_NUMBER, LinkReport
from scanner_app.application.ports import FormField
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.screens.form_grid import FormGrid
from scanner_app.ui.screens.forms import field
from scanner_app.ui.screens.qr_panel import code_beside_words
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label

ASKED = ("person.forename", "person.surname", "person.emailAddress", OWN_NUMBER)
"""Names that the vendor's links know (providers' contract, SmartPass Links); the last makes a link good for once."""
MAKES = ("member", "coupon")
"""What may be behind a project's links."""

Keep = Callable[[AccountConfig, str, str], None]
"""Keeps the address of an account's links, and what they make."""


class LinkPanel(Panel):
    """Asks whose pass it will be, shows the link."""

    def __init__(self, desk: Desk, accounts: Sequence[AccountConfig], keep: Keep) -> None:
        super().__init__(desk, texts.word("helpdesk.link"), texts.word("helpdesk.link_help"), wide=960)
        self._accounts, self._keep = accounts, keep
        self.choice = Drop(desk.theme)
        self.choice.setAccessibleName(texts.word("ready.account"))
        for account in accounts:
            self.choice.addItem(f"PassKit · {account.url}")
        self.choice.setVisible(len(accounts) > 1)
        self.form = FormGrid(desk, [FormField(name, texts.word(f"link.{name}")) for name in ASKED])
        self.once = Label(texts.word("helpdesk.link_person"), "soft", wrap=True)
        self._body = column(desk.theme, margin="", gap="m")
        self.message = Label("", "body", tone="danger", wrap=True)
        self.set_up = button(texts.word("helpdesk.link_set"), self._set_up, name="link-set")
        self.make = button(texts.word("helpdesk.link_make"), self.go, "primary", name="link-make")
        self.lay.addWidget(self.choice)
        self._asked = scrolled(self._questions())
        self._body.addWidget(self._asked, 1)
        self.lay.addLayout(self._body, 1)
        self.lay.addWidget(self.message)
        self.feet(self.set_up, button(texts.word("do.close"), desk.close_panel, "quiet", name="link-close"), self.make)
        self.message.hide()
        self.setProperty("tall", True)
        self.setFixedHeight(desk.theme.px(640))
        for edit in self.form.edits.values():
            edit.returnPressed.connect(self.go)

    def _questions(self) -> QWidget:
        inner = QWidget()
        lay = column(self.desk.theme, inner, margin="", gap="m")
        lay.addWidget(self.form)
        lay.addWidget(self.once)
        lay.addStretch(1)
        return inner

    def _account(self) -> AccountConfig:
        return self._accounts[max(0, self.choice.currentIndex())]

    def go(self) -> None:
        """Make the link."""
        if not any(self.form.values().values()):
            next(iter(self.form.edits.values())).setFocus()
            return
        front = self.desk.control.front
        self.desk.bridge.call(front.link, self._account().id, self.form.values(), done=self._answered, owner=self)

    def _answered(self, report: LinkReport) -> None:
        if report.trouble:
            self._say(report.trouble)
            return
        code, _ = code_beside_words(
            self.desk, report.link, texts.word("helpdesk.link"), texts.word("helpdesk.made_help")
        )
        self._show(code)
        self.make.hide()
        self.set_up.hide()
        self.choice.hide()

    # --- the project, once
    def _set_up(self) -> None:
        self.desk.with_pin(Role.ADMINISTRATOR, self._ask_project)

    def _ask_project(self) -> None:
        self.desk.open_panel(ProjectPanel(self.desk, self._account(), self._keep))

    # --- pieces
    def _show(self, widget: QWidget) -> None:
        self._asked.hide()
        self.message.hide()
        self._body.insertWidget(0, widget, 1)

    def _say(self, code: str) -> None:
        self.message.setText(f"{texts.sentence(code)} {texts.advice(code)}")
        self.message.show()


class ProjectPanel(Panel):
    """Where an account's links lead, and the key they are made with; both checked before they are kept."""

    def __init__(self, desk: Desk, account: AccountConfig, keep: Keep) -> None:
        super().__init__(desk, texts.word("helpdesk.link_set"), wide=760)
        self._account, self._keep = account, keep
        self.url, self.key = QLineEdit(account.options.get("link_url", "")), QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        field(texts.word("helpdesk.link_url"), self.url, self.lay)
        field(texts.word("helpdesk.link_key"), self.key, self.lay)
        self.makes = Drop(desk.theme)
        self.makes.addItems([texts.word(f"link.{what}") for what in MAKES])
        self.makes.setCurrentIndex(MAKES.index(made) if (made := account.options.get("link_makes")) in MAKES else 0)
        field(texts.word("helpdesk.link_makes"), self.makes, self.lay)
        self.message = Label("", "body", tone="danger", wrap=True)
        self.message.hide()
        self.lay.addWidget(self.message)
        self.feet(button(texts.word("do.save"), self.go, "primary", name="project-save"))

    def go(self) -> None:
        """Check and keep."""
        front = self.desk.control.front
        self.desk.bridge.call(
            front.keep_link_project, self._account.id, self.url.text(), self.key.text(), done=self._kept, owner=self
        )

    def _kept(self, report: LinkReport) -> None:
        if report.trouble:
            self.message.setText(f"{texts.sentence(report.trouble)} {texts.admin(report.trouble)}")
            self.message.show()
            return
        self.desk.close_panel()
        self._keep(self._account, report.link, MAKES[max(0, self.makes.currentIndex())])
