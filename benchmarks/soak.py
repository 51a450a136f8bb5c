"""A twelve-hour shift in fast motion: `make soak` (some minutes; `--scans N` for a shorter or longer one).

20,000 scans through the real door with the real sandbox behind a network that comes and goes in every way, a camera and
a scanner that are opened and lost over and over, and syncs in between. What the program holds is watched: each figure
stands against its target at the end, and a miss is a failure.
"""

from __future__ import annotations

import argparse
import os
import pty
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from benchmarks.door import kiosk_folder
from hardware.guest_line import GuestClip, write_line
from hardware.readers import NfcOptions
from scanner_app.application.config import AccountConfig
from scanner_app.application.events import DeviceChanged, DeviceState, Event
from scanner_app.application.ports import Template
from scanner_app.bootstrap import Kiosk, open_kiosk
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.verdict import Reason
from scanner_app.reader_line import ReaderLine
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from scanner_app.sources import CameraLine

ROUNDS = 20
PASSES = 5000
MOST_RSS, MOST_WAL = 50.0, 16.0
"""MB: what memory may grow by from the second round on, and the largest WAL (reliability.md, A2)."""

WAIT = 60.0
BLACK_HOLE = 12_000
"""Milliseconds that an answer is late in a black hole: longer than any deadline."""

WEATHER: Sequence[Misbehaviour | None] = (
    None,
    Misbehaviour("* /api/*", "drop", rate=0.9),
    None,
    Misbehaviour("* /api/*", "html", rate=0.9),
    Misbehaviour("* /api/*", "delay", ms=BLACK_HOLE),
    None,
    Misbehaviour("* /api/*", "drop_after", rate=0.5),
    Misbehaviour("* /api/*", "500", rate=0.9),
    None,
    Misbehaviour("* /api/*", "truncated", rate=0.5),
)
"""What the network is like in one round after the other."""


@dataclass(frozen=True)
class Reading:
    """What the program holds. Sizes in MB."""

    rss: float
    threads: int
    files: int
    children: int
    wal: float


@dataclass(frozen=True)
class Figure:
    """One figure against its target."""

    name: str
    seen: str
    target: str
    good: bool


def read(folder: Path) -> Reading:
    """Return what this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    wal = max((p.stat().st_size for p in folder.rglob("*-wal")), default=0)
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    children = sum(len(p.read_text().split()) for p in Path("/proc/self/task").glob("*/children"))
    rss = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Reading(rss, threading.active_count(), files, children, wal / 1e6)


@contextmanager
def camera(film: Path) -> Iterator[None]:
    """A camera that shows one guest and is gone at the end."""
    line = CameraLine(str(film), lambda _credential: None, lambda _event: None)
    line.start(paced=False)
    yield
    line.wait(WAIT)
    if not line.stop():
        raise SystemExit("the camera's thread did not end")


@contextmanager
def scanner(kiosk: Kiosk) -> Iterator[None]:
    """A serial scanner that reads one code and is then pulled out."""
    master, slave = pty.openpty()
    port, states, scanned = os.ttyname(slave), set[DeviceState](), threading.Event()

    def judge(credential: Credential) -> None:
        kiosk.door.judge_now(credential)
        scanned.set()

    def tell(event: Event) -> None:
        if isinstance(event, DeviceChanged):
            states.add(event.state)

    line = ReaderLine(f"serial:{port}", judge, tell, NfcOptions())
    line.start()
    until(lambda: DeviceState.RUNNING in states, "the scanner does not run")
    os.write(master, b"soak-scanner\r\n")
    until(scanned.is_set, "the scanner's code did not arrive")
    yield
    os.close(slave)
    os.close(master)
    until(lambda: bool(states & {DeviceState.LOST, DeviceState.MISSING}), "the loss of the scanner was not noticed")
    if not line.stop():
        raise SystemExit("the scanner's thread did not end")


def until(true: Callable[[], bool], else_say: str) -> None:
    """Wait for something, not for ever."""
    deadline = time.monotonic() + WAIT
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(else_say)
        time.sleep(0.01)


def shift(kiosk: Kiosk, sandbox: Sandbox, codes: list[str], scans: int, film: Path) -> list[Reading]:
    """Work through the shift; one reading a round."""
    dice = random.Random(7)
    network = sandbox.accounts["passcreator"].misbehaviours.faults
    readings = []
    for number in range(ROUNDS):
        weather = WEATHER[number % len(WEATHER)]
        network[:] = [weather] if weather else []
        began = time.monotonic()
        with camera(film), scanner(kiosk):
            for _ in range(scans // ROUNDS):
                code = dice.choice(codes) if dice.random() < 0.95 else f"unknown-{dice.random()}"
                decided = kiosk.door.judge_now(Credential(code, Symbology.QR))
                if not decided.durable:
                    raise SystemExit("a scan was not recorded")
        kiosk.sync.sync_now(full=number % 5 == 0)
        readings.append(read(kiosk.data_dir))
        what = weather.kind if weather else "fine"
        print(f"{number + 1:2} of {ROUNDS} {what:10} {time.monotonic() - began:5.0f} s  {readings[-1]}", flush=True)
    network.clear()
    return readings


def judge(readings: list[Reading]) -> list[Figure]:
    """Return what the program held against what it may hold."""
    early, late = highest(readings[1 : ROUNDS // 2]), highest(readings[ROUNDS // 2 :])
    grown = readings[-1].rss - readings[1].rss
    wal = max(r.wal for r in readings)
    return [
        Figure("RSS", f"{readings[1].rss:.0f} -> {readings[-1].rss:.0f} MB", f"+ <= {MOST_RSS:.0f}", grown <= MOST_RSS),
        Figure("most threads", f"{early.threads} -> {late.threads}", "constant", late.threads <= early.threads),
        # A connection to the platform more or less is no trend.
        Figure("most open files", f"{early.files} -> {late.files}", "constant, + <= 4", late.files <= early.files + 4),
        Figure("most children", f"{early.children} -> {late.children}", "constant", late.children <= early.children),
        Figure("largest WAL", f"{wal:.1f} MB", f"<= {MOST_WAL:.0f}", wal <= MOST_WAL),
    ]


def highest(readings: Sequence[Reading]) -> Reading:
    """Return the highest of each figure."""
    return Reading(*(max(figures) for figures in zip(*map(astuple, readings), strict=True)))


def books(kiosk: Kiosk, sandbox: Sandbox, scans: int) -> list[Figure]:
    """Return whether the platform knows, in the end, of every guest who was let in."""
    deadline = time.monotonic() + 5 * WAIT
    while kiosk.door.status().unsent and time.monotonic() < deadline:
        kiosk.sync.runner.push(WAIT)
    with kiosk.store.ledger_reader() as ledger:
        rows = ledger.recent_scans(1_000_000)
    made = scans // ROUNDS * ROUNDS + ROUNDS  # and one of the serial scanner in each round
    admitted = {uid(row.body["pass"]) for row in rows if row.body["reason"] == Reason.ADMIT.value}
    known = {str(row["identifier"]) for row in sandbox.store.rows("SELECT identifier FROM pc_pass WHERE voided = 1")}
    status, lost = kiosk.door.status(), len(admitted - known)
    return [
        Figure("scans kept", str(len(rows)), str(made), len(rows) == made),
        Figure("unsent in the end", str(status.unsent), "0", status.unsent == 0),
        Figure("admitted and not known to the platform", f"{lost} of {len(admitted)}", "0", lost == 0),
    ]


def uid(subject: object) -> str:
    """Return the uid of the pass in a fact's body."""
    return str(subject["uid"]) if isinstance(subject, dict) else ""


def main() -> int:
    """Run the shift; 1 when a figure misses its target."""
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
            with kiosk.store.cache_reader() as reader:
                codes = [p.barcode for p in reader.search("a", ["soak"], limit=2000)]
            kiosk.start_sync()
            figures = judge(shift(kiosk, sandbox, codes, args.scans, film)) + books(kiosk, sandbox, args.scans)
    for each in figures:
        print(f"{'ok  ' if each.good else 'MISS'} {each.name:40} {each.seen:>20}   target {each.target}")
    return int(not all(each.good for each in figures))


if __name__ == "__main__":
    sys.exit(main())
