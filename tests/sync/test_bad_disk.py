"""A disk that does not take the outcome of a delivery: nothing is lost, nothing is sent twice, the rest goes on."""

import random

import pytest
from support.sync_kit import Kiosk

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.scan import OperationState


class FullDisk:
    """A store that cannot be written now and then."""

    def __init__(self, store, calls, chance, rate):
        self._store, self._calls, self._chance, self.rate = store, calls, chance, rate

    def __getattr__(self, name):
        real = getattr(self._store, name)
        if name not in self._calls:
            return real

        def failing(*args, **kwargs):
            if self._chance.random() < self.rate:
                raise StorageTrouble(StorageKind.FULL, "no space left")
            return real(*args, **kwargs)

        return failing


@pytest.mark.parametrize("calls", [{"settle"}, {"settle", "claim"}])
def test_outcomes_that_could_not_be_written_are_found_out_later(world, platform, store, calls):
    chance = random.Random(6)
    disk = FullDisk(store, calls, chance, 0.0)
    kiosk = Kiosk(world, platform, disk, chance)
    for number in range(40):
        platform.create(f"p{number:02d}")
        kiosk.admit(f"p{number:02d}")
    disk.rate = 0.3
    for _ in range(30):
        try:
            kiosk.drain(60)
        except StorageTrouble:
            kiosk.later(seconds=10)
    disk.rate = 0.0
    kiosk.later(minutes=1)
    assert kiosk.drain(600).left == 0
    assert kiosk.counts() == {OperationState.SENT: 80}
    assert sorted(s.uid for s in platform.scans) == [f"p{n:02d}" for n in range(40)]
    assert not kiosk.conflicts()


def test_a_walk_that_the_disk_refuses_goes_on_at_its_page(world, platform, store):
    disk = FullDisk(store, {"cache"}, random.Random(2), 0.0)
    kiosk = Kiosk(world, platform, disk, random.Random(1))
    platform.page_size = 10
    for number in range(100):
        platform.create(f"p{number:02d}")
    disk.rate = 0.3
    for _ in range(200):
        try:
            if kiosk.round().even:
                break
        except StorageTrouble:
            kiosk.restart()
    disk.rate = 0.0
    assert kiosk.round().even
    assert kiosk.differences() == {"stale": set(), "missed": set(), "ghost": set()}
