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
    """The most that is taken: bytes of the file, pixels of a side, and megabytes in memory."""

    bytes: int
    side: int
    megabytes: int


GUEST = Bounds(1024 * 1024, 2000, 32)
"""A guest's photo, from somebody else's server."""
HOUSE = Bounds(32 * 1024 * 1024, 8000, 256)
"""A picture that an administrator chose."""


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


def picture_in(path: str, bounds: Bounds, fit: QSize) -> QImage | None:
    """Return the picture in a file, None when there is none that may be shown."""
    try:
        with Path(path).open("rb") as file:
            return picture_from(file.read(bounds.bytes + 1), bounds, fit)
    except OSError:
        return None
