"""The command line: nothing but parsing and calling."""

from __future__ import annotations

import argparse
import errno
import importlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from scanner_app import __version__
from scanner_app.commands.options import data_dir_option
from scanner_app.domain.errors import Bug, ScannerError

log = logging.getLogger(__name__)

VERBS: dict[str, tuple[str, str]] = {
    "run": ("scanner_app.commands.window", "run"),
    "demo": ("scanner_app.commands.window", "run_demo"),
    "screenshots": ("scanner_app.commands.window", "run_screenshots"),
    "setup": ("scanner_app.commands.setup", "run"),
    "place": ("scanner_app.commands.place", "run"),
    "sync": ("scanner_app.commands.push", "run_sync"),
    "push": ("scanner_app.commands.push", "run_push"),
    "gate": ("scanner_app.commands.gate", "run"),
    "check": ("scanner_app.commands.check", "run"),
    "decode": ("scanner_app.commands.decode", "run"),
    "export": ("scanner_app.commands.export", "run"),
    "undo": ("scanner_app.commands.correct", "run_undo"),
    "override": ("scanner_app.commands.correct", "run_override"),
    "settle": ("scanner_app.commands.correct", "run_settle"),
    "conflicts": ("scanner_app.commands.correct", "run_conflicts"),
    "status": ("scanner_app.commands.status", "run"),
    "verify": ("scanner_app.commands.keep", "run_verify"),
    "purge": ("scanner_app.commands.keep", "run_purge"),
    "backup": ("scanner_app.commands.keep", "run_backup"),
    "restore": ("scanner_app.commands.keep", "run_restore"),
    "pass": ("scanner_app.commands.passes", "run"),
    "links": ("scanner_app.commands.links", "run"),
    "doctor": ("scanner_app.commands.doctor", "run"),
    "provision": ("scanner_app.commands.provision", "run"),
    "training": ("scanner_app.commands.training", "run"),
    "bench": ("scanner_app.commands.bench", "run"),
    "hub": ("scanner_app.commands.hub", "run"),
    "nfc": ("scanner_app.commands.nfc", "run"),
    "wedge": ("scanner_app.commands.wedge", "run"),
}
"""Which module describes and runs a verb; only the one that is called is imported."""

DELEGATES: dict[str, str] = {"sandbox": "scanner_app.commands.sandbox"}
"""Verbs that parse their own arguments."""

WINDOWS = frozenset({"run", "demo"})
"""Verbs that tell people in a window what they do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; troubles become sentences, never tracebacks."""
    words = list(sys.argv[1:] if argv is None else argv)
    _fill_streams()
    os.umask(0o077)  # databases make their files by it, and their logs: guests' names are for this user's eyes only
    logging.getLogger().addHandler(logging.NullHandler())  # what is logged belongs in the log, never on the terminal
    try:
        return _called(words)
    except KeyboardInterrupt:  # while a verb is still being loaded, which takes up to a second
        return 0  # like Exit.OK, whose module may be what was being loaded


def _called(words: Sequence[str]) -> int:
    verb = _verb(words)
    if sys.stdout is None:  # the program was started with it closed
        if verb not in WINDOWS:
            sys.stderr.write(f"scanner-app: {os.strerror(errno.EBADF)}: standard output\n")
            return 3  # Exit.TROUBLE, before anything is done that nobody could be told of
        sys.stdout = _into_nothing()
    if verb in DELEGATES:
        return int(importlib.import_module(DELEGATES[verb]).main(words))
    args = _parser(verb).parse_args(words)
    module, function = VERBS[args.verb]
    run: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(module), function)
    return _guarded(run, args)


def _fill_streams() -> None:
    """Take the places of streams that are closed: a database in one of them would get what a library prints."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = _into_nothing()


def _into_nothing() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _guarded(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    from scanner_app.commands.output import Exit, advice, any_text, complain, swallow_broken_pipe, trouble

    any_text()
    try:
        return int(run(args))
    except ScannerError as error:
        log.info("ended by %s: %s", error.code, error.detail)
        return trouble(error)
    except BrokenPipeError:
        swallow_broken_pipe()
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.OK
    except OSError as error:
        complain(f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "") + advice(error))
        return Exit.TROUBLE
    except Exception as error:
        log.exception("a mistake of the program")
        return trouble(Bug(f"{type(error).__name__}; see the log"))


def _verb(words: Sequence[str]) -> str:
    """Return the first word that is a verb, so that only its module is loaded."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--data-dir":
            skip = True
        elif not word.startswith("-"):
            return word
    return ""


def _parser(verb: str) -> argparse.ArgumentParser:
    common = data_dir_option()
    parser = argparse.ArgumentParser("scanner-app", description="Wallet passes at a venue's door.", parents=[common])
    parser.add_argument("--version", action="version", version=f"scanner-app {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    modules = [VERBS[verb][0]] if verb in VERBS else dict.fromkeys(m for m, _ in VERBS.values())
    for module in modules:
        importlib.import_module(module).add_parser(verbs, [common])
    if verb not in VERBS:
        for name in DELEGATES:
            verbs.add_parser(name, help=f"see scanner-app {name} --help")
    return parser
