"""9,000 taps with something wrong in them: whatever comes out is a tap, a refusal or one of two expected troubles."""

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "hardware"))
from sim.mutations import faulty_tap

TAPS = 9_000


@pytest.mark.faults
def test_nothing_unexpected_escapes_and_nothing_is_misread():
    outcomes = Counter(type(faulty_tap(seed)).__name__ for seed in range(1_000_000, 1_000_000 + TAPS))
    print(f"of {TAPS} faulty taps: {dict(outcomes)}")  # noqa: T201
    assert sum(outcomes.values()) == TAPS
    assert outcomes["Tap"] > TAPS // 20
