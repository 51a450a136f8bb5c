"""The stream's records as bytes, and the subjects they stand under. What comes back is foreign: decoded strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.domain.passes import Direction, PassKey
from scanner_app.venue import keys

VERSION = 1
MAX_BYTES = 4096
"""No record is larger; the hub takes 64 KiB, a kiosk that reads 200,000 of them should not have to."""

SCOPE = "scope"
"""Name in `detail` of what narrows a slot further than its place: the local day where entries count per day."""

_TEXTS = ("claim_id", "kiosk", "place", "account", "uid", "hlc", "policy", "other")
_FIELDS = frozenset({"v", "kind", *_TEXTS, "slot", "at", "direction", "offset", "detail", "signature"})
_TOKEN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class BadRecord(ValueError):
    """Bytes that are no record of ours, or a record too large to be sent."""


def encode(record: VenueRecord, seed: str) -> bytes:
    """Return the signed bytes of a record. Raises BadRecord when it is too large or has no lawful id."""
    body = as_json(record)
    body.pop("signature")
    signed = {**body, "signature": keys.sign(seed, _canonical(body))}
    data = _canonical(signed)
    decode(data)
    return data


def decode(data: bytes, sequence: int = 0) -> VenueRecord:
    """Return the record of these bytes; BadRecord for anything else. `sequence` as the hub has it."""
    if len(data) > MAX_BYTES:
        raise BadRecord(f"{len(data)} bytes")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRecord("no JSON") from error
    return replace(from_json(raw), sequence=sequence)


def verified(data: bytes, public: str) -> bool:
    """Return whether the bytes of a record were signed by the holder of this public key (`U...`)."""
    try:
        raw = json.loads(data)
        signature = raw.pop("signature")
        signed = _canonical(raw)
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError):
        return False
    return isinstance(signature, str) and keys.verifies(public, signed, signature)


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
    if not _is_token(raw["claim_id"]):
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


def subject(hash_key: bytes, record: VenueRecord) -> str:
    """Return the subject a record belongs under: a slot for a claim, its own id for everything else."""
    if record.kind is RecordKind.CLAIM:
        return slot_subject(hash_key, record.key, record.place, record.detail.get(SCOPE, ""), record.slot)
    return f"x.{_stem(hash_key, record.key, record.place, record.detail.get(SCOPE, ''))}.{record.claim_id}"


def slot_subject(hash_key: bytes, key: PassKey, place: str, scope: str, slot: int) -> str:
    """Return the subject of one slot of a pass at a place."""
    return f"r.{_stem(hash_key, key, place, scope)}.{slot}"


def other_subjects(hash_key: bytes, key: PassKey, place: str, scope: str) -> str:
    """Return the pattern of everything that is no slot of a pass at a place."""
    return f"x.{_stem(hash_key, key, place, scope)}.>"


def _stem(hash_key: bytes, key: PassKey, place: str, scope: str) -> str:
    where = f"{place}\n{scope}" if scope else place
    return f"{keys.place_token(hash_key, where)}.{keys.pass_hash(hash_key, key)}"


def _canonical(body: Mapping[str, Any]) -> bytes:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode()


def _is_token(text: str) -> bool:
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
