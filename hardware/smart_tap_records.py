"""Google Smart Tap 2.1, the records: commands as NDEF in NDEF, answers and pass objects taken apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hardware.apdu import command
from hardware.ndef import BadNdef, Record, decode, encode, external
from hardware.ndef_text import is_clean, text_of, utf_16

VERSION = b"\x00\x01"
STATUS_OK = 1
_BINARY = b"\x04"
_ENCODINGS = {0x00: "utf-8", 0x01: "ascii", 0x02: "utf-8"}
_AS_UTF_16, _AS_BINARY, _AS_BCD = 0x03, 0x04, 0x05
_OBJECTS = {
    b"ly": "loyalty", b"of": "offer", b"gc": "gift_card", b"pl": "private_label", b"et": "event_ticket",
    b"fl": "flight", b"tr": "transit", b"gr": "generic",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session:
    """The `ses` record: id (8 bytes), sequence number, status."""

    id: bytes
    sequence: int
    status: int = STATUS_OK


@dataclass(frozen=True, slots=True)
class Terminal:
    """The five capability bytes of a `pcr` record; by default unattended stand-alone, zlib, pass only."""

    system: int = 0x41
    ui: int = 0x00
    checkout: int = 0x00
    holder: int = 0x00
    tap: int = 0x01


@dataclass(frozen=True, slots=True)
class SmartTapPass:
    """A pass object: its redemption value, kind, object id and issuer."""

    value: str = field(repr=False)
    kind: str
    object_id: bytes
    issuer: bytes


def collector_bytes(collector_id: int) -> bytes:
    """The id as signed and sent: four bytes, of a longer id the last four."""
    return collector_id.to_bytes(max(4, (collector_id.bit_length() + 7) // 8), "big")[-4:]


def negotiate_command(
    session: Session, nonce: bytes, point: bytes, version: int, signature: bytes, cid: bytes
) -> bytes:
    """NEGOTIATE SECURE CHANNEL with live authentication."""
    proof = encode([external("sig", _BINARY + signature), external("cld", _BINARY + cid)])
    params = nonce + b"\x01" + point + version.to_bytes(4, "big") + proof
    body = VERSION + encode([_session_record(session), external("cpr", params)])
    return command(0x90, 0x53, 0, 0, encode([external("ngr", body)]))


def get_data_command(session: Session, cid: bytes, services: Sequence[int], terminal: Terminal) -> bytes:
    """GET SMART TAP DATA for these service types (0 = all)."""
    wanted = encode([external("str", bytes([s])) for s in services])
    able = bytes([terminal.system, terminal.ui, terminal.checkout, terminal.holder, terminal.tap])
    records = [
        _session_record(session),
        external("mer", encode([external("cld", _BINARY + cid)])),
        external("slr", wanted),
        external("pcr", able),
    ]
    return command(0x90, 0x50, 0, 0, encode([external("srq", VERSION + encode(records))]))


MORE_DATA = command(0x90, 0xC0, 0, 0)


def read_selection(data: bytes) -> tuple[range, bytes | None]:
    """Versions the phone speaks and its nonce, from the answer to SELECT. Raises BadNdef."""
    if len(data) < 4:
        raise BadNdef("no version range")
    versions = range(int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big") + 1)
    nonce = _find(decode(data[4:]), b"mdn") if data[4:] else None
    if nonce is not None and (len(nonce) != 33 or nonce[:1] != _BINARY):
        raise BadNdef("device nonce of the wrong form")
    return versions, nonce[1:] if nonce else None


def read_answer(data: bytes, outer: bytes, inner: bytes, limit: int) -> tuple[Session, bytes | None]:
    """Session and the one inner payload wanted of an answer (`nrs`/`dpk`, `srs`/`reb`). Raises BadNdef."""
    body = _find(decode(data, limit), outer)
    if body is None:
        raise BadNdef(f"no {outer.decode()} record")
    records = decode(body, limit)
    return _read_session(_find(records, b"ses")), _find(records, inner)


def read_passes(plain: bytes, limit: int) -> list[SmartTapPass]:
    """Every pass object with a redemption value. Raises BadNdef."""
    found = [_read_service(r.payload, limit) for r in decode(plain, limit) if r.name == b"asv"]
    return [p for p in found if p is not None]


def _session_record(session: Session) -> Record:
    return external("ses", session.id + bytes([session.sequence & 0xFF, session.status]))


def _read_session(payload: bytes | None) -> Session:
    if payload is None or len(payload) != 10:
        raise BadNdef("no session record")
    return Session(payload[:8], payload[8], payload[9])


def _find(records: Iterable[Record], name: bytes) -> bytes | None:
    return next((r.payload for r in records if r.name == name), None)


def _read_service(payload: bytes, limit: int) -> SmartTapPass | None:
    issuer = b""
    for record in decode(payload, limit):
        if record.name == b"i":
            issuer = record.payload[1:]
        elif record.name in _OBJECTS:
            return _read_object(record, issuer, limit)
    return None


def _read_object(record: Record, issuer: bytes, limit: int) -> SmartTapPass | None:
    fields = decode(record.payload, limit)
    value = next((_read_value(f) for f in fields if f.name == b"n"), None)
    if not value:
        return None
    oid = _find(fields, b"oid") or b""
    return SmartTapPass(value, _OBJECTS[record.name], oid[1:], issuer)


def _read_value(record: Record) -> str:
    try:
        text = text_of(record)
        value = _formatted(record.payload) if text is None else text
    except ValueError as error:
        raise BadNdef("value is not of its encoding") from error
    if not is_clean(value):
        raise BadNdef("value with control characters")
    return value


def _formatted(payload: bytes) -> str:
    if not payload:
        return ""
    style, raw = payload[0], payload[1:]
    if style in (_AS_BINARY, _AS_BCD):
        return raw.hex().upper()
    if style == _AS_UTF_16:
        return utf_16(raw)
    if style not in _ENCODINGS:
        raise BadNdef(f"unknown value format {style:02x}")
    return raw.decode(_ENCODINGS[style])
