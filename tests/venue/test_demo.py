"""`make run-venue` ended before its end, as a newcomer ends it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.venue_kit import until


def left(folder: Path) -> list[str]:
    """Command lines of processes that still run from a folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended this moment
        if str(folder) in words:
            found.append(words)
    return found


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes")
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_whatever_ends_the_demo_ends_all_of_it_without_a_traceback(tmp_path, which):
    command = [sys.executable, "-m", "scanner_app.venue_demo"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as demo:
        assert "three hubs" in demo.stdout.readline()
        demo.send_signal(which)
        said, error = demo.communicate(timeout=60)
    assert (demo.returncode, "Traceback" in error) == (130, False), error
    assert "ended before its end" in said
    until(lambda: left(tmp_path) == [])
    assert list(tmp_path.iterdir()) == []
