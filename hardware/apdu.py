"""Short command APDUs and their answers, free of any transport.

Every card protocol of this package talks through a `Transmit`: command bytes in, answer bytes (data and status word)
out. nfcpy, PC/SC and the tests all provide one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Transmit = Callable[[bytes], bytes]

MAX_COMMAND_DATA = 255


class TapBroken(Exception):
    """The card left the field or broke the protocol while it was being read; the next tap starts anew."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A card's answer: `data` without, `sw` as the status word."""

    data: bytes
    sw: int

    @property
    def ok(self) -> bool:
        """Status word 9000."""
        return self.sw == 0x9000


def command(cla: int, ins: int, p1: int, p2: int, data: bytes = b"", le: int | None = 0) -> bytes:
    """A short APDU; `le` 0 asks for up to 256 bytes, None for none. Raises ValueError when `data` is too long."""
    if len(data) > MAX_COMMAND_DATA:
        raise ValueError(f"command data of {len(data)} bytes does not fit a short APDU")
    body = bytes([len(data)]) + data if data else b""
    tail = b"" if le is None else bytes([le & 0xFF])
    return bytes([cla, ins, p1, p2]) + body + tail


def select_name(aid: bytes) -> bytes:
    """SELECT by application name (ISO 7816-4)."""
    return command(0x00, 0xA4, 0x04, 0x00, aid)


def ask(transmit: Transmit, apdu: bytes) -> Answer:
    """Send one command. Raises TapBroken when the answer has no status word."""
    raw = bytes(transmit(apdu))
    if len(raw) < 2:
        raise TapBroken("answer without a status word")
    return Answer(raw[:-2], int.from_bytes(raw[-2:], "big"))
