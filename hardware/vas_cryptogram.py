"""Opening Apple VAS cryptograms: P-256 ECDH, X9.63 KDF, AES-256-GCM. Pure; the clock and the memory live elsewhere.

Layout: key id (4), device ephemeral X (32), ciphertext, GCM tag (16). Plain: uint32 seconds since 2001, message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.ndef_text import is_clean

APPLE_EPOCH = 978307200  # 2001-01-01T00:00:00Z as a Unix time
MAX_MESSAGE = 64  # nfc.message of pass.json
_PURPOSE = b"ApplePay encrypted VAS data"
_ALGORITHM = b"\x0did-aes256-GCM"
_IV = bytes(16)
_SHORTEST = 4 + 32 + 4 + 16
_LONGEST = _SHORTEST + MAX_MESSAGE


@dataclass(frozen=True, slots=True)
class VasPass:
    """What the phone said: the pass's message, the phone's clock (Unix seconds), the key that opened it."""

    message: str = field(repr=False)
    phone_time: int
    key_id: bytes
    fallback_kdf: bool = False


class VasKey:
    """A reader's private key and the id phones put before what they encrypt for it."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self.private = private
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        self.key_id = hashlib.sha256(point[1:]).digest()[:4]


def shared_secret(private: ec.EllipticCurvePrivateKey, x: bytes) -> bytes:
    """ECDH with the point of this X coordinate; its sign does not matter. Raises ValueError off the curve."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x02" + x)
    return private.exchange(ec.ECDH(), point)


def derive(shared: bytes, merchant: bytes, *, fallback: bool = False) -> bytes:
    """The AES-256 key; `fallback` is the other variant seen in public implementations."""
    info = _PURPOSE if fallback else _ALGORITHM + _PURPOSE + merchant
    return X963KDF(hashes.SHA256(), 32, info).derive(shared)


def open_cryptogram(cryptogram: bytes, merchant: bytes, keys: Sequence[VasKey]) -> VasPass | None:
    """The pass inside, or None when no key opens it or what it holds is no message of at most 64 clean bytes."""
    if not _SHORTEST <= len(cryptogram) <= _LONGEST:
        return None
    for key in (k for k in keys if k.key_id == cryptogram[:4]):
        for plain, fallback in _plains(key, cryptogram, merchant):
            return _read_plain(plain, key.key_id, fallback=fallback)
    return None


def _plains(key: VasKey, cryptogram: bytes, merchant: bytes) -> Iterator[tuple[bytes, bool]]:
    try:
        shared = shared_secret(key.private, cryptogram[4:36])
    except ValueError:
        return
    for fallback in (False, True):
        cipher = AESGCM(derive(shared, merchant, fallback=fallback))
        try:
            yield cipher.decrypt(_IV, cryptogram[36:], merchant if fallback else b""), fallback
        except InvalidTag:
            continue


def _read_plain(plain: bytes, key_id: bytes, *, fallback: bool) -> VasPass | None:
    try:
        message = plain[4:].decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not message or not is_clean(message):
        return None
    return VasPass(message, APPLE_EPOCH + int.from_bytes(plain[:4], "big"), key_id, fallback)
