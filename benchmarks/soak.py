"""A twelve-hour shift in fast motion: `make soak`.

20,000 scans through the real door with the real sandbox behind a network that comes and goes, a camera that is opened
and lost over and over, and syncs in between. Memory, threads, files and the WAL are watched; a trend is a failure.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from benchmarks.door import kiosk_folder
from hardware.guest_line import GuestClip, write_line
from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Template
from scanner_app.bootstrap import Kiosk, open_kiosk
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from scanner_app.sources import CameraLine

ROUNDS = 20
MOST_RSS = 50.0  # MB more at the end than after the first round
MOST_WAL = 16.0  # MB
PASSES = 5000


@dataclass(frozen=True)
class Reading:
    """What the program holds. Sizes in MB."""

    rss: float
    threads: int
    files: int
    wal: float


def read(folder: Path) -> Reading:
    """Return what this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    wal = max((p.stat().st_size for p in folder.rglob("*-wal")), default=0)
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return Reading(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, threading.active_count(), files, wal / 1e6)


def shift(kiosk: Kiosk, sandbox: Sandbox, codes: list[str], scans: int, film: Path) -> list[Reading]:
    """Work through the shift; one reading a round."""
    dice = random.Random(7)
    network = sandbox.accounts["passcreator"].misbehaviours.faults
    readings = []
    for number in range(ROUNDS):
        if number % 3 == 1:
            network.append(Misbehaviour("* /api/*", dice.choice(["drop", "500", "html"]), rate=0.9))
        else:
            network.clear()
        camera = CameraLine(str(film), lambda _c: None, lambda _e: None)
        camera.start(paced=False)
        for _ in range(scans // ROUNDS):
            code = dice.choice(codes) if dice.random() < 0.95 else f"unknown-{dice.random()}"
            decided = kiosk.door.judge_now(Credential(code, Symbology.QR))
            if not decided.durable:
                raise SystemExit("a scan was not recorded")
        camera.wait(60)
        if not camera.stop():
            raise SystemExit("the camera's thread did not end")
        kiosk.sync.sync_now(full=number % 5 == 0)
        readings.append(read(kiosk.data_dir))
        print(f"round {number + 1:2} of {ROUNDS}: {readings[-1]}", flush=True)
    network.clear()
    return readings


def judge(readings: list[Reading]) -> int:
    """Print what grew; 1 when it is more than it may be."""
    first, last = readings[1], readings[-1]
    peak_wal = max(r.wal for r in readings)
    print(f"\nRSS    {first.rss:.0f} -> {last.rss:.0f} MB   (target: + <= {MOST_RSS:.0f})")
    print(f"threads {first.threads} -> {last.threads}, files {first.files} -> {last.files}   (target: constant)")
    print(f"largest WAL {peak_wal:.1f} MB   (target <= {MOST_WAL:.0f})")
    grown = last.rss - first.rss > MOST_RSS or last.threads > first.threads + 2 or last.files > first.files + 8
    return int(grown or peak_wal > MOST_WAL)


def main() -> int:
    """Run the shift."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--scans", type=int, default=20_000)
    args = parser.parse_args()
    with Sandbox(passes=PASSES, seed=7) as sandbox, tempfile.TemporaryDirectory(prefix="scanner-soak-") as name:
        info = sandbox.info
        templates = tuple(Template(t["id"], t["name"]) for t in info["templates"])
        account = AccountConfig("soak", "passcreator", info["base_url"], templates, "Europe/Berlin", sync_minutes=0.1)
        folder = kiosk_folder(Path(name) / "kiosk", account, info["api_key"])
        film = Path(name) / "film.avi"
        write_line(film, [GuestClip("SOAK-1", "QR", "Ada")])
        with open_kiosk(folder, writes=True, use_keyring=False) as kiosk:
            list(kiosk.sync.runner.sync_once(full=True))
            reader = kiosk.store.cache_reader()
            codes = [p.barcode for p in reader.search("a", ["soak"], limit=2000)]
            reader.close()
            kiosk.start_sync()
            result = judge(shift(kiosk, sandbox, codes, args.scans, film))
            kiosk.sync.runner.push(60)
            print(f"unsent at the end: {kiosk.door.status().unsent}")
    return result


if __name__ == "__main__":
    sys.exit(main())
