"""kill -9 of the real program at any moment: every printed verdict is on disk, none is half."""

import json
import random
import subprocess
import sys

import pytest
from support import kills

SHORT, LONG, PARTS = 5, 500, 20


def line_of_kills(folder, count, seed):
    rng = random.Random(seed)
    printed = []
    for _ in range(count):
        printed += kills.killed_line(folder, rng)
        kills.check(folder, printed)
    return printed


def exported(folder):
    command = [sys.executable, "-m", "scanner_app", "export", "scans", "--format", "jsonl", "--data-dir", str(folder)]
    out = subprocess.run(command, check=True, capture_output=True).stdout
    return {json.loads(line)["scan_id"] for line in out.splitlines()}


def test_every_printed_verdict_survives_a_kill(tmp_path):
    folder = kills.kiosk(tmp_path / "kiosk")
    printed = line_of_kills(folder, SHORT, 1)
    assert {line["outcome"] for line in printed} == {"admit"}, "refusals alone would prove nothing"
    assert {line["scan_id"] for line in printed} <= exported(folder)


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_printed_verdict_survives_500_kills(part, tmp_path):
    folder = kills.kiosk(tmp_path / "kiosk")
    printed = line_of_kills(folder, LONG // PARTS, 100 + part)
    assert {line["outcome"] for line in printed} == {"admit"}
    assert {line["scan_id"] for line in printed} <= exported(folder)
