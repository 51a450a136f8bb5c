"""The recorded line through the real window: camera, decoder, door, bridge, screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from scanner_app.application.events import Decided, Event
from scanner_app.bootstrap import open_kiosk
from scanner_app.sources import SourceSet
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.window import Window
from tests.e2e.conftest import Scene


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    """A bridge that is closed whatever happens."""
    made = Bridge()
    yield made
    assert made.close()


def test_every_guest_of_the_recorded_line_gets_the_right_screen(
    qtbot: QtBot, bridge: Bridge, scene: Scene, film: Path
) -> None:
    line = scene.sandbox.guest_line()
    heard: list[Decided] = []
    with open_kiosk(scene.folder, writes=True) as kiosk:
        window = Window(kiosk.door, bridge, settings=kiosk.settings.load(), status=kiosk.door.status())
        qtbot.addWidget(window, before_close_func=lambda w: w.allow_close())
        window.show()

        def hear(event: Event) -> None:
            if isinstance(event, Decided):
                heard.append(event)
            bridge.hear(event)

        deaf = kiosk.door.listen(hear)
        sources = SourceSet(kiosk.door.present, kiosk.door.tell)
        kiosk.start_door()
        kiosk.start_sync()
        kiosk.add("sources", sources.stop)
        sources.use([str(film)])
        qtbot.waitUntil(lambda: len(heard) == len(line), timeout=120_000)
        assert [d.scan.verdict.reason.value for d in heard] == [g["expected"] for g in line]
        assert all(d.durable for d in heard)
        qtbot.waitUntil(lambda: kiosk.door.status().unsent == 0, timeout=20_000)
        deaf()
    recorded = scene.lines("export", "scans")
    assert [r["reason"] for r in recorded] == [g["expected"] for g in line]
