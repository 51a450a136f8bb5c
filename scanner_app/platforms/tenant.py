"""Which account a thing belongs to, without telling its key."""

from __future__ import annotations

import hashlib

from scanner_app.application.tenants import UNKNOWN


def fingerprint(url: str, key: str) -> str:
    """Return a short fingerprint of a base URL, and one of it and a key (see `application.tenants`)."""
    both = f"{url}\n{key}"
    return f"{_short(url, 6)}.{_short(both, 16)}"


def without_key(url: str) -> str:
    """Return the fingerprint of a base URL whose key is not known."""
    return f"{_short(url, 6)}.{UNKNOWN}"


def _short(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]
