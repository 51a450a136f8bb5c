"""The secret store: the system's keyring where there is one, else a sealed file that only its owner may read."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

import keyring
from keyring.errors import KeyringError

from scanner_app.domain.errors import SettingsTrouble, StorageTrouble
from scanner_app.files import read_json, write_private
from scanner_app.seal import MARK, Seal

log = logging.getLogger(__name__)

FILE = "secrets.json"


class SecretStore:
    """Keys by name. Values never reach a log, a database, an URL or an exception's text."""

    def __init__(self, data_dir: Path, *, use_keyring: bool = True) -> None:
        self._file = data_dir / FILE
        self._service = "pass-scanner:" + hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
        self._use_keyring = use_keyring
        self._seal = Seal(data_dir)

    def put(self, name: str, value: str) -> str:
        """Keep a secret; return where: "keyring" or "file"."""
        if self._use_keyring and self._to_keyring(name, value):
            self._forget_in_file(name)
            return "keyring"
        self._write({**self._held(), name: self._seal.close(name, value)})
        return "file"

    def seal(self) -> None:
        """Seal what an earlier version kept in the open."""
        held = self._held()
        closed = {k: v if v.startswith(MARK) else self._seal.close(k, v) for k, v in held.items()}
        if closed != held:
            self._write(closed)

    def get(self, name: str) -> str | None:
        """Return a secret, None if it was never kept."""
        found = self._from_file().get(name)
        return found if found is not None else self._from_keyring(name)

    def where(self, name: str) -> str:
        """Return "file", "keyring" or "" for a secret."""
        if name in self._from_file():
            return "file"
        return "keyring" if self._from_keyring(name) is not None else ""

    def remove(self, name: str) -> None:
        """Forget a secret."""
        self._forget_in_file(name)
        if self._use_keyring:
            try:
                keyring.delete_password(self._service, name)
            except (KeyringError, RuntimeError):
                log.debug("no keyring entry to remove")

    def _to_keyring(self, name: str, value: str) -> bool:
        try:
            keyring.set_password(self._service, name, value)
            return keyring.get_password(self._service, name) == value
        except (KeyringError, RuntimeError) as error:  # RuntimeError: a locked or broken backend
            log.info("no usable keyring (%s): secrets go to a 0600 file", type(error).__name__)
            return False

    def _from_keyring(self, name: str) -> str | None:
        if not self._use_keyring:
            return None
        try:
            return keyring.get_password(self._service, name)
        except (KeyringError, RuntimeError):
            return None

    def _from_file(self) -> dict[str, str]:
        opened = {name: self._seal.open(name, held) for name, held in self._held().items()}
        for name in (name for name, value in opened.items() if value is None):
            log.warning("the secret %s was sealed on another machine: enter it again", name)
        return {name: value for name, value in opened.items() if value is not None}

    def _write(self, held: dict[str, str]) -> None:
        write_private(self._file, json.dumps(held, sort_keys=True))

    def _held(self) -> dict[str, str]:
        try:
            found = read_json(self._file) or {}
        except StorageTrouble as trouble:
            log.exception("the secrets file cannot be read")
            raise SettingsTrouble("unreadable", trouble.detail) from trouble
        return {str(k): str(v) for k, v in found.items()}

    def _forget_in_file(self, name: str) -> None:
        held = self._held()
        if held.pop(name, None) is not None:
            self._write(held)
