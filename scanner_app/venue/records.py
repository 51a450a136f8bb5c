"""The stream's records as bytes, and the subjects they stand under. What comes back is foreign: decoded strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.application.hubrecord import SCOPE, BadRecord, as_json, from_json, is_token
from scanner_app.domain.passes import PassKey
from scanner_app.venue import keys

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
_AFTER = b',"slot":'
"""What follows the signature in a record's bytes."""

MAX_BYTES = 4096
"""No record is larger; the hub takes 64 KiB, a kiosk that reads 200,000 of them should not have to."""


def encode(record: VenueRecord, seed: str) -> bytes:
    """Return the signed bytes of a record. Raises BadRecord when it is too large or has no lawful id."""
    body = as_json(record)
    body.pop("signature")
    text = canonical(body)
    # Put where it belongs by the order of names: a claim waits for this, and writing all of it twice costs as much as
    # signing it. After `detail`, whose names might be the same, and before the last texts, where quotes are escaped.
    at = text.rindex(_AFTER)
    data = b"".join((text[:at], b',"signature":"', keys.sign(seed, text).encode(), b'"', text[at:]))
    if len(data) > MAX_BYTES or not is_token(record.claim_id):
        raise BadRecord(f"{len(data)} bytes, id {record.claim_id!r}")
    return data


def decode(data: bytes, sequence: int = 0) -> VenueRecord:
    """Return the record of these bytes; BadRecord for anything else. `sequence` as the hub has it."""
    if len(data) > MAX_BYTES:
        raise BadRecord(f"{len(data)} bytes")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRecord("no JSON") from error
    return from_json(raw, sequence)


def verified(data: bytes, public: str) -> bool:
    """Return whether the bytes of a record were signed by the holder of this public key (`U...`)."""
    try:
        raw = json.loads(data)
        signature = raw.pop("signature")
        signed = canonical(raw)
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError):
        return False
    return isinstance(signature, str) and keys.verifies(public, signed, signature)


def subject(hash_key: bytes, record: VenueRecord) -> str:
    """Return the subject a record belongs under: a slot for a claim, its own id for everything else."""
    if record.kind is RecordKind.CLAIM:
        return slot_subject(hash_key, record.key, record.place, record.detail.get(SCOPE, ""), record.slot)
    return f"x.{_stem(hash_key, record.key, record.place, record.detail.get(SCOPE, ''))}.{record.claim_id}"


def slot_subject(hash_key: bytes, key: PassKey, place: str, scope: str, slot: int) -> str:
    """Return the subject of one slot of a pass at a place."""
    return f"r.{_stem(hash_key, key, place, scope)}.{slot}"


def slot_stem(hash_key: bytes, key: PassKey, place: str, scope: str) -> str:
    """Return what the subjects of all slots of a pass at a place begin with."""
    return f"r.{_stem(hash_key, key, place, scope)}."


def other_subjects(hash_key: bytes, key: PassKey, place: str, scope: str) -> str:
    """Return the pattern of everything that is no slot of a pass at a place."""
    return f"x.{_stem(hash_key, key, place, scope)}.>"


def _stem(hash_key: bytes, key: PassKey, place: str, scope: str) -> str:
    where = f"{place}\n{scope}" if scope else place
    return f"{_place(hash_key, where)}.{keys.pass_hash(hash_key, key)}"


@lru_cache(1024)
def _place(hash_key: bytes, where: str) -> str:
    return keys.place_token(hash_key, where)


def canonical(body: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: one text for one set of values."""
    return _ENCODER.encode(body).encode()
