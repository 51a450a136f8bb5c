"""Since which start of this computer it runs: what tells a clock that nobody sets from one of an earlier start."""

from __future__ import annotations

from pathlib import Path

_PROC = Path("/proc")  # proc(5); Linux alone has it


def this_boot() -> str:
    """Return a name that the machine has until it is started anew, '' where it has none."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def computers_own() -> tuple[str, float]:
    """Return the name of this start and for how many seconds it runs; ("", 0) where nobody tells.

    Unlike the time of day nobody can set it, and a restart of the program leaves it as it is.
    """
    try:
        return this_boot(), float((_PROC / "uptime").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return "", 0.0
