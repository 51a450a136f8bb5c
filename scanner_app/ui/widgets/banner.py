"""A verdict across the top of the window, for scans that come while another screen or a panel is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from scanner_app.domain.verdict import Verdict
from scanner_app.ui import texts
from scanner_app.ui.facts import holder, ticket
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.face import badge, face
from scanner_app.ui.widgets.symbol import SymbolView
from scanner_app.ui.widgets.text import Label

HIGH = 150
"""Height at factor 1, pixels."""


class VerdictBanner(QFrame):
    """Symbol, headline, name: enough to let the guest go on."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._symbol = SymbolView(theme.px(110))
        self.headline = Label("", "display")
        self._name = Label("", "title", foreign=True, elide=True)
        self._worth = Label("", "strong", elide=True)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._worth)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space("xl"), 0, theme.space("xl"), 0)
        row.setSpacing(theme.space("l"))
        row.addWidget(self._symbol)
        row.addWidget(self.headline)
        row.addLayout(words, 1)
        self.setObjectName("verdict-banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def show_verdict(self, verdict: Verdict, seconds: float) -> None:
        """Show a verdict for some seconds."""
        theme, chosen, code = self._theme, face(verdict), texts.verdict_code(verdict)
        ink, ground = theme.colour(chosen.ink), theme.colour(chosen.ground)
        edge = theme.colour(chosen.edge or chosen.ground)
        style = "dashed" if chosen.edge else "solid"
        self.setStyleSheet(
            f"#verdict-banner {{ background: {ground.name()}; border: {theme.px(8)}px {style} {edge.name()}; }}"
            f" QLabel {{ color: {ink.name()}; }}"
        )
        self._symbol.show_symbol(chosen.symbol, edge if chosen.edge else ink, ground)
        self.headline.setText(texts.headline(code))
        self._name.setText(holder(verdict) or ticket(verdict))
        self._worth.setText(badge(verdict) or texts.sentence(code))
        self._place()
        self.show()
        self.raise_()
        self._timer.start(int(seconds * 1000))

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(0, 0, parent.width(), self._theme.px(HIGH))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the window's width."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return False
