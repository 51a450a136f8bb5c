"""`scanner-app links make|check`: SmartPass Links from a list of people, and what is in one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from scanner_app.commands.options import a_path, json_option
from scanner_app.commands.output import Exit, complain, print_json, say
from scanner_app.platforms import smartpass
from scanner_app.platforms.smartpass_csv import make_many

BAR = 30
"""Width of the progress bar, in characters."""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("links", parents=parents, help="make and read PassKit SmartPass Links")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    make = actions.add_parser("make", help="one link for each row of a CSV file")
    make.add_argument("--csv", type=a_path, required=True, metavar="IN")
    make.add_argument("--out", type=a_path, required=True, metavar="OUT", help="the same rows and a column smartUrl")
    make.add_argument("--url", required=True, metavar="U", help="the distribution page, https://.../c/...")
    _key_option(make)
    json_option(make)
    check = actions.add_parser("check", help="show what is in a link")
    check.add_argument("link", metavar="LINK")
    _key_option(check)
    json_option(check)


def _key_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key-file", type=a_path, required=True, metavar="F", help="the project key, hexadecimal")


def run(args: argparse.Namespace) -> int:
    """Make links, or read one."""
    key = smartpass.read_key_file(args.key_file)
    return _make(args, key) if args.action == "make" else _check(args, key)


def _make(args: argparse.Namespace, key: bytes) -> int:
    url = smartpass.landing_page(args.url)
    made = make_many(args.csv, args.out, url, key, _bar() if sys.stderr.isatty() else None)
    if args.json:
        rejects = str(made.rejects) if made.rejects else None
        print_json({"links": made.rows, "rejected": made.rejected, "out": str(args.out), "rejected_out": rejects})
        return Exit.OK
    say(f"{made.rows} links in {args.out}.")
    if made.rejects:
        complain(f"{made.rejected} rows got no link; they are in {made.rejects} with the reason.")
    return Exit.OK


def _check(args: argparse.Namespace, key: bytes) -> int:
    fields = smartpass.read(args.link, key)
    if args.json:
        print_json(fields)
    else:
        for name, value in fields.items():
            say(f"{name}: {value}")
    return Exit.OK


def _bar() -> Callable[[int, int], None]:
    def show(done: int, whole: int) -> None:
        part = done / whole if whole else 1.0
        end = "\n" if done >= whole else ""
        sys.stderr.write(f"\r[{'#' * int(part * BAR):<{BAR}}] {part:4.0%}{end}")
        sys.stderr.flush()

    return show
