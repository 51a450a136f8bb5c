"""The cameras that the system knows, by name."""

from pathlib import Path

_CLASS = Path("/sys/class/video4linux")  # Linux; elsewhere cameras are chosen by number


def cameras(folder: Path = _CLASS) -> list[tuple[str, str]]:
    """(source, name) of each camera. A device may have several nodes: the first (index 0) gives pictures."""
    nodes = [n for n in sorted(folder.glob("video*"), key=_number) if _text(n / "index") in ("", "0")]
    return [(f"camera:{_number(n)}", _text(n / "name") or n.name) for n in nodes]


def _number(node: Path) -> int:
    digits = node.name.removeprefix("video")
    return int(digits) if digits.isdigit() else 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
