"""The real door on a disk that fills up, or that the system makes read-only: it refuses, and loses nothing."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections import Counter

import pytest
from support import kills

from scanner_app.bench import made_up

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0 or not shutil.which("mkfs.ext4"), reason="mounts"),
]
REFUSED = ("refuse", "CANNOT_RECORD")
ADMITTED = ("admit", "ADMIT")


@pytest.fixture
def disk(tmp_path):
    """A file system of its own in a file."""
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(48 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    if subprocess.run(["mount", "-o", "loop,errors=remount-ro", image, folder], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


class Line:
    """Guests in front of the real door, one after the other."""

    def __init__(self, folder):
        self.folder, self.printed, self._next = folder, [], 0
        self._child = kills.gate(folder)

    def show(self, count):
        """Present some codes; return how often each outcome was printed."""
        lines = []
        for _ in range(count):
            self._next += 1
            self._child.stdin.write(made_up.barcode(self._next % kills.PASSES).encode() + b"\n")
            self._child.stdin.flush()
            lines.append(json.loads(self._child.stdout.readline()))
        self.printed += lines
        return Counter((line["outcome"], line["reason"]) for line in lines)

    def kill(self):
        """End the door as a pulled plug does."""
        with self._child:
            self._child.kill()

    def end(self):
        """Close the door in order; return what it admitted."""
        with self._child:
            self._child.stdin.close()
            assert self._child.wait(60) == 0
        return [line for line in self.printed if line["outcome"] == "admit"]


def test_a_disk_made_read_only_under_a_running_door_refuses_everybody(disk):
    line = Line(kills.kiosk(disk / "kiosk"))
    assert line.show(20) == {ADMITTED: 20}
    if subprocess.run(["mount", "-o", "remount,abort", disk], check=False).returncode:
        line.end()
        pytest.skip("this kernel makes no disk read-only under open files")
    assert line.show(20) == {REFUSED: 20}
    admitted = line.end()
    image = disk.parent / "disk.img"
    subprocess.run(["umount", disk], check=True)
    subprocess.run(["mount", "-o", "loop", image, disk], check=True)
    assert kills.check(line.folder, admitted) == 20


@pytest.mark.parametrize("killed", [False, True])
def test_what_was_recorded_is_read_from_a_disk_that_takes_no_writes(disk, killed):
    """Mounted read-only for a look, after an end in order or by the plug: a WAL that is left is read along."""
    line = Line(kills.kiosk(disk / "kiosk"))
    assert line.show(20) == {ADMITTED: 20}
    if killed:
        line.kill()
    else:
        line.end()
    subprocess.run(["umount", disk], check=True)
    subprocess.run(["mount", "-o", "loop,ro", disk.parent / "disk.img", disk], check=True)

    def said(*words, code=0):
        command = [sys.executable, "-m", "scanner_app", *words, "--data-dir", line.folder]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended
        return ended.stdout

    exported = {json.loads(row)["scan_id"] for row in said("export", "scans", "--format", "jsonl").splitlines()}
    assert exported == {each["scan_id"] for each in line.printed}
    assert json.loads(said("verify", "--json"))["ok"]
    assert json.loads(said("status", "--json"))["passes_held"] == kills.PASSES
    assert "takes no writes" in said("doctor", code=3)
    backup = disk.parent / "backup.zip"
    said("backup", backup)
    assert zipfile.ZipFile(backup).testzip() is None


def test_a_full_disk_refuses_until_there_is_room(disk):
    line = Line(kills.kiosk(disk / "kiosk"))
    assert line.show(20) == {ADMITTED: 20}
    filler = disk / "filler"
    subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=64k"], check=False, stderr=subprocess.DEVNULL)
    during = line.show(1000)
    assert set(during) <= {ADMITTED, REFUSED}
    assert line.show(20) == {REFUSED: 20}
    filler.unlink()
    assert line.show(20) == {ADMITTED: 20}
    admitted = line.end()
    assert kills.check(line.folder, admitted) == len(admitted) == 40 + during[ADMITTED]
