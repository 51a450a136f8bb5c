"""PassKit SmartPass Links: encrypted links that make a pass (providers.md 3.9). Byte for byte as the vendor's tool."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from scanner_app.domain.errors import PlatformTrouble, SettingsTrouble, Trouble
from scanner_app.platforms.address import checked_url
from scanner_app.platforms.strict_json import decode

BLOCK = 16
UNIQUE = {"member": "members.member.externalId", "coupon": "singleUseCoupons.coupon.externalId"}
"""The field that makes a link good for once, by what the project issues; `person.externalId` may stand on many."""
LONGEST_LINK = 8192
"""Longest link made or read, in characters; browsers and servers give up at about this."""


class LinkTrouble(Trouble):
    """A link, or what is to go into one, is no good. `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = f"link_{code}"


def read_key(written: str) -> bytes:
    """Return a project key from its hexadecimal form: 16, 24 or 32 bytes; LinkTrouble else."""
    try:
        key = bytes.fromhex(written.strip())
    except ValueError:
        raise LinkTrouble("key") from None
    if len(key) not in (16, 24, 32):
        raise LinkTrouble("key", f"{2 * len(key)} digits")
    return key


def read_key_file(path: Path) -> bytes:
    """Return the project key in a file; SettingsTrouble when it cannot be read, LinkTrouble when it holds none."""
    try:
        return read_key(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsTrouble("key_unreadable", f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise LinkTrouble("key", "not text") from None


def landing_page(url: str) -> str:
    """Return a distribution URL without its end slash; LinkTrouble unless it is `/c/<id>` of a platform's address.

    SettingsTrouble where nothing is wrong with it but that it is not https.
    """
    trimmed = url.strip().rstrip("/")
    try:
        path = checked_url(trimmed).path
    except SettingsTrouble as trouble:
        if trouble.code == "settings_url_insecure":
            raise
        raise LinkTrouble("url") from None
    if not re.fullmatch(r"/c/[^/]+", path) or not trimmed.endswith(path):
        raise LinkTrouble("url")
    return trimmed


def make(fields: Mapping[str, str], url: str, key: bytes, iv: bytes | None = None) -> str:
    """Return the link of one person. `url` as `landing_page` returns it; `iv` only for test vectors."""
    if not fields:
        raise LinkTrouble("empty")
    start = iv or secrets.token_bytes(BLOCK)
    padder = PKCS7(BLOCK * 8).padder()
    padded = padder.update(_plain(fields)) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    sealed = base64.urlsafe_b64encode(encryptor.update(padded) + encryptor.finalize()).rstrip(b"=")
    link = f"{url}?data={sealed.decode('ascii')}&iv={start.hex()}"
    if len(link) > LONGEST_LINK:
        raise LinkTrouble("too_long", f"{len(link)} characters")
    return link


def read(link: str, key: bytes) -> dict[str, str]:
    """Return the fields of a link in either public spelling; LinkTrouble when it is damaged or not of this key."""
    data, iv = _parts(link)
    start = _iv(iv)
    sealed = _bytes(data, "data")
    if not sealed or len(sealed) % BLOCK:
        raise LinkTrouble("damaged", "data")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    unpadder = PKCS7(BLOCK * 8).unpadder()
    try:
        plain = unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
        fields = decode(plain)
    except (ValueError, PlatformTrouble):
        raise LinkTrouble("wrong_key") from None
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise LinkTrouble("not_flat")
    return fields


def _plain(fields: Mapping[str, str]) -> bytes:
    """Minified JSON with sorted keys, as Go writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped."""
    try:
        text = json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text).encode()
    except UnicodeEncodeError:
        raise LinkTrouble("not_unicode") from None


def _parts(link: str) -> tuple[str, str]:
    """Return `data` and `iv` as written. A `+` was meant even where a parser made it a space."""
    if len(link) > LONGEST_LINK:
        raise LinkTrouble("damaged", "length")
    _, _, query = link.strip().partition("?")
    pairs = dict(pair.partition("=")[::2] for pair in query.partition("#")[0].split("&"))
    if not pairs.get("data") or not pairs.get("iv"):
        raise LinkTrouble("damaged", "data or iv missing")
    return _unquoted(pairs["data"]), _unquoted(pairs["iv"])


def _unquoted(text: str) -> str:
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), text).replace(" ", "+")


def _iv(text: str) -> bytes:
    """Hexadecimal as the Go tools write it, base64 as the Node tool does."""
    start = bytes.fromhex(text) if re.fullmatch("[0-9A-Fa-f]{32}", text) else _bytes(text, "iv")
    if len(start) != BLOCK:
        raise LinkTrouble("damaged", "iv")
    return start


def _bytes(text: str, what: str) -> bytes:
    """Base64 in either alphabet, padded or not."""
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise LinkTrouble("damaged", what) from None
