"""Keyboard scanners: bursts of keys become credentials whatever has the focus; a person's typing goes its way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWindow
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from shiboken6 import isValid


class Key(Enum):
    """What is to become of one key."""

    TYPED = "typed"  # a person's: let it through, with whatever was held
    HOLD = "hold"  # perhaps a scanner's: keep it until we know
    DONE = "done"  # ends a burst: `text` is complete


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """The assembler's word on one key."""

    key: Key
    text: str = ""
    kind: str = "scanner"


class WedgeAssembler(Protocol):
    """Tells bursts of a scanner from typing. Times are monotonic seconds."""

    @property
    def pause(self) -> float:
        """Seconds without a key after which what is held now was typed by a person."""

    def feed(self, text: str, at: float, *, terminator: bool) -> KeyAnswer:
        """Take one key; a dead key as its combining character, moved to the private plane 15."""

    def give_up(self) -> None:
        """Forget what is held: it was typed."""


_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ALONE = 0.6
"""Seconds without a letter after which Enter is a person's: no scanner waits so long before it ends its code."""
_MODIFIERS = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock,
)
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick)
_CONTROL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_SEPARATORS = frozenset("\x1c\x1d\x1e\x1f")
"""What is in some codes between their fields; a scanner sends it as Control and a key, as a terminal would read it."""
_CHORDS = _CONTROL_ALT | Qt.KeyboardModifier.MetaModifier
# Qt's dead keys in its order (grave, acute, circumflex, tilde, macron, breve, dot, diaeresis, ring, double acute,
# caron, cedilla, ogonek), as a `WedgeAssembler` wants them.
_ACCENTS = (0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0306, 0x0307, 0x0308, 0x030A, 0x030B, 0x030C, 0x0327, 0x0328)
_DEAD = {Qt.Key.Key_Dead_Grave.value + n: chr(0xF0000 | accent) for n, accent in enumerate(_ACCENTS)}


class WedgeFilter(QObject):
    """An application-wide event filter that feeds an assembler and hands whole scans to `scanned`, with their kind.

    Keys that may be a scanner's are held for at most twice the assembler's pause, then replayed, releases and all, to
    whoever had the focus. What comes meanwhile waits behind them: a button pressed right after a quick word finds it
    typed, Backspace its letter, and a finger in the middle of a burst neither tears the scan nor is lost.
    """

    def __init__(
        self, assembler: WedgeAssembler, scanned: Callable[[str, str], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._assembler = assembler
        self._scanned = scanned
        self._held: list[QKeyEvent] = []
        self._fingers: list[tuple[QWidget, QMouseEvent]] = []  # presses that wait for what is held
        self._down: set[int] = set()  # keys held whose release is still to come
        self._swallow: set[int] = set()  # releases of keys that belonged to a scan
        self._target: QWidget | None = None
        self._last = 0.0  # when the last key was pressed
        self._lettered = float("-inf")  # when the last key that types something was pressed
        self._replaying = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._wait_for_late_keys)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(0)
        self._late.timeout.connect(self._replay)

    def install(self, app: QApplication) -> None:
        """Begin to watch the keys of the whole application."""
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold, swallow or pass each key before any widget sees it."""
        if self._replaying or isinstance(watched, QWindow) or not isinstance(watched, QWidget):
            return False
        kind = event.type()
        if kind in _PRESSES and isinstance(event, QMouseEvent):
            return self._waits(watched, event)
        if not isinstance(event, QKeyEvent):
            return False
        if kind == QEvent.Type.ShortcutOverride and self._held and event.key() in _ENDS and not _is_chord(event):
            event.accept()  # no shortcut may eat a scanner's key
            return False
        if kind == QEvent.Type.KeyRelease:
            return self._released(event)
        return kind == QEvent.Type.KeyPress and self._pressed(watched, event)

    def _waits(self, watched: QWidget, event: QMouseEvent) -> bool:
        """A finger comes after what was typed before it; its release after its press."""
        if not self._held:
            return False
        self._fingers.append((watched, event.clone()))
        return True

    def _released(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in self._down:
            self._down.discard(key)
            self._held.append(event.clone())
            return True
        if key in self._swallow:
            self._swallow.discard(key)
            return True
        return False

    def _pressed(self, watched: QWidget, event: QKeyEvent) -> bool:
        end = event.key() in _ENDS
        text = _text(event)
        # No scanner holds a key down; and nobody has, before it was known to be typed.
        if (event.isAutoRepeat() and not self._held) or _is_chord(event) or not (end or text):
            return self._types_nothing(event)
        at = _at(event)
        if self._held and at - self._last > self._assembler.pause:
            self._replay()  # a person's last key, just before a scan: it must not go with the scan
        self._last = at
        self._lettered = at if text else self._lettered
        answer = self._assembler.feed("" if end else text, at, terminator=end)
        if answer.key is Key.HOLD:
            self._hold(watched, event)
            return True
        if answer.key is Key.DONE:
            self._finish(event, answer)
            return True
        self._replay()
        return event.key() in _ENTERS and self._presses_a_button(at)

    def _presses_a_button(self, at: float) -> bool:
        """A person's Enter presses the button in focus; one that ends a text, however slow, may be a scanner's."""
        target = QApplication.focusWidget()
        if at - self._lettered < ALONE or not isinstance(target, QPushButton):
            return False
        target.click()
        return True

    def _types_nothing(self, event: QKeyEvent) -> bool:
        """Backspace, an arrow or a command comes after the letters before it; a scanner's own goes with its scan."""
        if not self._held or event.key() in _MODIFIERS:
            return False
        self._held.append(event.clone())
        self._down.add(event.key())
        return True

    def _hold(self, watched: QWidget, event: QKeyEvent) -> None:
        if not self._held:
            self._target = QApplication.focusWidget() or watched
        self._held.append(event.clone())
        self._down.add(event.key())
        self._swallow.discard(event.key())
        self._late.stop()
        # Twice the pause: the timer must never be the one to split a burst that arrives in one go.
        self._timer.start(max(1, int(self._assembler.pause * 2000)))

    def _wait_for_late_keys(self) -> None:
        """A window that was busy may hear of the timer before the keys that waited: let those come first."""
        self._late.start()

    def _finish(self, event: QKeyEvent, answer: KeyAnswer) -> None:
        self._swallow |= self._down | {event.key()}
        self._let_go()
        if answer.text:  # none: the second of two terminators, which only must press no button
            self._scanned(answer.text, answer.kind)
        self._press()

    def _replay(self) -> None:
        """What was held was typed by a person: let it through after all."""
        held, target = self._held, self._typed_into()
        self._let_go()
        self._assembler.give_up()
        if target is not None:
            self._send([(target, event) for event in held])
        self._press()

    def _press(self) -> None:
        """Let the fingers that waited do what they came for."""
        fingers, self._fingers = self._fingers, []
        self._send(fingers)

    def _send(self, events: Sequence[tuple[QWidget, QKeyEvent | QMouseEvent]]) -> None:
        self._replaying = True
        try:
            for target, event in events:
                if isValid(target):  # one before may have closed what it was meant for
                    QCoreApplication.sendEvent(target, event)
        finally:
            self._replaying = False

    def _typed_into(self) -> QWidget | None:
        """Return what had the focus at the first key: a finger may have moved it since. What went away has no say."""
        target = self._target
        return target if target is not None and isValid(target) and target.isVisible() else QApplication.focusWidget()

    def _let_go(self) -> None:
        self._timer.stop()
        self._late.stop()
        self._held = []
        self._down.clear()


def _at(event: QKeyEvent) -> float:
    """When the key was pressed, seconds: by the system's stamp, since a busy window hears of it later."""
    return event.timestamp() / 1000 if event.timestamp() else time.monotonic()


def _text(event: QKeyEvent) -> str:
    """What the key types; nothing for keys that type nothing."""
    text = _DEAD.get(event.key()) or event.text()
    return text if text.isprintable() or text in _SEPARATORS or event.key() in _DEAD else ""


def _is_chord(event: QKeyEvent) -> bool:
    """Whether it is a command to the program; Control and Alt together are AltGr on Windows, which types."""
    held = event.modifiers() & _CHORDS
    if held == Qt.KeyboardModifier.ControlModifier and event.text() in _SEPARATORS:
        return False
    return bool(held) and not (held == _CONTROL_ALT and event.text() and event.text().isprintable())
