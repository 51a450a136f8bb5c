"""The set-up scripts: what they say when they cannot go on, and that they do nothing twice."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TROUBLE, USAGE = 3, 2


def run_script(name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs one of scripts/; a value of "" takes the variable away."""
    merged = {name: value for name, value in {**os.environ, **environment}.items() if value}
    return subprocess.run(
        [ROOT / "scripts" / name, *arguments],
        cwd="/",
        env=merged,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def finished_environment(tmp_path):
    """A folder that looks like an environment which an earlier run of setup.sh has finished."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    script = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
    start, end = script.index("fingerprint() {"), script.index("stamped() {")
    known = f'root={ROOT} venv={tmp_path}\ncd "$root"\n{script[start:end]}\nfingerprint run >"$venv/.ready-run"'
    subprocess.run(["sh", "-euc", known], env={**os.environ, "PYTHON": ""}, check=True, timeout=30)
    return tmp_path


@pytest.mark.parametrize("arguments", [["everything"], ["--help"]])
def test_an_unknown_profile_is_a_usage_error(arguments):
    done = run_script("setup.sh", *arguments)
    assert done.returncode == USAGE
    assert "setup.sh run|test" in done.stderr


def test_a_finished_environment_is_left_alone(finished_environment):
    done = run_script("setup.sh", "run", VENV=str(finished_environment), PYTHON="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(shutil.which("flock") is None, reason="util-linux has it")
def test_of_two_at_once_one_waits_for_the_other(finished_environment):
    ready = finished_environment / ".ready-run"
    stamp = ready.read_text(encoding="utf-8")
    ready.unlink()
    with Path(f"{finished_environment}.lock").open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        words = {**os.environ, "VENV": str(finished_environment), "PYTHON": ""}
        second = subprocess.Popen([ROOT / "scripts" / "setup.sh", "run"], env=words, stdout=subprocess.PIPE, text=True)
        with second:
            assert "another make" in second.stdout.readline()
            ready.write_text(stamp, encoding="utf-8")
            fcntl.flock(held, fcntl.LOCK_UN)
            assert second.wait(30) == 0


def test_a_missing_screen_is_explained_and_no_crash():
    done = run_script("run.sh", DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert done.returncode == 0
    assert "no screen here" in done.stdout
    assert "xvfb-run -a make run" in done.stdout


def test_ci_is_make_test_and_nothing_cleverer():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "exec make test"
