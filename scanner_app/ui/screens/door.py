"""The attended door: camera, verdict, last scans. One glance, one sound, next guest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from scanner_app.application.control import Action
from scanner_app.application.events import (
    Checking,
    Decided,
    DeviceChanged,
    DeviceState,
    Event,
    FrameSeen,
    GateMoved,
    GateState,
    Status,
    StatusChanged,
)
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Scan
from scanner_app.domain.verdict import Outcome, Reason, Verdict
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import Desk, Screen
from scanner_app.ui.facts import Telling, holder, ticket
from scanner_app.ui.photo import PhotoLine
from scanner_app.ui.records import Record
from scanner_app.ui.screens.door_corrections import Corrections
from scanner_app.ui.screens.door_panels import ManualPanel, ScanPanel
from scanner_app.ui.screens.history import books_of, last
from scanner_app.ui.screens.record_panel import RecordPanel, short_line
from scanner_app.ui.sound import name as sound_name
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.counts import Counts
from scanner_app.ui.widgets.guest_photo import PHOTO
from scanner_app.ui.widgets.overlay import announce
from scanner_app.ui.widgets.preview import Preview
from scanner_app.ui.widgets.recent import SHOWN, Recent
from scanner_app.ui.widgets.text import Label
from scanner_app.ui.widgets.verdict import VerdictPanel
from scanner_app.ui.widgets.way import WaySwitch

LEFT = 360
"""Width of the left column at factor 1, pixels."""


class DoorScreen(Screen):
    """Shows what the door says. Every scan shows, whatever is open."""

    name = "door"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.preview = Preview(theme, mirror=desk.settings.devices.mirror)
        self.panel = VerdictPanel(theme)
        self.photos = PhotoLine(desk, self.panel.photo.show_picture, theme.px(PHOTO))
        self.recent = Recent(theme, self._open_scan)
        self.counts = Counts(theme)
        self.way = WaySwitch(theme, self._turn)
        self._direction = Direction.ENTRY
        self._broken = ""  # code of what keeps this door from recording anything
        self._banner = Label(texts.word("door.look_on"), "strong", tone="warn", wrap=True)
        self._look_button = button("", self._toggle_look, name="door-look")
        self._current: Decided | None = None
        self._books = books_of(desk.status)
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.timeout.connect(self._to_ready)
        self.corrections = Corrections(desk, self, self._back.stop, self._taken_back, self._admitted_after_all)
        self._lay_out()
        self._show_status(desk.status)

    def _lay_out(self) -> None:
        theme = self.desk.theme
        left = QVBoxLayout()
        left.setSpacing(theme.space("m"))
        left.addWidget(self.preview, 1)
        left.addWidget(self.counts)
        self.counts.setVisible(not theme.large)
        left.addWidget(self.recent)
        self._type_button = button(texts.word("door.type"), self.open_manual, name="door-type")
        row = QVBoxLayout() if theme.large else QHBoxLayout()
        row.setSpacing(theme.space("s"))
        row.addWidget(self._type_button, 1)
        row.addWidget(self._look_button, 1)
        left.addLayout(row)
        side = QWidget()
        side.setFixedWidth(theme.px(LEFT))
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        right = QVBoxLayout()
        right.setSpacing(theme.space("s"))
        right.addWidget(self.way)
        right.addWidget(self._banner)
        right.addWidget(self.panel, 1)
        lay = QHBoxLayout(self)
        edge = theme.space("l")
        lay.setContentsMargins(edge, theme.space("s"), edge, edge)
        lay.setSpacing(edge)
        lay.addWidget(side)
        lay.addLayout(right, 1)

    def shown(self) -> None:
        """Know what was scanned before: also before a restart."""
        self._look_back()

    def _look_back(self) -> None:
        self.desk.bridge.call(lambda: last(self.desk.control, SHOWN), done=self._show_past, owner=self)

    def _show_past(self, found: Sequence[Record]) -> None:
        zone = self._telling().zone
        self.recent.show_past([(r.row.fact_id, short_line(r, zone), partial(self._open_record, r)) for r in found])

    def _open_record(self, record: Record) -> None:
        self.desk.open_panel(RecordPanel(self.desk, record, self._telling().zone))

    # --- events
    def hear(self, event: Event) -> None:
        """Take an event."""
        match event:
            case FrameSeen(watched=False):
                self.preview.show_frame(event)
            case Checking():
                self._back.stop()
                self.panel.show_checking()
            case Decided():
                self._decided(event)
            case GateMoved(state=GateState.NOT_PASSED):
                self._not_passed(event.scan_id)
            case DeviceChanged(of_door_camera=True):
                self._device(event)
            case StatusChanged():
                self._show_status(event.status)
                if self._books != (books := books_of(event.status)):
                    self._books = books
                    self._look_back()
            case _:
                pass

    def _device(self, event: DeviceChanged) -> None:
        if event.state not in (DeviceState.RUNNING, DeviceState.ENDED):
            self.preview.clear(texts.word(f"device.{event.state.value}"))

    def _decided(self, event: Decided) -> None:
        self._current = event
        verdict = event.scan.verdict
        seconds = self.desk.settings.screen.verdict_seconds
        self.panel.show_verdict(verdict, self._telling(), self._age(verdict), seconds)
        self.photos.want(verdict if self.desk.settings.screen.photo_hosts else None)
        self._add_actions(event)
        self.recent.add(event, self._telling().zone)
        self.desk.sounds.play(sound_name(verdict))
        code = texts.verdict_code(verdict)
        announce(self.panel, f"{texts.headline(code)}. {holder(verdict)}. {texts.advice(code)}")
        self._back.start(int(seconds * 1000))

    def _telling(self) -> Telling:
        place = self.desk.settings.current_place
        zone = place.zone if place else ""
        return Telling(moments.now(), zone, self.desk.settings.screen.details)

    def _age(self, verdict: Verdict) -> str:
        age = verdict.detail.get("cache_age")
        return moments.span(age) if isinstance(age, (int, float)) else ""

    def _add_actions(self, event: Decided) -> None:
        verdict, scan = event.scan.verdict, event.scan
        act = "door.override_out" if self._direction is Direction.EXIT else "door.override"
        if _can_undo(event):
            self.panel.add_action(
                button(texts.word("door.undo"), lambda: self.corrections.undo(scan), name="door-undo")
            )
        elif verdict.reason is Reason.AMBIGUOUS:
            self.panel.add_action(
                button(texts.word("door.choose"), lambda: self.corrections.choose(scan), name="door-choose")
            )
        elif verdict.outcome is Outcome.REFUSE and verdict.subject is not None and event.durable:
            self.panel.add_action(
                button(texts.word(act), lambda: self.corrections.override(scan, act), name="door-override")
            )

    def _to_ready(self) -> None:
        self.photos.want(None)
        self._rest()
        event = self._current
        if (
            event is None
            or not _can_undo(event)
            or event.scan.scan_id in self.corrections.undone
            or event.undo_until is None
        ):
            return
        if not self.isVisible() or self.desk.panel is not None:
            # Guests stand before a kiosk: who went in, and taking it back, is no business of theirs. Elsewhere, or over
            # a panel, it would lie on the button that is just being pressed.
            return
        left = min(20.0, (event.undo_until - moments.now()).total_seconds())
        verdict = event.scan.verdict
        said = texts.word(
            "door.undo_of", title=texts.headline(texts.verdict_code(verdict)), name=holder(verdict) or ticket(verdict)
        )
        if left > 1:
            self.desk.toast(
                said, action=texts.word("door.undo"), then=lambda: self.corrections.undo(event.scan), seconds=left
            )

    def _rest(self) -> None:
        """Between two guests: what the next one should do, or that nobody can be admitted here."""
        if self._broken:
            self.panel.show_broken(self._broken)
        else:
            self.panel.show_ready(self._direction)

    def _show_status(self, status: Status) -> None:
        self.counts.show_status(status)
        self._show_way(status)
        if self._broken != status.cannot_record:
            self._broken = status.cannot_record
            if not self._back.isActive():
                self._rest()
        looking = status.look_only
        self._banner.setVisible(looking)
        self._look_button.setText(texts.word("door.look_off" if looking else "door.look"))

    def _show_way(self, status: Status) -> None:
        self.way.setVisible(status.policy == Policy.IN_OUT)
        direction = Direction(status.direction or Direction.ENTRY)
        self.way.show_way(direction)
        if direction is not self._direction:
            self._direction = direction
            if not self._back.isActive():
                self._rest()

    def _turn(self, direction: Direction) -> None:
        if direction is not self._direction:
            self.desk.allow(Action.TURN, lambda: self._turn_now(direction))

    def _turn_now(self, direction: Direction) -> None:
        self._back.stop()
        self.desk.bridge.call(
            self.desk.control.set_direction,
            direction,
            self.desk.operator(Action.TURN),
            done=lambda _: self._turned(),
            owner=self,
        )

    def _turned(self) -> None:
        self._rest()
        announce(self.way, texts.word(f"direction.{self._direction.value}"))

    def _not_passed(self, scan_id: str) -> None:
        """Nobody went through, and the admission is taken back: it must not stand there, nor be offered to undo."""
        self.corrections.undone.add(scan_id)
        self.recent.mark_undone(scan_id)
        if self._back.isActive() and self._current is not None and self._current.scan.scan_id == scan_id:
            self._back.stop()
            self._to_ready()

    # --- what staff do
    def _taken_back(self, scan: Scan) -> None:
        self.recent.mark_undone(scan.scan_id)
        self._back.stop()
        self._rest()

    def _admitted_after_all(self) -> None:
        self._rest()

    def open_manual(self) -> None:
        """Type a code that no camera reads."""
        self.desk.allow(Action.TYPE, lambda: self.desk.open_panel(ManualPanel(self.desk)))

    def _toggle_look(self) -> None:
        on = not self.desk.status.look_only
        if on:
            self.desk.bridge.call(self.desk.control.set_look_only, True)
        else:
            self.desk.allow(Action.LOOK_OFF, self._look_off)

    def _look_off(self) -> None:
        self.desk.bridge.call(self.desk.control.set_look_only, False, self.desk.operator(Action.LOOK_OFF))

    def _open_scan(self, event: Decided) -> None:
        self.desk.open_panel(
            ScanPanel(self.desk, event, self._telling(), self.corrections.undo if self._may_undo(event) else None)
        )

    def _may_undo(self, event: Decided) -> bool:
        late = event.undo_until is None or moments.now() >= event.undo_until
        return _can_undo(event) and not late and event.scan.scan_id not in self.corrections.undone


def _can_undo(event: Decided) -> bool:
    return event.durable and event.scan.verdict.records_use and event.undo_until is not None
