"""The outbox with all its lanes on real threads in bad weather, with every wait shortened."""

import random
import threading

import pytest
from support.outbox_faults import Crowd, Weather, check, prepare
from support.simulated_platform import SimulatedPlatform, killed_after, killed_before
from support.sync_kit import Kiosk
from support.virtual_time import World

from scanner_app.domain.scan import OperationState
from scanner_app.storage.store import Store
from scanner_app.sync import answers, connectivity, upload
from scanner_app.sync.upload import Uploader

SHORT = 0.02


@pytest.fixture
def hurried(monkeypatch):
    """Back-off and probes in hundredths of a second."""
    for name in ("BASE_SECONDS", "CAP_SECONDS", "RETRY_AFTER_CAP", "LATE_SECONDS"):
        monkeypatch.setattr(answers, name, SHORT)
    for name in ("OFFLINE_SECONDS", "LOCKED_SECONDS", "FIRST_SECONDS"):
        monkeypatch.setattr(connectivity, name, SHORT)
    for name in ("STORM_SECONDS", "POLL_SECONDS"):
        monkeypatch.setattr(upload, name, SHORT)
    monkeypatch.setattr(upload, "PROBES", 1000)


class Mortal(Weather):
    """Weather without kills: a thread cannot be killed."""

    def _for(self, what, fault):
        return None if fault in (killed_before, killed_after) else super()._for(what, fault)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("seed", range(4))
def test_eight_lanes_in_any_weather_lose_and_repeat_nothing(tmp_path, seed):
    chance, size = random.Random(seed), 80
    world = World()
    platform = SimulatedPlatform(world)
    world.advance = lambda _seconds: threading.Event().wait(0.001)
    with Store(tmp_path / "kiosk", {"sim": "key-1"}) as store:
        kiosk = Kiosk(world, platform, store, chance)
        crowd, weather = Crowd.of(size, chance), Mortal(chance)
        prepare(kiosk, crowd)
        platform.next_fault = weather
        kiosk.clock = type(kiosk.clock)()
        kiosk.restart()
        kiosk.uploader = Uploader(kiosk.line, kiosk.downloader.watch, lanes=8, chance=chance)
        regrets = []
        for uid in crowd.uids:
            scan_id = kiosk.admit(uid)
            if uid in crowd.undone:
                regrets.append(scan_id)
            if chance.random() < 0.1:
                kiosk.drain(0.3)
            while regrets and chance.random() < 0.5:
                kiosk.undo(regrets.pop())
        for scan_id in regrets:
            kiosk.undo(scan_id)
        weather.calm = True
        kiosk.uploader.look_again()  # a key refused twice is looked at every five minutes: nobody waits for that here
        assert kiosk.drain(30.0).left == 0
        assert not kiosk.counts().get(OperationState.PENDING)
        check(kiosk, crowd)
    assert len(weather.met) >= 5
