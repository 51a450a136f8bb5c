"""The end of the first set-up: all is done, and one button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.symbol import Symbol, SymbolView
from scanner_app.ui.widgets.text import Label


class SetupDone(QWidget):
    """Says whether the passes are there already, and where the key went."""

    def __init__(self, desk: Desk, key_note: tuple[str, str], begin: Callable[[], None]) -> None:
        super().__init__()
        theme = desk.theme
        lay = column(theme, self, margin="", gap="m")
        symbol = SymbolView(theme.px(200))
        symbol.show_symbol(Symbol.ADMIT, theme.colour("good"), theme.colour("surface"))
        words = Label(texts.word("setup.done"), "display")
        accounts = desk.status.accounts
        held = bool(accounts) and all(account.complete for account in accounts)
        text = Label(texts.word("setup.done_held" if held else "setup.done_help"), "title", wrap=True)
        note = Label(key_note[0], "body", tone=key_note[1], wrap=True)
        lay.addStretch(1)
        lay.addWidget(symbol, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (words, text, note):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            lay.addWidget(label)
        self.begin = button(texts.word("setup.begin"), begin, "primary", name="setup-begin")
        lay.addWidget(self.begin, 0, Qt.AlignmentFlag.AlignHCenter)
        lay.addStretch(1)
