"""A line of text by which this door knows its own records again, where a contract has room for text but no key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from scanner_app.domain.credential import storable
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation, OperationKind

LONGEST = 200
FORM = re.compile(r"^(IN|OUT|UNDO|NO [A-Z_]+) at (\S+) by (.*) scan (\S+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mark:
    """One record read back. `admits` False for refusals that were reported, `undoes` for a scan that was taken back."""

    admits: bool
    direction: Direction
    at: datetime
    device: str
    scan_id: str
    undoes: bool = False


def written(operation: Operation) -> str:
    """Return the mark of an operation, or of its being taken back."""
    if operation.kind is OperationKind.UNRECORD:
        what = "UNDO"
    elif operation.refused:
        what = f"NO {operation.reason}"
    else:
        leaving = operation.policy == Policy.IN_OUT.value and operation.direction is Direction.EXIT
        what = "OUT" if leaving else "IN"
    at = operation.at.isoformat(timespec="seconds").replace("+00:00", "Z")
    device = storable(operation.device)[: LONGEST - 100]
    return f"{what} at {at} by {device} scan {operation.scan_id}"


def read(text: str) -> Mark | None:
    """Return what a mark says, None for any other text."""
    found = FORM.match(text)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[2])
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    direction = Direction.EXIT if found[1] == "OUT" else Direction.ENTRY
    return Mark(found[1] in ("IN", "OUT"), direction, at, found[3], found[4], undoes=found[1] == "UNDO")
