"""Private keys for wallet taps, read from PEM files with errors that say what is wrong with the file."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

# A P-256 key in PEM is some 240 bytes; anything of this size is another file.
_MAX_FILE = 64 * 1024


class KeyReason(Enum):
    """What is wrong with a key file."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    NOT_A_PRIVATE_KEY = "not_a_private_key"
    ENCRYPTED = "encrypted"
    NOT_P256 = "not_p256"


class BadKey(Exception):
    """A key that cannot be used; `reason` for programs, the text for people (never the key itself)."""

    def __init__(self, reason: KeyReason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def load_key_file(path: Path) -> ec.EllipticCurvePrivateKey:
    """The P-256 private key in a PEM file. Raises BadKey."""
    try:
        with path.open("rb") as file:
            pem = file.read(_MAX_FILE)
    except FileNotFoundError:
        raise BadKey(KeyReason.MISSING, f"there is no key file {path}") from None
    except OSError as error:
        raise BadKey(KeyReason.UNREADABLE, f"the key file {path} cannot be read: {error.strerror}") from error
    return load_key(pem, name=str(path))


def load_key(pem: bytes, name: str = "the key") -> ec.EllipticCurvePrivateKey:
    """The P-256 private key in PEM bytes. Raises BadKey."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise BadKey(KeyReason.ENCRYPTED, f"{name} is protected by a passphrase; store it without one") from None
    except (ValueError, UnsupportedAlgorithm):
        text = f"{name} is not a PEM private key (a file that begins with -----BEGIN ... PRIVATE KEY-----)"
        raise BadKey(KeyReason.NOT_A_PRIVATE_KEY, text) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise BadKey(KeyReason.NOT_P256, f"{name} is not an elliptic-curve key on P-256, the only kind wallets use")
    return key
