"""PassKit's tokens: made for each request, on the platform's own clock, because seconds decide."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from datetime import datetime

BACKDATED = 15.0
"""Seconds a token is backdated: one of the future is refused, one older than about 60 s too (providers.md 3.2)."""
LIFETIME = 60.0
NOISE = 5.0
"""Seconds by which the `Date` of an answer may be off without the clock being wrong."""


class Mint:
    """Makes tokens; `heard` keeps the offset between the platform's clock and ours."""

    def __init__(self, key: str, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._key, self._secret, self._clock = key, secret.encode(), clock
        self._lock = threading.Lock()
        self._offset = 0.0

    @property
    def offset(self) -> float:
        """The platform's clock minus ours, in seconds, as far as heard."""
        with self._lock:
            return self._offset

    def heard(self, date: datetime) -> None:
        """Take note of the platform's time."""
        offset = date.timestamp() - self._clock()
        with self._lock:
            self._offset = offset if abs(offset) > NOISE else 0.0

    def headers(self) -> dict[str, str]:
        """Return the header of one request."""
        issued = int(self._clock() + self.offset - BACKDATED)
        claims = {"uid": self._key, "iat": issued, "exp": issued + int(BACKDATED + LIFETIME)}
        unsigned = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        signature = hmac.new(self._secret, unsigned.encode(), hashlib.sha256).digest()
        return {"authorization": f"{unsigned}.{_encoded(signature)}"}


def _part(value: object) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
