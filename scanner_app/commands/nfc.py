"""`scanner-app nfc read`: one line of JSON for each thing held to a reader. For setting up and for looking at tags."""

from __future__ import annotations

import argparse
import json
import queue
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from hardware.apple_vas import AppleWallet
from hardware.nfc import Poller, ReaderCondition, ReaderState, Refused, Tap
from hardware.nfc.devices import is_device
from hardware.smart_tap import GoogleWallet
from hardware.wallet_keys import BadKey, load_key_file
from scanner_app.commands import nfc_setup

OK, USAGE, TROUBLE = 0, 2, 3
_STOP_S = 5.0

_Event = Tap | Refused | ReaderState | None


class _Misuse(Exception):
    """The arguments cannot be meant."""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser] = ()
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("nfc", parents=parents, help="read cards and wallet passes")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    nfc_setup.add_parser(actions, parents)
    read = actions.add_parser("read", parents=parents, help="print a line for each tap", description=__doc__)
    read.add_argument("--device", required=True, help="udp:HOST:PORT, usb, usb:VVVV:PPPP, tty:USB0:pn532 or pcsc:NAME")
    read.add_argument("--json", action="store_true", help="one JSON object a line")
    read.add_argument("--count", type=_positive, metavar="N", help="end after N taps")
    read.add_argument("--wait", action="store_true", help="wait for a reader that is not there yet")
    read.add_argument("--uid", action="store_true", help="also print the UIDs of plain cards, which prove nothing")
    read.add_argument("--ndef-prefix", action="append", metavar="URI", help="take URIs below this one only")
    _add_wallets(read)


def _add_wallets(read: argparse.ArgumentParser) -> None:
    read.add_argument("--apple-pass-type", action="append", default=[], metavar="ID", help="asked for in this order")
    read.add_argument("--apple-key", action="append", default=[], type=Path, metavar="FILE", help="PEM, P-256")
    read.add_argument("--google-collector", type=_positive, metavar="N")
    read.add_argument("--google-key", type=Path, metavar="FILE", help="PEM, P-256")
    read.add_argument("--google-key-version", type=_positive, default=1, metavar="N")


def run(args: argparse.Namespace) -> int:
    """Read, or set up what counts."""
    return nfc_setup.run(args) if args.action == "set" else _read(args)


def _read(args: argparse.Namespace) -> int:
    """Read until told to stop. Exit codes: 0 ended as asked, 2 wrong arguments, 3 the reader or a key file."""
    try:
        _check_device(args.device)
        apple, google = _wallets(args)
    except _Misuse as error:
        return _complain(str(error), USAGE)
    except BadKey as error:
        return _complain(str(error), TROUBLE)
    events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
    poller = Poller(
        args.device,
        events.put,
        on_state=events.put,
        on_refused=events.put,
        apple=apple,
        google=google,
        ndef_prefixes=args.ndef_prefix,
        uid_opt_in=args.uid,
    )
    with _signals(events):
        poller.start()
        try:
            return _print_taps(events, args)
        finally:
            poller.stop(_STOP_S)


def _print_taps(events: queue.SimpleQueue[_Event], args: argparse.Namespace) -> int:
    left, found = args.count, args.wait
    while (event := events.get()) is not None:
        if isinstance(event, Tap):
            if not _say(_line(event, as_json=args.json)):
                return OK  # whoever read our output has gone
            left = left - 1 if left else left
            if left == 0:
                return OK
        elif isinstance(event, Refused):
            sys.stderr.write(f"not taken: {event.reason.value} {event.detail}\n")
        elif event.condition is ReaderCondition.TROUBLE:
            sys.stderr.write(f"reader: {event.text}\n")
            if not found:
                return TROUBLE  # once found, a reader that is pulled out is waited for
        elif event.condition is ReaderCondition.READY:
            found = True
    return OK


def _line(tap: Tap, *, as_json: bool) -> str:
    if as_json:
        fields = {"kind": tap.kind, "value": tap.value, "trust": tap.trust, "ms": tap.ms}
        return json.dumps(fields, ensure_ascii=False)
    return f"{tap.kind}\t{tap.value}\t{tap.trust}\t{tap.ms:.1f} ms"


def _say(line: str) -> bool:
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return False
    return True


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"scanner-app nfc read: {text}\n")
    return code


def _check_device(device: str) -> None:
    if not is_device(device):
        raise _Misuse(f"{device!r} is not a device: use udp:HOST:PORT, usb, tty:USB0:pn532 or pcsc:NAME")


def _wallets(args: argparse.Namespace) -> tuple[AppleWallet | None, GoogleWallet | None]:
    if bool(args.apple_pass_type) != bool(args.apple_key):
        raise _Misuse("--apple-pass-type and --apple-key go together")
    if (args.google_collector is None) != (args.google_key is None):
        raise _Misuse("--google-collector and --google-key go together")
    apple = google = None
    if args.apple_key:
        apple = AppleWallet(tuple(args.apple_pass_type), tuple(load_key_file(file) for file in args.apple_key))
    if args.google_key:
        google = GoogleWallet(args.google_collector, load_key_file(args.google_key), args.google_key_version)
    return apple, google


def _positive(text: str) -> int:
    number = int(text)
    if not 0 < number < 1 << 64:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


@contextmanager
def _signals(events: queue.SimpleQueue[_Event]) -> Iterator[None]:
    """SIGTERM and SIGINT end the reading; SimpleQueue.put may be called from a signal handler."""

    def end(_number: int, _frame: FrameType | None) -> None:
        events.put(None)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
