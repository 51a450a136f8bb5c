"""What this kiosk itself did with a pass, for telling another kiosk that works under the same name from it."""

from __future__ import annotations

from dataclasses import replace

from scanner_app.application.ports import LedgerReader
from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import Operation


def with_own(reader: LedgerReader, operation: Operation) -> Operation:
    """Return an operation with the uses of its pass that this ledger holds, taken back or not.

    What the venue's hub told of this name counts as ours: the hub decided, so no two of its doors admitted together.
    """
    uses = reader.local_facts(PassKey(operation.account, operation.uid)).uses
    return replace(operation, own=tuple(use for use in uses if not use.venue or use.device == operation.device))
