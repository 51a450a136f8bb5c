"""The last five scans and the door's counts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from scanner_app.application.events import Decided, Status
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import column
from scanner_app.ui.facts import holder, ticket
from scanner_app.ui.plain import visible
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import RADIUS
from scanner_app.ui.widgets.symbol import Symbol, draw_symbol
from scanner_app.ui.widgets.text import Label
from scanner_app.ui.widgets.verdict import face

SHOWN = 5


class ScanRow(QAbstractButton):
    """One scan: symbol, who, what was said, when. Pressing it opens its details."""

    def __init__(self, theme: Theme, event: Decided, pressed: Callable[[Decided], None]) -> None:
        super().__init__()
        self._theme = theme
        self.event_shown = event
        verdict = event.scan.verdict
        self._face = face(verdict)
        self._who = visible(holder(verdict) or ticket(verdict) or texts.word("door.nobody"))
        code = texts.verdict_code(verdict)
        self._said = texts.headline(code)
        if code == "ADMIT_PENDING":
            self._said += f" · {texts.word('door.not_confirmed')}"
        self._at = moments.clock(event.scan.moment.wall)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(ROW))
        self.setAccessibleName(f"{self._at} {self._said} {self._who}")
        self.clicked.connect(lambda *_: pressed(event))

    def mark_undone(self) -> None:
        """Say that it was taken back."""
        self._said = texts.word("door.undone")
        self.setAccessibleName(f"{self._at} {self._said} {self._who}")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        if self.hasFocus():
            pen = painter.pen()
            pen.setColor(theme.colour("focus"))
            pen.setWidth(theme.px(2))
            painter.setPen(pen)
            radius = theme.px(RADIUS["s"])
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), radius, radius)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side, gap = theme.px(30), theme.px(10)
        x = area.right() - side - gap if rtl else area.left() + gap
        spot = QRectF(x, area.center().y() - side / 2, side, side)
        self._paint_symbol(painter, spot)
        text = area.adjusted(gap, 0, -side - 2 * gap, 0) if rtl else area.adjusted(side + 2 * gap, 0, -gap, 0)
        self._paint_words(painter, text)
        painter.end()

    def _paint_symbol(self, painter: QPainter, spot: QRectF) -> None:
        theme = self._theme
        tone = {Symbol.ADMIT: "good", Symbol.PENDING: "good", Symbol.ATTENTION: "warn", Symbol.REFUSE: "danger"}
        draw_symbol(
            painter,
            self._face.symbol,
            spot,
            theme.colour(tone.get(self._face.symbol, "ink_soft")),
            theme.colour("surface"),
        )

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        theme = self._theme
        start = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.setPen(theme.colour("ink_soft"))
        painter.setFont(theme.font("caption"))
        clock_wide = painter.fontMetrics().horizontalAdvance(self._at)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing, self._at)
        room = area.width() - clock_wide - theme.px(12)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        words = QRectF(
            area.right() - room if rtl else area.left(), area.top() + theme.px(4), room, area.height() - theme.px(8)
        )
        top = QRectF(words.left(), words.top(), room, words.height() / 2)
        painter.setPen(theme.colour("ink"))
        painter.setFont(theme.font("body", 600))
        painter.drawText(
            top, start, painter.fontMetrics().elidedText(self._who, Qt.TextElideMode.ElideRight, int(room))
        )
        painter.setPen(theme.colour("ink_soft"))
        painter.setFont(theme.font("caption"))
        low = QRectF(words.left(), words.center().y(), room, words.height() / 2)
        painter.drawText(
            low, start, painter.fontMetrics().elidedText(self._said, Qt.TextElideMode.ElideRight, int(room))
        )


ROW = 46
"""Height of one of the last scans at factor 1. Smaller than a touch target: its whole list is one, see Recent."""


class Recent(QWidget):
    """The last five scans, newest first."""

    def __init__(self, theme: Theme, pressed: Callable[[Decided], None]) -> None:
        super().__init__()
        self._theme = theme
        self._pressed = pressed
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay = column(theme, self, margin="s", gap="xs")
        self._lay.addWidget(Label(texts.word("door.last"), "caption"))
        self._empty = Label(texts.word("door.none_yet"), "soft")
        self._lay.addWidget(self._empty)
        self._lay.addStretch(1)
        self.setFixedHeight(theme.px(SHOWN * (ROW + 4) + 40))
        self.rows: list[ScanRow] = []

    def add(self, event: Decided) -> None:
        """Put a scan on top."""
        self._empty.hide()
        row = ScanRow(self._theme, event, self._pressed)
        self._lay.insertWidget(1, row)
        self.rows.insert(0, row)
        for old in self.rows[SHOWN:]:
            self._lay.removeWidget(old)
            old.hide()
            old.deleteLater()
        del self.rows[SHOWN:]

    def mark_undone(self, scan_id: str) -> None:
        """Say of a scan that it was taken back."""
        for row in self.rows:
            if row.event_shown.scan.scan_id == scan_id:
                row.mark_undone()


class Counts(QWidget):
    """Admitted, refused, inside: the door's day in three figures."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("s"))
        self._figures: dict[str, Label] = {}
        for key in ("admitted", "refused", "inside"):
            card = QWidget()
            card.setObjectName("card")
            card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            lay = QVBoxLayout(card)
            lay.setContentsMargins(theme.px(12), theme.px(8), theme.px(6), theme.px(8))
            lay.setSpacing(0)
            self._figures[key] = Label("·", "strong", elide=True)
            lay.addWidget(self._figures[key])
            lay.addWidget(Label(texts.word(f"door.{key}"), "caption", elide=True))
            row.addWidget(card, 1)

    def show_status(self, status: Status) -> None:
        """Tell the figures."""
        figures = {
            "admitted": status.admitted,
            "refused": status.refused_here,
            "inside": status.inside,
        }
        for key, value in figures.items():
            self._figures[key].setText("·" if value is None else texts.number(value))
