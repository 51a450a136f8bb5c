"""Accounts: which platforms this kiosk talks to."""

from __future__ import annotations

from functools import partial

from scanner_app.application.config import AccountConfig
from scanner_app.ui import texts
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.sections.page import START, Office, Page
from scanner_app.ui.screens.settings_panels import AccountPanel
from scanner_app.ui.whose import PLATFORM_NAMES
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.text import Label


class AccountsPage(Page):
    """Every account, and one more."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        for account in self.settings.accounts:
            words = f"{PLATFORM_NAMES.get(account.platform, account.platform)} · {visible(account.url)}"
            self.lay.addWidget(button(words, partial(self.edit, account), "choice", name=words, foreign=True))
        if not self.settings.accounts:
            self.lay.addWidget(Label(texts.word("account.none"), "soft"))
        add = button(texts.word("do.add"), lambda: self.edit(None), "primary", name="account-add")
        self.lay.addWidget(add, 0, START)
        self.lay.addStretch(1)

    def edit(self, account: AccountConfig | None) -> None:
        """Open an account, a new one for None."""
        self.desk.open_panel(AccountPanel(self.desk, account, self._kept, self._removed))

    def _kept(self, account: AccountConfig) -> None:
        accounts = self.settings.accounts
        others = [a if a.id != account.id else account for a in accounts]
        if all(a.id != account.id for a in accounts):
            others.append(account)
        self.keep(accounts=tuple(others))
        self.again("accounts")

    def _removed(self, account: AccountConfig) -> None:
        self.keep(accounts=tuple(a for a in self.settings.accounts if a.id != account.id))
        self.again("accounts")
