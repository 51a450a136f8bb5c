"""Facts, uses and operations as rows and JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from scanner_app.application.ports import FactRow, OutboxItem
from scanner_app.domain.credential import storable
from scanner_app.domain.passes import Direction
from scanner_app.domain.scan import FactKind, LocalUse, Moment, Operation, OperationKind, OperationState, Scan
from scanner_app.domain.times import from_us, iso, maybe_time, to_us
from scanner_app.storage.compact import dumps, loads
from scanner_app.storage.connection import Row, Value

FACT = "seq, id, kind, at, place, account, uid, outcome, reason, body, body_hash, hash"
USE = "account, uid, scan_id, door, place, at, direction, amount, device, undone, value_sent, venue"
OUTBOX = (
    "number, account, uid, scan_id, kind, at, state, tries, created, next_try, sent_at, answer, unknown, claimed, body"
)
CONFLICT = "id, seq, settled_by"
UNDONE = 1
"""In the column `undone`: 0 for a use that stands, this for one taken back, else when it was given back to the hub."""
COLUMNS = {"facts": FACT, "uses": USE, "outbox": OUTBOX, "conflicts": CONFLICT}
"""Each table of the ledger and its columns, in the order of every row image."""

SELECT = {table: f"SELECT {columns} FROM {table}" for table, columns in COLUMNS.items()}  # noqa: S608 - constants
"""The beginning of every query that reads whole rows."""

_NOTHING = Decimal(0)


class Head(NamedTuple):
    """The columns of a fact that are looked up; the rest is its body."""

    fact_id: str
    kind: str
    at: int
    place: str = ""
    account: str = ""
    uid: str = ""
    outcome: str = ""
    reason: str = ""


def scan_head(scan: Scan) -> Head:
    """Return the columns of a scan."""
    verdict, subject = scan.verdict, scan.verdict.subject
    account, uid = (storable(subject.account), storable(subject.uid)) if subject else ("", "")
    at = to_us(scan.moment.trusted)
    place = storable(scan.place)
    return Head(scan.scan_id, str(scan.kind), at, place, account, uid, str(verdict.outcome), str(verdict.reason))


def moment_body(moment: Moment) -> dict[str, Any]:
    """Return when a fact happened, as every body has it."""
    return {"at": iso(moment.trusted), "clock_offset": moment.offset}


def use_row(account: str, uid: str, door: str, use: LocalUse) -> tuple[Value, ...]:
    """Return the row image of a use; `door` is the place's own name, `use.place` the platform's name of it.

    The first three are storable already.
    """
    sent = to_us(use.at) if use.value_sent else None
    undone = to_us(use.returned_at) if use.returned_at else int(use.undone)
    what = (str(use.direction), str(use.amount or 0), storable(use.device), undone, sent, int(use.venue))
    return (account, uid, use.scan_id, door, storable(use.place), to_us(use.at), *what)


def read_use(row: Row) -> LocalUse:
    """Return the use of a row image."""
    _account, _uid, scan_id, _door, place, at, direction, amount, device, undone, value_sent, venue = row
    way = Direction(direction)
    value = _NOTHING if amount == "0" else Decimal(amount)
    return LocalUse(
        scan_id,
        place,
        from_us(at),
        way,
        value,
        device,
        bool(undone),
        value_sent is not None,
        bool(venue),
        maybe_time(value_sent),
        from_us(undone) if undone > UNDONE else None,
    )


_TEXTS = ("device", "door", "place", "reason", "outcome", "policy", "symbology", "tenant")
without_column = attrgetter(*_TEXTS, "raw", "direction", "amount", "extra")
"""What of an operation has no column: operations of one scan mostly share it."""


def operation_body(told: tuple[Any, ...]) -> str:
    """Return what `without_column` told of an operation, defaults left out."""
    alike, own = _alike(told[: len(_TEXTS)]), _own(*told[len(_TEXTS) :])
    return f"{alike[:-1]},{own[1:]}" if len(alike) > 2 < len(own) else max(alike, own, key=len)


@lru_cache(maxsize=64)  # a door says the same of nearly every guest
def _alike(texts: tuple[str, ...]) -> str:
    return dumps({name: text for name, text in zip(_TEXTS, texts, strict=True) if text})


def _own(raw: str, direction: Direction, amount: Decimal, extra: Mapping[str, str]) -> str:
    body: dict[str, Any] = {}
    if raw:
        body["raw"] = storable(raw)
    if direction is not Direction.ENTRY:
        body["direction"] = direction.value
    if amount:
        body["amount"] = str(amount)
    if extra:
        body["extra"] = dict(extra)
    return dumps(body)


def read_operation(row: Row) -> Operation:
    """Return the operation of an outbox row image."""
    body = loads(row[14])
    direction = Direction(body.pop("direction", "entry"))
    amount = Decimal(body.pop("amount", "0"))
    return Operation(
        OperationKind(row[4]), row[3], row[1], row[2], from_us(row[5]), direction=direction, amount=amount, **body
    )


def read_item(row: Row) -> OutboxItem:
    """Return the outbox item of a row image. A claimed one may have arrived as far as anyone can tell."""
    return OutboxItem(
        number=row[0],
        operation=read_operation(row),
        state=OperationState(row[6]),
        tries=row[7],
        created=from_us(row[8]),
        next_try=maybe_time(row[9] or None),
        sent_at=maybe_time(row[10]),
        answer=row[11],
        unknown=bool(row[12] or row[13]),
    )


def read_fact(row: Row) -> FactRow:
    """Return the exported form of a fact's row image; a purged body is {"purged": true}."""
    body = loads(row[9]) if row[9] else {"purged": True}
    return FactRow(row[0], row[1], FactKind(row[2]), from_us(row[3]), body, row[11].hex())
