"""`scanner-app undo`, `override`, `settle`, `conflicts`: corrections without a window, each a fact with its reason."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from scanner_app.application.control import CorrectionReport, Role
from scanner_app.application.ports import FactRow
from scanner_app.bootstrap import open_kiosk
from scanner_app.commands.look import looked_into
from scanner_app.commands.options import data_dir, json_option
from scanner_app.commands.output import Exit, complain, print_json, say
from scanner_app.ui import texts
from scanner_app.ui.plain import visible


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verbs."""
    undo = verbs.add_parser("undo", parents=parents, help="take an admission back")
    undo.add_argument("scan_id", metavar="SCAN_ID")
    undo.add_argument("--reason", default="")
    override = verbs.add_parser("override", parents=parents, help="admit a refused guest on a supervisor's word")
    override.add_argument("scan_id", metavar="SCAN_ID")
    override.add_argument("--reason", required=True)
    settle = verbs.add_parser("settle", parents=parents, help="settle a conflict with a note")
    settle.add_argument("number", type=int, metavar="NUMBER", help="as `conflicts` lists it")
    settle.add_argument("--note", required=True)
    listed = verbs.add_parser("conflicts", parents=parents, help="what people have to look at")
    listed.add_argument("--all", action="store_true", help="settled ones as well")
    for parser in (undo, override, settle):
        parser.add_argument("--operator", default=Role.SUPERVISOR.value, help="who says so (default: supervisor)")
        json_option(parser)
    json_option(listed)


def run_undo(args: argparse.Namespace) -> int:
    """Undo; what was sent is taken back on the platform by the next push."""
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        return _tell(args, kiosk.door.undo(args.scan_id, args.operator, args.reason))


def run_override(args: argparse.Namespace) -> int:
    """Override."""
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        return _tell(args, kiosk.door.override(args.scan_id, args.operator, args.reason))


def run_settle(args: argparse.Namespace) -> int:
    """Settle."""
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        return _tell(args, kiosk.door.settle(args.number, args.operator, args.note))


MACHINES = ("claim", "hlc", "kiosk")
"""What a venue's record tells besides of the other door, for `--json`: its device is named anyway."""


def run_conflicts(args: argparse.Namespace) -> int:
    """List; beside a running door as well."""
    with looked_into(args) as kiosk:
        rows = kiosk.door.conflicts(open_only=not args.all)
    for row in rows:
        record = {"number": row.number, "id": row.fact_id, "at": row.at.isoformat(), **row.body}
        if args.json:
            print_json(record)
        else:
            say(_in_words(row))
    return Exit.OK


def _in_words(row: FactRow) -> str:
    """Return a conflict on one line: whose pass, what the platform said, and both doors."""
    subject, here, there = (_part(row, name) for name in ("pass", "here", "there"))
    guest = visible(
        str(subject.get("holder") or subject.get("barcode") or here.get("raw") or subject.get("uid") or "?")
    )
    ours = _joined(here.get("at"), here.get("place"), here.get("device"))
    theirs = _joined(*(value for name, value in there.items() if name not in MACHINES)) or "not said"
    return f"{row.number:6} {guest}: {texts.told(str(row.body.get('answer', '')))}; here {ours}; there {theirs}"


def _part(row: FactRow, name: str) -> dict[str, object]:
    found = row.body.get(name)
    return found if isinstance(found, dict) else {}


def _joined(*values: object) -> str:
    return ", ".join(str(value) for value in values if value)


def _tell(args: argparse.Namespace, report: CorrectionReport) -> int:
    if report.trouble:
        complain(f"{texts.sentence(report.trouble)} {texts.advice(report.trouble)}")
        return Exit.TROUBLE
    if args.json:
        print_json({"fact_id": report.fact_id})
    else:
        say(report.fact_id)
    return Exit.OK
