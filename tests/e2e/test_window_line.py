"""The recorded line through the real window: camera, decoder, door, bridge, screen."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from scanner_app.bootstrap import open_kiosk
from scanner_app.sources import SourceSet
from tests.e2e.conftest import Scene
from tests.e2e.real_window import real_window


def test_every_guest_of_the_recorded_line_gets_the_right_screen(qtbot: QtBot, scene: Scene, film: Path) -> None:
    line = scene.sandbox.guest_line()
    with open_kiosk(scene.folder, writes=True) as kiosk, real_window(qtbot, kiosk) as (_, heard):
        sources = SourceSet(kiosk.door.present, kiosk.door.tell)
        kiosk.start_door()
        kiosk.start_sync()
        kiosk.add("sources", sources.stop)
        sources.use([str(film)])
        qtbot.waitUntil(lambda: len(heard) == len(line), timeout=120_000)
        assert [d.scan.verdict.reason.value for d in heard] == [g["expected"] for g in line]
        assert all(d.durable for d in heard)
        qtbot.waitUntil(lambda: kiosk.door.status().unsent == 0, timeout=20_000)
    recorded = scene.lines("export", "scans")
    assert [r["reason"] for r in recorded] == [g["expected"] for g in line]
