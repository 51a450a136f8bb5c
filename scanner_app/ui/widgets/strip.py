"""The status strip: where this door is, what it knows, what is not sent, how the camera does."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from scanner_app.application.events import DeviceState, Status
from scanner_app.application.ports import Connection
from scanner_app.ui import moments, texts, venue_words
from scanner_app.ui.checks import LOW_DISK
from scanner_app.ui.theme import Theme
from scanner_app.ui.tokens import STRIP
from scanner_app.ui.widgets.text import Label

CLOCK_LIMIT = 30.0
"""Seconds by which the clock may be off before people are told."""
LIST_LIMIT = 900.0
"""Seconds after which the age of the list is a warning."""

PLACE = 150
"""Pixels that the place's name keeps at factor 1, whatever there is to tell."""


class Mark(QWidget):
    """A small shape that says a tone without colour: disc, ring, triangle."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tone = ""
        self.setFixedSize(theme.px(12), theme.px(12))

    def set_tone(self, tone: str) -> None:
        """Change the shape."""
        self._tone = tone
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.colour(self._tone or "ink_soft")
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(colour)
        painter.setBrush(colour if self._tone != "warn" else Qt.BrushStyle.NoBrush)
        if self._tone == "danger":
            painter.drawPolygon([area.bottomLeft(), area.bottomRight(), (area.topLeft() + area.topRight()) / 2])
        else:
            if self._tone == "warn":
                pen = painter.pen()
                pen.setWidthF(self._theme.px(3))
                painter.setPen(pen)
            painter.drawEllipse(area)
        painter.end()


class Chip(QWidget):
    """One word of state with its mark; hidden when there is nothing to say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._mark = Mark(theme)
        self._terse = theme.large
        self._label = Label("", "body")
        self.fine = True
        """Whether nothing is wrong with what it tells."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("s"))
        row.addWidget(self._mark)
        row.addWidget(self._label)

    def tell(self, text: str, tone: str = "") -> None:
        """Show a state; '' hides the chip."""
        # Large text leaves room for what is wrong only.
        self.fine = tone in ("good", "")
        told = bool(text) and not (self._terse and self.fine)
        self.setVisible(told)
        self._label.setText(text)
        self._label.set_tone(tone if tone != "good" else "")
        self._mark.set_tone(tone)
        self.setAccessibleName(text if told else "")


_LINK = {
    Connection.ONLINE: ("strip.online", "good"),
    Connection.OFFLINE: ("strip.offline", "warn"),
    Connection.UNAUTHORISED: ("strip.unauthorised", "danger"),
    Connection.UNKNOWN: ("strip.unknown", ""),
}
BOOKS = (("strip.refused", "danger"), ("strip.conflicts", "danger"), ("strip.unsent", "warn"))
_CAMERA_TONES = {DeviceState.RUNNING: "good", DeviceState.OPENING: "", DeviceState.ENDED: ""}


class StatusStrip(QWidget):
    """One line at the top of every screen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(theme.px(STRIP))
        self._least = theme.px(PLACE)
        self._place = Label("", "strong", foreign=True, elide=True)
        self._rule = Label("", "caption", foreign=True, elide=True)  # ends with a name somebody chose
        self._mode, self._link, self._list, self._clock, self._camera, self._hub, self._disk = (
            Chip(theme) for _ in range(7)
        )
        self._books = tuple(Chip(theme) for _ in BOOKS)
        where = QVBoxLayout()
        where.setSpacing(0)
        where.addStretch(1)
        where.addWidget(self._place)
        where.addWidget(self._rule)
        self._rule.setVisible(not theme.large)
        where.addStretch(1)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(theme.space("l"), 0, theme.space("l"), 0)
        row.setSpacing(theme.space("l"))
        row.addLayout(where, 1)
        for chip in self.chips:
            row.addWidget(chip)
        self._camera.tell("")

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The chips, in reading order."""
        return (self._disk, self._mode, self._hub, *self._books, self._clock, self._list, self._link, self._camera)

    def show_status(self, status: Status) -> None:
        """Tell the state of the door."""
        self._place.setText(status.place or texts.word("strip.no_place"))
        rule = [texts.word(f"policy.{status.policy}")] if status.policy else []
        rule += [texts.word(f"direction.{status.direction}")] if status.direction else []
        self._rule.setText(" · ".join([*rule, *([status.device] if status.device else [])]))
        self._disk.tell(*_disk(status))
        self._mode.tell(texts.word("strip.look") if status.look_only else "", "warn")
        key, tone = _LINK[status.connection]
        self._link.tell(texts.word(key), tone)
        self._list.tell(*_list(status))
        self._show_books(status)
        self._hub.tell(venue_words.alone(status.venue) if status.venue else "", "danger")
        off = status.clock_offset
        wrong = off is not None and abs(off) > CLOCK_LIMIT
        self._clock.tell(texts.word("strip.clock", span=moments.span(off or 0)) if wrong else "", "danger")
        self._trim()

    def _show_books(self, status: Status) -> None:
        """Tell each thing that the platforms do not have as it is here; that all is sent where there is none."""
        counts = (status.refused, status.conflicts, status.unsent)
        for chip, (key, tone), count in zip(self._books, BOOKS, counts, strict=True):
            chip.tell(texts.plural(key, count) if count else "", tone)
        if not any(counts):
            self._books[-1].tell(texts.word("strip.sent"), "good")

    def show_camera(self, state: DeviceState) -> None:
        """Tell how the camera does."""
        self._camera.tell(texts.word(f"device.{state.value}"), _CAMERA_TONES.get(state, "danger"))
        self._trim()

    def show_reader(self, state: DeviceState) -> None:
        """Tell of the reader of a door without a camera; nothing while it does its work."""
        self._camera.tell(texts.headline(state.code) if state.away else "", "danger")
        self._trim()

    def _trim(self) -> None:
        """What finds no room beside the place is left out, the least pressing first: the readiness screen tells it."""
        row = self._row
        room = self.width() - 2 * row.contentsMargins().left() - self._least
        pressing = (self._disk, self._mode, self._hub, self._link, *self._books, self._clock, self._list, self._camera)
        for chip in sorted(pressing, key=lambda chip: chip.fine):
            told = bool(chip.accessibleName())
            room -= (chip.sizeHint().width() + row.spacing()) if told else 0
            chip.setVisible(told and room >= 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be room for more, or less."""
        super().resizeEvent(event)
        self._trim()


def _disk(status: Status) -> tuple[str, str]:
    if status.cannot_record:
        return texts.headline(status.cannot_record), "danger"
    free = status.disk_free
    low = free is not None and free < LOW_DISK
    return (texts.word("ready.disk_free", size=texts.number((free or 0) / 1024**3, 1)) if low else ""), "warn"


def _list(status: Status) -> tuple[str, str]:
    loading = next((a.loading for a in status.accounts if a.loading), None)
    if loading and loading[1]:
        return texts.word("strip.loading", percent=min(100, loading[0] * 100 // loading[1])), "warn"
    if status.cache_age is None:
        return texts.word("strip.never"), "warn"
    tone = "warn" if status.cache_age > LIST_LIMIT else "good"
    return texts.word("strip.synced", ago=moments.ago(status.cache_age)), tone
