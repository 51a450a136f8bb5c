"""What the door costs, as ratios and counts: `make bench`.

1. Decision and commit against a bare SQLite commit of the same rows, and of one small row, at 100,000 and at 1,000,000
   cached passes.
2. First load of 5,000 passes from the sandbox, with its progress.
3. Cold start with 100,000 cached passes: from the start of the program to the first verdict of `gate`, and to a window
   that is painted and listens.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from scanner_app import settings as settings_file
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.ports import Template
from scanner_app.bench import made_up, storage
from scanner_app.bench.redemption import sizes_apart
from scanner_app.bootstrap import open_kiosk
from scanner_app.commands.push import Bar
from scanner_app.domain.place import Accepted, Place
from scanner_app.files import write_private
from scanner_app.platforms import registry
from scanner_app.sandbox.server import Sandbox
from scanner_app.storage.store import Store

STARTS = 5
WINDOW = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from scanner_app.bootstrap import open_kiosk
from scanner_app.ui.application import application
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.window import Window
with open_kiosk(Path(sys.argv[1]), writes=True, use_keyring=False) as kiosk:
    kiosk.sync.go_offline()
    app, bridge = application(), Bridge()
    window = Window(kiosk.door, bridge, settings=kiosk.settings.load(), status=kiosk.door.status())
    window.show()
    kiosk.start_door()
    QTimer.singleShot(0, lambda: (window.repaint(), print("ready", flush=True), window.allow_close(), app.quit()))
    app.exec()
    bridge.close()
"""


def redemption(sizes: Sequence[int], rounds: int) -> None:
    """Print decide + commit against a bare commit, and one size against the other."""
    with ExitStack() as open_folders:
        folders = {
            size: Path(open_folders.enter_context(tempfile.TemporaryDirectory(prefix="scanner-bench-")))
            for size in sizes
        }
        for size, folder in folders.items():
            _print_redemption(size, rounds, storage.measure(folder, size, rounds))
        if len(folders) > 1:
            stores = {
                size: open_folders.enter_context(Store(folder, {made_up.ACCOUNT: "bench"}))
                for size, folder in folders.items()
            }
            medians = sizes_apart(stores, rounds)
            small, large = min(medians), max(medians)
            ratio = medians[large] / medians[small]
            print(f"\n{large:,} against {small:,} passes, turn and turn about: {ratio:.2f} x   (target <= 1.3)")


def _print_redemption(size: int, rounds: int, found: Mapping[str, float]) -> None:
    print(f"\n{size:,} cached passes, {rounds} redemptions one after the other, WAL + FULL, same folder")
    print(f"  bare commit of one small row      p50 {found['bare_one_row_p50_ms']:.3f} ms")
    print(f"  bare commit of the same rows      p50 {found['bare_same_rows_p50_ms']:.3f} ms")
    print(f"  look-up                           p50 {found['look_up_p50_ms']:.3f} ms")
    p50, p99 = found["decide_commit_p50_ms"], found["decide_commit_p99_ms"]
    print(f"  decide + commit                   p50 {p50:.3f} ms   p99 {p99:.2f} ms")
    print(f"  ratio to the same rows            {found['ratio_to_same_rows']:.2f}   (target <= 1.5)")
    print(f"  ratio to one small row            {found['ratio_to_one_row']:.2f}   (for comparison)")
    print(f"  p99 during a full sync      {found['sync_ratio_p99']:.2f} x p99 without   (target <= 3)")
    print(f"  look-up p99                 {found['lookup_p99_ms']:.3f} ms, {found['bytes_per_pass']} bytes a pass")


def first_load(count: int) -> None:
    """Print how long the first load takes, with a progress bar on a terminal."""
    with Sandbox(passes=count, seed=7) as sandbox, tempfile.TemporaryDirectory(prefix="scanner-bench-") as folder:
        info = sandbox.info
        templates = tuple(Template(t["id"], t["name"]) for t in info["templates"])
        account = AccountConfig("bench", "passcreator", info["base_url"], templates, "Europe/Berlin")
        data = kiosk_folder(Path(folder) / "kiosk", account, info["api_key"])
        with open_kiosk(data, writes=True, use_keyring=False) as kiosk:
            bar = Bar(shown=sys.stderr.isatty())
            began = time.perf_counter()
            reports = list(kiosk.sync.runner.sync_once(full=True, progress=bar.show))
            took = time.perf_counter() - began
            bar.end()
    held = sum(r.held for r in reports)
    print(f"\nFirst load from the sandbox: {held:,} of {count:,} passes in {took:.2f} s ({held / took:,.0f} a second)")


def cold_start(count: int) -> None:
    """Print the time from the start of the program to work, with so many cached passes."""
    account = AccountConfig("bench", "passcreator", "http://127.0.0.1:9", (Template(made_up.a_pass(0).template, ""),))
    with tempfile.TemporaryDirectory(prefix="scanner-bench-") as folder:
        data = kiosk_folder(Path(folder) / "kiosk", account, "key-that-nobody-asks-for")
        platform = registry.build(account, "key-that-nobody-asks-for")
        with Store(data, {"bench": platform.tenant}) as store:
            made_up.load(store, count)
        platform.close()
        gate = [timed_gate(data, n) for n in range(STARTS)]
        window = [timed_window(data) for _ in range(STARTS)]
        bare = [timed_python() for _ in range(STARTS)]
    print(f"\nCold start with {count:,} cached passes, median of {STARTS}")
    print(f"  python -c pass              {statistics.median(bare):.2f} s")
    print(f"  gate: first verdict         {statistics.median(gate):.2f} s")
    print(f"  window: painted, listening  {statistics.median(window):.2f} s   (target <= 4)")


def kiosk_folder(folder: Path, account: AccountConfig, key: str) -> Path:
    """Return a data folder set up for one account and place."""
    folder.mkdir(mode=0o700)
    place = Place("Main", (Accepted(account.id),))
    settings_file.save(folder, Settings("bench", "Main", (account,), (place,)))
    write_private(folder / "secrets.json", json.dumps({account.secret_name: key}))
    return folder


def timed_gate(folder: Path, number: int) -> float:
    """Return the seconds from the start of `gate` to its first verdict."""
    command = [sys.executable, "-m", "scanner_app", "gate", "--data-dir", str(folder), "--place", "Main"]
    began = time.perf_counter()
    child = subprocess.Popen(
        [*command, "--source", "-", "--json", "--offline"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(made_up.barcode(number).encode() + b"\n")
    child.stdin.flush()
    verdict = json.loads(child.stdout.readline())
    took = time.perf_counter() - began
    child.communicate()
    if verdict["pass"] is None:
        raise SystemExit("the bench's own pass was not found")
    return took


def timed_window(folder: Path) -> float:
    """Return the seconds from the start of Python to a window that is painted."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    began = time.perf_counter()
    command = [sys.executable, "-c", WINDOW, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as child:
        assert child.stdout is not None
        with closing(child.stdout) as out:
            if out.readline().strip() != b"ready":
                raise SystemExit("the window did not open")
        return time.perf_counter() - began


def timed_python() -> float:
    """Return the seconds that an empty Python takes here, for comparison."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - began


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--passes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--load", type=int, default=5000)
    args = parser.parse_args()
    first_load(args.load)
    cold_start(min(args.passes))
    redemption(args.passes, args.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
