"""How long a redemption takes beside a full sync, against the same alone: ratios within one run."""

import random

import pytest

from scanner_app.bench import made_up, storage
from scanner_app.storage.store import Store

PASSES, ROUNDS, RUNS = 10_000, 500, 3


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_the_slowest_redemptions_take_at_most_three_times_as_long_during_a_full_sync(tmp_path):
    """The best of three runs: whatever else the machine does can only make one worse."""
    with Store(tmp_path / "kiosk", {made_up.ACCOUNT: "bench"}) as store:
        made_up.load(store, PASSES)
        ratios = [
            storage.during_sync(store, PASSES, ROUNDS, random.Random(run))["sync_ratio_p99"] for run in range(RUNS)
        ]
    assert min(ratios) <= 3.0, ratios
