"""The verdict as a full-height panel: colour, symbol, words. Foreign text never stands where the verdict stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import QEasingCurve, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from scanner_app.domain.passes import Direction
from scanner_app.domain.verdict import Verdict
from scanner_app.ui import texts
from scanner_app.ui.facts import Fact, Telling, breaks, guest_facts, holder, refusal_facts, ticket
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS
from scanner_app.ui.widgets.face import BROKEN, CHECKING, LEAVING, READY, Face, badge, face
from scanner_app.ui.widgets.guest_photo import PhotoView
from scanner_app.ui.widgets.headline import Headline
from scanner_app.ui.widgets.symbol import SymbolView
from scanner_app.ui.widgets.text import Label

MAX_FACTS = 4
AIR = 48
"""Pixels left free below where text is twice as large."""
SYMBOL = (150, 104, 76)
"""How wide the symbol is: as it should be, where room is short, where nothing else is left to give way."""


class VerdictPanel(QFrame):
    """Ready, checking, or one verdict with its facts, advice and actions."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._face = READY
        self._left = 0.0
        self._headline_text = ""
        self.symbol = SymbolView(theme.px(SYMBOL[0]))
        self.photo = PhotoView(theme)
        self.idle_symbol = SymbolView(theme.px(104 if theme.large else 200))
        self.idle_headline = Label("", "display", wrap=True)
        self.idle_says = Label("", "heading", wrap=True)
        self.idle_hint = Label("", "title", wrap=True)
        self.headline = Headline(theme)
        self.badge = Label("", "strong", wrap=True)
        self.name = Label("", "name", foreign=True, elide=True)
        self.ticket = Label("", "title", foreign=True, elide=True)
        self.says = Label("", "title", wrap=True)
        self.advice_title = Label(texts.word("door.what_now"), "caption")
        self.advice = Label("", "title", wrap=True)
        self._facts = QGridLayout()
        self._fact_labels: list[Label] = []
        self._actions = QHBoxLayout()
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(1.0)
        self._fade.setEndValue(0.0)
        self._fade.setEasingCurve(QEasingCurve.Type.Linear)
        self._fade.valueChanged.connect(self._set_left)
        self._lay_out()
        self.show_ready()

    def _lay_out(self) -> None:
        theme = self._theme
        beside = QVBoxLayout()
        beside.setSpacing(theme.space("s"))
        beside.addStretch(1)
        for label in (self.name, self.ticket, self.badge):
            beside.addWidget(label)
        beside.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(theme.space("l"))
        top.addWidget(self.symbol)
        top.addLayout(beside, 1)
        top.addWidget(self.photo)
        self._facts.setHorizontalSpacing(theme.space("l"))
        self._facts.setVerticalSpacing(theme.space("s"))
        self._facts.setColumnStretch(1, 1)
        self._actions.setSpacing(theme.space("m"))
        page = self._page = QWidget()
        column = QVBoxLayout(page)
        edge = theme.space("xl")
        column.setContentsMargins(edge, edge - theme.space("s"), edge, edge - theme.space("s"))
        column.setSpacing(theme.space("m"))
        column.addLayout(top)
        column.addWidget(self.headline)
        column.addWidget(self.says)
        column.addLayout(self._facts)
        column.addStretch(1)
        column.addWidget(self.advice_title)
        column.addWidget(self.advice)
        column.addLayout(self._actions)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._lay_out_idle())
        self._pages.addWidget(page)

    def _lay_out_idle(self) -> QWidget:
        theme = self._theme
        page = QWidget()
        lay = QVBoxLayout(page)
        edge = theme.space("xl")
        lay.setContentsMargins(edge, edge, edge, edge)
        lay.setSpacing(theme.space("m"))
        lay.addStretch(2)
        lay.addWidget(self.idle_symbol, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.idle_headline, self.idle_says, self.idle_hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            lay.addWidget(label)
        lay.addStretch(5)  # a toast stands below
        return page

    # --- what is shown
    @property
    def words(self) -> str:
        """The largest words that stand there now."""
        return self.idle_headline.text() if self._pages.currentIndex() == 0 else self.headline.text()

    def show_ready(self, direction: Direction = Direction.ENTRY) -> None:
        """Wait for the next guest; a door that guests leave by looks unlike one they come in by."""
        if direction is Direction.EXIT:
            self._show_idle(LEAVING, *map(texts.word, ("direction.exit", "door.show", "door.leaving")))
        else:
            self._show_idle(READY, *map(texts.word, ("door.ready", "door.show", "door.scan_too")))

    def show_broken(self, code: str) -> None:
        """Say that nobody can be admitted here, and why."""
        self._show_idle(BROKEN, texts.headline(code), texts.sentence(code), texts.advice(code))

    def show_checking(self) -> None:
        """Say that a code was read and is being judged."""
        self._show_idle(CHECKING, texts.word("door.checking"))

    def _show_idle(self, chosen: Face, words: str, says: str = "", hint: str = "") -> None:
        self._begin(chosen, "")
        for label, text in ((self.idle_headline, words), (self.idle_says, says), (self.idle_hint, hint)):
            label.setText(text)
        colour = self._theme.colour
        quiet = colour("ink_soft" if chosen.ground == "surface" else chosen.ink)
        alarm = colour(chosen.ink) if chosen is BROKEN else quiet
        self.idle_symbol.show_symbol(chosen.symbol, alarm, colour(chosen.ground))
        self.idle_headline.setStyleSheet(f"color: {colour(chosen.ink).name()};")
        for label in (self.idle_says, self.idle_hint):
            label.setStyleSheet(f"color: {quiet.name()}; font-weight: 400;")
        self._pages.setCurrentIndex(0)
        self.update()

    def show_verdict(self, verdict: Verdict, telling: Telling, age: str = "", seconds: float = 0.0) -> None:
        """Show a verdict; `seconds` draws how long it still stays, 0 draws nothing."""
        code = texts.verdict_code(verdict)
        self._begin(face(verdict), texts.headline(code))
        self.name.setText(holder(verdict) if "holder" in telling.details else "")
        self.ticket.setText(ticket(verdict) if "ticket" in telling.details else "")
        worth = badge(verdict, age)
        if not verdict.detail.get("pass_shown", True):
            worth = f"{worth} · {texts.word('door.not_shown')}" if worth else texts.word("door.not_shown")
        self.badge.setText(worth)
        self.says.setText(texts.sentence(code))
        self.advice.setText(texts.advice(code))
        self.advice_title.show()
        facts = guest_facts(verdict, telling)
        self._show_facts(facts if verdict.admits else refusal_facts(verdict, telling) + facts)
        self._pages.setCurrentIndex(1)
        self._dress()
        self.setAccessibleDescription(f"{texts.headline(code)}. {holder(verdict)}. {texts.advice(code)}")
        if seconds > 0 and not self._theme.reduced_motion:
            self._fade.setDuration(int(seconds * 1000))
            self._fade.start()

    def add_action(self, made: QPushButton) -> None:
        """Put a button below the advice, in the verdict's own colours."""
        theme = self._theme
        ink, ground = theme.colour(self._face.ink).name(), theme.colour(self._face.ground).name()
        ring = theme.px(3)
        made.setStyleSheet(
            f"QPushButton {{ background: transparent; color: {ink}; border: {ring}px solid {ink}; }}"
            f" QPushButton:hover, QPushButton:focus {{ background: {ink}; color: {ground}; }}"
        )
        self._actions.addWidget(made)
        made.show()
        made.ensurePolished()
        self._make_room()

    def _begin(self, chosen: Face, words: str) -> None:
        self._fade.stop()
        self.photo.hide()
        self._left = 0.0
        self._face = chosen
        self._headline_text = words
        for label in (self.name, self.ticket, self.says, self.advice, self.badge):
            label.setText("")
        self._show_facts(())
        while (item := self._actions.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _show_facts(self, facts: Sequence[Fact]) -> None:
        for label in self._fact_labels:
            self._facts.removeWidget(label)
            label.hide()
            label.deleteLater()
        self._fact_labels = []
        for row, fact in enumerate(facts[:MAX_FACTS]):
            key = Label(fact.label, "strong", parent=self)
            wraps = self._theme.large and breaks(fact.value)
            value = Label(fact.value, "strong", foreign=True, wrap=wraps, elide=not wraps, parent=self)
            self._facts.addWidget(key, row, 0)
            self._facts.addWidget(value, row, 1)
            self._fact_labels += [key, value]

    # --- how it looks
    def _dress(self) -> None:
        theme, chosen = self._theme, self._face
        ink = theme.colour(chosen.ink)
        self.symbol.show_symbol(
            chosen.symbol,
            theme.colour(chosen.edge or chosen.ink),
            theme.colour(chosen.ground),
        )
        labels = [self.name, self.ticket, self.says, self.badge, self.advice, self.advice_title]
        for label in [*labels, *self._fact_labels]:
            label.setStyleSheet(f"color: {ink.name()};")
            label.ensurePolished()  # its height is asked for before it is first shown
        for label in (self.name, self.ticket, self.badge, self.says, self.advice):
            label.setVisible(bool(label.text()))
        self.headline.show_words(self._headline_text, ink)
        self._make_room()
        self.update()

    def _make_room(self) -> None:
        """A headline of two lines says more than the sentence below it would, and needs its room."""
        self.headline.give_way(0)
        tight = len(self.headline.lines) > 1
        self.symbol.resize_to(self._theme.px(SYMBOL[1] if tight else SYMBOL[0]))
        self.says.setVisible(bool(self.says.text()) and not tight)
        self.ticket.setVisible(bool(self.ticket.text()))
        self.advice_title.setVisible(bool(self.advice.text()))
        for label in self._fact_labels:
            label.show()
        for give_way, air in self._less_and_less():
            if self._page_height() + self._theme.px(air * (self._theme.text - 1)) <= self.height():
                return
            give_way()

    def _less_and_less(self) -> Iterator[tuple[Callable[[], None], int]]:
        """What matters less makes way first: sentence, caption, sheer size, last facts; then ticket and first fact.

        Each with the pixels of air that are to be left beside it where text is twice as large; air makes way last.
        """
        facts = [partial(_hide, self._fact_labels[n : n + 2]) for n in range(len(self._fact_labels) - 2, -1, -2)]
        steps: list[Callable[[], None]] = [
            self.says.hide,
            self.advice_title.hide,
            partial(self.symbol.resize_to, self._theme.px(SYMBOL[1])),
            partial(self.headline.give_way, 1),
            partial(self.symbol.resize_to, self._theme.px(SYMBOL[2])),
            partial(self.headline.give_way, 2),
            *facts[:-1],
            self.ticket.hide,
        ]
        yield from ((step, AIR) for step in steps)
        yield from ((step, AIR // 2) for step in facts[-1:])

    def _page_height(self) -> int:
        lay = self._page.layout()
        if lay is None:
            return 0
        lay.activate()
        return lay.totalHeightForWidth(self.width()) if lay.hasHeightForWidth() else lay.totalSizeHint().height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The headline may break differently at the new width."""
        super().resizeEvent(event)
        self._make_room()

    def _set_left(self, value: object) -> None:
        self._left = float(value) if isinstance(value, float) else 0.0
        self.update(0, self.height() - self._theme.px(10), self.width(), self._theme.px(10))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground: solid, or for what is not confirmed a dark one in a hatched frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, area = self._theme, QRectF(self.rect())
        radius = theme.px(RADIUS["l"])
        shape = QPainterPath()
        shape.addRoundedRect(area, radius, radius)
        painter.setClipPath(shape)
        painter.fillPath(shape, theme.colour(self._face.ground))
        if self._face.edge:
            self._paint_hatch(painter, area, radius)
        if self._left > 0:
            painter.fillRect(
                QRectF(0, area.height() - theme.px(8), area.width() * self._left, theme.px(8)),
                theme.colour(self._face.edge or self._face.ink, 0.55),
            )
        painter.end()

    def _paint_hatch(self, painter: QPainter, area: QRectF, radius: int) -> None:
        width = self._theme.px(16)
        frame = QPainterPath()
        frame.addRoundedRect(area, radius, radius)
        inner = QPainterPath()
        inner.addRoundedRect(area.adjusted(width, width, -width, -width), radius - width / 2, radius - width / 2)
        ring = frame.subtracted(inner)
        painter.save()
        painter.setClipPath(ring)
        pen = QPen(QBrush(self._theme.colour(self._face.edge)), self._theme.px(9))
        painter.setPen(pen)
        step = self._theme.px(26)
        for x in range(int(-area.height()), int(area.width()), step):
            painter.drawLine(x, int(area.height()), int(x + area.height()), 0)
        painter.restore()
        painter.setPen(Qt.PenStyle.NoPen)


def _hide(labels: Sequence[QWidget]) -> None:
    for label in labels:
        label.hide()
