"""Tells the service manager that the window is up and alive (sd_notify(3)); does nothing where nobody asked.

The beats come from the window's own loop: one that hangs stops them, and the service manager starts the program anew.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

BEATS_PER_LIMIT = 4
"""The window beats every 50 ms; keep-alives are sent this often per limit (sd_watchdog_enabled(3): two)."""
FALLBACK_EVERY = 1.0
"""Seconds between keep-alives where no time limit was named."""


class Watchdog:
    """The service manager's ear. READY=1 goes out with the first beat: the window's loop runs by then and painted."""

    def __init__(
        self, address: str | None, every: float = FALLBACK_EVERY, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._address, self._every, self._now = address, every, now
        self._due: float | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Watchdog:
        """Return the watchdog that NOTIFY_SOCKET and WATCHDOG_USEC ask for.

        WATCHDOG_PID is not looked at: in a kiosk session it names the compositor, whose child we are, and what counts
        are still the window's beats.
        """
        env = os.environ if environment is None else environment
        limit = env.get("WATCHDOG_USEC", "")
        every = int(limit) / 1e6 / BEATS_PER_LIMIT if limit.isdecimal() and int(limit) else FALLBACK_EVERY
        return cls(env.get("NOTIFY_SOCKET") or None, every)

    def beat(self) -> None:
        """Say READY once, then WATCHDOG as often as is due. Call from the window's loop; never blocks."""
        now = self._now()
        if self._due is None:
            self._send("READY=1\nSTATUS=The door is open.")
            self._due = now
        if now >= self._due:
            self._send("WATCHDOG=1")
            self._due = now + self._every

    def stopping(self) -> None:
        """Say that the program ends because it was asked to."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        # A leading @ stands for the abstract namespace, which begins with a zero byte.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as ear:
                ear.sendto(message.encode(), address)
        except OSError as error:  # a deaf manager must not close the door; it restarts us if it misses this
            log.warning("the service manager did not hear %s: %s", message.partition("=")[0], error.strerror)
