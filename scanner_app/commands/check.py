"""`scanner-app check VALUE`: what the door would say; nothing is recorded."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from scanner_app.commands.look import looked_into
from scanner_app.commands.options import json_option
from scanner_app.commands.output import Exit, print_json, say
from scanner_app.domain.credential import Credential, Symbology, storable
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.scan import pass_record
from scanner_app.ui import texts


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("check", parents=parents, help="look at a value without recording anything")
    parser.add_argument("value", metavar="VALUE", help="what the barcode carries")
    parser.add_argument("--place", required=True, metavar="NAME")
    parser.add_argument("--typed", action="store_true", help="match any identifier, as a value typed by staff")
    parser.add_argument("--offline", action="store_true", help="talk to no platform")
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Look."""
    with looked_into(args) as kiosk:
        settings = kiosk.settings.load()
        if settings.find_place(args.place) is None:
            raise SettingsTrouble("no_such_place", args.place)
        kiosk.settings.use(replace(settings, place=args.place))
        if args.offline:
            kiosk.sync.go_offline()
        symbology = Symbology.TYPED if args.typed else Symbology.SCANNER
        verdict = kiosk.door.look(Credential(args.value, symbology))
    if args.json:
        print_json(
            {
                "raw": storable(args.value),
                "outcome": verdict.outcome.value,
                "reason": verdict.reason.value,
                "grade": verdict.grade.value,
                "pass": pass_record(verdict.subject) if verdict.subject else None,
                "detail": dict(verdict.detail),
            }
        )
    else:
        holder = verdict.subject.holder if verdict.subject else ""
        say(f"{verdict.outcome.value.upper()} {verdict.reason.value} {holder}".rstrip())
        say(texts.sentence(texts.verdict_code(verdict)))
    return Exit.OK
