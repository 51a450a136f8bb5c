"""One window brought to the state of a picture, and taken away again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from scanner_app.application.events import Event
from scanner_app.ui import moments, sample, texts
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.sample_door import SampleDoor
from scanner_app.ui.sound import Sounds
from scanner_app.ui.window import Window

DRAWN_AT = sample.NOW + timedelta(days=1)
"""The window's moment in every picture, whenever it is drawn: a day later, so that times show their dates."""
PATIENCE = 10.0
"""Seconds that a call of the window may take before a picture is given up."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the door it stands on, and what is done before it is taken."""

    name: str
    act: Callable[[Stage], None]
    door: Callable[[], SampleDoor] = SampleDoor


class Pictured(Window):
    """Makes no screen but those that are looked at."""

    ahead = False


class Stage:
    """One open window, and the means to bring it to a state."""

    def __init__(self, window: Window, door: SampleDoor) -> None:
        self.window, self.door = window, door

    def tell(self, *events: Event) -> None:
        """Let the window hear events."""
        for event in events:
            self.window.hear(event)

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the window work until something holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            QCoreApplication.processEvents()
            if time.monotonic() > end:
                raise TimeoutError("a screen did not come to rest")
            time.sleep(0.001)

    def press(self, name: str) -> None:
        """Press a button by its name."""
        settle()
        made = next(b for b in self.window.findChildren(QPushButton, name) if b.isVisibleTo(self.window))
        made.click()

    def panel(self) -> QWidget:
        """Wait for a panel and return it."""
        self.until(lambda: self.window.panel is not None)
        assert self.window.panel is not None  # noqa: S101 - waited for
        return self.window.panel


@contextmanager
def same_every_time() -> Iterator[None]:
    """Let neither the hour nor a blinking cursor get into a picture."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)  # noqa: S101 - there is a window to draw
    blinks = app.cursorFlashTime()
    app.setCursorFlashTime(0)
    try:
        with moments.standing(DRAWN_AT):
            yield
    finally:
        app.setCursorFlashTime(blinks)


@contextmanager
def staged(shot: Shot, language: str, size: tuple[int, int], look: str = "dark", scale: float = 1.0) -> Iterator[Stage]:
    """Open a window in the state of a picture; close it and everything of it after."""
    with same_every_time():
        yield from _staged(shot, language, size, look, scale)


def _staged(shot: Shot, language: str, size: tuple[int, int], look: str, scale: float) -> Iterator[Stage]:
    door = shot.door()
    screen = replace(door.kept.screen, language=language, theme=look, reduced_motion=True, text_scale=scale)
    door.kept = replace(door.kept, screen=screen)
    bridge = Bridge(1)
    window = Pictured(door, bridge, settings=door.kept, status=door.now, sounds=Sounds(silent=True), size=size)
    try:
        window.show()
        settle()
        Stage(window, door).until(bridge.idle)
        shot.act(Stage(window, door))
        settle()
        focused = window.focusWidget()
        if window.panel is None and isinstance(focused, QWidget):
            focused.clearFocus()
        settle()
        yield Stage(window, door)
    finally:
        window.close_now()
        bridge.close()
        window.deleteLater()
        bridge.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        texts.set_language(texts.FALLBACK)


def settle() -> None:
    """Let everything that was asked of the window happen."""
    for _ in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents()
