"""Pictures from outside, decoded with care: what is too large is refused by its header, before a pixel is unpacked.

Safe on any thread. Formats are few, sizes bounded, Qt's own limit on memory stands behind them (reliability.md 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

FORMATS = frozenset({b"png", b"jpg", b"jpeg", b"webp", b"bmp"})
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that is taken: bytes of the file, pixels of a side, megabytes in memory, seconds of unpacking."""

    bytes: int
    side: int
    megabytes: int
    seconds: float


GUEST = Bounds(1024 * 1024, 2000, 32, 5.0)
"""A guest's photo, from somebody else's server; unpacked in some 20 ms once its process has started."""
HOUSE = Bounds(32 * 1024 * 1024, 8000, 256, 20.0)
"""A picture that an administrator chose."""
KINDS = (GUEST, HOUSE)


def picture_from(content: bytes, bounds: Bounds, fit: QSize) -> QImage | None:
    """Return the picture no larger than `fit` needs, None when it is none or breaks a bound."""
    if not content or len(content) > bounds.bytes:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if reader.format().data() not in FORMATS or not 0 < max(size.width(), size.height()) <= bounds.side:
        return None
    if size.width() * size.height() * 4 > bounds.megabytes * 1024 * 1024:
        return None
    if size.width() > fit.width() and size.height() > fit.height():
        reader.setScaledSize(size.scaled(fit, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    found = reader.read()
    return None if found.isNull() else found


def content_of(path: str, bounds: Bounds) -> bytes:
    """Return what a file holds, to one byte more than may be; b'' where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(bounds.bytes + 1)
    except OSError:
        return b""
