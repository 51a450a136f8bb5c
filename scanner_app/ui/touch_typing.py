"""When the keyboard on the screen comes and goes, and how the window makes room for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointerEvent, QResizeEvent, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QScrollArea, QWidget
from shiboken6 import isValid

from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.keyboard import Field, Keyboard

PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin)


class Canvas(QWidget):
    """The window's ground. `room` holds everything and moves up while a keyboard would cover the field in use."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.room = QWidget(self)
        self._up = 0

    def move_up(self, pixels: int) -> None:
        """Show the room this much higher."""
        self._up = pixels
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the window."""
        super().resizeEvent(event)
        self._fill()

    def _fill(self) -> None:
        self.room.setGeometry(0, -self._up, self.width(), self.height())


class TouchTyping(QObject):
    """Watches which field has the focus and who chose it. `mode`: off, touch, always (`ScreenConfig.keyboard`)."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.mode = "touch"
        self.touched = False  # whether a finger was the last to press anything
        self.keyboard: Keyboard | None = None
        self._canvas: Canvas | None = None
        self._theme = Theme()
        self._lift: Callable[[int], None] = lambda _: None
        self._dismissed: Field | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self.look)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    def begin(self, canvas: Canvas, theme: Theme, mode: str, lift: Callable[[int], None]) -> None:
        """Work in a window that was built anew. `lift` is told how much of its foot is covered."""
        self._canvas, self._theme, self.mode, self._lift = canvas, theme, mode, lift
        self.keyboard = None
        canvas.installEventFilter(self)

    def watch(self, handle: QWindow) -> None:
        """See what presses the window, before any widget does."""
        handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note fingers; keep the keyboard at the foot of the window."""
        if watched is self._canvas:
            if event.type() == QEvent.Type.Resize:
                self._settle.start()
        elif event.type() in PRESSES and isinstance(event, QPointerEvent):
            self._pressed(event)
        return False

    def _pressed(self, event: QPointerEvent) -> None:
        self.touched = event.pointingDevice().type() == QInputDevice.DeviceType.TouchScreen or (
            isinstance(event, QMouseEvent) and event.source() != Qt.MouseEventSource.MouseEventNotSynthesized
        )
        where = event.points()[0].position().toPoint() if event.points() else QPoint()
        if self._window.childAt(where) is self._field():
            self._dismissed = None  # pressed again: wanted again
            self._settle.start()

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not self._dismissed:
            self._dismissed = None
        self._settle.start()

    def _field(self) -> Field | None:
        found = self._window.focusWidget()
        if not isinstance(found, QLineEdit | QPlainTextEdit) or not isValid(found) or not found.isVisible():
            return None
        return None if found.isReadOnly() or not found.isEnabled() else found

    def look(self) -> None:
        """Show the keyboard, or take it away, as the field in use wants it."""
        field = self._field()
        if field is not self._dismissed:
            self._dismissed = None
        wanted = self.mode == "always" or (self.mode == "touch" and (self.touched or self._open()))
        if field is None or not wanted or field is self._dismissed or self._canvas is None:
            self.close()
        else:
            self._show(field, self._canvas)

    def _open(self) -> bool:
        return self.keyboard is not None and self.keyboard.isVisible()

    def _show(self, field: Field, canvas: Canvas) -> None:
        if self.keyboard is None:
            self.keyboard = Keyboard(self._theme, self._field, self.done)
            self.keyboard.setParent(canvas)
        high = self.keyboard.sizeHint().height()
        self.keyboard.setGeometry(0, canvas.height() - high, canvas.width(), high)
        self.keyboard.show()
        self.keyboard.raise_()
        self._lift(high)
        self._uncover(field, canvas, canvas.height() - high)

    def _uncover(self, field: Field, canvas: Canvas, top: int) -> None:
        for area in _above(field):
            if isinstance(area, QScrollArea):
                area.ensureWidgetVisible(field)
        whole = next((w for w in _above(field) if w.objectName() == "card" and w.height() < top), field)
        foot = whole.mapTo(canvas.room, QPoint(0, whole.height())).y() + self._theme.space("m")
        canvas.move_up(max(0, foot - top))

    def done(self) -> None:
        """Take the keyboard away until a field is chosen anew."""
        self._dismissed = self._field()
        self.touched = False
        self.close()

    def close(self) -> None:
        """Take the keyboard away and give its room back."""
        if self.keyboard is not None and self.keyboard.isVisible():
            self.keyboard.hide()
            self._lift(0)
        if self._canvas is not None and isValid(self._canvas):
            self._canvas.move_up(0)


def _above(widget: QWidget) -> Iterator[QWidget]:
    """Tell what a widget lies in, from the inside out."""
    at = widget.parentWidget()
    while at is not None:
        yield at
        at = at.parentWidget()
