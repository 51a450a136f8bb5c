"""A real store, a simulated platform, and time that passes only when somebody waits."""

import random

import pytest
from support.simulated_platform import SimulatedPlatform
from support.sync_kit import Kiosk
from support.virtual_time import World

from scanner_app.storage.store import Store


@pytest.fixture
def world():
    return World()


@pytest.fixture
def platform(world):
    return SimulatedPlatform(world)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "kiosk", {"sim": "key-1"}) as opened:
        yield opened


@pytest.fixture
def kiosk(world, platform, store):
    return Kiosk(world, platform, store, random.Random(1))
