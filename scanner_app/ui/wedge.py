"""Keyboard scanners: bursts of keys become credentials whatever has the focus; a person's typing goes its way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget
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


class WedgeAssembler(Protocol):
    """Tells bursts of a scanner from typing. Times are monotonic seconds."""

    pause: float
    """Seconds without a key after which what is held was typed by a person."""

    def feed(self, text: str, at: float, *, terminator: bool) -> KeyAnswer:
        """Take one key."""

    def give_up(self) -> None:
        """Forget what is held: it was typed."""


class BurstAssembler:
    """A burst is at least `least` keys, each within `pause` of the one before, ended by Enter or Tab."""

    def __init__(self, pause: float = 0.035, least: int = 4) -> None:
        self.pause = pause
        self._least = least
        self._held = ""
        self._last = 0.0

    def feed(self, text: str, at: float, *, terminator: bool) -> KeyAnswer:
        """Take one key."""
        if self._held and at - self._last > self.pause:
            self._held = ""
        self._last = at
        if not terminator:
            self._held += text
            return KeyAnswer(Key.HOLD)
        held, self._held = self._held, ""
        return KeyAnswer(Key.DONE, held) if len(held) >= self._least else KeyAnswer(Key.TYPED)

    def give_up(self) -> None:
        """Forget what is held."""
        self._held = ""


_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_CHORDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class WedgeFilter(QObject):
    """An application-wide event filter that feeds an assembler and hands whole scans to `scanned`.

    Keys that may be a scanner's are held for at most the assembler's pause, then replayed to whoever had the focus.
    """

    def __init__(
        self, assembler: WedgeAssembler, scanned: Callable[[str], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._assembler = assembler
        self._scanned = scanned
        self._held: list[QKeyEvent] = []
        self._target: QWidget | None = None
        self._replaying = False
        self._releases: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._replay)

    def install(self, app: QApplication) -> None:
        """Begin to watch the keys of the whole application."""
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold, swallow or pass each key before any widget sees it."""
        if self._replaying or isinstance(watched, QWindow) or not isinstance(watched, QWidget):
            return False
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and self._wants(event):
            event.accept()  # no shortcut may eat a scanner's key
            return False
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and event.key() in self._releases:
            self._releases.discard(event.key())
            return True
        if kind != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        return self._key(watched, event)

    def _wants(self, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.modifiers() & _CHORDS:
            return False
        return bool(self._held) and event.key() in _ENDS

    def _key(self, watched: QWidget, event: QKeyEvent) -> bool:
        end = event.key() in _ENDS
        if event.modifiers() & _CHORDS or not (end or (event.text().isprintable() and event.text())):
            return False
        answer = self._assembler.feed("" if end else event.text(), time.monotonic(), terminator=end)
        if answer.key is Key.HOLD:
            self._hold(watched, event)
            return True
        if answer.key is Key.DONE:
            self._finish(event, answer.text)
            return True
        self._replay()
        return False

    def _hold(self, watched: QWidget, event: QKeyEvent) -> None:
        if not self._held:
            self._target = QApplication.focusWidget() or watched
        self._held.append(event.clone())
        self._releases.add(event.key())
        # Twice the pause: the timer must never be the one to split a burst that arrives in one go.
        self._timer.start(max(1, int(self._assembler.pause * 2000)))

    def _finish(self, event: QKeyEvent, text: str) -> None:
        self._timer.stop()
        self._held.clear()
        self._releases.add(event.key())
        if text:  # none: the second of two terminators, which only must press no button
            self._scanned(text)

    def _replay(self) -> None:
        """What was held was typed by a person: let it through after all."""
        self._timer.stop()
        held, self._held = self._held, []
        self._assembler.give_up()
        target = QApplication.focusWidget() or self._target
        if target is None or not held or not isValid(target):
            return
        self._replaying = True
        try:
            for event in held:
                QCoreApplication.sendEvent(target, event)
        finally:
            self._replaying = False
