"""`scanner-app status`: the door at a glance; beside a running door as well."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

from scanner_app.application.events import AccountStatus, Status
from scanner_app.bootstrap import open_kiosk
from scanner_app.commands.options import data_dir, json_option
from scanner_app.commands.output import Exit, print_json, say
from scanner_app.domain.errors import SettingsTrouble


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("status", parents=parents, help="passes held, unsent, refused, conflicts, last sync")
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Show."""
    with open_kiosk(data_dir(args), writes=False) as kiosk:
        if not kiosk.accounts.configured():
            raise SettingsTrouble("not_set_up")
        status = kiosk.door.status()
    record = status_record(status)
    if args.json:
        print_json(record)
    else:
        for name, value in record.items():
            if name != "accounts":
                say(f"{name.replace('_', ' '):16} {'-' if value is None else value}")
    return Exit.OK


def status_record(status: Status) -> dict[str, object]:
    """Return the status under the names that scripts rely on."""
    return {
        "device": status.device,
        "place": status.place,
        "policy": status.policy,
        "passes_held": status.held,
        "platform_total": status.platform_total,
        "unsent": status.unsent,
        "refused": status.refused,
        "conflicts": status.conflicts,
        "last_sync": _iso(status.last_sync),
        "cache_age": status.cache_age,
        "clock_offset": status.clock_offset,
        "clock_offset_age": _age(status.clock_heard),
        "admitted_today": status.admitted,
        "flight": status.flight or None,
        "boarded": status.admitted if status.flight else None,
        "accounts": [_account(a) for a in status.accounts],
    }


def _account(account: AccountStatus) -> dict[str, object]:
    return {
        "account": account.account,
        "platform": account.platform,
        "passes_held": account.held,
        "platform_total": account.platform_total,
        "complete": account.complete,
        "last_sync": _iso(account.last_sync),
        "trouble": account.trouble,
    }


def _age(heard: datetime | None) -> float | None:
    return round(max(0.0, (datetime.now(UTC) - heard).total_seconds()), 1) if heard else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
