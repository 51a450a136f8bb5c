"""`scanner-app wedge`: the keyboard scanners of this kiosk, told apart by what each types before and after a code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace

from hardware.keyboard_layouts import LAYOUTS
from hardware.readers import KINDS
from hardware.wedge import Fate, Wedge
from scanner_app.application.config import DeviceConfig, WedgeConfig
from scanner_app.bootstrap import open_kiosk
from scanner_app.commands.options import data_dir, json_option
from scanner_app.commands.output import Exit, print_json, say
from scanner_app.wedge_marks import wedge_of

KEY_S = 0.005
"""Seconds between two keys of a scanner that is played by `try`."""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("wedge", parents=parents, help="keyboard scanners: their marks and layouts")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    shown = actions.add_parser("list", parents=parents, help="show them")
    added = actions.add_parser("add", parents=parents, help="tell one scanner by its marks")
    removed = actions.add_parser("remove", parents=parents, help="forget the scanner with these marks")
    tried = actions.add_parser("try", parents=parents, help="scan into this: says what each line would be read as")
    for action in (added, removed):
        action.add_argument("--prefix", default="", metavar="TEXT", help="what it types before each code")
        action.add_argument("--suffix", default="", metavar="TEXT", help="what it types after it, before Enter")
    added.add_argument("--layout", choices=sorted(LAYOUTS), default="us", help="by which layout it types")
    added.add_argument("--kind", choices=KINDS, default="scanner", help="what its values are")
    for action in (shown, added, removed, tried):
        json_option(action)


def run(args: argparse.Namespace) -> int:
    """Change what is named, show what is; or read what a scanner types."""
    with open_kiosk(data_dir(args), writes=args.action in ("add", "remove")) as kiosk:
        settings = kiosk.settings.load()
        if args.action == "try":
            return _try(wedge_of(settings.devices), as_json=args.json)
        wedges = _changed(settings.devices.wedges, args)
        if wedges != settings.devices.wedges:
            kiosk.settings.save(replace(settings, devices=replace(settings.devices, wedges=wedges)))
    return _list(replace(settings.devices, wedges=wedges), as_json=args.json)


def _changed(wedges: tuple[WedgeConfig, ...], args: argparse.Namespace) -> tuple[WedgeConfig, ...]:
    """Two scanners with the same marks could not be told apart: the new one takes the old one's place."""
    if args.action == "list":
        return wedges
    others = tuple(w for w in wedges if (w.prefix, w.suffix) != (args.prefix, args.suffix))
    return (*others, WedgeConfig(args.prefix, args.suffix, args.layout, args.kind)) if args.action == "add" else others


def _list(devices: DeviceConfig, *, as_json: bool) -> int:
    for wedge in devices.wedges:
        if as_json:
            print_json(asdict(wedge))
        else:
            say(f"{wedge.prefix!r} ... {wedge.suffix!r}  layout {wedge.layout}  {wedge.kind}")
    if not devices.wedges and not as_json:
        say("no scanner is told apart; any keyboard scanner is read as it types")
    return Exit.OK


def _try(wedge: Wedge, *, as_json: bool) -> int:
    at = 0.0
    for line in sys.stdin:
        at += 1.0
        for key in line.rstrip("\r\n"):
            at += KEY_S
            wedge.feed(key, at, terminator=False)
        read = wedge.feed("", at + KEY_S, terminator=True)
        text = read.text if read.fate is Fate.DONE else None
        if as_json:
            print_json({"typed": line.rstrip("\r\n"), "text": text, "kind": read.source or None})
        else:
            say("typing, no scan" if text is None else f"{read.source}: {text}")
    return Exit.OK
