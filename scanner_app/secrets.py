"""The secret store: the system's keyring where there is one, else a sealed file that only its owner may read."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import keyring
from keyring.errors import KeyringError

from scanner_app.domain.errors import SettingsTrouble, StorageKind, StorageTrouble
from scanner_app.files import read_json, write_private
from scanner_app.seal import MARK, Seal

log = logging.getLogger(__name__)

FILE = "secrets.json"
UNREADABLE = "secrets_unreadable"


class SecretStore:
    """Keys by name. Values never reach a log, a database, an URL or an exception's text."""

    def __init__(self, data_dir: Path, *, use_keyring: bool = True) -> None:
        self._file = data_dir / FILE
        self._service = "pass-scanner:" + hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
        self._use_keyring = use_keyring
        self._seal = Seal(data_dir)
        self._told = False

    def put(self, name: str, value: str) -> str:
        """Keep a secret; return where: "keyring" or "file"."""
        self._clear_damaged()
        if self._use_keyring and self._to_keyring(name, value):
            self._forget_in_file(name)
            return "keyring"
        self._write({**self._held(), name: self._sealed(name, value)})
        return "file"

    def seal(self) -> None:
        """Seal what an earlier version kept in the open; a damaged file stays as it is."""
        try:
            held = self._held()
        except SettingsTrouble:
            return
        closed = {k: v if v.startswith(MARK) else self._seal.close(k, v) for k, v in held.items()}
        if closed != held:
            self._write(closed)

    def get(self, name: str) -> str | None:
        """Return a secret, None if it was never kept or cannot be had: a door goes on without it as far as it can."""
        found = self._readable().get(name)
        return found if found is not None else self._from_keyring(name)

    def need_sound(self) -> None:
        """Raise SettingsTrouble where what is kept cannot be read: for whom a secret lost is not one never kept."""
        self._from_file()

    def where(self, name: str) -> str:
        """Return "file", "keyring" or "" for a secret."""
        if name in self._readable():
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

    def _readable(self) -> dict[str, str]:
        try:
            return self._from_file()
        except SettingsTrouble as trouble:
            if not self._told:  # asked at every change of the settings
                log.exception("the secrets cannot be read: %s", trouble.detail)
                self._told = True
            return {}

    def _from_file(self) -> dict[str, str]:
        try:
            opened = {name: self._seal.open(name, held) for name, held in self._held().items()}
        except StorageTrouble as trouble:
            raise SettingsTrouble(UNREADABLE, trouble.detail) from trouble
        for name in (name for name, value in opened.items() if value is None):
            log.warning("the secret %s was sealed on another machine: enter it again", name)
        return {name: value for name, value in opened.items() if value is not None}

    def _write(self, held: dict[str, str]) -> None:
        write_private(self._file, json.dumps(held, sort_keys=True))

    def _held(self) -> dict[str, str]:
        try:
            found = read_json(self._file) or {}
        except StorageTrouble as trouble:
            raise SettingsTrouble(UNREADABLE, trouble.detail) from trouble
        return {str(k): str(v) for k, v in found.items()}

    def _sealed(self, name: str, value: str) -> str:
        try:
            return self._seal.close(name, value)
        except StorageTrouble as trouble:
            if trouble.kind is StorageKind.CORRUPT:
                raise SettingsTrouble(UNREADABLE, trouble.detail) from trouble
            raise

    def _clear_damaged(self) -> None:
        """A key entered anew begins a new file; the damaged one is kept beside it for whoever can mend it."""
        try:
            self._held()
        except SettingsTrouble:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
            self._file.replace(self._file.with_name(f"{FILE}.corrupt.{stamp}"))

    def _forget_in_file(self, name: str) -> None:
        held = self._held()
        if held.pop(name, None) is not None:
            self._write(held)
