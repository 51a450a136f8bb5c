"""What became of a scan after it was recorded: taken back by whom and why, told to its platform or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scanner_app.application.ports import FactRow, LedgerReader
from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import FactKind, OperationState
from scanner_app.domain.verdict import Grade


@dataclass(frozen=True, slots=True)
class Fate:
    """`sent`: all that its platform was to be told has arrived there. `undone`: when it was taken back."""

    sent: bool = False
    undone: datetime | None = None
    operator: str = ""
    why: str = ""


def fates(reader: LedgerReader, rows: Sequence[FactRow]) -> Mapping[str, Fate]:
    """Return what became of these scans, by their ids; those of which nothing is known since are left out."""
    if not rows:
        return {}
    found = {row.fact_id: Fate(sent=True) for row in rows if _pending(row) and _sent(reader, row)}
    for scan_id, fact in taken_back(reader, rows).items():
        by, why = str(fact.body.get("operator") or ""), str(fact.body.get("reason") or "")
        found[scan_id] = replace(found.get(scan_id, Fate()), undone=fact.at, operator=by, why=why)
    return found


def taken_back(reader: LedgerReader, rows: Sequence[FactRow]) -> Mapping[str, FactRow]:
    """Return what took these scans back, by their ids; those that stand are left out."""
    if not rows:
        return {}
    undone = reader.facts(frozenset({FactKind.UNDO}), after=min(row.number for row in rows), limit=len(rows) * 10)
    asked = {row.fact_id for row in rows}
    return {scan_id: fact for fact in undone if (scan_id := str(fact.body.get("scan_id"))) in asked}


def _pending(row: FactRow) -> bool:
    return row.body.get("grade") == Grade.PENDING.value


def _sent(reader: LedgerReader, row: FactRow) -> bool:
    about = row.body.get("pass")
    if not isinstance(about, Mapping) or not about.get("uid"):
        return False
    told = [item.state for item in reader.outbox_of(PassKey(str(about["account"]), str(about["uid"])))
            if item.operation.scan_id == row.fact_id]  # fmt: skip
    return bool(told) and all(state is OperationState.SENT for state in told)
