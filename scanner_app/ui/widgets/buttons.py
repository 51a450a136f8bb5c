"""Buttons: never the default of Enter, always with a name, at least as large as a finger."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from scanner_app.ui import texts
from scanner_app.ui.plain import in_order, visible
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import SNUG
from scanner_app.ui.widgets.icons import icon


class Button(QPushButton):
    """Words that would not fit take a step of `tokens.SNUG` smaller letters and less padding, rather than be cut."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._whole = QSize()  # what it would like to have, before it was made snug

    def sizeHint(self) -> QSize:
        """Room for the words in their full size, whatever they have shrunk to."""
        return self._whole if self.property("snug") else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Room for the words in their smallest size."""
        hint = self.sizeHint()
        return QSize(max(hint.height(), round(hint.width() * SNUG[-1])), hint.height())

    def setText(self, text: str) -> None:
        """Say something else."""
        super().setText(text)
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find the size of letters that fits."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Take the first size of letters that fits; the smallest where none does."""
        if not self.text():
            return
        if self.property("snug"):
            self._dress(0)
        self._whole = super().sizeHint()
        for step in range(1, len(SNUG)):
            if self.fits():
                return
            self._dress(step)

    def fits(self) -> bool:
        """Whether the words can be read whole."""
        words = self.fontMetrics().horizontalAdvance(self.text().replace("&&", "&"))
        return words <= self.room()

    def room(self) -> int:
        """Return how much of its width is there for words."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        return self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()

    def _dress(self, step: int) -> None:
        self.setProperty("snug", step or None)
        self.style().unpolish(self)
        self.style().polish(self)


class ForeignButton(Button):
    """Somebody else's words: any length, … in their middle where even the smallest letters do not fit.

    Their end is what tells two passes of one name apart.
    """

    def minimumSizeHint(self) -> QSize:
        """It may be as narrow as its place."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 3 * hint.height()), hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint, shortened where it must be."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.room())
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()


def button(
    text: str,
    on_click: Callable[[], object],
    kind: str = "",
    *,
    name: str = "",
    parent: QWidget | None = None,
    foreign: bool = False,
) -> Button:
    """Return a button. `kind`: primary, quiet, danger, choice, key or plain. `foreign`: its words are not ours."""
    words = (visible(text, 160) if foreign else text).replace("&", "&&")
    words = in_order(words) if texts.is_rtl() else words
    made = ForeignButton(words, parent) if foreign else Button(words, parent)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAccessibleName(text or name)
    made.setObjectName(name)
    made.clicked.connect(lambda *_: on_click())
    return made


def set_kind(made: QPushButton, kind: str) -> None:
    """Make a button another kind: the primary one of a form is the next thing to do."""
    made.setProperty("kind", kind)
    made.style().unpolish(made)
    made.style().polish(made)


def choice(
    text: str, on_click: Callable[[], object], *, checked: bool = False, name: str = "", foreign: bool = False
) -> Button:
    """Return a button that stays pressed: one of several."""
    made = button(text, on_click, "choice", name=name, foreign=foreign)
    made.setCheckable(True)
    made.setChecked(checked)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


def icon_button(theme: Theme, symbol: str, text: str, on_click: Callable[[], object]) -> Button:
    """Return a square button that shows a symbol; `text` is its accessible name."""
    made = button("", on_click, "quiet", name=text)
    made.setIcon(icon(symbol, theme.colour("ink"), theme.px(28)))
    made.setIconSize(QSize(theme.px(28), theme.px(28)))
    made.setFixedWidth(theme.touch)
    made.setStyleSheet("padding: 0;")
    return made
