"""Seals the secrets of a kiosk without a keyring: whoever carries off the data folder alone has nothing to read.

The key lies in another folder of the same user. It protects a copied folder or a backup, not a stolen disk: that takes
an encrypted disk (docs/decisions/0041-sealed-secrets.md).
"""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

import platformdirs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.files import write_private

if sys.platform != "win32":
    import pwd

MARK = "sealed:1:"
FOLDER = "PASS_SCANNER_SEAL_DIR"
"""Environment variable that names the key's folder, where the usual one will not do."""
FILE = "seal.key"
NONCE = 12


def folder(data_dir: Path) -> Path:
    """Return where the key lies: never inside the data folder."""
    named = os.environ.get(FOLDER)
    chosen = Path(named) if named else _of_user()
    data = data_dir.resolve()
    return data.with_name(f"{data.name}-seal") if chosen.resolve().is_relative_to(data) else chosen


def _of_user() -> Path:
    """The user's own folder by the system's books: `runuser` and services come with somebody else's HOME."""
    if sys.platform == "win32":
        return Path(platformdirs.user_config_dir("pass-scanner", appauthor=False))
    return Path(pwd.getpwuid(os.getuid()).pw_dir) / ".config" / "pass-scanner"


class Seal:
    """Seals and opens texts, each bound to its name. The key is made at the first sealing."""

    def __init__(self, data_dir: Path) -> None:
        self._file = folder(data_dir) / FILE

    def close(self, name: str, value: str) -> str:
        """Return a text sealed; StorageTrouble where the key cannot be kept."""
        nonce = os.urandom(NONCE)
        sealed = AESGCM(self._key() or self._new_key()).encrypt(nonce, value.encode(), name.encode())
        return MARK + base64.b64encode(nonce + sealed).decode()

    def open(self, name: str, held: str) -> str | None:
        """Return what was sealed, None where this machine's key does not open it; a text never sealed as it is."""
        if not held.startswith(MARK):
            return held
        key = self._key()
        if key is None:
            return None
        raw = base64.b64decode(held.removeprefix(MARK))
        try:
            return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], name.encode()).decode()
        except InvalidTag:
            return None

    def _key(self) -> bytes | None:
        try:
            return base64.b64decode(self._file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageTrouble(StorageKind.IO, f"{self._file}: {error.strerror}") from error

    def _new_key(self) -> bytes:
        key = AESGCM.generate_key(256)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageTrouble(StorageKind.READ_ONLY, f"{self._file}: {error.strerror}") from error
        write_private(self._file, base64.b64encode(key).decode())
        return key
