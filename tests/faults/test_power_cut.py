"""The long form: 2,000 power cuts and 720 failing calls under the real ledger code."""

import pytest
from support.power_cut import cut_once, fail_once

pytestmark = pytest.mark.faults
CUTS, CALLS = 2000, 120


@pytest.mark.parametrize("part", range(10))
def test_no_acknowledged_admission_is_lost_in_2000_power_cuts(part, tmp_path):
    acknowledged, lost = 0, {}
    for seed in range(part * CUTS // 10, (part + 1) * CUTS // 10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        count, gone = cut_once(10_000 + seed, folder)
        acknowledged += count
        if gone:
            lost[seed] = gone
    assert not lost
    assert acknowledged > CUTS // 10


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("kind", ["write", "sync", "read"])
def test_a_failing_call_refuses_or_records_nothing_between(kind, for_good, tmp_path):
    for number in range(1, CALLS + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        run, facts = fail_once(kind, number, folder, for_good=for_good)
        if for_good:  # a disk that never syncs again may hold what it was refused for
            assert set(run.acknowledged) <= set(facts) <= {*run.acknowledged, *run.failed}
        else:
            assert sorted(run.acknowledged) == sorted(facts), f"{kind} {number}"
