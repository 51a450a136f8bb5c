"""The venue's records as plain JSON values, in the ledger and in the stream. What comes back is read strictly."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.domain.passes import Direction

VERSION = 1
SCOPE = "scope"
"""Name in `detail` of what narrows a slot further than its place: the local day where entries count per day."""

_TEXTS = ("claim_id", "kiosk", "place", "account", "uid", "hlc", "policy", "other")
_FIELDS = frozenset({"v", "kind", *_TEXTS, "slot", "at", "direction", "offset", "detail", "signature"})
_TOKEN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class BadRecord(ValueError):
    """Values or bytes that are no record of ours, or a record too large to be sent."""


def as_json(record: VenueRecord) -> dict[str, Any]:
    """Return the record as plain values, without its sequence, which is the hub's to give."""
    texts = {name: getattr(record, name) for name in _TEXTS}
    return {
        "v": VERSION,
        "kind": record.kind.value,
        **texts,
        "slot": record.slot,
        "at": record.at.isoformat(),
        "direction": record.direction.value,
        "offset": record.offset,
        "detail": dict(record.detail),
        "signature": record.signature,
    }


def from_json(raw: object) -> VenueRecord:
    """Return the record of plain values; BadRecord names what is wrong."""
    if not isinstance(raw, dict) or raw.keys() != _FIELDS or raw["v"] != VERSION:
        raise BadRecord("other fields than a record has")
    if not all(isinstance(raw[name], str) for name in (*_TEXTS, "signature", "kind", "at", "direction")):
        raise BadRecord("a text is none")
    if not is_token(raw["claim_id"]):
        raise BadRecord("claim id")
    try:
        at = datetime.fromisoformat(raw["at"])
        kind, direction = RecordKind(raw["kind"]), Direction(raw["direction"])
    except ValueError as error:
        raise BadRecord(str(error)) from error
    if at.tzinfo is None:
        raise BadRecord("a time without its zone")
    texts = {name: raw[name] for name in _TEXTS}
    return VenueRecord(
        kind,
        **texts,
        slot=_slot(raw["slot"]),
        at=at,
        direction=direction,
        offset=_offset(raw["offset"]),
        detail=_detail(raw["detail"]),
        signature=raw["signature"],
    )


def is_token(text: str) -> bool:
    """Return whether a text may stand in a subject as it is."""
    return 0 < len(text) <= 100 and _TOKEN.issuperset(text)


def _slot(raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw < 1_000_000:
        raise BadRecord("slot")
    return raw


def _offset(raw: object) -> float | None:
    if raw is None:
        return None
    if not isinstance(raw, (int, float)) or isinstance(raw, bool) or not abs(raw) < 1e9:
        raise BadRecord("offset")
    return float(raw)


def _detail(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(v, str) for v in raw.values()):
        raise BadRecord("detail")
    return raw
