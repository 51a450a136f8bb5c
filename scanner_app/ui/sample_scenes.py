"""Made-up doors that pictures stand on, and what their camera sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QPainter

from scanner_app.application.control import Role
from scanner_app.domain.passes import Direction
from scanner_app.ui import sample
from scanner_app.ui.sample_door import SampleDoor

OUTLINE = (((536, 256), (744, 256), (744, 464), (536, 464)),)
"""Where the code is in it."""


def camera_picture() -> object:
    """Return a picture as a camera would give it: a hand, a telephone, a code on it."""
    image = QImage(1280, 720, QImage.Format.Format_BGR888)
    image.fill(QColor("#3A4650"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(0, 470, 1280, 250, QColor("#2C353D"))
    painter.setBrush(QColor("#10161A"))
    painter.drawRoundedRect(455, 40, 370, 700, 46, 46)
    painter.setBrush(QColor("#F4F7F8"))
    painter.drawRoundedRect(473, 60, 334, 680, 30, 30)
    painter.fillRect(473, 110, 334, 84, QColor("#6A4CE0"))
    cells = np.random.default_rng(7).random((25, 25)) < 0.5
    for row, column in np.argwhere(cells):
        painter.fillRect(540 + int(column) * 8, 260 + int(row) * 8, 8, 8, QColor("#10161A"))
    for x, y in ((540, 260), (684, 260), (540, 404)):
        painter.fillRect(x, y, 56, 56, QColor("#10161A"))
        painter.fillRect(x + 8, y + 8, 40, 40, QColor("#F4F7F8"))
        painter.fillRect(x + 16, y + 16, 24, 24, QColor("#10161A"))
    painter.end()
    flat = np.frombuffer(image.constBits(), np.uint8, image.sizeInBytes())
    return flat.reshape(720, image.bytesPerLine())[:, : 1280 * 3].reshape(720, 1280, 3).copy()


def fresh() -> SampleDoor:
    """Return a door that nobody has set up."""
    return SampleDoor(kept=replace(sample.SETTINGS, accounts=(), places=(), place=""))


def unattended() -> SampleDoor:
    """Return a kiosk that works without staff."""
    screen = replace(sample.SETTINGS.screen, attended=False)
    return SampleDoor(kept=replace(sample.SETTINGS, screen=screen))


def training(*, attended: bool) -> Callable[[], SampleDoor]:
    """Return how a door for practice is made."""
    screen = replace(sample.SETTINGS.screen, attended=attended)
    return lambda: SampleDoor(kept=replace(sample.SETTINGS, screen=screen, training=True))


def both_ways(direction: Direction) -> Callable[[], SampleDoor]:
    """Return how a door is made by which guests come and go."""

    def door() -> SampleDoor:
        garden = replace(sample.GARDEN, direction=direction)
        now = replace(sample.STATUS, place="Garden", policy="in_out", direction=direction.value)
        kept = replace(sample.SETTINGS, place="Garden", places=(sample.PLACE, garden))
        return SampleDoor(kept=kept, now=now)

    return door


def with_photos() -> SampleDoor:
    """Return a door that shows guests' pictures."""
    door = SampleDoor()
    door.kept = replace(door.kept, screen=replace(door.kept.screen, photo_hosts=("images.example.org",)))
    face, buffer = QImage(300, 360, QImage.Format.Format_RGB32), QBuffer()
    face.fill(QColor("#7E96A3"))
    painter = QPainter(face)
    painter.setBrush(QColor("#31404A"))
    painter.drawEllipse(100, 60, 100, 120)
    painter.drawEllipse(30, 220, 240, 240)
    painter.end()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    face.save(buffer, "PNG")  # type: ignore[call-overload] # by its name, as documented
    door.answers["photo"] = buffer.data().data()
    return door


def locked() -> SampleDoor:
    """Return a door where every role has a PIN."""
    return SampleDoor(pins=dict.fromkeys(Role, "2468"))


def joined() -> SampleDoor:
    """Return a door of a venue of many."""
    status = replace(sample.STATUS, venue=sample.HUB)
    return SampleDoor(kept=replace(sample.SETTINGS, venue=sample.JOINED), now=status)
