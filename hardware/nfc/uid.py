"""Which tag UIDs may stand for a guest at all: only stable ones, and only where the administrator opted in. Pure."""

from __future__ import annotations

from enum import Enum

_FAKE = frozenset({bytes.fromhex("01020304"), bytes(4), b"\xff" * 4, bytes(7), bytes(8), bytes(10)})
_LENGTHS = {"A": (4, 7, 10), "F": (8,)}
_RANDOM_FIRST = 0x08  # ISO/IEC 14443-3: a single-size UID beginning 08 is made up for each activation
_RANDOM_NFCID2 = b"\x01\xfe"  # NFC Forum Digital: an NFCID2 of a peer-to-peer device


class UidReason(Enum):
    """Why a UID is not used."""

    NOT_ALLOWED = "not_allowed"
    RANDOM = "random"
    FAKE = "fake"
    NOT_UNIQUE = "not_unique"


def judge_uid(uid: bytes, technology: str, *, opt_in: bool) -> str | UidReason:
    """The UID in upper-case hexadecimal, or why not; `technology` is A, B or F (a type B PUPI identifies nothing)."""
    if not opt_in:
        return UidReason.NOT_ALLOWED
    if len(uid) not in _LENGTHS.get(technology, ()):
        return UidReason.NOT_UNIQUE
    if uid in _FAKE:
        return UidReason.FAKE
    return UidReason.RANDOM if is_made_up(uid) else uid.hex().upper()


def is_made_up(uid: bytes) -> bool:
    """Whether this is one of the numbers that are new with each activation."""
    if len(uid) == 4:
        return uid[0] == _RANDOM_FIRST
    return len(uid) == 8 and uid[:2] == _RANDOM_NFCID2
