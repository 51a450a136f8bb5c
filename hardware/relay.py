"""A turnstile or door behind a serial USB relay: pulsed after the admission is on disk, and watched where it can be.

Speaks the protocol of LCUS-1 boards and their many copies: A0, channel, 1 or 0, sum. One thread owns the port; nothing
here decides about admission, and a failure is told, never swallowed.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from hardware.serial_reader import SerialStream

log = logging.getLogger(__name__)

_SENSE_S = 0.02


class Opening(Enum):
    """What became of one opening. OPENED: pulsed, and no contact tells whether anybody went through."""

    OPENED = "opened"
    TURNED = "turned"
    NOT_TURNED = "not_turned"
    FAILED = "failed"


OnResult = Callable[[Opening, str], None]


class RelayPort(Protocol):
    """The serial port; write and contact raise OSError when it is gone."""

    def write(self, data: bytes) -> None:
        """Send."""

    @property
    def contact(self) -> bool:
        """Whether the passage contact is closed."""

    def close(self) -> None:
        """Give it back."""


@dataclass(frozen=True, slots=True)
class RelayProfile:
    """`pulse` seconds on; with `turn` seconds, the contact on CTS must close within them or nobody went through."""

    port: str
    channel: int = 1
    baud: int = 9600
    pulse: float = 0.5
    turn: float | None = None


def switch_command(channel: int, *, on: bool) -> bytes:
    """Four bytes; channel 1 on is A0 01 01 A2."""
    head = bytes([0xA0, channel, int(on)])
    return head + bytes([sum(head) & 0xFF])


class Relay:
    """Call `open_once` only after the commit. Results come from the relay's own thread, one for each call."""

    def __init__(self, profile: RelayProfile, opener: Callable[[], RelayPort] | None = None) -> None:
        self._profile = profile
        self._opener = opener or (lambda: SerialStream(profile.port, profile.baud))
        self._port: RelayPort | None = None
        self._wanted: queue.SimpleQueue[OnResult | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    @property
    def longest(self) -> float:
        """Seconds one opening may take."""
        return max(self._profile.pulse, self._profile.turn or 0.0)

    def start(self) -> None:
        """Begin; opens the port with the first use."""
        self._thread.start()

    def open_once(self, on_result: OnResult) -> None:
        """Let one guest through; returns at once."""
        self._wanted.put(on_result)

    def stop(self, deadline: float = 5.0) -> bool:
        """End within `deadline` seconds, relay off; whether it did."""
        self._stopping.set()
        self._wanted.put(None)
        if self._thread.ident is not None:
            self._thread.join(deadline)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (on_result := self._wanted.get()) is not None:
            try:
                result, why = self._pulse(), ""
            except OSError as error:
                log.warning("relay %s: %s", self._profile.port, error)
                self._forget()
                result, why = Opening.FAILED, str(error)
            try:
                on_result(result, why)
            except Exception:
                # What a receiver does with one guest must not leave the next one before a locked turnstile.
                log.exception("the receiver of an opening failed")
        self._forget()

    def _pulse(self) -> Opening:
        port = self._switched_on()
        started = time.monotonic()
        turned = False
        try:
            turned = self._wait(port, self._profile.pulse, started, until_turned=False)
        finally:
            port.write(switch_command(self._profile.channel, on=False))
        if self._profile.turn is None:
            return Opening.OPENED
        turned = turned or self._wait(port, self._profile.turn, started, until_turned=True)
        if turned:
            return Opening.TURNED
        # Told to stop in the middle: nobody knows, so nothing is taken back.
        return Opening.OPENED if self._stopping.is_set() else Opening.NOT_TURNED

    def _switched_on(self) -> RelayPort:
        """The port, switched on; a port that was pulled out and put back is opened anew, once."""
        command = switch_command(self._profile.channel, on=True)
        if self._port is not None:
            try:
                self._port.write(command)
                return self._port
            except OSError:
                self._forget()
        self._port = self._opener()
        self._port.write(command)
        return self._port

    def _wait(self, port: RelayPort, seconds: float, since: float, *, until_turned: bool) -> bool:
        """Wait until `seconds` after `since`; whether the contact closed meanwhile."""
        turned = False
        while time.monotonic() - since < seconds and not self._stopping.is_set():
            if self._profile.turn is not None and port.contact:
                turned = True
                if until_turned:
                    return True
            self._stopping.wait(_SENSE_S)
        return turned

    def _forget(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.close()
