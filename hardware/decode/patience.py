"""Whether a decode that takes long hangs, or was only not let run by a busy machine."""

import os
import sys
from pathlib import Path
from typing import Final

_STATE, _USER, _SYSTEM = 0, 11, 12  # fields of /proc/PID/stat after the name, see proc(5)
_LONGEST: Final = 5.0  # times the deadline after which nothing is an excuse


def cpu_seconds(pid: int) -> float:
    """CPU time the process has used; 0 where the system does not tell."""
    fields = _stat(pid)
    if sys.platform != "win32" and fields:
        return (int(fields[_USER]) + int(fields[_SYSTEM])) / float(os.sysconf("SC_CLK_TCK"))
    return 0.0


def only_starved(pid: int, used: float, waited: float, deadline: float) -> bool:
    """Whether the process wants to run and has not yet had `deadline` seconds of CPU (`used` so far) in a long wait.

    A process that sleeps or is stopped in the middle of a decode hangs, however little it has used.
    """
    fields = _stat(pid)
    return bool(fields) and fields[_STATE] == "R" and used < deadline and waited < _LONGEST * deadline


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
