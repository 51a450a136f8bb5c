"""A kiosk's whole set-up in one QR code: signed, expiring, its secrets readable only with a one-time code.

Text form: `PSP1:` + base64url of a JSON header line, a line break, the sealed body. The header names issuer, expiry and
salt and is bound to the body as associated data; the body is zlib-compressed JSON under AES-256-GCM, its key Argon2id
of the code. Header and body together carry the issuer's Ed25519 signature: a kiosk that was provisioned once takes
further sheets from the same issuer only.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scanner_app import settings as settings_file
from scanner_app.application.config import Settings
from scanner_app.application.sheets import SHEET_PREFIX
from scanner_app.domain.errors import SettingsTrouble

PREFIX = SHEET_PREFIX
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no I, L, O, 0, 1: read aloud and typed at a kiosk
CODE_LETTERS = 12
"""59 bits against a stolen sheet, each guess costing one Argon2id."""
BIGGEST = 64 * 1024
ONE_KIOSK_ONLY = frozenset({"feed"})
"""Account options that do not travel: a platform gives each event of its feed to one reader only."""
QR_BYTES = 2900
"""What fits one QR code with the least correction (ISO/IEC 18004: 2,953 bytes)."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a sheet carries: settings, and the secrets they name."""

    settings: Settings
    secrets: Mapping[str, str]


def new_issuer() -> str:
    """Return a new issuer's private key as text, for the secret store."""
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def issuer_of(private: str) -> str:
    """Return the public name of an issuer."""
    raw = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private)).public_key().public_bytes_raw()
    return base64.b64encode(raw).decode()


def new_code() -> str:
    """Return a one-time code in groups of four."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
    return "-".join(letters[i : i + 4] for i in range(0, CODE_LETTERS, 4))


def make(setup: SetUp, issuer: str, code: str, expires: datetime) -> str:
    """Return the sheet's text."""
    salt = os.urandom(16)
    header = {
        "v": 1,
        "issuer": issuer_of(issuer),
        "expires": expires.isoformat(timespec="seconds"),
        "salt": _text(salt),
    }
    head = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    body = {"settings": _slim(settings_file.to_dict(setup.settings)), "secrets": dict(setup.secrets)}
    packed = zlib.compress(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(), 9)
    sealed = AESGCM(_key(code, salt)).encrypt(salt[:12], packed, head)
    signed = head + b"\n" + sealed
    signature = Ed25519PrivateKey.from_private_bytes(base64.b64decode(issuer)).sign(signed)
    return PREFIX + _text(signature + signed)


def apply(text: str, code: str, now: datetime, trusted_issuer: str = "") -> tuple[SetUp, str]:
    """Return the set-up and its issuer; SettingsTrouble says what is wrong. `trusted_issuer` '' takes any."""
    signature, head, sealed = _parts(text)
    header = _header(head)
    _verify(header, signature, head + b"\n" + sealed)
    if trusted_issuer and header["issuer"] != trusted_issuer:
        raise SettingsTrouble("sheet_other_issuer")
    if datetime.fromisoformat(header["expires"]) <= now:
        raise SettingsTrouble("sheet_expired", header["expires"])
    salt = _bytes(header["salt"])
    try:
        packed = AESGCM(_key(code, salt)).decrypt(salt[:12], sealed, head)
    except InvalidTag:
        raise SettingsTrouble("sheet_wrong_code") from None
    return _setup(packed), header["issuer"]


def for_device(setup: SetUp, device: str, place: str = "") -> SetUp:
    """Return the same set-up for another kiosk of the fleet."""
    if place and setup.settings.find_place(place) is None:
        raise SettingsTrouble("no_such_place", place)
    accounts = tuple(
        replace(a, options={k: v for k, v in a.options.items() if k not in ONE_KIOSK_ONLY})
        for a in setup.settings.accounts
    )
    settings = replace(setup.settings, device=device, place=place or setup.settings.place, accounts=accounts)
    return replace(setup, settings=settings)


def _parts(text: str) -> tuple[bytes, bytes, bytes]:
    stripped = text.strip()
    if not stripped.startswith(PREFIX) or len(stripped) > BIGGEST:
        raise SettingsTrouble("sheet_unreadable")
    raw = _bytes(stripped.removeprefix(PREFIX))
    head, line, sealed = raw[64:].partition(b"\n")
    if not line:
        raise SettingsTrouble("sheet_unreadable")
    return raw[:64], head, sealed


def _header(head: bytes) -> dict[str, str]:
    try:
        found = json.loads(head)
        if found["v"] != 1:
            raise SettingsTrouble("sheet_too_new")
        header = {k: str(found[k]) for k in ("issuer", "expires", "salt")}
        if datetime.fromisoformat(header["expires"]).tzinfo is None:
            raise SettingsTrouble("sheet_unreadable")
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsTrouble("sheet_unreadable") from error
    return header


def _verify(header: Mapping[str, str], signature: bytes, signed: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(header["issuer"])).verify(signature, signed)
    except (InvalidSignature, ValueError) as error:
        raise SettingsTrouble("sheet_forged") from error


def _setup(packed: bytes) -> SetUp:
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(packed, BIGGEST)
        body = json.loads(plain)
        held = {str(k): str(v) for k, v in body["secrets"].items()}
        return SetUp(settings_file.from_dict(body["settings"]), held)
    except (zlib.error, ValueError, KeyError, AttributeError) as error:
        raise SettingsTrouble("sheet_unreadable") from error


def _slim(settings: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is as it is by default: a QR code has room for little."""
    default = settings_file.to_dict(Settings())
    return {k: v for k, v in settings.items() if v != default.get(k)}


def _key(code: str, salt: bytes) -> bytes:
    letters = "".join(ch for ch in code.upper() if ch in ALPHABET)
    return hash_secret_raw(
        letters.encode(), salt, time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, type=Type.ID
    )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise SettingsTrouble("sheet_unreadable") from error
