"""The PIN panel: large digits, dots instead of figures, lock-out told as it counts down."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from scanner_app.application.control import PinAnswer
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import column
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.buttons import button, icon_button
from scanner_app.ui.widgets.text import Label

LONGEST = 12


def is_pin(text: str) -> bool:
    """Whether it can be a PIN."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST


class PinPad(QWidget):
    """Collects digits and hands them to `entered`; the caller answers with `wrong()`, `locked()` or closes it."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        help_text: str,
        entered: Callable[[str], None],
        cancel: Callable[[], None] | None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._digits = ""
        self._entered = entered
        self._wait = 0
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self.message = Label(help_text, "soft", wrap=True)
        self._dots = Label("", "heading")
        self._dots.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._keys: list[QPushButton] = []
        self.setFixedWidth(theme.px((460 if theme.large else 420) if title else 820))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # digits are typed anywhere in it; Tab goes to its keys
        self.setAccessibleName(title or texts.word("settings.pin"))
        self._lay_out(title, cancel)
        self._show_dots()

    def _lay_out(self, title: str, cancel: Callable[[], None] | None) -> None:
        theme = self._theme
        lay = column(theme, self, margin="l" if title else "s", gap="m" if title else "s")
        if title:
            head = QHBoxLayout()
            head.addWidget(Label(title, "title", wrap=True), 1)
            if cancel is not None:
                head.addWidget(icon_button(theme, "close", texts.word("do.cancel"), cancel))
            lay.addLayout(head)
        self.message.setMinimumHeight(theme.px(46))
        if title:
            for widget in (self.message, self._dots, self._pad()):
                lay.addWidget(widget)
            return
        row = QHBoxLayout()  # a step of the set-up tells its title itself, and is wider than high
        row.setSpacing(theme.space("xl"))
        words = column(theme, margin="", gap="m")
        words.addStretch(1)
        words.addWidget(self.message)
        words.addWidget(self._dots)
        words.addStretch(1)
        row.addLayout(words, 1)
        row.addWidget(self._pad(), 1)
        lay.addLayout(row)

    def _pad(self) -> QWidget:
        theme = self._theme
        grid = QGridLayout()
        grid.setSpacing(theme.space("s"))
        for n, digit in enumerate("123456789"):
            grid.addWidget(self._key(digit), n // 3, n % 3)
        erase = icon_button(theme, "erase", texts.word("pin.erase"), self.erase)
        erase.setMaximumWidth(10_000)
        erase.setMinimumWidth(theme.touch)
        erase.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._ok = button(texts.word("do.ok"), self.submit, "primary", name="pin-ok")
        self._ok.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._ok.setStyleSheet("padding: 0;")
        grid.addWidget(erase, 3, 0)
        grid.addWidget(self._key("0"), 3, 1)
        grid.addWidget(self._ok, 3, 2)
        for n in range(3):
            grid.setColumnStretch(n, 1)
            grid.setColumnMinimumWidth(n, theme.touch)
        keys = QWidget()  # digits run from left to right in every language
        keys.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        grid.setContentsMargins(0, 0, 0, 0)
        keys.setLayout(grid)
        return keys

    def _key(self, digit: str) -> QPushButton:
        made = button(digit, lambda: self.press(digit), "key", name=texts.word("pin.digit", digit=digit))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._keys.append(made)
        return made

    def press(self, digit: str) -> None:
        """Add a digit."""
        if not self._wait and len(self._digits) < LONGEST:
            self._digits += digit
            self._show_dots()

    def erase(self) -> None:
        """Take the last digit back."""
        self._digits = self._digits[:-1]
        self._show_dots()

    def submit(self) -> None:
        """Hand the digits over."""
        digits, self._digits = self._digits, ""
        self._show_dots()
        if digits and not self._wait:
            self._entered(digits)

    def takes(self, text: str) -> bool:
        """Take what was typed as quickly as a scanner types, Enter and all; whether it can be a PIN."""
        if not is_pin(text):
            return False
        for digit in text:
            self.press(digit)
        self.submit()
        return True

    def ask(self, title_help: str) -> None:
        """Say something in place of the help."""
        self.message.setText(title_help)
        self.message.set_tone("")

    def answer(self, answer: PinAnswer) -> None:
        """Show that a PIN was wrong: tries left, or the wait."""
        self.message.set_tone("danger")
        if answer.wait > 0:
            self._wait = max(1, round(answer.wait))
            self._timer.start()
            self._tell_wait()
            return
        left = texts.plural("pin.left", answer.tries_left) if answer.tries_left else ""
        self.message.setText(f"{texts.word('pin.wrong')} {left}".strip())

    def refuse(self, text: str) -> None:
        """Say what is wrong with what was entered."""
        self.message.set_tone("danger")
        self.message.setText(text)

    def _tick(self) -> None:
        self._wait -= 1
        if self._wait > 0:
            self._tell_wait()
            return
        self._timer.stop()
        self._wait = 0
        self.ask(texts.word("pin.help"))
        self._enable()

    def _tell_wait(self) -> None:
        self.message.setText(texts.word("pin.wait", span=moments.span(self._wait)))
        self._enable()

    def _enable(self) -> None:
        for key in [*self._keys, self._ok]:
            key.setEnabled(not self._wait)

    def _show_dots(self) -> None:
        self._dots.setText(" ".join("●" * len(self._digits)) or "·")
        self._dots.setAccessibleName(texts.plural("pin.entered", len(self._digits)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take digits, Backspace and Enter from a keyboard."""
        if event.text().isdigit() and event.text().isascii():
            self.press(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self.erase()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
        else:
            super().keyPressEvent(event)
