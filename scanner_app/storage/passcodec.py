"""A `Pass` as one compact JSON text beside its indexed columns, exact both ways."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from scanner_app.domain.passes import Direction, IdentifierKind, Pass, Source, Use
from scanner_app.domain.person import person
from scanner_app.domain.times import from_us, to_us
from scanner_app.storage.compact import dumps, encodable, loads

COLUMNS: Mapping[IdentifierKind, str] = {
    IdentifierKind.BARCODE: "barcode",
    IdentifierKind.EXTERNAL_ID: "external_id",
    IdentifierKind.NFC: "nfc",
    IdentifierKind.TICKET_NUMBER: "ticket_number",
}
"""Identifiers that have a column of their own; a uid is the key itself."""

_TEXTS = {"holder": "h", "notes": "n", "photo_url": "ph", "locale": "l"}
_FLAGS = {"voided": "v", "redeemed": "r", "nullified": "x", "partial": "pt"}
_TIMES = {"valid_from": "vf", "expires": "ex", "created": "c", "modified": "m", "seen_at": "s"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A pass as the cache's columns hold it."""

    uid: str
    identifiers: tuple[str | None, str | None, str | None, str | None]
    body: str


def encode(one: Pass) -> Stored:
    """Return the columns of a pass. Account, platform and template live in columns and tables of their own."""
    columns = tuple(_column(one.identifiers.get(kind)) for kind in COLUMNS)
    return Stored(one.uid, (columns[0], columns[1], columns[2], columns[3]), dumps(_body(one)))


def person_number(one: Pass) -> int | None:
    """Return the number under which all passes of one person stand in the index; None where nobody knows whose it is.

    Eight bytes of a digest: what is found by it is compared before it is believed.
    """
    who = person(one)
    if not who:
        return None
    return int.from_bytes(hashlib.blake2b(who.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)


def _column(text: str | None) -> str | None:
    return text if text is not None and encodable(text) else None


def _body(one: Pass) -> dict[str, Any]:
    body: dict[str, Any] = {key: text for name, key in _TEXTS.items() if (text := getattr(one, name))}
    body |= {key: 1 for name, key in _FLAGS.items() if getattr(one, name)}
    body |= {key: _time(at) for name, key in _TIMES.items() if (at := getattr(one, name)) is not None}
    apart = _identifiers_apart(one)
    if apart:
        body["i"] = apart
    if one.fields:
        body["f"] = dict(one.fields)
    if one.eligible_places:
        body["e"] = list(one.eligible_places)
    if one.uses:
        body["u"] = [_use(u) for u in one.uses]
    if one.entries_allowed is not None:
        body["a"] = one.entries_allowed
    if one.stored_value is not None:
        body["sv"] = str(one.stored_value)
    return body


def _identifiers_apart(one: Pass) -> dict[str, str | int]:
    """Identifiers that no column holds: a uid (1 when it is the pass's own), or text that no column takes."""
    apart: dict[str, str | int] = {}
    for kind, text in one.identifiers.items():
        if kind is IdentifierKind.UID:
            apart["uid"] = 1 if text == one.uid else text
        elif not encodable(text):
            apart[kind.value] = text
    return apart


def _time(at: datetime) -> int | str:
    """Whole seconds as a number, as platforms mostly tell them; microseconds as a text."""
    us = to_us(at)
    return str(us) if us % 1_000_000 else us // 1_000_000


def _moment(stored: int | str) -> datetime:
    return from_us(int(stored) if isinstance(stored, str) else stored * 1_000_000)


def _use(use: Use) -> list[Any]:
    row: list[Any] = [use.place, _time(use.at), use.direction.value, use.source.value, use.device, use.scan_id]
    rest = [str(use.amount), use.named] if use.named else [str(use.amount)] if use.amount else []
    return [*row, *rest]


def decode(account: str, platform: str, template: tuple[str, str], stored: Stored) -> Pass:
    """Return the pass; `template` is its id and name."""
    body = loads(stored.body)
    get = body.get
    return Pass(
        account=account,
        platform=platform,
        uid=stored.uid,
        template=template[0],
        template_name=template[1],
        identifiers=_identifiers(stored, get("i")),
        holder=get("h", ""),
        fields=get("f", {}),
        voided="v" in body,
        redeemed="r" in body,
        nullified="x" in body,
        partial="pt" in body,
        valid_from=_maybe(get("vf")),
        expires=_maybe(get("ex")),
        eligible_places=tuple(get("e", ())),
        uses=tuple(_read_use(u) for u in get("u", ())),
        entries_allowed=get("a"),
        stored_value=Decimal(body["sv"]) if "sv" in body else None,
        notes=get("n", ""),
        photo_url=get("ph", ""),
        locale=get("l", ""),
        created=_maybe(get("c")),
        modified=_maybe(get("m")),
        seen_at=_maybe(get("s")),
    )


def _maybe(stored: int | str | None) -> datetime | None:
    return None if stored is None else _moment(stored)


def _identifiers(stored: Stored, apart: dict[str, str | int] | None) -> dict[IdentifierKind, str]:
    columns = zip(COLUMNS, stored.identifiers, strict=True)
    found = {kind: text for kind, text in columns if text is not None}
    for name, text in (apart or {}).items():
        found[IdentifierKind(name)] = stored.uid if text == 1 else str(text)
    return found


def _read_use(row: list[Any]) -> Use:
    place, at, direction, source, device, scan_id = row[:6]
    amount = Decimal(row[6]) if len(row) > 6 else Decimal(0)
    named = row[7] if len(row) > 7 else ""
    return Use(place, _moment(at), Direction(direction), Source(source), device, scan_id, amount, named)
