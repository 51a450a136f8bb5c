"""Serial and USB-COM scanners and certified wallet readers: framing of what they send, and the port itself."""

from __future__ import annotations

import errno
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import serial
from serial.tools.list_ports import comports
from serial.tools.list_ports_common import ListPortInfo

from hardware.text_reader import TextReader

NAMES = Path("/dev/serial")
"""Where Linux keeps the names of serial devices that last."""

# As for keyboard scanners: longer is refused later on, so it need only be seen to be longer.
LONGEST = 4097
_ENDS = b"\r\n\x03"
_START = 0x02
IDLE_S = 0.08  # a scanner without terminator: its bytes come without gaps at any baud rate
# Where nobody said that a pause ends a value, it does so only as long as no terminator was ever seen, and not for a few
# bytes of noise; afterwards what lies there this long is the rest of a broken scan, which must not begin the next one.
PATIENT_S, SHORTEST, STALE_S = 0.25, 4, 2.0


# A speed the port cannot do; a port that leaves while it is opened.
_UNUSABLE: tuple[type[Exception], ...] = (ValueError,)
if sys.platform != "win32":
    import termios

    _UNUSABLE += (termios.error,)


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader puts before values of one kind (VTAP: ComPortPrefix by source) and what they then are."""

    prefix: str
    kind: str


@dataclass(frozen=True, slots=True)
class SerialProfile:
    """One serial reader. `idle` True: a pause ends a value (no terminator). `sources`: the first prefix that fits."""

    port: str
    baud: int = 9600
    suffix: str = ""
    idle: bool = False
    sources: tuple[Source, ...] = (Source("", "scanner"),)
    poll_vtap: bool = False


class LineFramer:
    """Bytes into values: ended by CR, LF or ETX, begun anew by STX, or ended by a pause. UTF-8, else Latin-1."""

    def __init__(self, profile: SerialProfile) -> None:
        self._profile = profile
        self._buffer = bytearray()
        self._last = 0.0
        self._ends_its_values = False

    def feed(self, data: bytes, at: float) -> list[tuple[str, str]]:
        """Values completed by `data`."""
        found = [self._paused(at - self._last)] if self._buffer else []
        if data:
            self._last = at
        for byte in data:
            if byte in _ENDS:
                self._ends_its_values = True
                found.append(self._take())
            elif byte == _START:
                self._buffer.clear()
            elif len(self._buffer) < LONGEST:
                self._buffer.append(byte)
        return [v for v in found if v is not None]

    def due(self, at: float) -> bytes:
        """Scanners speak for themselves."""
        return b""

    def _paused(self, seconds: float) -> tuple[str, str] | None:
        """The value that a pause of so many seconds ends, if it does."""
        if self._profile.idle:
            return self._take() if seconds >= IDLE_S else None
        if not self._ends_its_values and seconds >= PATIENT_S and len(self._buffer) >= SHORTEST:
            return self._take()
        if seconds >= STALE_S:
            self._buffer.clear()
        return None

    def _take(self) -> tuple[str, str] | None:
        raw = bytes(self._buffer)
        self._buffer.clear()
        return attribute(_decode(raw), self._profile) if raw else None


class VtapPoll:
    """A VTAP reader in passive mode: asked for its payload, then for where it came from.

    `?r` answers the last payload or an empty line, `?type` a line like G16: G Google, then collector and key slot.
    """

    KINDS = {"A": "vas", "G": "smart_tap", "2": "ndef_text", "4": "ndef_text", "Q": "scanner"}  # noqa: RUF012
    PAUSE_S = 0.1
    PATIENCE_S = 1.0

    def __init__(self, profile: SerialProfile) -> None:
        self._buffer = bytearray()
        self._asked: bytes | None = None
        self._asked_at = 0.0
        self._payload: str | None = None
        self._given: str | None = None

    def due(self, at: float) -> bytes:
        """The next question, one at a time."""
        waited = at - self._asked_at
        if waited < (self.PAUSE_S if self._asked is None else self.PATIENCE_S):
            return b""
        self._asked_at = at
        self._asked = b"?r" if self._payload is None else b"?type"
        self._buffer.clear()
        return self._asked + b"\r"

    def feed(self, data: bytes, at: float) -> list[tuple[str, str]]:
        """The value, once its kind is known; the same payload is given again only after an empty answer."""
        self._buffer += data[:LONGEST]
        end = next((i for i, b in enumerate(self._buffer) if b in _ENDS), None)
        if end is None or self._asked is None:
            return []
        line, asked = _decode(bytes(self._buffer[:end])), self._asked
        self._buffer.clear()
        self._asked = None
        if asked == b"?type":
            payload, self._payload = self._payload or "", None
            return [(payload, self.KINDS.get(line[:1], "scanner"))]
        if not line:
            self._given = None
        elif line != self._given:
            self._given = self._payload = line
        return []


def attribute(text: str, profile: SerialProfile) -> tuple[str, str] | None:
    """The value without its source's prefix and the suffix, and its kind; None when no source fits."""
    text = text.removesuffix(profile.suffix)
    for source in _longest_first(profile.sources):
        if text.startswith(source.prefix) and len(text) > len(source.prefix):
            return text[len(source.prefix) :], source.kind
    return None


def serial_reader(profile: SerialProfile) -> TextReader:
    """The reader on this port; waits for a port that is not there."""
    parser = VtapPoll if profile.poll_vtap else LineFramer
    return TextReader(profile.port, lambda: SerialStream(profile.port, profile.baud), lambda: parser(profile))


class SerialStream:
    """A serial port that raises OSError, and only that, when it is gone."""

    def __init__(self, port: str, baud: int) -> None:
        # Exclusive: two programs on one scanner would each get half of every scan.
        exclusive = {} if sys.platform == "win32" else {"exclusive": True}
        try:
            self._port: Any = serial.Serial(port, baud, timeout=0, write_timeout=1.0, **exclusive)
        except _UNUSABLE as error:
            raise OSError(errno.ENODEV, f"{port}: {error}") from error
        except serial.SerialException as error:
            raise OSError(error.errno or _number_behind(error), error.strerror or str(error)) from error

    def read(self, timeout: float) -> bytes:
        """What has come within `timeout` seconds, without waiting for more once there is something."""
        try:
            self._port.timeout = timeout
            first: bytes = self._port.read(1)
            return first + (self._port.read(self._port.in_waiting) if first and self._port.in_waiting else b"")
        except serial.SerialException as error:
            raise OSError(errno.EIO, "it was unplugged, or another program reads from it too") from error

    def write(self, data: bytes) -> None:
        """Send."""
        self._port.write(data)

    @property
    def contact(self) -> bool:
        """The CTS line: where a turnstile's passage contact is wired to the adapter."""
        return bool(self._port.cts)

    def close(self) -> None:
        """Give the port back."""
        try:
            self._port.close()
        except OSError:
            return


def serial_ports(found: Sequence[ListPortInfo] | None = None, names: Path = NAMES) -> list[tuple[str, str]]:
    """Port and name of what is plugged in; ports soldered to the board mostly have nothing behind them.

    The port by the name that stays with the device, where the system has one: `ttyACM0` is whoever was there first. Of
    two that cannot be told apart, by the socket they are plugged into.
    """
    ports = [p for p in (comports() if found is None else found) if p.vid is not None]
    by_id, by_path = _links(names / "by-id"), _links(names / "by-path")
    alike = Counter((p.vid, p.pid, p.serial_number) for p in ports)

    def lasting(port: ListPortInfo) -> str:
        alone = alike[port.vid, port.pid, port.serial_number] == 1
        return str((by_id if alone else by_path).get(port.device, port.device))

    return [(lasting(p), p.description or p.device) for p in ports]


def _links(folder: Path) -> dict[str, str]:
    """The names in a folder of links, by the port that they lead to."""
    try:
        return {str(link.resolve()): str(link) for link in sorted(folder.iterdir(), reverse=True)}
    except OSError:
        return {}


def _number_behind(error: serial.SerialException) -> int:
    """The system's own number for a port that could not be configured: pyserial keeps it in its sentence only."""
    behind = error.__context__
    number = behind.args[0] if isinstance(behind, _UNUSABLE) and behind.args else None
    return number if isinstance(number, int) else errno.EIO


def _longest_first(sources: Sequence[Source]) -> list[Source]:
    return sorted(sources, key=lambda s: len(s.prefix), reverse=True)


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
