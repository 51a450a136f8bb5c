"""The stream's records as bytes, and the subjects they stand under. What comes back is foreign: decoded strictly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.application.hubrecord import SCOPE, BadRecord, as_json, from_json, is_token
from scanner_app.domain.passes import PassKey
from scanner_app.venue import keys

_loads: Callable[[bytes], Any] = json.loads
with suppress(ImportError):  # no wheel for this machine
    from orjson import loads as _loads

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
_BEFORE, _AFTER = b',"signature":"', b',"slot":'
"""What stands before and after the signature in a record's bytes: its place in the order of names."""
_SIGNATURE = 88
"""Letters of a signature in base64."""

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
    data = b"".join((text[:at], _BEFORE, keys.sign(seed, text).encode(), b'"', text[at:]))
    if len(data) > MAX_BYTES or not is_token(record.claim_id):
        raise BadRecord(f"{len(data)} bytes, id {record.claim_id!r}")
    return data


def decode(data: bytes, sequence: int = 0) -> VenueRecord:
    """Return the record of these bytes; BadRecord for anything else. `sequence` as the hub has it."""
    if len(data) > MAX_BYTES:
        raise BadRecord(f"{len(data)} bytes")
    return from_json(_read(data), sequence)


def _read(data: bytes) -> Any:
    with suppress(ValueError):
        return _loads(data)
    try:  # every kiosk judges alike: what the standard library reads is read, whatever is installed
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRecord("no JSON") from error


def verified(data: bytes, public: str) -> bool:
    """Return whether the bytes of a record were signed by the holder of this public key (`U...`).

    What was signed is what is left without the signature, which stands where `encode` put it or nowhere. It cannot be
    moved into a text or a `detail` so that another record comes of it: such bytes lack the field, or are no JSON.
    """
    end = data.rfind(_AFTER)
    start = end - 1 - _SIGNATURE
    at = start - len(_BEFORE)
    if at < 0 or data[at:start] != _BEFORE or data[end - 1 : end] != b'"':
        return False
    return keys.verifies(public, data[:at] + data[end:], data[start : end - 1])


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
