"""Google Smart Tap 2.1, the secure channel: signature, session keys, opening record bundles. Pure given its keys."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAX_PLAIN = 64 * 1024
_ENCRYPTED, _COMPRESSED = 0x01, 0x02
_IV_SIZE, _MAC_SIZE, _AES_SIZE = 12, 32, 16


class BundleReason(Enum):
    """Why a record bundle is refused."""

    MALFORMED = "malformed"
    UNENCRYPTED = "unencrypted"
    WRONG_MAC = "wrong_mac"
    BAD_COMPRESSION = "bad_compression"


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """AES-128 and HMAC-SHA256 keys of one tap."""

    aes: bytes = field(repr=False)
    mac: bytes = field(repr=False)


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """The 33 bytes of a compressed public key."""
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def signed_blob(reader_nonce: bytes, device_nonce: bytes, collector: bytes, ephemeral: bytes) -> bytes:
    """What the collector's long-term key signs."""
    return reader_nonce + device_nonce + collector + ephemeral


def sign(collector_key: ec.EllipticCurvePrivateKey, blob: bytes) -> bytes:
    """The collector's signature, DER."""
    return collector_key.sign(blob, ec.ECDSA(hashes.SHA256()))


def session_keys(own: ec.EllipticCurvePrivateKey, device_point: bytes, blob: bytes, signature: bytes) -> SessionKeys:
    """The keys both sides arrive at. Raises ValueError when the device's point is not on the curve."""
    device = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device_point)
    shared = own.exchange(ec.ECDH(), device)
    info = blob + signature
    stuff = HKDF(hashes.SHA256(), _AES_SIZE + _MAC_SIZE, salt=device_point, info=info).derive(shared)
    return SessionKeys(stuff[:_AES_SIZE], stuff[_AES_SIZE:])


def open_bundle(payload: bytes, keys: SessionKeys) -> bytes | BundleReason:
    """The plain NDEF bytes of a `reb` record."""
    if len(payload) < 1 + _IV_SIZE + _MAC_SIZE:
        return BundleReason.UNENCRYPTED if payload and not payload[0] & _ENCRYPTED else BundleReason.MALFORMED
    flags, sealed = payload[0], payload[1:]
    if not flags & _ENCRYPTED:
        # The flag byte is outside the MAC: taking a plain bundle would let anyone forge one.
        return BundleReason.UNENCRYPTED
    iv, cipher, mac = sealed[:_IV_SIZE], sealed[_IV_SIZE:-_MAC_SIZE], sealed[-_MAC_SIZE:]
    if not _mac_fits(keys.mac, iv + cipher, mac):
        return BundleReason.WRONG_MAC
    plain = _decrypt(keys.aes, iv, cipher)
    return _inflate(plain) if flags & _COMPRESSED else plain


def _mac_fits(key: bytes, data: bytes, mac: bytes) -> bool:
    checker = HMAC(key, hashes.SHA256())
    checker.update(data)
    try:
        checker.verify(mac)
    except InvalidSignature:
        return False
    return True


def _decrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CTR(iv + bytes(16 - _IV_SIZE))).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _inflate(data: bytes) -> bytes | BundleReason:
    """Bounded: a few hundred bytes may claim to be gigabytes."""
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, MAX_PLAIN)
    except zlib.error:
        return BundleReason.BAD_COMPRESSION
    return plain if inflater.eof else BundleReason.BAD_COMPRESSION
