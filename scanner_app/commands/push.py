"""`scanner-app push` and `sync`: talk to the platforms once, on the caller's time."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing

from scanner_app.bootstrap import Kiosk, open_kiosk
from scanner_app.commands.options import data_dir, json_option
from scanner_app.commands.output import Exit, complain, print_json, say
from scanner_app.domain.scan import OperationState
from scanner_app.sync.download import SyncReport
from scanner_app.ui import texts


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verbs."""
    push = verbs.add_parser("push", parents=parents, help="send what the platforms do not know yet")
    push.add_argument("--deadline", type=float, default=60.0, metavar="SECONDS")
    push.add_argument("--retry-refused", action="store_true", help="try once more what a platform refused")
    json_option(push)
    sync = verbs.add_parser("sync", parents=parents, help="fetch passes")
    sync.add_argument("--full", action="store_true", help="everything, not only what changed")
    sync.add_argument(
        "--confirm-deletions",
        action="store_true",
        help="you have looked: passes that the platforms no longer list were deleted there, however many. "
        "Not taken of a list that is shorter than the platform's own count (implies --full)",
    )
    json_option(sync)


def run_push(args: argparse.Namespace) -> int:
    """Drain the outbox."""
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        kiosk.accounts.need_set_up()
        if args.retry_refused:
            kiosk.sync.runner.retry_refused()
        report = kiosk.sync.runner.push(args.deadline)
        left = kiosk.door.status().unsent
        stranded = _stranded(kiosk) if left else {}
    if args.json:
        print_json({"sent": report.sent, "refused": report.refused, "contested": report.contested, "left": left})
    else:
        say(f"Sent {report.sent}, refused {report.refused}, contested {report.contested}, left {left}.")
    if left and report.trouble:
        complain(f"{texts.sentence(report.trouble)} {texts.admin(report.trouble)}")
    for account, count in stranded.items():
        complain(f"{count} are of the account {account}, which is not set up here. Set it up again under that name.")
    return Exit.TROUBLE if left else Exit.OK


def _stranded(kiosk: Kiosk) -> Mapping[str, int]:
    """Return how much is unsent of accounts that the settings no longer have: nobody else's key may send it."""
    known = {account.id for account in kiosk.settings.load().accounts}
    with closing(kiosk.store.ledger_reader()) as ledger:
        items = ledger.outbox(frozenset({OperationState.PENDING}))
    return Counter(item.operation.account for item in items if item.operation.account not in known)


def run_sync(args: argparse.Namespace) -> int:
    """One round for every account; one account's trouble does not keep the others."""
    bar = Bar(shown=sys.stderr.isatty() and not args.json)
    code = Exit.OK
    with open_kiosk(data_dir(args), writes=True) as kiosk:
        kiosk.accounts.need_set_up()
        full, confirmed = args.full or args.confirm_deletions, args.confirm_deletions
        for report in kiosk.sync.runner.sync_once(full=full, confirmed=confirmed, progress=bar.show):
            bar.end()
            if args.json:
                print_json(report.record())
            elif not report.trouble:
                say(f"{report.account}: {report.passes:,} passes fetched, {_held(report)}.")
            if report.withheld:
                why = "list_short" if report.short else "mass_deletion"
                missing = f"{report.account}: {report.withheld:,} passes are missing."
                complain(f"{missing} {texts.sentence(why)} {texts.admin(why)}")
                code = Exit.TROUBLE if confirmed else code
            if report.trouble:
                complain(f"{report.account}: {texts.sentence(report.trouble)} {texts.admin(report.trouble)}")
                code = Exit.TROUBLE
    return code


def _held(report: SyncReport) -> str:
    """Return how many passes are held, and of how many where the platform counts otherwise: a list may be cut short."""
    of = "" if report.even else f" of the {report.total:,} that the platform counts"
    return f"{report.held:,} held{of}"


class Bar:
    """A progress bar on a terminal: what is done, of how much."""

    WIDTH = 40

    def __init__(self, *, shown: bool) -> None:
        self._shown, self._drawn = shown, False

    def show(self, account: str, done: int, total: int | None) -> None:
        """Draw it."""
        if not self._shown:
            return
        filled = self.WIDTH * done // total if total else 0
        count = f"{done:,} of {total:,}" if total else f"{done:,}"
        sys.stderr.write(f"\r{account} [{'#' * filled}{'.' * (self.WIDTH - filled)}] {count} passes ")
        sys.stderr.flush()
        self._drawn = True

    def end(self) -> None:
        """Leave the line it was drawn on."""
        if self._drawn:
            sys.stderr.write("\n")
            self._drawn = False
