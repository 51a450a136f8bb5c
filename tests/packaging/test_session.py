"""The kiosk's session, its main process under systemd: with a compositor and a window of shell in their places."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SESSION = Path(__file__).resolve().parents[2] / "packaging" / "kiosk" / "session"
WAIT = 60
COMPOSITOR = """#!/bin/sh
shift 2  # -d --
echo "renderer ${WLR_RENDERER:-card}"
[ "${WLR_RENDERER:-card}" != "${BROKEN:-}" ] || kill -s SEGV $$
exec 3>&1
trap 'echo compositor asked to end' TERM
"$@" &
while :; do wait $! && exit 0; kill -0 $! 2>/dev/null || exit 9; done
"""
WINDOW = """#!/bin/sh
trap 'echo window closed in order; exit 0' TERM
trap 'echo window hung; kill -s KILL $$' ABRT
echo "window $*"
while :; do sleep 0.05; done
"""

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("sh") is None, reason="the session is Linux's"
)
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    for name, text in (("cage", COMPOSITOR), ("window", WINDOW)):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    (tmp_path / "run").mkdir()
    begun: list[subprocess.Popen[str]] = []

    def begin(**more: str) -> subprocess.Popen[str]:
        environment = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "STATE_DIRECTORY": f"{tmp_path}/data:{tmp_path}/seal",
            "RUNTIME_DIRECTORY": str(tmp_path / "run"),
            "PASS_SCANNER_PROGRAM": str(tmp_path / "window"),
            **more,
        }
        begun.append(
            subprocess.Popen(["sh", str(SESSION)], env=environment, stdout=-1, text=True, start_new_session=True)
        )
        return begun[-1]

    yield begin
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=WAIT)


def heard(process: subprocess.Popen[str], beginning: str) -> str:
    """Read until a line begins so; the test's own time limit ends the wait."""
    assert process.stdout
    return next(line.strip() for line in process.stdout if line.startswith(beginning))


def test_it_shows_the_window_of_the_data_folder(start: Start, tmp_path: Path) -> None:
    assert heard(start(), "window") == f"window --data-dir {tmp_path}/data run"


def test_asked_to_end_it_ends_the_window_alone_and_in_order(start: Start) -> None:
    session = start()
    heard(session, "window")
    session.terminate()
    said, _ = session.communicate(timeout=WAIT)
    assert said.splitlines() == ["window closed in order"], "a compositor that goes first takes the window along"
    assert session.returncode == 0, "else systemd calls the stop a failure"


def test_a_window_that_hangs_is_told_to_write_down_where(start: Start) -> None:
    session = start()
    heard(session, "window")
    session.send_signal(signal.SIGABRT)  # as the watchdog does
    said, _ = session.communicate(timeout=WAIT)
    assert "window hung" in said
    assert session.returncode == 9, "what the compositor made of it; systemd starts both again"
    assert heard(start(), "renderer") == "renderer card", "a program that crashes says nothing about the card"


def test_a_card_that_crashes_the_compositor_is_done_without(start: Start) -> None:
    first = start(BROKEN="card")
    assert first.wait(WAIT) != 0
    second = start(BROKEN="card")
    assert heard(second, "renderer") == "renderer pixman"
    heard(second, "window")
    second.terminate()
    assert second.wait(WAIT) == 0
    assert heard(start(BROKEN="card"), "renderer") == "renderer pixman", "what works is kept until the machine restarts"


def test_where_the_processor_cannot_draw_either_the_card_has_its_turn_again(start: Start) -> None:
    drew = []
    for broken in ("card", "pixman", "none"):
        session = start(BROKEN=broken)
        drew.append(heard(session, "renderer"))
        session.terminate() if broken == "none" else session.wait(WAIT)
    assert drew == ["renderer card", "renderer pixman", "renderer card"]


def test_a_renderer_that_was_chosen_stays(start: Start) -> None:
    for _ in range(2):
        session = start(WLR_RENDERER="gles2", BROKEN="gles2")
        assert heard(session, "renderer") == "renderer gles2"
        assert session.wait(WAIT) != 0
