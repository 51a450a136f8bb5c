"""`scanner-app status`: the door at a glance; beside a running door as well."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

from scanner_app.application.events import AccountStatus, Status
from scanner_app.application.hub import HubState
from scanner_app.commands.look import looked_into
from scanner_app.commands.options import json_option
from scanner_app.commands.output import Exit, print_json, say
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.seen import seen_by_the_door
from scanner_app.ui import texts
from scanner_app.ui.checks import Check, by_weight, checks, ready


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("status", parents=parents, help="passes held, unsent, refused, conflicts, last sync")
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Show."""
    with looked_into(args) as kiosk:
        if not kiosk.accounts.configured():
            raise SettingsTrouble("not_set_up")
        seen = seen_by_the_door(kiosk.data_dir)
        status, settings = seen.linked(kiosk.door.status()), kiosk.settings.load()
    found = by_weight(checks(status, settings, seen.camera, seen.readers, closed=not seen.running))
    record = status_record(status) | {"ready": ready(found), "checks": [_check(each) for each in found]}
    if args.json:
        print_json(record)
    else:
        for name, value in record.items():
            if name not in ("accounts", "checks"):
                say(f"{name.replace('_', ' '):16} {'-' if value is None else value}")
        for each in found:
            say(f"{each.tone.name:8} {texts.word(f'ready.{each.name}')}: {each.says} {each.advice}".rstrip())
    return Exit.OK


def _check(found: Check) -> dict[str, str]:
    """Return one line of the screen "Ready?": the same checks, the same words."""
    return {"name": found.name, "state": found.tone.name.lower(), "says": found.says, "advice": found.advice}


def status_record(status: Status) -> dict[str, object]:
    """Return the status under the names that scripts rely on."""
    return {
        "device": status.device,
        "place": status.place,
        "policy": status.policy,
        "passes_held": status.held,
        "platform_total": status.platform_total,
        "cannot_record": status.cannot_record or None,
        "unsent": status.unsent,
        "refused": status.refused,
        "conflicts": status.conflicts,
        "same_name": status.same_name,
        "copied_from": status.copied_from or None,
        "last_sync": _iso(status.last_sync),
        "cache_age": status.cache_age,
        "clock_offset": status.clock_offset,
        "clock_offset_age": _age(status.clock_heard),
        "admitted_today": status.admitted,
        "flight": status.flight or None,
        "boarded": status.admitted if status.flight else None,
        "venue": _venue(status.venue),
        "accounts": [_account(a) for a in status.accounts],
    }


def _venue(hub: HubState | None) -> dict[str, object] | None:
    """Return how the venue's hub stands; None for a kiosk of its own, or where no door is open to ask it."""
    if hub is None:
        return None
    alone = not hub.connected or hub.isolated_for is not None
    told = {"decides": not alone, "rule": hub.rule.value, "limit_reached": hub.spent, "alarms": hub.alarms}
    return {**told, "trouble": hub.trouble or None}


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
