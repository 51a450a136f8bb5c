"""How long the real program takes from start to READY, and from a kill to the next guest judged; see `window.py`."""

from __future__ import annotations

import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from hardware.guest_line import GuestClip, write_line
from scanner_app import settings as settings_file
from scanner_app.bench import made_up

STARTS = 5
PATIENCE = 60.0
RESTART = 1.0
"""Seconds that the unit waits before it starts the program again (packaging/kiosk/pass-scanner.service)."""


def starts(data: Path) -> dict[str, float]:
    """Return the seconds from start to READY, and from a kill to the next guest's fact, as medians."""
    film = data / "guest.avi"
    write_line(film, [GuestClip(made_up.barcode(1), "QR", "Guest")])
    settings = settings_file.load(data)
    settings_file.save(data, replace(settings, devices=replace(settings.devices, sources=(str(film),))))
    cold, again = [], []
    for _ in range(STARTS):
        with program(data) as (child, ready):
            cold.append(ready())
            wait_for(lambda: facts(data) > 0)
            child.kill()
            child.wait()
            killed, known = time.perf_counter(), facts(data)
        time.sleep(RESTART)
        with program(data):
            wait_for(lambda known=known: facts(data) > known)  # type: ignore[misc]
            again.append(time.perf_counter() - killed)
    return {"ready": statistics.median(cold), "crash": statistics.median(again)}


@contextmanager
def program(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], float]]]:
    """Start the real program; yield it, and what waits for its READY and returns the seconds that took."""
    with (
        tempfile.TemporaryDirectory(prefix="scanner-bench-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
    ):
        address = str(Path(folder) / "notify")
        ear.bind(address)
        ear.settimeout(PATIENCE)
        env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "NOTIFY_SOCKET": address, "WATCHDOG_USEC": "10000000"}
        began = time.perf_counter()

        def ready() -> float:
            if not ear.recv(1024).startswith(b"READY=1"):
                raise SystemExit("something else than READY was said first")
            return time.perf_counter() - began

        command = [sys.executable, "-m", "scanner_app", "--data-dir", str(data), "run"]
        with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            try:
                yield child, ready
            finally:
                child.kill()


def facts(data: Path) -> int:
    """Return how many facts are on disk."""
    with closing(sqlite3.connect(f"file:{data / 'ledger.db'}?mode=ro", uri=True)) as ledger:
        try:
            return int(ledger.execute("SELECT count(*) FROM facts").fetchone()[0])
        except sqlite3.OperationalError:  # being opened
            return 0


def wait_for(there: Callable[[], bool]) -> None:
    """Wait until then."""
    until = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > until:
            raise SystemExit("no guest was judged")
        time.sleep(0.01)
