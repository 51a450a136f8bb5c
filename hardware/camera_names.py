"""The cameras that the system knows, by name, and why one of them cannot be opened."""

import errno
import os
import struct
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl

_CLASS = Path("/sys/class/video4linux")  # Linux; elsewhere cameras are chosen by number
# linux/videodev2.h: VIDIOC_QUERYCAP and its answer, of which the capabilities of this very node are wanted.
_QUERYCAP: Final = 0x80685600
_CAPABILITIES: Final = struct.Struct("=16s32s32sIII12x")
_GIVES_PICTURES: Final = 0x00000001 | 0x00001000  # V4L2_CAP_VIDEO_CAPTURE, also with several planes
_HAS_DEVICE_CAPS: Final = 0x80000000


class Why(Enum):
    """Why a source cannot be opened."""

    MISSING = "missing"
    NO_PERMISSION = "no_permission"
    BUSY = "busy"
    UNSUPPORTED = "unsupported"
    UNREACHABLE = "unreachable"
    SIGN_IN = "sign_in"
    NO_STREAM = "no_stream"


def gives_pictures(node: Path) -> bool | None:
    """Whether this node is a camera's, as its driver says; None where it cannot be asked (no permission, not Linux).

    Codecs, video outputs and virtual cameras that nobody feeds look like cameras until they are asked.
    """
    try:
        number = os.open(node, os.O_RDWR | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        return may_give_pictures(_asked(number))
    except OSError as error:
        return False if error.errno in (errno.ENOTTY, errno.EINVAL) else None
    finally:
        os.close(number)


def _asked(number: int) -> bytes:
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, "V4L2 is Linux's")
    else:  # noqa: RET506 - so that types are checked for each system
        return bytes(fcntl.ioctl(number, _QUERYCAP, bytes(_CAPABILITIES.size)))


def may_give_pictures(answer: bytes) -> bool:
    """Whether a driver's `struct v4l2_capability` is that of a node which hands pictures out."""
    *_, every, of_this_node = _CAPABILITIES.unpack(answer)
    return bool((of_this_node if every & _HAS_DEVICE_CAPS else every) & _GIVES_PICTURES)


def cameras(folder: Path = _CLASS, asked: Callable[[Path], bool | None] = gives_pictures) -> list[tuple[str, str]]:
    """(source, name) of each camera. A device may have several nodes: the first (index 0) gives pictures.

    One that may not be asked stays: who looks for it is to see that it is there, and not allowed.
    """
    nodes = [n for n in sorted(folder.glob("video*"), key=_number) if _text(n / "index") in ("", "0")]
    return [
        (f"camera:{_number(n)}", _text(n / "name") or n.name) for n in nodes if asked(node(_number(n))) is not False
    ]


def node(number: int) -> Path:
    """Return where Linux keeps this camera."""
    return Path(f"/dev/video{number}")


def why_shut(
    node: Path,
    may: Callable[[Path, int], bool] = os.access,
    asked: Callable[[Path], bool | None] = gives_pictures,
) -> Why:
    """Why a camera's node cannot be opened, OpenCV having failed to and having said nothing.

    On Windows there are no nodes: that is told as MISSING. A camera that is there, may be opened and still gives
    nothing is streaming to somebody else: V4L2 lets many open a camera and one read it.
    """
    if not node.exists():
        return Why.MISSING
    if not node.is_char_device():
        return Why.UNSUPPORTED
    if not may(node, os.R_OK | os.W_OK):
        return Why.NO_PERMISSION
    return Why.UNSUPPORTED if asked(node) is False else Why.BUSY


def forbidden(source: str) -> bool:
    """Return whether a camera of `cameras` is one that this user may not open."""
    return why_shut(node(int(source.removeprefix("camera:")))) is Why.NO_PERMISSION


def _number(node: Path) -> int:
    digits = node.name.removeprefix("video")
    return int(digits) if digits.isdigit() else 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
