"""`scanner-app place NAME`: shows a place, or changes its codes, the area it leads to and the flight it boards."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from scanner_app.bootstrap import open_kiosk
from scanner_app.commands.options import data_dir, json_option
from scanner_app.commands.output import Exit, print_json, say
from scanner_app.commands.place_options import add_place_options, with_place_options
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.place import Place


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser(
        "place", parents=parents, help="show a place, or change its codes, its area and its flight"
    )
    parser.add_argument("name", metavar="NAME")
    add_place_options(parser)
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Change what is named, show what is."""
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        settings = kiosk.settings.load()
        before = settings.find_place(args.name)
        if before is None:
            raise SettingsTrouble("no_such_place", args.name)
        place = with_place_options(before, args)
        if place != before:
            places = tuple(place if p.name == place.name else p for p in settings.places)
            kiosk.settings.save(replace(settings, places=places))
    _tell(place, as_json=args.json)
    return Exit.OK


def _tell(place: Place, *, as_json: bool) -> None:
    record = {
        "place": place.name,
        "policy": place.policy.value,
        "areas": sorted({place.platform_place(accepted.account) for accepted in place.accepts}),
        "symbologies": sorted(place.codes),
        "flight": place.flight.name if place.flight else None,
        "flight_date": place.flight.date.isoformat() if place.flight else None,
        "airport": place.flight.origin if place.flight else None,
    }
    if as_json:
        print_json(record)
        return
    for name, value in record.items():
        words = ", ".join(value) if isinstance(value, list) else value
        say(f"{name.replace('_', ' '):12} {'-' if words is None else words}")
