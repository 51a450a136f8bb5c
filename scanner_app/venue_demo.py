"""`make run-venue`: three hubs and four kiosks on this machine, a sandbox platform, a line of guests at every door.

Every guest comes to every door with the same pass. In the middle of it the hub that leads is killed. At the end the
books are compared: what each door admitted, what the platform was told, and whether anybody got in twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner_app import settings as settings_file
from scanner_app.application.config import VenueConfig
from scanner_app.commands.output import say
from scanner_app.demo import ACCOUNT, demo_settings
from scanner_app.sandbox.server import Sandbox
from scanner_app.secrets import SecretStore
from scanner_app.venue import hub_admin, hub_folder

DOORS = ("north", "east", "south", "west")
PASSES = 400
ME = [sys.executable, "-m", "scanner_app"]
GUEST_SECONDS = 0.08
LEADER_BACK_SECONDS = 4.0
TOLD_SECONDS = 60.0
DEADLINE = 2.0
ENDED = 130
"""Exit code after Ctrl-C, as shells have it."""
ENDING = (signal.SIGINT, signal.SIGTERM)


class Hubs:
    """The venue's three hubs as processes of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._server = folder, str(Path(sys.executable).parent / "nats-server")
        ports = _free_ports(6)
        hosts = [f"127.0.0.1:{ports[2 * n]}:{ports[2 * n + 1]}" for n in range(3)]
        hub_folder.init(folder, "demo", hosts, self._server)
        self.enrolments = {door: hub_folder.enrol(folder, door)[1] for door in DOORS}
        self.venue = hub_folder.load(folder)  # with everybody who was enrolled: the hubs are told of them
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start hubs by name, all when none is named."""
        for box in self.venue.boxes:
            if not names or box.name in names:
                conf = hub_folder.box_folder(self.folder, box) / "hub.conf"
                self._running[box.name] = subprocess.Popen([self._server, "-c", str(conf)], stdin=subprocess.DEVNULL)

    def make_stream(self) -> None:
        """Make the stream as soon as the hubs have elected a leader."""
        with _held() as asked:
            made = asyncio.run(hub_admin.ensure_stream(self.venue, asked))
        if not made:
            raise SystemExit("the hubs did not come up; see hub*/hub.log in " + str(self.folder))

    def leader(self) -> str:
        """Return the name of the hub that leads, or any that runs."""
        with _held():
            found = asyncio.run(hub_admin.status(self.venue))
        return str(found.get("leader") or next(iter(self._running)))

    def kill(self, *names: str) -> None:
        """Kill hubs by name, all when none is named."""
        for name in names or tuple(self._running):
            process = self._running.pop(name)
            process.kill()
            process.wait()


@contextlib.contextmanager
def _held() -> Iterator[Callable[[], bool]]:
    """Keep what ends the demo until asyncio is through; give whether it was asked to end.

    asyncio turns Ctrl-C into a cancellation, which nats-py swallows while it connects; an interrupt in the middle of
    asyncio's own work leaves that half done.
    """
    asked: list[int] = []
    before = {n: signal.signal(n, lambda number, _frame: asked.append(number)) for n in ENDING}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt


class DoorLine:
    """One kiosk as its own process (`scanner-app gate`) and what it said of each guest."""

    def __init__(self, name: str, folder: Path, place: str, guests: list[str], log: Path) -> None:
        self.name, self.guests = name, guests
        self.verdicts: list[Mapping[str, Any]] = []
        self._answered = threading.Event()
        self._log = log.open("wb")
        self._gate = subprocess.Popen(
            [*ME, "gate", "--data-dir", str(folder), "--place", place, "--source", "-", "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._reader = threading.Thread(target=self._read, name=f"door {name}", daemon=True)
        self._feeder = threading.Thread(target=self._feed, name=f"line {name}", daemon=True)
        self._reader.start()

    def open(self) -> None:
        """Let the line come in."""
        self._feeder.start()

    def wait(self) -> None:
        """Wait until everybody in the line was told."""
        self._feeder.join()

    def close(self) -> None:
        """End the kiosk."""
        if self._gate.stdin:
            self._gate.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._gate.wait(20)
        self._gate.kill()
        self._gate.wait()
        self._reader.join(5)
        if self._gate.stdout:
            self._gate.stdout.close()
        self._log.close()

    def admitted(self) -> list[str]:
        """Return the barcodes this door admitted."""
        return [str(v["raw"]) for v in self.verdicts if v["outcome"] != "refuse"]

    def longest(self) -> float:
        """Return the longest that a guest waited for a verdict, in seconds."""
        return max((v["ms"].get("total", 0.0) for v in self.verdicts), default=0.0) / 1000

    def reasons(self) -> Counter[str]:
        """Return how often each reason was given."""
        return Counter(str(v["reason"]) for v in self.verdicts)

    def _feed(self) -> None:
        assert self._gate.stdin is not None  # noqa: S101 - asked for
        for guest in self.guests:
            self._answered.clear()
            self._gate.stdin.write(guest.encode() + b"\n")
            self._gate.stdin.flush()
            if not self._answered.wait(30.0):
                return
            time.sleep(GUEST_SECONDS)

    def _read(self) -> None:
        assert self._gate.stdout is not None  # noqa: S101 - asked for
        for line in self._gate.stdout:
            self.verdicts.append(json.loads(line))
            self._answered.set()


def main() -> int:
    """Run the demo; 0 when the books agree."""
    parser = argparse.ArgumentParser(prog="venue-demo", description=__doc__)
    parser.add_argument("--guests", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    for number in ENDING:  # whatever ends it, hubs and kiosks end with it
        signal.signal(number, signal.default_int_handler)
    try:
        return _run(args)
    except KeyboardInterrupt:
        say("ended before its end; nothing of it runs on")
        return ENDED


def _run(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="pass-scanner-venue-") as folder, Sandbox(passes=PASSES) as sandbox:
        return _demo(Path(folder), sandbox, args.guests, random.Random(args.seed))  # noqa: S311 - a line of guests


def _demo(folder: Path, sandbox: Sandbox, count: int, dice: random.Random) -> int:
    hubs = Hubs(folder / "hub")
    hubs.start()
    try:
        say("three hubs started; they elect a leader")
        hubs.make_stream()
        guests = unused(sandbox, count)
        for door in DOORS:
            prepare(folder / door, sandbox, hubs, door)
        say(f"four kiosks load the passes of the sandbox at {sandbox.info['base_url']}")
        load(folder, DOORS)
        with _lines(folder, sandbox.info["app_configurations"][0]["place"], guests, dice) as lines:
            _work(hubs, lines)
            admitted = [code for line in lines for code in line.admitted()]
            told = _wait_told(sandbox, set(admitted))
            return _report(lines, guests, admitted, told)
    finally:
        hubs.kill()


def _work(hubs: Hubs, lines: list[DoorLine]) -> None:
    say(f"a line of {len(lines[0].guests)} guests at each of {len(lines)} doors, the same guests everywhere")
    for line in lines:
        line.open()
    while sum(len(line.verdicts) for line in lines) < sum(len(line.guests) for line in lines) // 3:
        time.sleep(0.05)
    leader = hubs.leader()
    hubs.kill(leader)
    say(f"{leader}, which led, was killed; until another leads, doors say WAIT after {DEADLINE:g} s (rule: closed)")
    time.sleep(LEADER_BACK_SECONDS)
    hubs.start(leader)
    say(f"{leader} is back")
    for line in lines:
        line.wait()


def _report(lines: list[DoorLine], guests: list[str], admitted: list[str], told: int) -> int:
    say("")
    for line in lines:
        reasons = ", ".join(f"{name} {n}" for name, n in sorted(line.reasons().items()))
        say(f"  {line.name:6} {len(line.admitted()):4} admitted   longest wait {line.longest():4.1f} s   {reasons}")
    twice = [code for code, n in Counter(admitted).items() if n > 1]
    say("")
    say(f"  {len(guests)} guests, {len(set(admitted))} admitted, {len(twice)} of them twice")
    say(f"  {told} of {len(set(admitted))} known to the platform")
    good = not twice and told == len(set(admitted)) and len(admitted) > 0
    say("  the books agree" if good else "  THE BOOKS DO NOT AGREE")
    return 0 if good else 1


def unused(sandbox: Sandbox, count: int) -> list[str]:
    """Return the barcodes of good passes of the main entrance that nobody has used."""
    sql = (
        "SELECT barcode FROM pc_pass WHERE template = ? AND voided = 0 AND redeemed = 0 AND valid_from IS NULL"
        " AND used_json IN ('{}', '[]') AND eligible_json = '[]' AND expires IS NULL LIMIT ?"
    )
    template = sandbox.info["app_configurations"][0]["template"]
    return [str(row["barcode"]) for row in sandbox.accounts["passcreator"].store.rows(sql, [template, count])]


def _wait_told(sandbox: Sandbox, codes: set[str]) -> int:
    end, told = time.monotonic() + TOLD_SECONDS, 0
    store = sandbox.accounts["passcreator"].store
    while time.monotonic() < end and told < len(codes):
        used = store.rows("SELECT barcode FROM pc_pass WHERE redeemed = 1 OR voided = 1", [])
        told = len(codes & {str(row["barcode"]) for row in used})
        time.sleep(0.2)
    return told


def prepare(folder: Path, sandbox: Sandbox, hubs: Hubs, door: str, rule: str = "closed") -> None:
    """Set a kiosk up: the sandbox's account, its place in the venue."""
    folder.mkdir(mode=0o700)
    enrolment = hubs.enrolments[door]
    config = VenueConfig("demo", door, tuple(hubs.venue.urls), rule, DEADLINE)
    settings = replace(demo_settings(sandbox.info, ()), device=door, venue=config, training=False)
    settings_file.save(folder, settings)
    secrets = SecretStore(folder, use_keyring=False)
    secrets.put(f"account:{ACCOUNT}", str(sandbox.info["api_key"]))
    secrets.put(config.secret_name, json.dumps(enrolment))


def load(folder: Path, doors: Sequence[str]) -> None:
    """Have the kiosks load their passes."""
    loads = [
        subprocess.Popen([*ME, "sync", "--data-dir", str(folder / door)], stdout=subprocess.DEVNULL) for door in doors
    ]
    try:
        ended = [process.wait(120) for process in loads]
    finally:
        for process in loads:
            process.kill()
            process.wait()
    if any(ended):
        raise SystemExit("a kiosk could not load its passes")


@contextlib.contextmanager
def _lines(folder: Path, place: str, guests: list[str], dice: random.Random) -> Iterator[list[DoorLine]]:
    lines = []
    try:
        for door in DOORS:
            order = dice.sample(guests, len(guests))
            lines.append(DoorLine(door, folder / door, place, order, folder / f"{door}.log"))
        yield lines
    finally:
        for line in lines:
            line.close()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


if __name__ == "__main__":
    sys.exit(main())
