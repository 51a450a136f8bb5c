"""The collected program starts its own child processes: by itself, as the interpreter it no longer has beside it."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLLECTED = ROOT / "packaging" / "collected.py"


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (["-P", "-m", "hardware.decode.child", "3", "4"], "hardware.decode.child"),
        (["-m", "scanner_app.demo", "folder"], "scanner_app.demo"),
        (["-m", "http.server"], ""),
        (["-m"], ""),
        (["status", "--json"], ""),
        ([], ""),
    ],
)
def test_only_our_own_modules_are_started(words: list[str], module: str) -> None:
    assert runpy.run_path(str(COLLECTED))["child"](words) == module


def test_every_module_that_the_window_starts_is_collected() -> None:
    sources = [ROOT / "hardware" / "decode" / "process.py", ROOT / "scanner_app" / "demo.py"]
    started = {m for file in sources for m in re.findall(r'"-m", "([\w.]+)"', file.read_text(encoding="utf-8"))}
    assert started == {"hardware.decode.child", "scanner_app.demo"}
    assert started <= set(runpy.run_path(str(COLLECTED))["CHILDREN"])
    recipe = (ROOT / "packaging" / "windows.spec").read_text(encoding="utf-8")
    assert not [name for name in started if f'"{name}"' not in recipe]


def test_it_is_the_command_line_otherwise() -> None:
    words = [sys.executable, str(COLLECTED), "--version"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    assert done.stdout.startswith("scanner-app ")
