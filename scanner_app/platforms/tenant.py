"""Which account a thing belongs to, without telling its key."""

from __future__ import annotations

import hashlib


def fingerprint(url: str, key: str) -> str:
    """Return a short fingerprint of base URL and key."""
    return hashlib.sha256(f"{url}\n{key}".encode()).hexdigest()[:16]
