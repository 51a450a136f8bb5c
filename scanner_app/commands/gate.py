"""`scanner-app gate`: a door without a window. Each verdict is printed as soon as it is on disk."""

from __future__ import annotations

import argparse
import errno
import os
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from hardware.camera import CameraState
from hardware.readers import NfcOptions, is_reader
from scanner_app.application.events import Decided
from scanner_app.bootstrap import Kiosk, codes_read, open_kiosk, tuning_kept
from scanner_app.commands.device_words import DeviceWords
from scanner_app.commands.options import data_dir, json_option
from scanner_app.commands.output import Exit, complain, print_json, say, swallow_broken_pipe
from scanner_app.domain.credential import Credential
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.scan import scan_record
from scanner_app.lifecycle import stop_signals
from scanner_app.reader_line import ReaderLine, TapMemory, nfc_options
from scanner_app.sources import CameraLine
from scanner_app.sun_counters import SunCounters
from scanner_app.text_lines import text_lines
from scanner_app.turnstile import open_turnstile
from scanner_app.ui import texts

DRAIN_SECONDS = 5.0
"""How long the end of a line may take to tell the platform; what is left is sent by the next run or by `push`."""


class Line:
    """Guests in front of the gate, None for a source that has ended. Once the gate stops, nobody waits to get in."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._waiting: queue.Queue[Credential | None] = queue.Queue(maxsize=64)

    def put(self, credential: Credential | None) -> None:
        """Wait for room, no longer than the gate works."""
        while not self._stop.is_set():
            with suppress(queue.Full):
                self._waiting.put(credential, timeout=0.2)
                return

    def get(self) -> Credential | None:
        """Return the next; queue.Empty when none came for a while."""
        return self._waiting.get(timeout=0.2)


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("gate", parents=parents, help="a door without a window")
    parser.add_argument("--place", required=True, metavar="NAME")
    parser.add_argument(
        "--source",
        required=True,
        action="append",
        metavar="camera:0|FILE|URL|serial:PORT|evdev:DEVICE|nfc:DEVICE|-",
        help="where credentials come from; several are allowed; - reads one per line from standard input",
    )
    parser.add_argument("--offline", action="store_true", help="talk to no platform")
    parser.add_argument("--paced", action="store_true", help="play recordings in real time")
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Work until every source has ended or somebody stops it; a recording that cannot be read is trouble."""
    with open_kiosk(data_dir(args), writes=True) as kiosk, stop_signals() as stop:
        _choose_place(kiosk, args.place)
        if copied := kiosk.home.copied_from:
            complain(f"{texts.sentence('copied_folder', detail=copied)} ({kiosk.settings.load().device})")
        if not args.offline:
            kiosk.start_sync()
        else:
            kiosk.sync.go_offline()
        missing: list[str] = []
        try:
            _work(kiosk, args, stop, missing)
        except BrokenPipeError:
            swallow_broken_pipe()
        if not args.offline and not stop.is_set():
            kiosk.drain(DRAIN_SECONDS)
    return Exit.TROUBLE if missing else Exit.OK


def _choose_place(kiosk: Kiosk, name: str) -> None:
    settings = kiosk.settings.load()
    if settings.find_place(name) is None:
        raise SettingsTrouble("no_such_place", name)
    kiosk.settings.use(replace(settings, place=name))


def _work(kiosk: Kiosk, args: argparse.Namespace, stop: threading.Event, missing: list[str]) -> None:
    line = Line(stop)
    words = DeviceWords()
    kiosk.door.listen(words.hear)
    kiosk.tell_beside()
    turnstile = open_turnstile(kiosk.settings.load().devices.relay, kiosk.door.undo, kiosk.door.tell)
    if turnstile is not None:
        turnstile.start()
        kiosk.add("turnstile", turnstile.stop)
    taps = nfc_options(kiosk.settings.load(), kiosk.secrets, TapMemory(SunCounters(kiosk.data_dir)))
    readers: list[ReaderLine] = []
    ways = _Ways(args, taps, missing, words, readers)
    sources = [_source(spec, line, stop, kiosk, ways) for spec in args.source]
    left = len(sources)
    show = _show_json if args.json else _show_plain
    while left and not stop.is_set():
        try:
            credential = line.get()
        except queue.Empty:
            continue
        if credential is None:
            left -= 1
        else:
            decided = kiosk.door.judge_now(credential)
            if turnstile is not None:
                turnstile.hear(decided)
            for reader in readers:
                reader.hear(decided)
            show(decided)
            words.hear_disk(decided)


@dataclass(frozen=True, slots=True)
class _Ways:
    """What the sources share: the arguments, what counts at NFC readers, absent recordings, who tells, who hears."""

    args: argparse.Namespace
    taps: NfcOptions
    missing: list[str]
    words: DeviceWords
    readers: list[ReaderLine]


def _source(spec: str, line: Line, stop: threading.Event, kiosk: Kiosk, ways: _Ways) -> threading.Thread:
    feed: Callable[[], None]
    if spec == "-":
        feed = lambda: _feed_text(line, stop, ways.missing)  # noqa: E731
    elif is_reader(spec):
        reader = ReaderLine(spec, line.put, kiosk.door.tell, ways.taps)
        reader.start()
        ways.readers.append(reader)
        kiosk.add(spec, reader.stop)
        feed = lambda: _wait_reader(line, stop)  # noqa: E731
    else:
        codes, tuning = codes_read(kiosk.settings.load()), tuning_kept(kiosk.settings)
        camera = CameraLine(spec, line.put, kiosk.door.tell, formats=codes, tuning=tuning)
        live = "://" in spec or spec.startswith("camera:") or spec.isdigit()
        if not live:
            ways.words.is_recording(spec)
        camera.start(paced=ways.args.paced or live)
        kiosk.add(spec, camera.stop)
        feed = lambda: _wait_camera(camera, line, stop, ways.missing)  # noqa: E731
    thread = threading.Thread(target=feed, name=f"source {spec}", daemon=True)
    thread.start()
    return thread


def _feed_text(line: Line, stop: threading.Event, missing: list[str]) -> None:
    try:
        for credential in text_lines(_standard_input(), stop):
            line.put(credential)
    except OSError as error:
        missing.append("-")
        complain(f"{error.strerror or error}: standard input")
    finally:
        line.put(None)


def _standard_input() -> int:
    if sys.stdin is None:  # the program was started with it closed
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return sys.stdin.fileno()


def _wait_camera(camera: CameraLine, line: Line, stop: threading.Event, missing: list[str]) -> None:
    while not stop.is_set() and not camera.wait(0.5):
        continue
    if not stop.is_set() and (camera.state is CameraState.MISSING or camera.passed_over):
        missing.append(camera.spec)
    line.put(None)


def _wait_reader(line: Line, stop: threading.Event) -> None:
    """A reader has no end of its own: it waits for the next guest until the gate is stopped."""
    stop.wait()
    line.put(None)


def _show_json(decided: Decided) -> None:
    record = scan_record(decided.scan)
    record["ms"] = dict(decided.ms)
    record["durable"] = decided.durable
    if not decided.durable:
        record["scan_id"] = None  # it is in no ledger: whoever looks for what was printed must not miss it
    print_json(record)


def _show_plain(decided: Decided) -> None:
    verdict = decided.scan.verdict
    who = verdict.subject.holder if verdict.subject else decided.scan.credential.text[:64]
    told = verdict.detail.get("reissued_as")
    by = f" -> {told}" if told else ""  # the pass that took the place of one that is gone
    say(f"{verdict.outcome.value.upper():9} {verdict.grade.value:9} {verdict.reason.value:16} {who}{by}")
