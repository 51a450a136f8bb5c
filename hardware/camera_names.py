"""The cameras that the system knows, by name, and why one of them cannot be opened."""

import os
from collections.abc import Callable
from enum import Enum
from pathlib import Path

_CLASS = Path("/sys/class/video4linux")  # Linux; elsewhere cameras are chosen by number


class Why(Enum):
    """Why a source cannot be opened."""

    MISSING = "missing"
    NO_PERMISSION = "no_permission"
    BUSY = "busy"
    UNSUPPORTED = "unsupported"
    UNREACHABLE = "unreachable"
    SIGN_IN = "sign_in"
    NO_STREAM = "no_stream"


def cameras(folder: Path = _CLASS) -> list[tuple[str, str]]:
    """(source, name) of each camera. A device may have several nodes: the first (index 0) gives pictures."""
    nodes = [n for n in sorted(folder.glob("video*"), key=_number) if _text(n / "index") in ("", "0")]
    return [(f"camera:{_number(n)}", _text(n / "name") or n.name) for n in nodes]


def node(number: int) -> Path:
    """Return where Linux keeps this camera."""
    return Path(f"/dev/video{number}")


def why_shut(node: Path, may: Callable[[Path, int], bool] = os.access) -> Why:
    """Why a camera's node cannot be opened, OpenCV having failed to and having said nothing.

    On Windows there are no nodes: that is told as MISSING. A node that is there, may be opened and still gives nothing
    is streaming to somebody else: V4L2 lets many open a camera and one read it.
    """
    if not node.exists():
        return Why.MISSING
    if not node.is_char_device():
        return Why.UNSUPPORTED
    return Why.BUSY if may(node, os.R_OK | os.W_OK) else Why.NO_PERMISSION


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
