"""Fifty thousand damaged codes through the decoder process: it may refuse, it may not die, hang or raise."""

import sys
import time

import pytest

from hardware.decode import FORMATS, DecoderProcess
from hardware.fakes import hostile_frames

COUNT = 50_000


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "formats", [frozenset({"QR", "PDF417", "AZTEC", "CODE128"}), frozenset(FORMATS)], ids=["four", "all"]
)
def test_fifty_thousand_damaged_codes(formats, capsys):
    reads, slowest = 0, 0.0

    def on_result(result):
        nonlocal reads, slowest
        reads += len(result.reads)
        slowest = max(slowest, result.ms)

    decoder = DecoderProcess(formats, on_result=on_result, deadline=5.0)
    decoder.start()
    begun = time.monotonic()
    try:
        for frame in hostile_frames(COUNT // 2, seed=len(formats)):
            assert decoder.submit_each(frame, 60)
        assert decoder.flush(60)
    finally:
        assert decoder.stop()
    with capsys.disabled():
        took = time.monotonic() - begun
        sys.stdout.write(
            f"\n{COUNT // 2} pictures in {took:.0f} s, {reads} read, slowest {slowest:.0f} ms, {decoder.counters}\n"
        )
    counters = decoder.counters
    assert (counters.restarts, counters.errors, counters.decoded) == (0, 0, COUNT // 2), counters.last_trouble
