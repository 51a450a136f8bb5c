"""Keys that come in two parts, as one secret in the secret store."""

from __future__ import annotations

from scanner_app.domain.errors import SettingsTrouble


def two_parts(secret: str) -> tuple[str, str]:
    """Return key and secret, written on two lines or with a colon between; SettingsTrouble for anything else."""
    parts = secret.split() if len(secret.split()) > 1 else secret.strip().split(":")
    if len(parts) != 2 or not all(part.isascii() and part.isprintable() and part for part in parts):
        raise SettingsTrouble("key_pair")
    return parts[0], parts[1]
