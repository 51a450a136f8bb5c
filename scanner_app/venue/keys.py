"""Ed25519 identities in NATS's own spelling: a seed kept secret, a public key that the server is told."""

from __future__ import annotations

import base64
import hmac
import os
from functools import lru_cache

import nkeys  # type: ignore[import-untyped]  # ships no types
from nacl.bindings import crypto_sign, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from scanner_app.domain.passes import PassKey

SIGNATURE_BYTES = 64
HASH_BYTES = 20
"""Length of a pass hash in subjects: 160 bits, 32 letters of base32; no serial ever stands in a subject or log."""


def new_seed() -> str:
    """Return a new user seed (`SU...`)."""
    return str(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode())


def public_key(seed: str) -> str:
    """Return the public key of a seed (`U...`)."""
    pair = nkeys.from_seed(bytearray(seed.encode()))
    try:
        return str(pair.public_key.decode())
    finally:
        pair.wipe()


def sign(seed: str, message: bytes) -> str:
    """Return the signature of a message in base64."""
    return base64.b64encode(crypto_sign(message, _secret(seed))[:SIGNATURE_BYTES]).decode()


def verifies(public: str, message: bytes, signature: str | bytes) -> bool:
    """Return whether a signature (base64) over a message was made by the holder of this public key."""
    try:
        _verifier(public).verify(message, base64.b64decode(signature, validate=True))
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


@lru_cache(8)
def _secret(seed: str) -> bytes:
    """Deriving the key from its seed costs as much as signing, and a claim waits for it."""
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    secret: bytes = crypto_sign_seed_keypair(raw[2:34])[1]  # before: what kind of seed it is; after: a checksum
    return secret


@lru_cache(2048)
def _verifier(public: str) -> VerifyKey:
    raw = base64.b32decode(public + "=" * (-len(public) % 8))
    return VerifyKey(raw[1:33])


def pass_hash(key: bytes, subject: PassKey) -> str:
    """Return the keyed hash of a pass as a subject token: letters and digits only."""
    text = f"{subject.account}\n{subject.uid}".encode()
    digest = hmac.digest(key, text, "sha256")[:HASH_BYTES]
    return base64.b32encode(digest).decode().lower()


def place_token(key: bytes, place: str) -> str:
    """Return a place as a subject token; names may hold dots, stars and blanks, subjects may not."""
    digest = hmac.digest(key, b"place\n" + place.encode(), "sha256")[:10]
    return base64.b32encode(digest).decode().lower()
