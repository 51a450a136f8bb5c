"""Opens the window on a door and closes it again in order: ears, door, window, the bridge last."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from scanner_app.application.config import Settings
from scanner_app.application.control import DoorControl
from scanner_app.ui import texts
from scanner_app.ui.application import application
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.heartbeat import Heartbeat, IdleCollector
from scanner_app.ui.wedge import WedgeAssembler, WedgeFilter
from scanner_app.ui.window import Window

log = logging.getLogger(__name__)
FIRST_PAINT = 500
"""Milliseconds for the window to come up; what the heartbeat measures begins after that."""
PULSE = 200
"""Milliseconds until a signal ends the window."""


def run_window(
    control: DoorControl,
    *,
    full_screen: bool,
    demo: bool = False,
    on_quit: Callable[[], None] = lambda: None,
    wedge: WedgeAssembler | None = None,
    on_beat: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
) -> int:
    """Show the window until it is left; return the exit code. Call on the main thread.

    `stop` ends it from outside, also one that was set before the window was there.
    `on_quit` runs once after the last scan was heard, before the bridge goes: stop the door's own threads there.
    `wedge` tells keyboard scanners from typing; without it every key is typed. `on_beat` is called by the window's
    heartbeat, for a watchdog.
    """
    app = application()
    settings = _at_first(control.settings())
    texts.set_language(settings.screen.language)
    bridge = Bridge()
    window = Window(control, bridge, settings=settings, status=control.status(), demo=demo)
    heartbeat, collector = Heartbeat(on_beat), IdleCollector()
    window.on_busy = collector.busy
    keys = WedgeFilter(wedge, window.scanned) if wedge else None
    if keys:
        keys.install(app)
    deaf = control.listen(bridge.hear)
    pulse = _end_when(stop or threading.Event(), window)
    window.sounds.load()  # takes a third of a second: before the window is there, nobody waits for it
    window.showFullScreen() if full_screen else window.show()
    QTimer.singleShot(0, collector.start)
    QTimer.singleShot(FIRST_PAINT, heartbeat.start)
    try:
        return app.exec()
    finally:
        pulse.stop()
        heartbeat.stop()
        collector.stop()
        if keys:
            app.removeEventFilter(keys)
        deaf()
        on_quit()
        log.info("window: worst stall %d ms, %d stalls", heartbeat.worst, heartbeat.stalls)
        window.close_now()
        if not bridge.close():
            log.error("a call of the window did not end in time")
        window.deleteLater()
        app.sendPostedEvents()


def _at_first(settings: Settings) -> Settings:
    """What nobody has set up yet begins in the computer's language."""
    if settings.ready:
        return settings
    return replace(settings, screen=replace(settings.screen, language=texts.of_the_computer(os.environ)))


def _end_when(stop: threading.Event, window: Window) -> QTimer:
    """End the window in order once `stop` is set; that it looks also lets Python hear of signals."""

    def look() -> None:
        if stop.is_set():
            window.close_now()
            QApplication.quit()

    pulse = QTimer(window)
    pulse.setInterval(PULSE)
    pulse.timeout.connect(look)
    pulse.start()
    return pulse
