"""The real window over a real kiosk, and what its door decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytestqt.qtbot import QtBot

from scanner_app.application.events import Decided, Event
from scanner_app.bootstrap import Kiosk
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.window import Window


@contextmanager
def real_window(qtbot: QtBot, kiosk: Kiosk) -> Iterator[tuple[Window, list[Decided]]]:
    """Show the window of a kiosk; its verdicts are collected as the window hears of them."""
    bridge, heard = Bridge(), list[Decided]()
    try:
        window = Window(kiosk.door, bridge, settings=kiosk.settings.load(), status=kiosk.door.status())
        qtbot.addWidget(window, before_close_func=lambda w: w.allow_close())
        window.show()

        def hear(event: Event) -> None:
            if isinstance(event, Decided):
                heard.append(event)
            bridge.hear(event)

        deaf = kiosk.door.listen(hear)
        yield window, heard
        deaf()
    finally:
        assert bridge.close()
