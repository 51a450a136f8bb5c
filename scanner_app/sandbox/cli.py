"""`scanner-app sandbox`: the pass platforms on loopback, until told to stop."""

import _thread
import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from zoneinfo import available_timezones

from scanner_app.sandbox import misbehave
from scanner_app.sandbox.account import Switches
from scanner_app.sandbox.platforms import PLATFORMS
from scanner_app.sandbox.server import Sandbox

USAGE, TROUBLE = 2, 3


def main(argv: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT: 0; 2 for wrong arguments; 3 when the world refuses (port taken, bad file)."""
    try:
        arguments = _parser().parse_args(list(argv))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else USAGE
    return _serve(arguments)


def _serve(arguments: argparse.Namespace) -> int:
    ended = _on_signals()
    try:
        sandbox = _sandbox(arguments).start()
    except Exception as error:  # noqa: BLE001  # a sentence for the terminal, never a traceback
        sys.stderr.write(f"The sandbox cannot start: {error}\n")
        return TROUBLE
    try:
        for line in sandbox.infos:
            sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        ended.wait()
    finally:
        sandbox.stop()
    return 0


def _on_signals() -> threading.Event:
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        _thread.start_new_thread(ended.set, ())  # takes no lock itself: it may interrupt itself, or the waiting

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)
    return ended


def _sandbox(arguments: argparse.Namespace) -> Sandbox:
    switches = Switches()
    for name in arguments.switch:
        switches.set(name, value=True)
    return Sandbox(
        data=arguments.data,
        passes=arguments.passes,
        seed=arguments.seed,
        platforms=arguments.platform,
        host=arguments.host,
        port=arguments.port,
        zone=arguments.zone,
        api_key=arguments.api_key,
        misbehave=arguments.misbehave,
        switches=switches,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scanner-app sandbox",
        description="Plays the pass platforms on this machine; prints one JSON line per platform when it listens.",
        epilog="Misbehaviours: " + "; ".join(f"{kind}: {what}" for kind, what in misbehave.KINDS.items()),
    )
    add = parser.add_argument
    add("--passes", type=_count, default=5000, help="how many passes to make in an empty store (default 5000)")
    add("--seed", type=int, default=7, help="the same seed makes the same passes (default 7)")
    add("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    add("--port", type=int, default=0, help="first port; 0 picks a free one (default)")
    add("--data", type=Path, help="file that keeps passes, keys and scans over restarts")
    add("--platform", type=_platforms, default=["passcreator"], help=f"comma-separated: {', '.join(PLATFORMS)}")
    add("--zone", type=_zone, default="Europe/Berlin", help="the company's time zone (default Europe/Berlin)")
    add("--api-key", help="the key to accept; else one is made and kept")
    add(
        "--switch",
        action="append",
        default=[],
        choices=sorted(vars(Switches())),
        help="turn on what the contract leaves open",
    )
    add(
        "--misbehave",
        action="append",
        default=[],
        type=_fault,
        metavar="'METHOD PATTERN=KIND[:RATE][,name=value]'",
        help="e.g. 'PUT /api/pass/*=500:0.3' or 'GET *=delay,ms=300,times=5'",
    )
    return parser


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def _platforms(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or any(name not in PLATFORMS for name in names):
        raise argparse.ArgumentTypeError(f"unknown platform in {text!r}; known: {', '.join(PLATFORMS)}")
    return list(dict.fromkeys(names))


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise argparse.ArgumentTypeError(f"unknown time zone {text!r}")
    return text


def _fault(text: str) -> misbehave.Misbehaviour:
    try:
        return misbehave.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
