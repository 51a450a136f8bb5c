"""What a door accepts from an NDEF tag: the first Text or own URI record, clean and short. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hardware.ndef import TNF_WELL_KNOWN, BadNdef, Record, decode

# NFC Forum URI Record Type Definition, table 3.
URI_PREFIXES = (
    "", "http://www.", "https://www.", "http://", "https://", "tel:", "mailto:", "ftp://anonymous:anonymous@",
    "ftp://ftp.", "ftps://", "sftp://", "smb://", "nfs://", "ftp://", "dav://", "news:", "telnet://", "imap:",
    "rtsp://", "urn:", "pop:", "sip:", "sips:", "tftp:", "btspp://", "btl2cap://", "btgoep://", "tcpobex://",
    "irdaobex://", "file://", "urn:epc:id:", "urn:epc:tag:", "urn:epc:pat:", "urn:epc:raw:", "urn:epc:", "urn:nfc:",
)  # fmt: skip
# Control, format (bidi marks, zero-width), surrogates, private use, unassigned: nothing a token needs.
_HOSTILE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class NdefReason(Enum):
    """Why a tag's message is not taken."""

    MALFORMED = "malformed"
    NO_TEXT_OR_URI = "no_text_or_uri"
    FOREIGN_URI = "foreign_uri"
    HOSTILE_CHARACTERS = "hostile_characters"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class NdefValue:
    """A value taken from a tag; `kind` is ndef_text or ndef_uri."""

    kind: str
    value: str


def read_message(data: bytes, prefixes: Sequence[str] | None) -> NdefValue | NdefReason:
    """The first usable record. URIs count only below one of `prefixes`, which is cut off; None takes any URI whole."""
    try:
        records = decode(data)
    except BadNdef:
        return NdefReason.MALFORMED
    verdict: NdefValue | NdefReason = NdefReason.NO_TEXT_OR_URI
    for record in records:
        found = _read_record(record, prefixes)
        if isinstance(found, NdefValue):
            return found
        verdict = found or verdict
    return verdict


def uri_of(record: Record) -> str | None:
    """The full URI of a U record; None when it is not one. Raises ValueError on bytes that are not UTF-8."""
    if record.tnf != TNF_WELL_KNOWN or record.type != b"U" or not record.payload:
        return None
    code = record.payload[0]
    prefix = URI_PREFIXES[code] if code < len(URI_PREFIXES) else ""
    return prefix + record.payload[1:].decode("utf-8")


def text_of(record: Record) -> str | None:
    """The text of a T record; None when it is not one. Raises ValueError on bytes that are not of its encoding."""
    if record.tnf != TNF_WELL_KNOWN or record.type != b"T" or not record.payload:
        return None
    status = record.payload[0]
    encoded = record.payload[1 + (status & 0x3F) :]
    return utf_16(encoded) if status & 0x80 else encoded.decode("utf-8")


def utf_16(encoded: bytes) -> str:
    """UTF-16 by its byte order mark, without one high byte first (NFC Forum Text RTD, 3.4). Raises ValueError."""
    marked = encoded[:2] in (b"\xfe\xff", b"\xff\xfe")
    return encoded.decode("utf-16" if marked else "utf-16-be")


def is_clean(text: str) -> bool:
    """No control, bidi or other invisible character in `text`."""
    return not any(unicodedata.category(c) in _HOSTILE for c in text)


def _read_record(record: Record, prefixes: Sequence[str] | None) -> NdefValue | NdefReason | None:
    try:
        text, uri = text_of(record), uri_of(record)
    except ValueError:
        return NdefReason.MALFORMED
    if text is not None:
        return _checked("ndef_text", text)
    if uri is None:
        return None
    own = _own_part(uri, prefixes)
    return NdefReason.FOREIGN_URI if own is None else _checked("ndef_uri", own)


def _own_part(uri: str, prefixes: Sequence[str] | None) -> str | None:
    if prefixes is None:
        return uri
    return next((uri[len(p) :] for p in prefixes if p and uri.startswith(p)), None)


def _checked(kind: str, value: str) -> NdefValue | NdefReason:
    if not value:
        return NdefReason.EMPTY
    return NdefValue(kind, value) if is_clean(value) else NdefReason.HOSTILE_CHARACTERS
