"""Fifty thousand damaged codes through the decoder process: it may refuse, it may not die, hang or raise."""

import sys
import time

import pytest

from hardware.decode import FORMATS, DecoderProcess
from hardware.fakes import hostile_frames

SHARE = 5_000  # pictures per test, so that each stays well within the time a test may take
FOUR = frozenset({"QR", "PDF417", "AZTEC", "CODE128"})


@pytest.mark.faults
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("share", range(10))
def test_fifty_thousand_damaged_codes(share, capsys):
    reads, slowest = 0, 0.0

    def on_result(result):
        nonlocal reads, slowest
        reads += len(result.reads)
        slowest = max(slowest, result.ms)

    formats = frozenset(FORMATS) if share % 2 else FOUR
    decoder = DecoderProcess(formats, on_result=on_result, deadline=5.0)
    decoder.start()
    begun = time.monotonic()
    try:
        for frame in hostile_frames(SHARE, seed=100 + share):
            assert decoder.submit_each(frame)
        assert decoder.flush()
    finally:
        assert decoder.stop()
    counters = decoder.counters
    with capsys.disabled():
        took = time.monotonic() - begun
        sys.stdout.write(f"\n{SHARE} pictures in {took:.0f} s, {reads} read, slowest {slowest:.0f} ms, {counters}\n")
    assert (counters.restarts, counters.errors, counters.decoded) == (0, 0, SHARE), counters.last_trouble
