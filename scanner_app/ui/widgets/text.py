"""The one label: plain text always. Foreign text gets visible marks and is cut."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from scanner_app.ui import texts
from scanner_app.ui.plain import in_order, visible

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
RIGHT_TO_LEFT = "\u200f"
"""Unicode's mark that turns a line round."""


class Label(QLabel):
    """Plain text; `kind` is a step of the type scale, `tone` a meaning (danger, good, warn).

    `foreign`: the text comes from a guest or a platform. `elide`: one line, shortened with … where it does not fit.
    """

    def __init__(
        self,
        text: str = "",
        kind: str = "body",
        *,
        tone: str = "",
        foreign: bool = False,
        wrap: bool = False,
        elide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._foreign = foreign
        self._elide = elide
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setWordWrap(wrap)
        self.setProperty("kind", kind)
        self.set_tone(tone)
        if texts.is_rtl():  # also what begins with a Latin name: Qt would go by the text's own direction
            self.setAlignment(RIGHT)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show text, made fit first."""
        shown = visible(text) if self._foreign else visible(text, None, lines=True)
        super().setText(_turned(shown, foreign=self._foreign) if texts.is_rtl() else shown)

    def set_tone(self, tone: str) -> None:
        """Change the meaning that the colour tells."""
        if tone == self.property("tone"):
            return
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)

    def minimumSizeHint(self) -> QSize:
        """An elided label may be as narrow as its place."""
        hint = super().minimumSizeHint()
        return QSize(0, hint.height()) if self._elide else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, shortened where it must be."""
        if not self._elide:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        area = self.contentsRect()
        short = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, self.alignment() | Qt.TextFlag.TextSingleLine, short)
        painter.end()


def _turned(text: str, *, foreign: bool) -> str:
    """A sentence of a right-to-left language stays one though it begins with a Latin name; the name keeps its order."""
    ways = [way for way in map(unicodedata.bidirectional, text) if way in ("L", "R", "AL")]
    mixed = ways[:1] == ["L"] and len(set(ways)) > 1
    return RIGHT_TO_LEFT + in_order(text) if mixed and not foreign else in_order(text)
