"""The real window under a service manager: ready when it is up, alive while it runs, stopping when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

SECONDS = 60.0


def hear_until(ear: socket.socket, word: str) -> list[str]:
    """Return what was heard up to `word`; the socket's time-out ends the wait."""
    found: list[str] = []
    while word not in found:
        found += ear.recv(1024).decode().splitlines()
    return found


def test_the_window_tells_its_service_manager(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(SECONDS)
        env = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "WATCHDOG_USEC": "400000",
        }
        words = [sys.executable, "-m", "scanner_app", "run", "--data-dir", str(tmp_path / "kiosk"), "--windowed"]
        door = subprocess.Popen(words, env=env, stderr=subprocess.PIPE, text=True)
        try:
            assert hear_until(ear, "WATCHDOG=1")[0] == "READY=1"
            hear_until(ear, "WATCHDOG=1")
            door.send_signal(signal.SIGTERM)
            assert "STOPPING=1" in hear_until(ear, "STOPPING=1")
            _, errors = door.communicate(timeout=SECONDS)
        finally:
            if door.poll() is None:
                door.kill()
                door.communicate()
    assert door.returncode == 0, errors
    assert "Traceback" not in errors
