"""A keyboard on the screen, drawn from the tokens: it never takes the focus from the field it types into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from scanner_app.ui import layouts, texts
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.icons import icon

SIGNS = "\u200e#+=\u200e"
"""Between marks that keep it as it is beside Arabic."""
Field = QLineEdit | QPlainTextEdit


class Keyboard(QFrame):
    """Types into whatever field `into` names; `done` is called by the key of that name."""

    def __init__(self, theme: Theme, into: Callable[[], Field | None], done: Callable[[], None]) -> None:
        super().__init__()
        self._theme, self._into, self._done = theme, into, done
        self.language = texts.language()
        self.capitals = self.signs = False
        self.setObjectName("keyboard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # keys lie where they lie, in every language
        self.setAccessibleName(texts.word("keyboard.title"))
        self._lay = QVBoxLayout(self)
        edge = theme.space("s")
        self._lay.setContentsMargins(edge, edge, edge, edge)
        self._lay.setSpacing(theme.px(6))
        self._rows: list[QWidget] = []
        self.lay_keys()

    def sizeHint(self) -> QSize:
        """Five rows of keys that a finger hits."""
        high = len(self._rows) * self._rows[0].sizeHint().height() + 4 * self._theme.px(6) + 2 * self._theme.space("s")
        return QSize(super().sizeHint().width(), high)

    # --- laying the keys
    def lay_keys(self) -> None:
        """Lay the keys of the page that is wanted."""
        for row in self._rows:
            self._lay.removeWidget(row)
            row.hide()
            row.deleteLater()
        letters = layouts.SIGNS if self.signs else layouts.letters(self.language)
        shift = not self.signs and layouts.has_capitals(self.language)
        top = [*map(self._letter, layouts.DIGITS), self._special("keyboard.erase", self.erase, "erase", repeats=True)]
        last = [*([self._shift()] if shift else []), *map(self._letter, letters[2])]
        self._rows = [
            self._row(top),
            self._row([self._letter(x) for x in letters[0]]),
            self._row([self._letter(x) for x in letters[1]]),
            self._row(last),
            self._foot(),
        ]

    def _row(self, keys: Sequence[QPushButton], stretch: Sequence[int] = ()) -> QWidget:
        made = QWidget()
        lay = QHBoxLayout(made)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(self._theme.px(6))
        for n, key in enumerate(keys):
            lay.addWidget(key, stretch[n] if stretch else 1)
        self._lay.addWidget(made)
        made.show()  # now: the next finger may be faster than the next turn of the loop
        return made

    def _foot(self) -> QWidget:
        page = self._special("", self._turn_page, text=self._page_word())
        other = self._special("keyboard.language", self._other_language, text=self._other().upper())
        space = self._key(" ", partial(self.type, " "))
        space.setAccessibleName(texts.word("keyboard.space"))
        enter = self._special("keyboard.enter", self.enter, "enter")
        done = self._special("", self._done, text=texts.word("keyboard.done"))
        done.setObjectName("keyboard-done")
        done.setProperty("kind", "primary")
        keys = [page, other, self._letter("@"), self._letter("-"), space, self._letter("."), enter, done]
        return self._row(keys, (3, 2, 2, 2, 9, 2, 3, 4))

    def _letter(self, letter: str) -> QPushButton:
        shown = layouts.capital(letter) if self.capitals else letter
        return self._key(shown, partial(self.type, shown))

    def _key(self, text: str, press: Callable[[], None]) -> QPushButton:
        made = button(text, press, "letter", name=f"key-{text}")
        made.setAccessibleName(text)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        made.setMinimumWidth(min(self._theme.touch, self._theme.px(64)))
        return made

    def _special(
        self, name: str, press: Callable[[], None], symbol: str = "", *, text: str = "", repeats: bool = False
    ) -> QPushButton:
        made = self._key(text, press)
        words = texts.word(name) if name else text
        made.setAccessibleName(words)
        made.setObjectName(name.replace(".", "-") or f"key-{text}")
        made.setProperty("kind", "quiet-key")
        made.setAutoRepeat(repeats)
        if symbol:
            side = self._theme.px(28)
            made.setIcon(icon(symbol, self._theme.colour("ink"), side))
            made.setIconSize(QSize(side, side))
        return made

    def _shift(self) -> QPushButton:
        made = self._special("keyboard.shift", self._turn_capitals, "shift")
        made.setCheckable(True)
        made.setChecked(self.capitals)
        return made

    def _page_word(self) -> str:
        return "".join(layouts.letters(self.language)[0][:3]) if self.signs else SIGNS

    def _other(self) -> str:
        return layouts.LATIN if self.language != layouts.LATIN else texts.language()

    # --- what keys do
    def _turn_page(self) -> None:
        self.signs, self.capitals = not self.signs, False
        self.lay_keys()

    def _turn_capitals(self) -> None:
        self.capitals = not self.capitals
        self.lay_keys()

    def _other_language(self) -> None:
        self.language, self.signs, self.capitals = self._other(), False, False
        self.lay_keys()

    def type(self, letter: str) -> None:
        """Put a letter into the field, in place of what is chosen there."""
        field = self._into()
        if isinstance(field, QLineEdit):
            field.insert(letter)
        elif field is not None:
            field.insertPlainText(letter)
        if self.capitals:  # one capital, as on a telephone
            self._turn_capitals()

    def erase(self) -> None:
        """Take back the letter before the cursor, or what is chosen."""
        field = self._into()
        if isinstance(field, QLineEdit):
            field.backspace()
        elif field is not None:
            field.textCursor().deletePreviousChar()

    def enter(self) -> None:
        """As the Enter key of a keyboard."""
        field = self._into()
        if isinstance(field, QLineEdit):
            field.returnPressed.emit()
        elif field is not None:
            field.insertPlainText("\n")
