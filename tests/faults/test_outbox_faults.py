"""200 runs of 200 redemptions through every kind of trouble (reliability.md O1), each on a store of its own."""

import random
from collections import Counter

import pytest
from support.outbox_faults import FAULTS, run
from support.sandbox_kit import Gate
from support.simulated_platform import SimulatedPlatform
from support.sync_kit import Kiosk
from support.virtual_time import World

from scanner_app.sandbox.server import Sandbox
from scanner_app.storage.store import Store

RUNS = 200
REDEMPTIONS = 200
BATCHES = 40


@pytest.mark.faults
@pytest.mark.timeout(3600)  # the machine may be busy: time is not what this is about
@pytest.mark.parametrize("batch", range(BATCHES))
def test_forty_thousand_redemptions_reach_the_platform_once(tmp_path, batch):
    met = Counter()
    for seed in range(batch * RUNS // BATCHES, (batch + 1) * RUNS // BATCHES):
        world, chance = World(), random.Random(seed)
        platform = SimulatedPlatform(world, latency=0.05)
        with Store(tmp_path / str(seed), {"sim": "key-1"}) as store:
            met.update(run(Kiosk(world, platform, store, chance), REDEMPTIONS, chance))
    assert len(met) >= len(FAULTS) - 2


@pytest.mark.faults
@pytest.mark.timeout(3600)  # the machine may be busy: time is not what this is about
@pytest.mark.parametrize("seed", range(20))
def test_the_real_adapter_against_a_misbehaving_sandbox(tmp_path, seed):
    with Sandbox(passes=1500, seed=seed) as sandbox, Store(tmp_path / "kiosk", {"acc": "t"}) as store:
        gate = Gate(sandbox, store, random.Random(seed), deaths=0.05)
        try:
            gate.run(100)
        finally:
            gate.close()
