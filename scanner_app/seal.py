"""Seals the secrets of a kiosk without a keyring: whoever carries off the data folder alone has nothing to read.

The key lies in another folder of the same user. It protects a copied folder or a backup, not a stolen disk: that takes
an encrypted disk (docs/decisions/0041-sealed-secrets.md).
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.files import write_private_once

if sys.platform != "win32":
    import pwd

MARK = "sealed:1:"
FOLDER = "PASS_SCANNER_SEAL_DIR"
"""Environment variable that names the key's folder, where the usual one will not do."""
FILE = "seal.key"
NONCE = 12
KEY_BYTES = 32


def folders(data_dir: Path) -> list[Path]:
    """Return where the key may lie, the usual place first: never inside the data folder.

    A service account may have no home that can be written: then the key lies beside the data folder.
    """
    named, data = os.environ.get(FOLDER), data_dir.resolve()
    beside = data.with_name(f"{data.name}-seal")
    chosen = Path(named) if named else _of_user()
    outside = chosen is not None and not chosen.resolve().is_relative_to(data)
    return [chosen, beside] if chosen is not None and outside else [beside]


def _of_user() -> Path | None:
    """The user's own folder by the system's books: `runuser` and services come with somebody else's HOME."""
    if sys.platform == "win32":
        return Path(platformdirs.user_config_dir("pass-scanner", appauthor=False))
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir) / ".config" / "pass-scanner"
    except KeyError:
        return None  # a number without a name, as containers have


class Seal:
    """Seals and opens texts, each bound to its name. The key is made at the first sealing."""

    def __init__(self, data_dir: Path) -> None:
        self._files = [folder / FILE for folder in folders(data_dir)]

    def close(self, name: str, value: str) -> str:
        """Return a text sealed; StorageTrouble where the key cannot be kept."""
        nonce = os.urandom(NONCE)
        sealed = AESGCM(next(self._keys(), None) or self._new_key()).encrypt(nonce, value.encode(), name.encode())
        return MARK + base64.b64encode(nonce + sealed).decode()

    def open(self, name: str, held: str) -> str | None:
        """Return what was sealed, None where this machine's key does not open it; a text never sealed as it is."""
        if not held.startswith(MARK):
            return held
        try:
            raw = base64.b64decode(held.removeprefix(MARK))
        except ValueError:
            return None  # damaged: as good as sealed elsewhere
        if len(raw) <= NONCE:
            return None
        for key in self._keys():
            try:
                return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], name.encode()).decode()
            except InvalidTag:
                continue
        return None

    def _keys(self) -> Iterator[bytes]:
        for file in self._files:
            try:
                key = base64.b64decode(file.read_bytes())
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                continue
            except OSError as error:
                raise StorageTrouble(StorageKind.IO, f"{file}: {error.strerror}") from error
            except ValueError:
                key = b""
            if len(key) != KEY_BYTES:
                # Not replaced by a new one: it may come back from a backup, and what it sealed with it.
                raise StorageTrouble(StorageKind.CORRUPT, f"{file} holds no key")
            yield key

    def _new_key(self) -> bytes:
        text = base64.b64encode(AESGCM.generate_key(8 * KEY_BYTES)).decode()
        trouble = StorageTrouble(StorageKind.READ_ONLY, str(self._files[0]))
        for file in self._files:
            try:
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_private_once(file, text)
            except OSError as error:
                trouble = StorageTrouble(StorageKind.READ_ONLY, f"{file}: {error.strerror}")
            except StorageTrouble as error:
                trouble = error
            else:
                return next(self._keys())  # whoever was first wrote the key that counts
        raise trouble
