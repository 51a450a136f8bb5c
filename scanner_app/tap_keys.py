"""The keys for taps: looked at before any is kept, in the secret store, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from hardware.sun import read_keys
from hardware.wallet_keys import BadKey, load_key
from scanner_app.application.config import APPLE_KEY, GOOGLE_KEY, SUN_KEYS
from scanner_app.domain.errors import SettingsTrouble

NAMES = (APPLE_KEY, GOOGLE_KEY, SUN_KEYS)


class Secrets(Protocol):
    """Where keys are kept."""

    def put(self, name: str, value: str) -> str:
        """Keep a secret."""

    def remove(self, name: str) -> None:
        """Forget a secret."""


def keep(secrets: Secrets, files: Mapping[str, Path | None]) -> None:
    """Keep the key in each file under its name; SettingsTrouble says what is wrong, and then none was kept."""
    found = {name: _read(name, file) for name, file in files.items() if file}
    for name, secret in found.items():
        secrets.put(name, secret)


def forget(secrets: Secrets) -> None:
    """Forget them all."""
    for name in NAMES:
        secrets.remove(name)


def _read(name: str, file: Path) -> str:
    try:
        secret = file.read_text(encoding="utf-8", errors="replace")
        if name == SUN_KEYS:
            read_keys(secret)
        else:
            load_key(secret.encode("utf-8"), str(file))
    except (BadKey, ValueError) as error:
        raise SettingsTrouble("tap_key", str(error)) from error
    except OSError as error:
        raise SettingsTrouble("tap_key", f"the key file {file} cannot be read: {error.strerror or error}") from error
    return secret
