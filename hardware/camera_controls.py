"""Torch, exposure, gain and focus of a camera, where it has them: asked of the kernel (V4L2), never guessed.

OpenCV's properties tell neither a range nor whether a device honours them, so the kernel's own questions are put: which
controls there are, their range, step, usual value and whether they can be changed just now. A second opening of the
device suffices: the one that gives pictures need not know. Source of numbers: linux/videodev2.h and v4l2-controls.h.
"""

import errno
import logging
import os
import re
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

if sys.platform != "win32":
    import fcntl

_log = logging.getLogger(__name__)

_QUERY, _GET, _SET, _MENU = 0xC0445624, 0xC008561B, 0xC008561C, 0xC02C5625  # VIDIOC_QUERYCTRL, G_, S_CTRL, QUERYMENU
_QUERY_FORM: Final = struct.Struct("=II32siiiiI8x")
_VALUE_FORM: Final = struct.Struct("=Ii")
_MENU_FORM: Final = struct.Struct("=II32s4x")
_DISABLED, _GRABBED, _READ_ONLY, _INACTIVE = 0x1, 0x2, 0x4, 0x10

# In the order in which they are set: what is automatic must be off before its value can be.
_IDS: Final = {
    "torch": 0x009C0901,  # V4L2_CID_FLASH_LED_MODE, a menu
    "auto_exposure": 0x009A0901,  # V4L2_CID_EXPOSURE_AUTO, a menu
    "exposure": 0x009A0902,  # V4L2_CID_EXPOSURE_ABSOLUTE, units of 100 microseconds
    "auto_gain": 0x00980912,  # V4L2_CID_AUTOGAIN
    "gain": 0x00980913,  # V4L2_CID_GAIN
    "auto_focus": 0x009A090C,  # V4L2_CID_FOCUS_AUTO
    "focus": 0x009A090A,  # V4L2_CID_FOCUS_ABSOLUTE
    "brightness": 0x00980900,  # V4L2_CID_BRIGHTNESS
}
# For menus that are a switch to a person: the entry for off, and the entries for on, the best first.
_MENUS: Final = {
    "torch": (0, (2,)),
    "auto_exposure": (1, (3, 0, 2)),
}  # LED none, torch; exposure manual, else automatic
_SWITCHES: Final = frozenset({"auto_gain", "auto_focus", *_MENUS})

Ioctl = Callable[[int, int, bytearray], int]


@dataclass(frozen=True, slots=True)
class Control:
    """One control: a switch (0 or 1) or a range, its usual and present value; `active` when it can be changed now."""

    name: str
    switch: bool
    least: int
    most: int
    step: int
    usual: int
    value: int
    active: bool = True


class CannotControl(Exception):
    """The source is no camera device of this computer, or it cannot be opened."""


def device_path(spec: str) -> str:
    """The device file of "0", "camera:0" or "camera:/dev/...". CannotControl for files and network cameras."""
    found = re.fullmatch(r"(?:camera:)?(\d{1,3})|camera:(/dev/\S+)", spec)
    if found is None:
        raise CannotControl(f"{spec} is no camera of this computer")
    return found[2] or f"/dev/video{found[1]}"


class CameraControls:
    """The controls of one opened device."""

    def __init__(self, fd: int, ioctl: Ioctl | None = None) -> None:
        self._fd = fd
        self._ioctl = ioctl or _of_the_kernel

    def all(self) -> tuple[Control, ...]:
        """What this camera has; a camera without any gives none."""
        return tuple(found for name in _IDS if (found := self._control(name)) is not None)

    def set(self, name: str, value: int) -> Control | None:
        """Set one control and read it back, so that what the device really took is known; None when it has none."""
        control = self._control(name)
        if control is None:
            return None
        wanted = max(control.least, min(control.most, value))
        wanted -= (wanted - control.least) % max(1, control.step)
        self._ask(_SET, bytearray(_VALUE_FORM.pack(_IDS[name], self._to_device(name, wanted))))
        return self._control(name)

    def apply(self, values: Mapping[str, int]) -> tuple[str, ...]:
        """Set what is named, switches before the values they govern; the names that the camera did not honour."""
        refused = []
        for name in (name for name in _IDS if name in values):
            taken = self.set(name, values[name])
            if taken is None or taken.value != values[name]:
                refused.append(name)
        return tuple(refused)

    def _control(self, name: str) -> Control | None:
        asked = self._ask(_QUERY, bytearray(_QUERY_FORM.pack(_IDS[name], 0, b"", 0, 0, 0, 0, 0)))
        value = self._ask(_GET, bytearray(_VALUE_FORM.pack(_IDS[name], 0))) if asked else None
        if asked is None or value is None:
            return None
        _, _, _, least, most, step, usual, flags = _QUERY_FORM.unpack(asked)
        now = _VALUE_FORM.unpack(value)[1]
        active = not flags & (_GRABBED | _INACTIVE)
        if flags & (_DISABLED | _READ_ONLY) or least >= most:
            return None
        if name not in _SWITCHES:
            return Control(name, False, least, most, max(1, step), usual, now, active)
        if name in _MENUS and self._on(name) is None:
            return None
        off = _MENUS[name][0] if name in _MENUS else 0
        return Control(name, True, 0, 1, 1, int(usual != off), int(now != off), active)

    def _on(self, name: str) -> int | None:
        """The menu entry that means on here; None where the camera has only one of the two."""
        off, choices = _MENUS[name]
        if not self._offers(name, off):
            return None
        return next((entry for entry in choices if self._offers(name, entry)), None)

    def _offers(self, name: str, entry: int) -> bool:
        return self._ask(_MENU, bytearray(_MENU_FORM.pack(_IDS[name], entry, b""))) is not None

    def _to_device(self, name: str, value: int) -> int:
        if name not in _MENUS:
            return value
        return (self._on(name) or 0) if value else _MENUS[name][0]

    def _ask(self, request: int, body: bytearray) -> bytearray | None:
        try:
            self._ioctl(self._fd, request, body)
        except OSError:  # EINVAL: it has no such control; EBUSY, EIO: not now
            return None
        return body


def _of_the_kernel(fd: int, request: int, body: bytearray) -> int:
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, "V4L2 is Linux's")
    else:  # noqa: RET506 - so that types are checked for each system
        return int(fcntl.ioctl(fd, request, body))


@contextmanager
def opened(spec: str) -> Iterator[CameraControls]:
    """The controls of the camera that a source spec names. CannotControl when there is none."""
    try:
        fd = os.open(device_path(spec), os.O_RDWR | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise CannotControl(f"{spec}: {error.strerror}") from error
    try:
        yield CameraControls(fd)
    finally:
        os.close(fd)


def apply_kept(spec: str, values: Mapping[str, int]) -> None:
    """Give a camera that was just opened its kept settings; what it does not honour is logged, and stops nothing."""
    if not values:
        return
    try:
        with opened(spec) as controls:
            refused = controls.apply(values)
    except CannotControl as trouble:
        _log.warning("camera settings: %s", trouble)
        return
    if refused:
        _log.warning("camera %s did not take: %s", spec, ", ".join(refused))
