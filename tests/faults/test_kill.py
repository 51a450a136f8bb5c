"""kill -9 of the real program at any moment: every printed verdict is on disk, none half, the platform hears each."""

import random
from collections import Counter

import pytest
from support import kills

from scanner_app.sandbox.server import Sandbox

SHORT, LONG, PARTS = 4, 500, 20


def line_of_kills(folder, count, seed, codes):
    """Kill a gate that tells its platform of each scan meanwhile; return what all of them printed."""
    rng = random.Random(seed)
    printed = []
    for _ in range(count):
        printed += kills.killed_line(folder, rng, codes, ())
        kills.check(folder, printed)
    return printed


def killed_and_pushed(folder, count, seed):
    """Each printed scan is in the ledger and, once, on the platform; return how many were printed."""
    with Sandbox(passes=200, seed=7) as sandbox:
        printed = line_of_kills(folder, count, seed, kills.platform_kiosk(folder, sandbox))
        kept = kills.program(folder, "export", "scans", "--format", "jsonl")
        assert kills.program(folder, "push", "--deadline", "600", "--json")[0]["left"] == 0
        known = sandbox.accounts["passcreator"].store.rows("SELECT barcode FROM pc_scan WHERE device = 'kill'")
    assert {line["outcome"] for line in printed} == {"admit"}, "refusals alone would prove nothing"
    assert {line["scan_id"] for line in printed} <= {line["scan_id"] for line in kept}
    assert Counter(row["barcode"] for row in known) == Counter(line["raw"] for line in kept), "each told once"
    return len(printed)


def test_every_printed_verdict_survives_a_kill(tmp_path):
    killed_and_pushed(tmp_path / "kiosk", SHORT, 1)


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_printed_verdict_survives_500_kills(part, tmp_path):
    assert killed_and_pushed(tmp_path / "kiosk", LONG // PARTS, 100 + part) >= LONG // PARTS
