"""A few hundred taps with faults; tests/faults has the long run."""

from collections import Counter

from sim.mutations import faulty_tap


def test_nothing_unexpected_escapes_and_nothing_is_misread():
    outcomes = Counter(type(faulty_tap(seed)).__name__ for seed in range(600))
    assert {"Tap", "Refused", "TapBroken", "NoneType"} <= set(outcomes), outcomes
