"""NDEF messages as records (NFC Forum NDEF 1.0): split and build, bounded, no chunked records. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A door's tag holds a token; more than this is somebody's experiment (and a slow read).
MAX_MESSAGE = 4096
MAX_RECORDS = 64

TNF_EMPTY, TNF_WELL_KNOWN, TNF_EXTERNAL = 0, 1, 4
_MB, _ME, _CF, _SR, _IL = 0x80, 0x40, 0x20, 0x10, 0x08


class BadNdef(ValueError):
    """The bytes are not an NDEF message this reader accepts."""


@dataclass(frozen=True, slots=True)
class Record:
    """One NDEF record; `name` is the type of an external record, the id of a well-known one."""

    tnf: int
    type: bytes
    payload: bytes = b""
    id: bytes = b""

    @property
    def name(self) -> bytes:
        """What Smart Tap calls the record (its type, or its id when well-known)."""
        return self.id if self.tnf == TNF_WELL_KNOWN and self.id else self.type


def external(kind: str, payload: bytes) -> Record:
    """An external-type record, as all Smart Tap records are."""
    return Record(TNF_EXTERNAL, kind.encode("ascii"), payload)


def encode(records: Iterable[Record]) -> bytes:
    """The message's bytes; short records where they fit."""
    listed = list(records)
    last = len(listed) - 1
    return b"".join(_encode_one(r, first=i == 0, last=i == last) for i, r in enumerate(listed))


def decode(data: bytes, limit: int = MAX_MESSAGE) -> list[Record]:
    """The records of one message of at most `limit` bytes; what follows its end is not read. Raises BadNdef."""
    if len(data) > limit:
        raise BadNdef(f"message of {len(data)} bytes, limit {limit}")
    records: list[Record] = []
    at = 0
    while at < len(data):
        flags = data[at]
        _check_flags(flags, first=not records)
        record, at = _decode_one(data, at)
        records.append(record)
        if len(records) > MAX_RECORDS:
            raise BadNdef("too many records")
        if flags & _ME:
            return records
    raise BadNdef("message without an end")


def _encode_one(record: Record, *, first: bool, last: bool) -> bytes:
    short = len(record.payload) < 256
    flags = record.tnf | first * _MB | last * _ME | short * _SR | bool(record.id) * _IL
    head = bytes([flags, len(record.type)]) + len(record.payload).to_bytes(1 if short else 4, "big")
    return head + (bytes([len(record.id)]) if record.id else b"") + record.type + record.id + record.payload


def _check_flags(flags: int, *, first: bool) -> None:
    if flags & _CF:
        raise BadNdef("chunked records are not read")
    if bool(flags & _MB) != first:
        raise BadNdef("message begin flag out of place")


def _decode_one(data: bytes, at: int) -> tuple[Record, int]:
    flags = data[at]
    type_size, at = _number(data, at + 1, 1)
    size, at = _number(data, at, 1 if flags & _SR else 4)
    id_size, at = _number(data, at, 1) if flags & _IL else (0, at)
    kind, at = _slice(data, at, type_size)
    name, at = _slice(data, at, id_size)
    payload, at = _slice(data, at, size)
    return Record(flags & 0x07, kind, payload, name), at


def _number(data: bytes, at: int, size: int) -> tuple[int, int]:
    raw, at = _slice(data, at, size)
    return int.from_bytes(raw, "big"), at


def _slice(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(data):
        raise BadNdef("record cut short")
    return data[at : at + size], at + size
