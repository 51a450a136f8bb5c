"""`scanner-app pass ...`: what an office does with passes, from the command line."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from scanner_app.application.ports import Can
from scanner_app.bootstrap import Kiosk, open_kiosk
from scanner_app.commands.options import data_dir, json_option
from scanner_app.commands.output import Exit, print_json, say
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.passes import Pass
from scanner_app.platforms.passcreator.office import TimeFrame
from scanner_app.platforms.passcreator.platform import PasscreatorPlatform


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb and what follows it."""
    parser = verbs.add_parser("pass", parents=parents, help="look at and change passes on the platform")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, words in _WORDS.items():
        action = actions.add_parser(
            name, parents=parents, help=words[0], description=words[0], aliases=_ALSO_CALLED.get(name, ())
        )
        action.add_argument("--account", default="", help="which account (default: the first)")
        for argument in words[1]:
            action.add_argument(argument, metavar=argument.upper(), help=_ARGUMENTS[argument])
        for option, settings in words[2].items():
            action.add_argument(option, **settings)
        json_option(action)


_FIELDS: dict[str, dict[str, Any]] = {
    "--set": {
        "action": "append",
        "default": [],
        "metavar": "NAME=VALUE",
        "help": "a field of the pass, or a parameter by its name in the platform's contract, as in userProvidedId= "
        "(Passcreator), extId= (PassEntry), person.surname= (PassKit), externalId= (Airship); may be repeated",
    },
    "--body": {
        "default": "",
        "metavar": "JSON",
        "help": "the same as one JSON object, for values that are no plain text (locations, beacons, flight fields, "
        "headers, seatInfo, ...)",
    },
}
_ARGUMENTS: Mapping[str, str] = {
    "id": "the pass: its uid, or anything that names it alone (own id, extId, ticket number, barcode)",
    "text": "what to look for",
    "template": "id of the template; with PassKit of the production, campaign or program",
    "message": "what the guest's phone shows",
    "recipient": "e-mail address it is sent to",
}
_WORDS: Mapping[str, tuple[str, tuple[str, ...], Mapping[str, dict[str, Any]]]] = {
    "show": ("one pass by uid, own id or barcode", ("id",), {}),
    "search": (
        "passes by a word in them (fuzzy); without a search of the platform's own: those held here",
        ("text",),
        {},
    ),
    "create": ("make a pass", ("template",), _FIELDS),
    "update": ("change a pass", ("id",), _FIELDS),
    "void": (
        "mark a pass voided (PassEntry: deactivate; PassKit: redeem a ticket, void a coupon, for good)",
        ("id",),
        {},
    ),
    "unvoid": ("take that back", ("id",), {}),
    "delete": (
        "delete a pass for good (PassEntry: nullify)",
        ("id",),
        {"--yes": {"action": "store_true", "help": "needed, because it cannot be undone"}},
    ),
    "enable-download": (
        "let an active pass be downloaded again, for ten minutes",
        ("id",),
        {"--until": {"default": "", "metavar": "ISO", "help": "until then instead, as in 2026-12-31T18:00+01:00"}},
    ),
    "push": (
        "send a message to a pass",
        ("id", "message"),
        {"--also": {"nargs": "+", "default": [], "metavar": "ID", "help": "further passes for the same message"}},
    ),
    "email": ("send a pass by e-mail", ("id", "recipient"), {}),
    "uris": ("addresses of the wallets' own files", ("id",), {}),
    "stats": (
        "statistics of a template",
        ("template",),
        {
            "--frame": {
                "choices": ["day", "week", "month", "year"],
                "default": "day",
                "help": "how much at once (default: day)",
            },
            "--day": {"default": "", "metavar": "Y-M-D", "help": "a day of that time (default: today)"},
            "--history-since": {
                "default": None,
                "metavar": "Y-M-D",
                "help": "instead: active and inactive passes of each day since this one ('' for a week)",
            },
        },
    ),
}
_ALSO_CALLED = {"email": ("e-mail",)}


def run(args: argparse.Namespace) -> int:
    """Do one thing on the platform."""
    with open_kiosk(data_dir(args), writes=False) as kiosk:
        kiosk.accounts.need_set_up()
        record = _ACTIONS[args.action](kiosk, args)
    for each in record if isinstance(record, list) else [record]:
        if args.json:
            print_json(each)
        else:
            say("\n".join(f"{name:16} {value}" for name, value in each.items() if value not in ("", None)))
    return Exit.OK


Record = dict[str, object]


def _show(kiosk: Kiosk, args: argparse.Namespace) -> list[Record]:
    found = kiosk.accounts.platform(args.account).lookup(args.id, 10.0)
    if not found:
        raise SettingsTrouble("pass_unknown", args.id)
    return [pass_dict(p) for p in found]


def _search(kiosk: Kiosk, args: argparse.Namespace) -> list[Record]:
    platform = kiosk.accounts.platform(args.account)
    if Can.SEARCH in platform.capabilities.can:
        return [pass_dict(p) for p in platform.search(args.text)]
    with contextlib.closing(kiosk.store.cache_reader()) as reader:
        return [pass_dict(p) for p in reader.search(args.text, [platform.account])]


def _create(kiosk: Kiosk, args: argparse.Namespace) -> Record:
    made = kiosk.accounts.counter(args.account, Can.CREATE).create(args.template, _values(args))
    return {"uid": made.uid, "barcode": made.barcode, "page": made.page, "file": made.file}


def _update(kiosk: Kiosk, args: argparse.Namespace) -> Record:
    kiosk.accounts.counter(args.account, Can.UPDATE).update(args.id, _values(args))
    return {"uid": args.id, "done": "updated"}


def _mark(voided: bool) -> Callable[[Kiosk, argparse.Namespace], Record]:  # noqa: FBT001 - made into two actions
    def mark(kiosk: Kiosk, args: argparse.Namespace) -> Record:
        task = Can.VOID if voided else Can.RESTORE
        kiosk.accounts.counter(args.account, task).mark(args.id, voided=voided)
        return {"uid": args.id, "voided": voided}

    return mark


def _delete(kiosk: Kiosk, args: argparse.Namespace) -> Record:
    if not args.yes:
        raise SettingsTrouble("delete_needs_yes", args.id)
    kiosk.accounts.counter(args.account, Can.DELETE).delete(args.id)
    return {"uid": args.id, "done": "deleted"}


def _enable_download(kiosk: Kiosk, args: argparse.Namespace) -> Record:
    office = kiosk.accounts.office(args.account, Can.ENABLE_DOWNLOAD)
    office.enable_download(args.id, _moment(args.until) if args.until else None)
    return {"uid": args.id, "done": "download enabled"}


def _push(kiosk: Kiosk, args: argparse.Namespace) -> Record | list[Record]:
    counter = kiosk.accounts.counter(args.account, Can.NOTIFY)
    if not args.also:
        return {"uid": args.id, "done": counter.push(args.id, args.message)}
    platform, uids = kiosk.accounts.platform(args.account), [args.id, *args.also]
    if isinstance(platform, PasscreatorPlatform):
        platform.office.push_many(uids, args.message)
        return {"passes": len(uids), "done": "scheduled"}
    return [{"uid": uid, "done": counter.push(uid, args.message)} for uid in uids]


def _email(kiosk: Kiosk, args: argparse.Namespace) -> Record:
    kiosk.accounts.office(args.account, Can.EMAIL).email(args.id, args.recipient)
    return {"uid": args.id, "done": "e-mail sent"}


def _uris(kiosk: Kiosk, args: argparse.Namespace) -> Record:
    return dict(kiosk.accounts.office(args.account, Can.ENABLE_DOWNLOAD).uris(args.id))


def _stats(kiosk: Kiosk, args: argparse.Namespace) -> list[Record]:
    office = kiosk.accounts.office(args.account, Can.STATISTICS)
    if args.history_since is not None:
        start = _day(args.history_since) if args.history_since else None
        return [
            {"date": d.date, "active": d.active, "inactive": d.inactive}
            for d in office.active_history(args.template, start)
        ]
    found = office.statistics(args.template, TimeFrame(args.frame), _day(args.day) if args.day else None)
    timelines: Record = {name: [list(p) for p in points] for name, points in found.timelines.items()}
    return [{**timelines, "systems": dict(found.systems)}]


_ACTIONS: Mapping[str, Callable[[Kiosk, argparse.Namespace], Record | list[Record]]] = {
    "show": _show,
    "search": _search,
    "create": _create,
    "update": _update,
    "void": _mark(voided=True),
    "unvoid": _mark(voided=False),
    "delete": _delete,
    "enable-download": _enable_download,
    "push": _push,
    "email": _email,
    "e-mail": _email,
    "uris": _uris,
    "stats": _stats,
}


def pass_dict(subject: Pass) -> Record:
    """Return a pass as `pass show` and `pass search` print it."""
    return {
        "platform": subject.platform,
        "account": subject.account,
        "uid": subject.uid,
        "barcode": subject.barcode,
        "holder": subject.holder,
        "template": subject.template,
        "template_name": subject.template_name,
        "voided": subject.voided,
        "redeemed": subject.redeemed,
        "valid_from": _iso(subject.valid_from),
        "expires": _iso(subject.expires),
        "eligible_places": list(subject.eligible_places),
        "uses": [{"place": u.place, "at": u.at.isoformat(), "direction": u.direction.value} for u in subject.uses],
        "stored_value": str(subject.stored_value) if subject.stored_value is not None else None,
        "identifiers": {kind.value: value for kind, value in subject.identifiers.items()},
        "fields": dict(subject.fields),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _values(args: argparse.Namespace) -> dict[str, object]:
    values: dict[str, object] = {}
    for pair in args.set:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise SettingsTrouble("option_invalid", pair)
        values[name] = value
    if args.body:
        try:
            more = json.loads(args.body)
        except ValueError as error:
            raise SettingsTrouble("option_invalid", f"--body: {error}") from error
        if not isinstance(more, dict):
            raise SettingsTrouble("option_invalid", "--body: not an object")
        values |= more
    return values


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsTrouble("option_invalid", text) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsTrouble("option_invalid", text) from error
