"""The blocker that stands in for a machine without Qt really blocks."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def is_installed(distribution: str) -> bool:
    return any(importlib.metadata.distributions(name=distribution))


needs_qt_installed = pytest.mark.skipif(not is_installed("PySide6-Essentials"), reason="a machine really without Qt")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("module", ["PySide6", "PySide6.QtCore", "shiboken6"])
def test_blocked_qt_cannot_be_imported(module):
    done = run_python(f"import no_qt; no_qt.block_qt()\nimport {module}")
    assert done.returncode != 0
    assert "ModuleNotFoundError" in done.stderr
    assert "PASS_SCANNER_NO_QT" in done.stderr


@needs_qt_installed
def test_without_the_blocker_qt_is_there():
    done = run_python("import PySide6.QtCore")
    assert done.returncode == 0, done.stderr


@needs_qt_installed
def test_blocking_too_late_is_refused():
    done = run_python("import PySide6.QtCore, no_qt; no_qt.block_qt()")
    assert "Qt was imported before it could be blocked" in done.stderr


def test_this_run_holds_what_its_switch_says():
    if os.environ.get("PASS_SCANNER_NO_QT") == "1":
        with pytest.raises(ModuleNotFoundError):
            import PySide6
    else:
        import PySide6.QtCore  # noqa: F401
