"""`scanner-app setup`: an account, its templates and a place, tried against the platform before anything is kept."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scanner_app.accounts import account_report, report_trouble
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.control import AccountReport
from scanner_app.application.ids import device_name
from scanner_app.application.ports import Door, Template
from scanner_app.bootstrap import Kiosk, encrypt_from_now, open_kiosk
from scanner_app.commands.options import a_path, data_dir, json_option
from scanner_app.commands.output import Exit, complain, print_json, say
from scanner_app.commands.place_options import add_place_options, with_place_options
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.passes import Direction, IdentifierKind
from scanner_app.domain.place import Place, Policy
from scanner_app.platforms.registry import OPTIONS, check_options
from scanner_app.secrets import SecretStore

PLATFORMS = ("passcreator", "passentry", "passkit", "airship")
TWO_PARTS = frozenset({"passkit", "airship"})
"""Platforms whose key has a secret beside it: on a second line of the key file, or after a colon."""
UNTOLD = "UTC"
"""The zone of an account when neither the command nor the platform's own times tell one."""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("setup", parents=parents, help="set up an account and a place")
    _add_account(parser)
    _add_place(parser)
    add_place_options(parser)
    _add_kiosk(parser)
    json_option(parser)


def _add_account(parser: argparse.ArgumentParser) -> None:
    """Add what says which passes there are and how they are had."""
    parser.add_argument("--platform", required=True, choices=PLATFORMS, help="whose passes this account holds")
    parser.add_argument("--url", required=True, help="base URL of the platform; Airship's ends in /v1")
    parser.add_argument(
        "--key-file",
        required=True,
        type=a_path,
        help="file that holds the API key; PassKit and Airship: key and secret, on two lines or with a colon between",
    )
    parser.add_argument(
        "--template",
        nargs="+",
        action="extend",
        default=[],
        metavar="T",
        help="which passes are good here: ids of templates, or of PassKit's productions, campaigns and programs"
        " (default: all)",
    )
    parser.add_argument(
        "--zone",
        metavar="NAME",
        help="time zone of the platform's company settings (IANA; default: as the platform's own times show, else UTC)",
    )
    parser.add_argument("--account", default="", help="name of the account on this kiosk (default: the platform's)")
    parser.add_argument(
        "--barcode-carries",
        nargs="+",
        choices=[k.value for k in IdentifierKind],
        default=[],
        help="which identifiers this account's barcodes carry (default: the platform's usual one)",
    )
    parser.add_argument(
        "--code-prefix",
        metavar="TEXT",
        help="how the codes of this account begin and no other account's do: a code is then looked for here alone",
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what one platform alone has, explained in the administrator's guide; "
        + "; ".join(f"{platform}: {', '.join(sorted(names))}" for platform, names in OPTIONS.items()),
    )


def _add_place(parser: argparse.ArgumentParser) -> None:
    """Add what says when a pass is good here."""
    parser.add_argument("--place", required=True, metavar="NAME", help="name of the validation place")
    parser.add_argument(
        "--app-configuration",
        "--door",
        dest="door",
        default="",
        metavar="ID",
        help="the platform's own door: Passcreator's app configuration, PassEntry's reader id",
    )
    parser.add_argument("--policy", choices=[p.value for p in Policy], help="how often a pass is good here")
    parser.add_argument(
        "--direction",
        choices=[d.value for d in Direction],
        default=Direction.ENTRY.value,
        help="which way guests pass here; counts with in_out",
    )
    parser.add_argument("--entries", type=int, default=1, help="with counted: how many entries a pass has")
    parser.add_argument("--per-day", action="store_true", help="with counted: per day")
    parser.add_argument("--amount", default="1", help="with stored_value: what one admission takes off")
    parser.add_argument("--confirm", action="store_true", help="ask the platform during every scan")
    parser.add_argument(
        "--cache-limit", type=float, metavar="SECONDS", help="pending admissions on older data turn amber"
    )


def _add_kiosk(parser: argparse.ArgumentParser) -> None:
    """Add what says how this kiosk keeps it."""
    parser.add_argument(
        "--device", default="", help="name of this kiosk (default: the computer's, and four letters of chance)"
    )
    parser.add_argument("--encrypt", action="store_true", help="encrypt this (new) data folder at rest")
    parser.add_argument("--offline", action="store_true", help="keep it without trying the platform")


def run(args: argparse.Namespace) -> int:
    """Try, then keep."""
    account = _account(args)
    key = _key(args.key_file, 2 if args.platform in TWO_PARTS else 1)
    folder = data_dir(args)
    if args.encrypt:
        encrypt_from_now(folder, SecretStore(folder))
    with open_kiosk(folder, writes=True) as kiosk:
        report = AccountReport() if args.offline else _tried(account, key)
        settings = kiosk.settings.load()
        zone = _zone(args, report, settings.account(account.id))
        account = _merged(settings, replace(account, templates=_templates(args, report), zone=zone))
        if args.code_prefix is not None:
            account = replace(account, code_prefix=args.code_prefix)
        place = _place(args, settings, account, _door(args, report))
        where = kiosk.secrets.put(account.secret_name, key)
        _keep(kiosk, settings, account, place, args.device)
        _tell(args, account, place, where)
    return Exit.OK


def _account(args: argparse.Namespace) -> AccountConfig:
    try:
        ZoneInfo(args.zone or UNTOLD)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsTrouble("zone_unknown", args.zone) from error
    options = dict(_option(o) for o in args.option)
    check_options(args.platform, options)
    carries = frozenset(IdentifierKind(k) for k in args.barcode_carries)
    return AccountConfig(
        args.account or args.platform,
        args.platform,
        args.url.rstrip("/"),
        tuple(Template(t, "") for t in dict.fromkeys(args.template)),
        zone=args.zone or UNTOLD,
        barcode_carries=carries,
        options=options,
    )


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise SettingsTrouble("option_invalid", text)
    return name, value


def _key(path: Path, most_lines: int) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        raise SettingsTrouble("key_unreadable", f"{path}: {why}") from error
    lines = key.splitlines()
    if not 1 <= len(lines) <= most_lines or not all(line and line.isprintable() for line in lines):
        raise SettingsTrouble("key_empty", str(path))
    return "\n".join(line.strip() for line in lines)


def _tried(account: AccountConfig, key: str) -> AccountReport:
    report = account_report(account, key)
    if report.trouble:
        raise report_trouble(report)
    return report


def _zone(args: argparse.Namespace, report: AccountReport, before: AccountConfig | None) -> str:
    if args.zone and report.zone not in ("", args.zone):
        complain(f"the platform's own times do not fit the time zone {args.zone}; they fit {report.zone}")
    return args.zone or report.zone or (before.zone if before else UNTOLD)


def _templates(args: argparse.Namespace, report: AccountReport) -> tuple[Template, ...]:
    names = {t.id: t.name for t in report.templates}
    return tuple(Template(t, names.get(t, "")) for t in dict.fromkeys(args.template))


def _door(args: argparse.Namespace, report: AccountReport) -> Door | None:
    if not args.door:
        return None
    found = next((d for d in report.doors if d.id == args.door), None)
    unlisted = args.platform == "passentry" and not report.doors  # its contract has readers, but no list of them
    if found is None and not args.offline and not unlisted:
        raise SettingsTrouble("door_unknown", args.door)
    return found or Door(args.door, args.place, place=args.door if unlisted else "")


def _merged(settings: Settings, account: AccountConfig) -> AccountConfig:
    before = settings.account(account.id)
    if before is None or before.url != account.url or before.platform != account.platform:
        return account
    known = {t.id: t for t in before.templates} | {t.id: t for t in account.templates}
    options = {**before.options, **account.options}
    return replace(account, templates=tuple(known.values()), options=options, code_prefix=before.code_prefix)


def _place(args: argparse.Namespace, settings: Settings, account: AccountConfig, door: Door | None) -> Place:
    templates = (
        frozenset(args.template) & frozenset([door.template]) if door and door.template else frozenset(args.template)
    )
    before = settings.find_place(args.place) or Place(args.place)
    others = tuple(a for a in before.accepts if a.account != account.id)
    accepted = account.accepted(args.place, door, templates or frozenset(args.template))
    accepted = accepted.after(before.accepted(account.id))
    place = replace(
        before,
        accepts=(*others, accepted),
        policy=_policy(args.policy, door),
        direction=Direction(args.direction),
        zone=account.zone,
        entries=args.entries,
        per_day=args.per_day,
        amount=_amount(args.amount),
        confirm=args.confirm,
        cache_limit=args.cache_limit,
    )
    return with_place_options(place, args)


def _policy(chosen: str | None, door: Door | None) -> Policy:
    if chosen:
        return Policy(chosen)
    return Policy.ONCE if door is None or door.voids else Policy.ATTENDANCE


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise SettingsTrouble("amount_invalid", text) from error
    if not amount.is_finite() or amount <= 0:
        raise SettingsTrouble("amount_invalid", text)
    return amount


def _keep(kiosk: Kiosk, settings: Settings, account: AccountConfig, place: Place, device: str) -> None:
    accounts = (*(a for a in settings.accounts if a.id != account.id), account)
    places = (*(p for p in settings.places if p.name != place.name), place)
    kiosk.settings.save(
        replace(
            settings,
            accounts=accounts,
            places=places,
            place=settings.place or place.name,
            device=device or settings.device or device_name(),
            encrypted=kiosk.encrypted,
        )
    )


def _tell(args: argparse.Namespace, account: AccountConfig, place: Place, where: str) -> None:
    if args.json:
        print_json(
            {
                "account": account.id,
                "place": place.name,
                "policy": place.policy.value,
                "key_store": where,
                "zone": account.zone,
                "templates": [{"id": t.id, "name": t.name} for t in account.templates],
            }
        )
    else:
        say(f"Account {account.id} and place {place.name} ({place.policy.value}) are set up, times in {account.zone}.")
        say("Next: scanner-app sync")
    if where == "file":
        complain("no system keyring here: the key is kept in a file that only this user may read (secrets.json, 0600)")
