"""Which account a thing belongs to, without telling its key."""

from __future__ import annotations

import hashlib


def fingerprint(url: str, key: str) -> str:
    """Return a short fingerprint of a base URL, and one of it and a key (see `application.tenants`)."""
    both = f"{url}\n{key}"
    return f"{_short(url, 6)}.{_short(both, 16)}"


def _short(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]
