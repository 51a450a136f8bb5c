"""What lies over the screens: panels (never QDialogs: no loop of their own, scans go on) and toasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from scanner_app.application.events import Level
from scanner_app.ui.margins import margins
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.buttons import button, set_kind
from scanner_app.ui.widgets.scroll import bring_into_view
from scanner_app.ui.widgets.text import Label


class Overlay(QWidget):
    """Dims the window and holds one panel in its middle; focus stays inside while it is open."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._panel: QWidget | None = None
        self._came_from: QWidget | None = None
        self._lay = QVBoxLayout(self)
        self._lay.setAlignment(Qt.AlignmentFlag.AlignCenter)
        parent.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)
        self.hide()

    @property
    def panel(self) -> QWidget | None:
        """The panel that is open, if any."""
        return self._panel

    def open(self, panel: QWidget) -> None:
        """Lay a panel over everything."""
        if self._panel is None:
            self._came_from = self.window().focusWidget()
        self._drop()
        self._panel = panel
        panel.setObjectName("card")
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay.addWidget(panel)
        panel.installEventFilter(self)
        self._fill()
        self._hug()
        self.show()
        self.raise_()
        panel.show()  # now: what is not seen yet takes no focus, and the panel before it may have had it
        first = next((w for w in _focusable(panel) if isinstance(w, QLineEdit)), panel)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_panel(self) -> None:
        """Take the panel away and give the focus back."""
        self._drop()
        self.hide()
        came_from, self._came_from = self._came_from, None
        if came_from is not None and isValid(came_from):  # what lies behind may have been built anew
            came_from.setFocus()

    def _drop(self) -> None:
        if self._panel is not None:
            self._lay.removeWidget(self._panel)
            self._panel.hide()
            self._panel.deleteLater()
            self._panel = None

    def _fill(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the window's size."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._fill()
            self._hug()
        elif event.type() == QEvent.Type.LayoutRequest and watched is self._panel:
            self._hug()
        return False

    def _hug(self) -> None:
        """Make the panel as high as its words need at its width: wrapped labels alone ask for too much."""
        panel = self._panel
        lay = panel.layout() if panel is not None else None
        if panel is None or lay is None or not lay.hasHeightForWidth() or panel.property("tall"):
            return
        high = min(lay.totalHeightForWidth(panel.maximumWidth()), self.height() - 2 * self._theme.space("m"))
        if high != panel.height() or panel.maximumHeight() != high:
            panel.setFixedHeight(high)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 - Qt's signature
        """Tab goes round inside the panel."""
        if self._panel is None:
            return super().focusNextPrevChild(forward)
        around = _focusable(self._panel)
        if not around:
            return True
        now = self.window().focusWidget()
        at = around.index(now) if now in around else -1
        chosen = around[(at + (1 if forward else -1)) % len(around)]
        chosen.setFocus(Qt.FocusReason.TabFocusReason)
        bring_into_view(chosen)
        return True

    def _focus_moved(self) -> None:
        if self._panel is not None:
            QTimer.singleShot(0, self, self._stay_inside)

    def _stay_inside(self) -> None:
        """What had the focus may have gone out of the panel: nobody's keys go to what lies behind it."""
        focused = cast("QWidget | None", self.window().focusWidget())
        inside = focused is not None and self.isAncestorOf(focused)
        if self._panel is not None and self._panel.isVisible() and not inside:
            self._panel.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what lies behind."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 170))
        painter.end()


def _focusable(panel: QWidget) -> list[QWidget]:
    every = panel.findChildren(QWidget)
    return [w for w in every if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus]


class Toast(QFrame):
    """One message at the foot of the window, for some seconds, with at most one thing to do."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._label = Label("", "strong", foreign=False, wrap=True)
        self._act: Callable[[], None] | None = None
        self._foot = 0
        self._button = button("", self._pressed, "quiet", name="toast-action")
        self._row = QHBoxLayout(self)
        margins(self._row, theme.space("l"), theme.space("s"), theme.space("s"), theme.space("s"))
        self._row.setSpacing(theme.space("m"))
        self._row.addWidget(self._label, 1)
        self._row.addWidget(self._button)
        self.setObjectName("toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now, '' when hidden."""
        return self._label.text() if not self.isHidden() else ""

    @property
    def offers(self) -> bool:
        """Whether something can be done by pressing it."""
        return self._act is not None

    def say(self, text: str, level: Level, action: str, then: Callable[[], None] | None, seconds: float) -> None:
        """Show a message; the newest takes the place of the one before."""
        theme = self._theme
        edge = {Level.INFO: "accent", Level.WARNING: "warn", Level.ERROR: "danger"}[level]
        self.setStyleSheet(
            f"#toast {{ background: {theme.palette.raised}; border-radius: {theme.px(14)}px;"
            f" border: {theme.px(2)}px solid {getattr(theme.palette, edge)}; }}"
        )
        self._label.setText(text)
        self._label.ensurePolished()  # its height is asked for before it is first shown
        self._act = then
        self._button.setVisible(bool(action))
        self._button.setText(action.replace("&", "&&"))
        self._button.setAccessibleName(action)
        set_kind(self._button, "primary" if action else "quiet")
        self._place()
        self.show()
        self.raise_()
        self._timer.start(int(seconds * 1000))
        announce(self, text)

    def stand_on(self, pixels: int) -> None:
        """Stand above what covers this much of the window's foot."""
        self._foot = pixels
        self._place()

    def dismiss(self) -> None:
        """Take it away."""
        self._timer.stop()
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go when pressed: it may lie over what somebody needs now."""
        event.accept()
        self.dismiss()

    def _pressed(self) -> None:
        self.dismiss()
        act, self._act = self._act, None
        if act is not None:
            act()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        wide = min(self._theme.px(680), parent.width() - 2 * self._theme.space("l"))
        self.setFixedWidth(wide)
        margins, border = self._row.contentsMargins(), 2 * self._theme.px(2)
        button = QSize() if self._button.isHidden() else self._button.sizeHint()
        room = wide - margins.left() - margins.right() - border - button.width() - self._row.spacing()
        inside = max(self._label.heightForWidth(room), button.height())
        high = max(self._theme.px(80), inside + margins.top() + margins.bottom() + border)
        # At the trailing side: the leading column holds what staff press.
        edge = 2 * self._theme.space("l")
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setGeometry(
            edge if rtl else parent.width() - wide - edge, parent.height() - self._foot - high - edge, wide, high
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot of the window."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget() and self.isVisible():
            self._place()
        return False


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say it."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
