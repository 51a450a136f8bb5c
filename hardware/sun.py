"""NTAG 424 DNA secure unique NFC messages (NXP AN12196): encrypted UID and counter, AES-CMAC over them. Pure."""

from __future__ import annotations

import threading
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from enum import Enum
from string import hexdigits
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.constant_time import bytes_eq

_PICC_TAG = 0xC7  # UID mirrored, counter mirrored, UID of 7 bytes
_SESSION = bytes.fromhex("3CC300010080")
_COUNTING = threading.Lock()  # two readers of one kiosk share the counters
_PARAMETERS = (("e", "c"), ("picc_data", "cmac"))


class SunReason(Enum):
    """Why a message is refused."""

    MALFORMED = "malformed"
    WRONG_MAC = "wrong_mac"
    COUNTER_NOT_RISING = "counter_not_rising"


@dataclass(frozen=True, slots=True)
class SunKeys:
    """The tag's meta-read and file-read keys (AES-128); `counters` keeps the last counter seen of each UID."""

    meta: bytes = field(repr=False)
    file: bytes = field(repr=False)
    counters: MutableMapping[bytes, int] = field(default_factory=dict, repr=False)


def read_keys(text: str, counters: MutableMapping[bytes, int] | None = None) -> SunKeys:
    """Meta-read and file-read key as two words of 32 hexadecimal digits. Raises ValueError, without the words."""
    words = text.split()
    if len(words) != 2 or any(len(w) != 32 or not set(w) <= set(hexdigits) for w in words):
        raise ValueError("tag keys are two words of 32 hexadecimal digits: the meta-read key, then the file-read key")
    return SunKeys(bytes.fromhex(words[0]), bytes.fromhex(words[1]), {} if counters is None else counters)


@dataclass(frozen=True, slots=True)
class SunRead:
    """A genuine message: UID (7 bytes) and how often the tag has been read."""

    uid: bytes
    counter: int


def sun_parameters(uri: str) -> tuple[str, str] | None:
    """Encrypted data and MAC of a URI's query, hexadecimal; None when it carries none."""
    try:
        query = parse_qs(urlsplit(uri).query)
    except ValueError:
        return None
    for data, mac in _PARAMETERS:
        if data in query and mac in query:
            return query[data][0], query[mac][0]
    return None


def check(encrypted: str, mac: str, keys: SunKeys) -> SunRead | SunReason:
    """Decrypt, check the MAC, and let the counter only rise; the counter is remembered when all is well."""
    try:
        data, claimed = bytes.fromhex(encrypted), bytes.fromhex(mac)
    except ValueError:
        return SunReason.MALFORMED
    if len(data) != 16 or len(claimed) != 8:
        return SunReason.MALFORMED
    plain = _decrypt(data, keys.meta)
    if plain[0] != _PICC_TAG:
        return SunReason.WRONG_MAC  # the wrong key decrypts to noise: the same refusal, so nothing is told apart
    uid, counter = plain[1:8], plain[8:11]
    if not bytes_eq(short_mac(keys.file, uid, counter), claimed):
        return SunReason.WRONG_MAC
    return _risen(SunRead(uid, int.from_bytes(counter, "little")), keys)


def short_mac(file_key: bytes, uid: bytes, counter: bytes, text: bytes = b"") -> bytes:
    """The eight odd bytes of the session CMAC over `text`; `counter` as sent, low byte first."""
    session = _cmac(file_key, _SESSION + uid + counter)
    return _cmac(session, text)[1::2]


def _risen(read: SunRead, keys: SunKeys) -> SunRead | SunReason:
    with _COUNTING:
        if read.counter <= keys.counters.get(read.uid, -1):
            return SunReason.COUNTER_NOT_RISING
        keys.counters[read.uid] = read.counter
        return read


def _decrypt(data: bytes, key: bytes) -> bytes:
    # AN12196 fixes the IV at zero; the plain text starts with the UID, so it never repeats with its counter.
    decryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()
