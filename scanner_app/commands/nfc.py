"""`scanner-app nfc read`: one line of JSON for each thing held to a reader. For setting up and for looking at tags."""

from __future__ import annotations

import argparse
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
from hardware.readers import NfcOptions
from hardware.smart_tap import GoogleWallet
from hardware.sun import SunKeys, read_keys
from hardware.wallet_keys import BadKey, load_key_file
from scanner_app.commands import nfc_setup
from scanner_app.commands.options import a_path, data_dir, whole_number
from scanner_app.commands.output import json_line
from scanner_app.ui import texts

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
    read.add_argument("--count", type=whole_number(32), metavar="N", help="end after N taps")
    read.add_argument("--wait", action="store_true", help="wait for a reader that is not there yet")
    read.add_argument("--uid", action="store_true", help="also print the UIDs of plain cards, which prove nothing")
    read.add_argument("--ndef-prefix", action="append", metavar="URI", help="take URIs below this one only")
    read.add_argument("--as-set-up", action="store_true", help="count what counts at this kiosk (`nfc set`), no more")
    _add_wallets(read)


def _add_wallets(read: argparse.ArgumentParser) -> None:
    read.add_argument("--apple-pass-type", action="append", default=[], metavar="ID", help="asked for in this order")
    read.add_argument("--apple-key", action="append", default=[], type=a_path, metavar="FILE", help="PEM, P-256")
    read.add_argument("--google-collector", type=whole_number(64), metavar="N")
    read.add_argument("--google-key", type=a_path, metavar="FILE", help="PEM, P-256")
    read.add_argument("--google-key-version", type=whole_number(32), default=1, metavar="N")
    read.add_argument("--sun-keys", type=a_path, metavar="FILE", help="NTAG 424 DNA: meta and file key, hexadecimal")


def run(args: argparse.Namespace) -> int:
    """Read, or set up what counts."""
    return nfc_setup.run(args) if args.action == "set" else _read(args)


def _read(args: argparse.Namespace) -> int:
    """Read until told to stop. Exit codes: 0 ended as asked, 2 wrong arguments, 3 the reader or a key file."""
    try:
        _check_device(args.device)
        counts = _as_set_up(args) if args.as_set_up else _asked_for(args)
    except _Misuse as error:
        return _complain(str(error), USAGE)
    except (BadKey, ValueError, OSError) as error:
        return _complain(str(error), TROUBLE)
    events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
    poller = Poller(
        args.device,
        events.put,
        on_state=events.put,
        on_refused=events.put,
        apple=counts.apple,
        google=counts.google,
        ndef_prefixes=counts.ndef_prefixes,
        uid_opt_in=counts.uid_opt_in,
        sun_keys=counts.sun_keys,
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
            says = texts.sentence(f"tap_{event.reason.value}")
            sys.stderr.write(f"not taken: {says} ({event.reason.value}: {event.detail})\n")
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
        fields |= {"others": list(tap.others)} if tap.others else {}
        return json_line(fields, sys.stdout.encoding)
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


def _asked_for(args: argparse.Namespace) -> NfcOptions:
    apple, google = _wallets(args)
    tags = _tag_keys(args.sun_keys) if args.sun_keys else None
    return NfcOptions(apple, google, args.ndef_prefix, args.uid, tags)


def _tag_keys(file: Path) -> SunKeys:
    try:
        return read_keys(file.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise ValueError(f"the key file {file} cannot be read: {error.strerror or error}") from error


def _as_set_up(args: argparse.Namespace) -> NfcOptions:
    """What counts at the door, keys included; what is seen here is not remembered there."""
    if args.apple_key or args.google_key or args.sun_keys or args.uid or args.ndef_prefix:
        raise _Misuse("--as-set-up goes with no other choice of what counts")
    from scanner_app import settings
    from scanner_app.reader_line import TapMemory, nfc_options
    from scanner_app.secrets import SecretStore

    folder = data_dir(args)
    return nfc_options(settings.load(folder), SecretStore(folder), TapMemory({}))


def _wallets(args: argparse.Namespace) -> tuple[AppleWallet | None, GoogleWallet | None]:
    if bool(args.apple_pass_type) != bool(args.apple_key) or not all(args.apple_pass_type):
        raise _Misuse("--apple-pass-type and --apple-key go together")
    if (args.google_collector is None) != (args.google_key is None):
        raise _Misuse("--google-collector and --google-key go together")
    apple = google = None
    if args.apple_key:
        apple = AppleWallet(tuple(args.apple_pass_type), tuple(load_key_file(file) for file in args.apple_key))
    if args.google_key:
        google = GoogleWallet(args.google_collector, load_key_file(args.google_key), args.google_key_version)
    return apple, google


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
