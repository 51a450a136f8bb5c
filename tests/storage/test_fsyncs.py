"""What a redemption costs the disk, counted at the system's own door."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scanner_app.storage.ledger_file import RESERVED_AT_ONCE, WAL_RESERVE

ROUNDS = 300
LINE = """
import os, sys
from pathlib import Path
from scanner_app.bench import made_up, redemption
from scanner_app.storage.store import Store
with Store(Path(sys.argv[1]), {made_up.ACCOUNT: "t"}) as store:
    made_up.load(store, int(sys.argv[2]))
    desk = redemption.a_desk(store)
    os.write(2, b"BEGIN\\n")
    for number in range(int(sys.argv[2])):
        assert redemption.redeem(desk, number)
    os.write(2, b"END\\n")
"""


@pytest.mark.skipif(not shutil.which("strace"), reason="counted with strace, where it is installed")
def test_at_most_1_1_fsyncs_per_redemption(tmp_path):
    log = tmp_path / "calls"
    trace = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,write", "-e", "signal=none", "-o", log]
    command = [*trace, sys.executable, "-c", LINE, tmp_path / "kiosk", str(ROUNDS)]
    done = subprocess.run(command, check=False, capture_output=True, cwd=Path(__file__).parents[2])
    if b"Operation not permitted" in done.stderr:
        pytest.skip("this machine lets nobody trace")
    assert done.returncode == 0, done.stderr.decode()
    calls = log.read_text(errors="replace")
    between = calls.partition('"BEGIN')[2].partition('"END')[0]
    count = between.count("sync(")
    assert ROUNDS <= count <= 1.1 * ROUNDS
    # The WAL's reserve, but for what its first pages took: a larger piece is looked through by each of those fsyncs.
    before = calls.partition('"BEGIN')[0]
    lengths = [int(length) for length in re.findall(r" write\(.* = ([0-9]+)$", before, re.MULTILINE)]
    assert max(lengths) <= RESERVED_AT_ONCE <= 64 << 10
    assert lengths.count(RESERVED_AT_ONCE) >= WAL_RESERVE // RESERVED_AT_ONCE - 1
