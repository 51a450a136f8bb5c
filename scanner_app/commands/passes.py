"""`scanner-app pass ...`: what an office does with passes, from the command line."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime

from scanner_app.application.ports import Can, Platform
from scanner_app.bootstrap import Kiosk
from scanner_app.commands.look import looked_into
from scanner_app.commands.options import json_option
from scanner_app.commands.output import Exit, complain, print_json, say
from scanner_app.commands.pass_records import Record, pass_dict, plain_numbers
from scanner_app.commands.pass_words import ALSO_CALLED, ARGUMENTS, WORDS
from scanner_app.domain.errors import PlatformTrouble, SettingsTrouble
from scanner_app.domain.passes import Pass
from scanner_app.platforms.passcreator.office import TimeFrame
from scanner_app.platforms.passcreator.platform import PasscreatorPlatform
from scanner_app.platforms.passentry.platform import PassEntryPlatform
from scanner_app.ui import texts

SECONDS = 10.0
"""How long a look-up may take."""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb and what follows it."""
    parser = verbs.add_parser("pass", parents=parents, help="look at and change passes on the platform")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, words in WORDS.items():
        action = actions.add_parser(
            name, parents=parents, help=words[0], description=words[0], aliases=ALSO_CALLED.get(name, ())
        )
        action.add_argument("--account", default="", help="which account (default: the first)")
        for argument in words[1]:
            action.add_argument(argument, metavar=argument.upper(), help=ARGUMENTS[argument])
        for option, settings in words[2].items():
            action.add_argument(option, **settings)
        json_option(action)


def run(args: argparse.Namespace) -> int:
    """Do one thing on the platform."""
    with looked_into(args) as kiosk:
        kiosk.accounts.need_set_up()
        record = _ACTIONS[args.action](kiosk, args)
    for each in record if isinstance(record, list) else [record]:
        if args.json:
            print_json(each)
        else:
            say("\n".join(f"{name:16} {value}" for name, value in each.items() if value not in ("", None)))
    return Exit.OK


def _show(kiosk: Kiosk, args: argparse.Namespace) -> list[Record]:
    if args.door:
        found = _at_door(_passcreator(kiosk, args), args)
    else:
        found = kiosk.accounts.platform(args.account).lookup(args.id, SECONDS)
    if not found:
        raise SettingsTrouble("pass_unknown", args.id)
    if args.wanted:
        more = _passentry(kiosk, args).office.show(args.id, args.wanted)
        return [pass_dict(found[0]) | {name: plain_numbers(value) for name, value in more.items()}]
    return [pass_dict(p) for p in found]


def _at_door(platform: PasscreatorPlatform, args: argparse.Namespace) -> list[Pass]:
    found = platform.look_at_door(args.id, args.door)
    if not found and platform.lookup(args.id, SECONDS):  # one status says that either is not known
        raise SettingsTrouble("door_unknown", args.door)
    return found


def _passentry(kiosk: Kiosk, args: argparse.Namespace) -> PassEntryPlatform:
    platform = kiosk.accounts.platform(args.account)
    if not isinstance(platform, PassEntryPlatform):
        raise SettingsTrouble("cannot_not_in_contract", platform.platform)
    return platform


def _search(kiosk: Kiosk, args: argparse.Namespace) -> list[Record]:
    """Passes held here, and what the platform's own search finds besides; what that says of a pass is newer."""
    platform = _passcreator(kiosk, args) if args.template else kiosk.accounts.platform(args.account)
    held, count = _held(kiosk, platform.account, args)
    try:
        told = _told(platform, args)
    except PlatformTrouble as trouble:
        if not held:
            raise
        complain(texts.explain(trouble))
        told = []
    found = {p.uid: p for p in (*held, *told)}
    if not found:
        complain(f"nothing found among {count} passes held here{_and_asked(platform)}: {args.text}")
    return [pass_dict(p) for p in found.values()]


def _held(kiosk: Kiosk, account: str, args: argparse.Namespace) -> tuple[list[Pass], int]:
    with contextlib.closing(kiosk.store.cache_reader()) as reader:
        held = reader.search(args.text, [account])
        return [p for p in held if args.template in ("", p.template)], reader.state(account).held


def _told(platform: Platform, args: argparse.Namespace) -> Sequence[Pass]:
    if isinstance(platform, PasscreatorPlatform):
        return platform.search(args.text, args.template)
    return platform.search(args.text) if Can.SEARCH in platform.capabilities.can else ()


def _and_asked(platform: Platform) -> str:
    return f" and by {platform.platform}" if Can.SEARCH in platform.capabilities.can else ""


def _list(kiosk: Kiosk, args: argparse.Namespace) -> list[Record]:
    if args.created_since or args.modified_since or args.start or args.page_size:
        platform = _passcreator(kiosk, args)
        since = [_moment(text) if text else None for text in (args.created_since, args.modified_since)]
        asked = platform.office.list_filter(*since, start=args.start, page_size=args.page_size)
        found = platform.listed(args.template, asked)
    elif args.prefix or args.status:
        found = _passentry(kiosk, args).listed(args.prefix, args.status, args.template)
    else:
        found = _all(kiosk.accounts.platform(args.account), args.template)
    passes = [pass_dict(p) for p in itertools.islice(found, args.limit)]
    if not passes and args.limit != 0:
        complain(f"nothing found: {args.template}")
    return passes


def _all(platform: Platform, template: str) -> Iterator[Pass]:
    return platform.listed(template=template) if isinstance(platform, PassEntryPlatform) else _pages(platform, template)


def _pages(platform: Platform, stream: str) -> Iterator[Pass]:
    page = platform.page(stream, "", "")
    yield from page.passes
    while page.resume:
        page = platform.page(stream, "", page.resume)
        yield from page.passes


def _passcreator(kiosk: Kiosk, args: argparse.Namespace) -> PasscreatorPlatform:
    platform = kiosk.accounts.platform(args.account)
    if not isinstance(platform, PasscreatorPlatform):
        raise SettingsTrouble("cannot_not_in_contract", platform.platform)
    return platform


def _create(kiosk: Kiosk, args: argparse.Namespace) -> Record:
    made = kiosk.accounts.counter(args.account, Can.CREATE).create(args.template, _values(args))
    return {
        "uid": made.uid,
        "own_id": made.own_id,
        "barcode": made.barcode,
        "page": made.page,
        "file": made.file,
        "notified": made.notified,
    }


def _update(kiosk: Kiosk, args: argparse.Namespace) -> Record:
    values = _values(args)
    if not values:
        raise SettingsTrouble("option_invalid", "--set, --body")
    told = kiosk.accounts.counter(args.account, Can.UPDATE).update(args.id, values)
    return {"uid": args.id, "done": "updated"} | ({"notified": told} if told else {})


def _mark(voided: bool) -> Callable[[Kiosk, argparse.Namespace], Record]:  # noqa: FBT001 - made into two actions
    def mark(kiosk: Kiosk, args: argparse.Namespace) -> Record:
        counter = kiosk.accounts.counter(args.account, Can.VOID if voided else Can.RESTORE)
        final = Can.RESTORE in kiosk.accounts.platform(args.account).capabilities.missing
        if voided and final and not args.yes:
            raise SettingsTrouble("void_needs_yes", args.id)
        counter.mark(args.id, voided=voided)
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
    "list": _list,
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


def _values(args: argparse.Namespace) -> dict[str, object]:
    values: dict[str, object] = {}
    for pair in args.set:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise SettingsTrouble("option_invalid", pair)
        values[name] = value
    if args.body:
        try:
            more = json.loads(args.body, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise SettingsTrouble("option_invalid", f"--body: {error}") from error
        if not isinstance(more, dict):
            raise SettingsTrouble("option_invalid", "--body: not an object")
        values |= more
    return values


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


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
