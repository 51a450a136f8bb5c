"""What scrolls up and down when it is too long."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QScroller, QWidget


class Scroll(QScrollArea):
    """What is in it is never wider than what can be seen of it."""

    hugs = False
    """Whether it would like to be as high as its content: a panel takes that height while the window has it."""
    clear = 0
    """Pixels that the content keeps off the bar while there is one."""

    def sizeHint(self) -> QSize:
        """As high as the content is at this width, where it hugs it."""
        hint, inner = super().sizeHint(), self.widget()
        if not self.hugs or inner is None:
            return hint
        high = inner.heightForWidth(self.viewport().width()) if inner.hasHeightForWidth() else inner.sizeHint().height()
        return QSize(hint.width(), high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the content as wide as the view."""
        super().resizeEvent(event)
        gap = self.clear if self.verticalScrollBar().maximum() > 0 else 0
        self.setViewportMargins(*((gap, 0, 0, 0) if self.isRightToLeft() else (0, 0, gap, 0)))
        if (inner := self.widget()) is not None:
            inner.setMaximumWidth(self.viewport().width())


def focused_in(widget: QWidget) -> str:
    """Return the name of what the keyboard is at in a widget that is about to be made anew, '' for nothing."""
    focused = cast("QWidget | None", widget.window().focusWidget())
    return focused.objectName() if focused is not None and widget.isAncestorOf(focused) else ""


def bring_into_view(widget: QWidget | None) -> None:
    """Scroll to what the keyboard came to; Qt does so only within the list where it was before."""
    above = widget.parentWidget() if widget is not None else None
    while widget is not None and above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()


def scrolled(inner: QWidget, *, hugs: bool = False, clear: int = 0) -> Scroll:
    """Return a widget that scrolls up and down when it is too long, its content `clear` pixels off the bar then."""
    area = Scroll()
    area.hugs, area.clear = hugs, clear
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inner)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    QScroller.grabGesture(area.viewport(), QScroller.ScrollerGestureType.TouchGesture)  # a finger pulls it along
    return area
