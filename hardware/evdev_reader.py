"""A keyboard scanner read from the Linux input device itself, grabbed so that no window gets its keys.

Key positions are read by the scanner's own layout, so the computer's does not matter. Events are parsed here; the
python-evdev package is not needed.
"""

from __future__ import annotations

import errno
import os
import select
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from hardware.keyboard_layouts import LAYOUTS
from hardware.text_reader import TextReader
from hardware.wedge import LONGEST

if sys.platform != "win32":
    import fcntl

INPUT_CLASS, INPUT_NODES = Path("/sys/class/input"), Path("/dev/input")
# linux/input.h: struct input_event with the machine's own timeval; linux/input-event-codes.h for the codes.
EVENT = struct.Struct("llHHi")
EVIOCGRAB = 0x40044590
_EV_SYN, _EV_KEY, _DOWN, _SYN_DROPPED = 0x00, 0x01, 1, 3
_ENTER = 28
_SHIFTS, _CONTROLS, _ALTGR, _CAPS = frozenset({42, 54}), frozenset({29, 97}), 100, 58
# Separators between the fields of a code: scanners send them as Control and a key, as on a terminal of the US layout.
_SEPARATORS = {43: "\x1c", 27: "\x1d", 7: "\x1e", 12: "\x1f"}
_ENDS = frozenset({28, 96, 15})  # Enter, keypad Enter, Tab
_POSITIONS = {
    code: position
    for position, code in enumerate((41, *range(2, 14), *range(16, 28), 43, *range(30, 41), *range(44, 54), 86))
}
_KEYPAD = {71: "7", 72: "8", 73: "9", 74: "-", 75: "4", 76: "5", 77: "6", 78: "+", 79: "1", 80: "2", 81: "3", 82: "0"}
_OTHERS = {57: " ", 55: "*", 83: ".", 98: "/", **_KEYPAD}


class KeyParser:
    """Raw input events into scans, each ended by Enter or Tab."""

    def __init__(self, layout: str = "us") -> None:
        self._layout = LAYOUTS[layout]
        self._raw = b""
        self._text: list[str] = []
        self._held: set[int] = set()
        self._caps = False
        self._spoilt = False

    def feed(self, data: bytes, at: float) -> list[tuple[str, str]]:
        """Scans completed by these bytes; events may arrive in parts."""
        self._raw += data
        whole = len(self._raw) - len(self._raw) % EVENT.size
        events, self._raw = self._raw[:whole], self._raw[whole:]
        found = []
        for _, _, kind, code, value in EVENT.iter_unpack(events):
            if kind == _EV_SYN and code == _SYN_DROPPED:
                self._spoilt = True  # the kernel lost events: what is being typed is no whole value any more
                self._held.clear()  # a shift whose release was lost would spell every later scan wrong
            text = self._key(code, value) if kind == _EV_KEY else None
            if text:
                found.append((text, "scanner"))
        return found

    def due(self, at: float) -> bytes:
        """Nothing is ever sent."""
        return b""

    def _key(self, code: int, value: int) -> str | None:
        if value == 0:
            self._held.discard(code)
            return None
        self._held.add(code)
        if code == _CAPS and value == _DOWN:
            self._caps = not self._caps
        elif code in _ENDS and value == _DOWN:
            text, self._text = "".join(self._text), []
            whole, self._spoilt = not self._spoilt, False
            return text if whole else None
        elif len(self._text) < LONGEST:
            self._text.append(self._character(code))
        return None

    def _character(self, code: int) -> str:
        if self._held & _CONTROLS:
            return _SEPARATORS.get(code, "")
        position = _POSITIONS.get(code)
        if position is None:
            return _OTHERS.get(code, "")
        shift = bool(self._held & _SHIFTS)
        plain = self._layout.character(position, shift=False, altgr=False)
        upper = shift != (self._caps and plain.isalpha())
        return self._layout.character(position, shift=upper, altgr=_ALTGR in self._held)


class InputStream:
    """A grabbed input device; `grab` is the one thing a test cannot do without the kernel."""

    def __init__(self, path: Path, grab: Callable[[int], None]) -> None:
        self._number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            grab(self._number)
        except OSError:
            os.close(self._number)
            raise

    def read(self, timeout: float) -> bytes:
        """Raw events; OSError when the scanner is unplugged."""
        if not select.select([self._number], [], [], timeout)[0]:
            return b""
        data = os.read(self._number, EVENT.size * 64)
        if not data:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return data

    def write(self, data: bytes) -> None:
        """Input devices are not written to."""

    def close(self) -> None:
        """Give it back; the grab ends with it."""
        os.close(self._number)


def evdev_reader(
    device: str, layout: str = "us", *, grab: Callable[[int], None] | None = None, sysfs: Path = INPUT_CLASS
) -> TextReader:
    """The scanner at a path (`/dev/input/by-id/...`), by `VVVV:PPPP`, or by part of its name. Raises KeyError."""
    LAYOUTS[layout]  # an unknown one is an error here, not in the thread
    return TextReader(device, lambda: InputStream(find_input(device, sysfs), grab or _grab), lambda: KeyParser(layout))


def find_input(device: str, sysfs: Path = INPUT_CLASS) -> Path:
    """The device's node. Raises FileNotFoundError."""
    if device.startswith("/"):
        return Path(device)
    for entry in sorted(sysfs.glob("event*"), key=lambda e: (not _has_enter(e), len(e.name), e.name)):
        name, ids = _text(entry / "device" / "name"), entry / "device" / "id"
        identity = f"{_text(ids / 'vendor')}:{_text(ids / 'product')}"
        if device.lower() == identity.lower() or (":" not in device and device.lower() in name.lower()):
            return INPUT_NODES / entry.name
    raise FileNotFoundError(errno.ENOENT, f"no input device {device}")


def _has_enter(entry: Path) -> bool:
    """Whether it is a keyboard: scanners show themselves as several devices, of which one types."""
    words = _text(entry / "device" / "capabilities" / "key").split()
    try:
        return bool(words) and bool(int(words[-1], 16) >> _ENTER & 1)
    except ValueError:
        return False


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _grab(number: int) -> None:
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, "input devices are grabbed on Linux only")
    else:  # noqa: RET506 - so that types are checked for each system
        fcntl.ioctl(number, EVIOCGRAB, 1)
