"""`scanner-app doctor`: what this machine and this kiosk have, what is missing, and what to do about it."""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import importlib
import os
import platform as machine
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import keyring

from hardware.camera_names import cameras, forbidden
from scanner_app import __version__
from scanner_app import settings as settings_file
from scanner_app.accounts import Accounts
from scanner_app.application.events import DeviceState
from scanner_app.application.ports import Platform
from scanner_app.application.readiness import of_one_name
from scanner_app.bootstrap import unlock_store
from scanner_app.commands.options import data_dir, json_option
from scanner_app.commands.output import Exit, print_json, say
from scanner_app.crash import CrashFile
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, ScannerError
from scanner_app.secrets import SecretStore
from scanner_app.storage.store import Store
from scanner_app.ui import moments, texts
from scanner_app.ui.checks import CLOCK_LIMIT, LOW_DISK

WAL_RESET_FIXED = (3, 51, 3)
"""First SQLite without the WAL-reset bug (reliability.md 0.3); older ones are safe with one writing connection."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `state`: ok, warning or error; `advice`: what to do, '' when all is well."""

    name: str
    state: str
    found: str
    advice: str = ""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("doctor", parents=parents, help="what is missing on this machine, and what to do")
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Look at everything; exit code 3 when something keeps the door from working."""
    findings = list(examine(data_dir(args, writes=False)))
    for finding in findings:
        if args.json:
            print_json({"name": finding.name, "state": finding.state, "found": finding.found, "advice": finding.advice})
        else:
            say(
                f"{finding.state.upper():8}{finding.name}: {finding.found}"
                + (f"\n        {finding.advice}" if finding.advice else "")
            )
    return Exit.TROUBLE if any(f.state == "error" for f in findings) else Exit.OK


def examine(folder: Path) -> Iterator[Finding]:
    """Give the findings, one by one."""
    yield Finding(
        "program", "ok", f"pass-scanner {__version__}, Python {machine.python_version()}, {machine.platform()}"
    )
    yield _sqlite()
    yield _window()
    yield _library("zbar", "libzbar0", "QR and Code 128 have one decoder instead of two")
    yield _library("usb-1.0", "libusb-1.0-0", "USB readers for taps cannot be opened")
    yield _cameras()
    yield _keyring()
    yield _disk(folder)
    yield from _kiosk(folder)
    yield from _data(folder)
    yield from _accounts(folder)
    yield from _taps()


def _sqlite() -> Finding:
    version = tuple(int(n) for n in sqlite3.sqlite_version.split("."))
    if version >= WAL_RESET_FIXED:
        return Finding("SQLite", "ok", sqlite3.sqlite_version)
    advice = (
        "has the WAL-reset bug, which needs two writers at once: this program writes from one thread under a lock. "
        "Let no other program write to the data folder."
    )
    return Finding("SQLite", "warning", sqlite3.sqlite_version, advice)


def _window() -> Finding:
    try:
        found = importlib.import_module("PySide6").__version__
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        return Finding("window", "error", str(error), "Run `make setup`: it installs Qt's system packages.")
    return Finding("window", "ok", f"PySide6 {found}")


def _library(name: str, package: str, consequence: str) -> Finding:
    found = ctypes.util.find_library(name)
    if found and _loads(found):
        return Finding(package, "ok", found)
    return Finding(package, "warning", "not found", f"{consequence}. apt-get install {package}")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _cameras() -> Finding:
    found = cameras()
    if not found:
        return Finding(
            "cameras", "warning", "none", "Plug one in, or use a hand-held scanner or a video as the source."
        )
    says = ", ".join(f"{source} {name}" for source, name in found)
    if shut := [source for source, _ in found if forbidden(source)]:
        code = DeviceState.NO_PERMISSION.code
        return Finding("cameras", "warning", says, f"{', '.join(shut)}: {texts.sentence(code)} {texts.admin(code)}")
    return Finding("cameras", "ok", says)


def _keyring() -> Finding:
    backend = type(keyring.get_keyring()).__module__
    if "fail" in backend or "null" in backend:
        return Finding("keyring", "warning", "none", "Keys are kept in a file that only this user may read (0600).")
    return Finding("keyring", "ok", backend)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{free // 1024**2:,} MiB free at {folder}"
    if not os.access(folder, os.W_OK):
        code = "storage_read_only"
        return Finding("disk", "error", f"{text}. {texts.sentence(code)}", texts.admin(code))
    if free < LOW_DISK:
        return Finding("disk", "error", text, "Make room: an admission that cannot be written down does not count.")
    return Finding("disk", "ok", text)


def _kiosk(folder: Path) -> Iterator[Finding]:
    try:
        settings = settings_file.load(folder)
    except ScannerError as error:
        yield Finding("settings", "error", error.code, texts.explain(error))
        return
    if settings.ready:
        yield Finding("settings", "ok", f"{len(settings.accounts)} accounts, {len(settings.places)} places")
    else:
        yield Finding(
            "settings", "warning", "not set up", "Run `scanner-app setup` or the first-run steps in the window."
        )
    crash = CrashFile(folder).previous()
    if crash:
        yield Finding("last run", "warning", crash.splitlines()[0], f"It ended badly; see {folder / 'crash.txt'}.")


def _data(folder: Path) -> Iterator[Finding]:
    """Tell what is wrong with the databases though the door goes on: nobody at the door would notice."""
    if not (folder / "ledger.db").exists():
        return
    try:
        unlock_store(folder, SecretStore(folder))
        with Store(folder, {}, read_only=True) as store:
            codes = store.health().codes
            with store.ledger_reader() as ledger:
                shared = any(map(of_one_name, ledger.conflicts()))
    except ScannerError as error:
        yield Finding("data", "error", texts.sentence(error.code), texts.admin(error.code))
        return
    for code in codes:
        yield Finding("data", "warning", texts.sentence(code), texts.admin(code))
    if shared:
        yield Finding("name", "warning", texts.sentence("same_name"), texts.admin("same_name"))
    if not codes:
        yield Finding("data", "ok", "no damaged file, every unsent scan is in the second copy")


def _accounts(folder: Path) -> Iterator[Finding]:
    """Ask each platform once, with the key that is kept: a wrong key, clock or region is said here by its name."""
    try:
        settings = settings_file.load(folder)
        accounts = Accounts(lambda: settings, SecretStore(folder))
    except ScannerError:
        return  # the settings have been told about already
    try:
        for name, code in accounts.troubles.items():
            yield Finding(f"account {name}", "error", texts.sentence(code), texts.admin(code))
        for name, platform in accounts.platforms.items():
            yield from _account(f"account {name}", platform)
    finally:
        accounts.close()


def _account(name: str, platform: Platform) -> Iterator[Finding]:
    try:
        theirs = platform.check()
    except ScannerError as error:
        found = f"{texts.sentence(error.code)} {f'({error.detail})' if error.detail else ''}".strip()
        offline = isinstance(error, PlatformTrouble) and error.kind in (PlatformKind.UNREACHABLE, PlatformKind.BUSY)
        yield Finding(name, "warning" if offline else "error", found, texts.admin(error.code))
        return
    yield Finding(name, "ok", f"{platform.platform} answers")
    off = (theirs - datetime.now(UTC)).total_seconds() if theirs else 0.0
    if abs(off) > CLOCK_LIMIT:  # the platform may take us all the same: PassKit's tokens are made by its own time
        yield Finding(name, "warning", texts.word("strip.clock", span=moments.span(off)), texts.admin("clock_off"))


def _taps() -> Iterator[Finding]:
    try:
        diagnose: Callable[[], Sequence[object]] = importlib.import_module("hardware.nfc").diagnose
    except (ImportError, AttributeError):
        return
    for found in diagnose():
        yield Finding("taps", "warning", getattr(found, "title", str(found)), getattr(found, "advice", ""))


if __name__ == "__main__":
    sys.exit("use scanner-app doctor")
