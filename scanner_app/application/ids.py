"""Ids made before the first attempt, so that every retry carries the same one."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562): milliseconds since 1970, then random; rising within this process."""
    global _last  # noqa: PLW0603 - one clock for the process
    with _lock:
        ms = max(time.time_ns() // 1_000_000, _last)
        _last = ms
    tail = int.from_bytes(os.urandom(10))
    value = (ms & 0xFFFF_FFFF_FFFF) << 80 | tail
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def device_name() -> str:
    """Return a name for this kiosk: the computer's, and four letters of chance.

    Computers made from one image share their name, and platforms tell two doors apart by the device's name alone.
    """
    return another_name(socket.gethostname())


def another_name(old: str) -> str:
    """Return a name like this one that no other kiosk bears: of two copies each takes another."""
    return f"{old}-{secrets.token_hex(2)}"
