"""Options that several verbs share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from scanner_app.paths import default_data_dir, prepare_data_dir


def data_dir_option() -> argparse.ArgumentParser:
    """Return a parent parser with `--data-dir`; good before and after the verb."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--data-dir",
        type=a_path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="where this kiosk keeps its things (default: the user's data folder)",
    )
    return parent


def data_dir(args: argparse.Namespace, *, writes: bool = True) -> Path:
    """Return the data folder, made if it was not there."""
    chosen = getattr(args, "data_dir", None)
    return prepare_data_dir(chosen if chosen is not None else default_data_dir(), writes=writes)


def a_path(text: str) -> Path:
    """Argument type: a path. An empty one, as an unset variable leaves it, would be the folder one stands in."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty: name a file or folder")
    return Path(text)


def whole_number(bits: int) -> Callable[[str], int]:
    """Return an argument type: a number from 1 that fits so many bits."""

    def positive_number(text: str) -> int:
        number = int(text) if text.isdecimal() else 0
        if not 0 < number < 1 << bits:
            raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to {(1 << bits) - 1}")
        return number

    return positive_number


def json_option(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
