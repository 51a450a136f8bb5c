"""The venue's records as plain JSON values, in the ledger and in the stream. What comes back is read strictly."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.domain.passes import Direction

VERSION = 1
SCOPE = "scope"
"""Name in `detail` of what narrows a slot further than its place: the local day where entries count per day."""

_TEXTS = ("claim_id", "kiosk", "place", "account", "uid", "hlc", "policy", "other")
_FIELDS = frozenset({"v", "kind", *_TEXTS, "slot", "at", "direction", "offset", "detail", "signature"})
_STRINGS = (*_TEXTS, "signature", "kind", "at", "direction")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")
_KINDS = {kind.value: kind for kind in RecordKind}
_WAYS = {way.value: way for way in Direction}


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


def from_json(raw: object, sequence: int = 0) -> VenueRecord:
    """Return the record of plain values; BadRecord names what is wrong. `sequence` as the hub has it."""
    if not isinstance(raw, dict) or raw.keys() != _FIELDS or raw["v"] != VERSION:
        raise BadRecord("other fields than a record has")
    for name in _STRINGS:  # 200,000 of these are read by a new kiosk: no generators here
        if type(raw[name]) is not str:
            raise BadRecord("a text is none")
    if not is_token(raw["claim_id"]):
        raise BadRecord("claim id")
    try:
        at = datetime.fromisoformat(raw["at"])
        kind, direction = _KINDS[raw["kind"]], _WAYS[raw["direction"]]
    except (ValueError, KeyError) as error:
        raise BadRecord(str(error)) from error
    if at.tzinfo is None:
        raise BadRecord("a time without its zone")
    return VenueRecord(
        kind,
        raw["claim_id"],
        raw["kiosk"],
        raw["place"],
        raw["account"],
        raw["uid"],
        _slot(raw["slot"]),
        at,
        direction,
        _offset(raw["offset"]),
        raw["hlc"],
        raw["policy"],
        raw["other"],
        _detail(raw["detail"]),
        sequence,
        raw["signature"],
    )


def is_token(text: str) -> bool:
    """Return whether a text may stand in a subject as it is."""
    return _TOKEN.fullmatch(text) is not None


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


_TEXT = {str}


def _detail(raw: object) -> dict[str, str]:
    if type(raw) is not dict or set(map(type, raw.values())) - _TEXT:
        raise BadRecord("detail")
    return raw
