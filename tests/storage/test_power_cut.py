"""Power cuts and failing calls under the real ledger code: 0 lost, 0 half, 0 corrupt. The long form is in faults."""

import random

import pytest
from support.power_cut import cut_once, fail_once, fresh_disk, guests

CUTS = 200


def test_no_acknowledged_admission_is_lost_at_a_power_cut(tmp_path):
    acknowledged, lost = 0, {}
    for seed in range(CUTS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        count, gone = cut_once(seed, folder)
        acknowledged += count
        if gone:
            lost[seed] = gone
    assert not lost
    assert acknowledged > CUTS


def test_the_harness_would_notice(tmp_path):
    lost = 0
    for seed in range(60):
        folder = tmp_path / str(seed)
        folder.mkdir()
        lost += len(cut_once(seed, folder, full=False)[1])
    assert lost > 20


@pytest.mark.parametrize("kind", ["write", "sync", "read"])
def test_a_failing_call_refuses_or_records_nothing_between(kind, tmp_path):
    for number in range(1, 41):
        folder = tmp_path / str(number)
        folder.mkdir()
        run, facts = fail_once(kind, number, folder)
        assert sorted(run.acknowledged) == sorted(facts), f"{kind} {number}"


def test_one_fsync_per_redemption():
    disk = fresh_disk()
    guests(disk, 1, random.Random(1), checkpoint=0)
    before = disk.calls["sync"]
    disk = fresh_disk()
    guests(disk, 101, random.Random(1), checkpoint=0)
    assert disk.calls["sync"] - before == 100
