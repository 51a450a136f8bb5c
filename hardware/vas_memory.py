"""Keeps harvested or repeated Apple VAS cryptograms out: a window for the phone's clock and a memory of hashes.

VAS answers carry no reader nonce, so an old cryptogram decrypts as well as a new one.
"""

from __future__ import annotations

import hashlib
import threading
from enum import Enum

DEFAULT_WINDOW_S = 600  # phone clocks drift; longer makes harvesting easier
_SWEEP_AT = 4096


class Freshness(Enum):
    """Whether a cryptogram may count."""

    FRESH = "fresh"
    STALE = "stale"
    REPLAYED = "replayed"


class VasMemory:
    """Judges each cryptogram once. Forgets it only when its time stamp alone would refuse it. For any thread."""

    def __init__(self, window_s: float = DEFAULT_WINDOW_S) -> None:
        self._window = window_s
        self._seen: dict[bytes, float] = {}
        self._sweep_at = _SWEEP_AT
        self._lock = threading.Lock()

    def judge(self, cryptogram: bytes, phone_time: float, now: float) -> Freshness:
        """FRESH the first time within the window (Unix seconds), then REPLAYED; STALE outside it."""
        if abs(now - phone_time) > self._window:
            return Freshness.STALE
        digest = hashlib.sha256(cryptogram).digest()
        with self._lock:
            if digest in self._seen:
                return Freshness.REPLAYED
            self._sweep(now)
            self._seen[digest] = phone_time
        return Freshness.FRESH

    def _sweep(self, now: float) -> None:
        if len(self._seen) < self._sweep_at:
            return
        self._seen = {d: t for d, t in self._seen.items() if abs(now - t) <= self._window}
        self._sweep_at = max(_SWEEP_AT, 2 * len(self._seen))
