"""Choosing a camera with its picture beside it; and choosing a PIN twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from scanner_app.application.control import Role
from scanner_app.application.events import DeviceChanged, DeviceState, FrameSeen
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.camera_tuning import CameraTuner
from scanner_app.ui.widgets.buttons import choice
from scanner_app.ui.widgets.pinpad import PinPad
from scanner_app.ui.widgets.preview import Preview
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label
from scanner_app.ui.widgets.tick import Tick

SHORTEST_PIN = 4
LOOK_AGAIN = 2000
"""Milliseconds after which the list of cameras is looked at again: one may have been plugged in."""


class CameraForm(QWidget):
    """The cameras that can be seen, each with its live picture when chosen."""

    def __init__(self, desk: Desk, source: str, *, tunes: bool = False) -> None:
        """`tunes`: torch, exposure and focus can be adjusted below the picture."""
        super().__init__()
        self.desk = desk
        self.source = source
        self.states: dict[str, DeviceState] = {}  # of sources that run already: they tell nothing new
        self._stop: Callable[[], None] | None = None
        self._known: list[tuple[str, str]] = []
        self._again = QTimer(self, interval=LOOK_AGAIN)
        self._again.timeout.connect(self._look_again)
        theme = desk.theme
        self.preview = Preview(theme, mirror=desk.settings.devices.mirror)
        self.mirror = Tick(theme, texts.word("settings.mirror"))
        self.mirror.setChecked(desk.settings.devices.mirror)
        self.mirror.toggled.connect(self._mirrored)
        self.own = QLineEdit()
        self.own.setPlaceholderText("rtsp://")
        self.own.setAccessibleDescription(texts.word("settings.source_help"))
        self.own.setAccessibleName(texts.word("settings.source"))
        self.own.editingFinished.connect(self._own_source)
        self._group = QButtonGroup(self)
        self._list: QVBoxLayout = column(theme, margin="", gap="s")
        self._none = Label(texts.word("settings.no_camera"), "soft", wrap=True)
        self._none.hide()
        side = QWidget()
        left = column(theme, side, margin="", gap="s")
        left.addLayout(self._list)
        left.addWidget(self._none)
        if not tunes:  # the field says itself what belongs there, and adjusting needs the room
            left.addWidget(Label(texts.word("settings.source"), "soft"))
            left.addWidget(Label(texts.word("settings.source_help"), "caption", wrap=True))
        left.addWidget(self.own)
        left.addWidget(self.mirror)
        left.addStretch(1)
        whole = column(theme, self, margin="", gap="s")
        row = QHBoxLayout()
        row.setSpacing(theme.space("xl"))
        whole.addLayout(row, 1)
        row.addWidget(
            side if theme.large and tunes else scrolled(side, clear=theme.space("s")), 2
        )  # large text scrolls the whole section
        self.preview.setMinimumSize(theme.px(320), theme.px(240))
        row.addWidget(self.preview, 3)
        self.tuner = CameraTuner(desk) if tunes else None
        if self.tuner is not None:
            whole.addWidget(self.tuner)

    def look(self) -> None:
        """Find the cameras and show the chosen one."""
        self.desk.bridge.call(self.desk.control.cameras, done=self._found, owner=self)

    def _look_again(self) -> None:
        self.desk.bridge.call(self.desk.control.cameras, done=self._compared, owner=self)

    def _compared(self, cameras: Sequence[tuple[str, str]]) -> None:
        """List what was plugged in or out; the picture of a camera that comes back is opened anew by its own line."""
        if list(cameras) != self._known:
            self._show_list(cameras)

    def _found(self, cameras: Sequence[tuple[str, str]]) -> None:
        self._show_list(cameras)
        if self.source not in [source for source, _ in cameras]:
            self.own.setText(self.source)
        if self.source:
            self.choose(self.source)
        self._again.start()

    def _show_list(self, cameras: Sequence[tuple[str, str]]) -> None:
        self._known = list(cameras)
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for source, name in cameras:
            words = visible(name or source)
            made = choice(words, partial(self.choose, source), checked=source == self.source, name=words, foreign=True)
            self._group.addButton(made)
            self._list.addWidget(made)
        self._none.setVisible(not cameras)

    def choose(self, source: str) -> None:
        """Show this camera's picture."""
        self.stop()
        self.source = source
        self.preview.clear(texts.word("device.opening"))
        self.hear_camera(DeviceChanged(source, self.states.get(source, DeviceState.OPENING)))
        if self.tuner is not None:
            self.tuner.look(source)
        self.desk.bridge.call(
            self.desk.control.watch_camera, source, done=self._watching, failed=self._failed, owner=self
        )

    def _watching(self, stop: Callable[[], None]) -> None:
        self.stop()
        self._stop = stop

    def _failed(self, error: ScannerError) -> None:
        code = error.code if texts.known(error.code) else "device_missing"
        self.preview.clear(f"{texts.sentence(code)} {texts.admin(code)}")

    def _own_source(self) -> None:
        if (text := self.own.text().strip()) and text != self.source:
            self.choose(text)

    def _mirrored(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.preview.mirror = on
        self.preview.update()

    def hear_camera(self, event: DeviceChanged) -> None:
        """Say why there is no picture, and what to do."""
        if event.source == self.source and event.state.away:
            self.preview.clear(f"{texts.word(f'device.{event.state.value}')}. {texts.device_help(event.state.code)}")

    def show_frame(self, frame: FrameSeen) -> None:
        """Take a picture."""
        self.preview.show_frame(frame)

    def stop(self) -> None:
        """Look no longer."""
        stop, self._stop = self._stop, None
        if stop is not None:
            self.desk.bridge.call(stop)


class NewPin:
    """Asks for a new PIN twice, keeps it, then tells."""

    def __init__(self, desk: Desk, role: Role, done: Callable[[], None], cancel: Callable[[], None] | None) -> None:
        self._desk, self._role, self._done = desk, role, done
        self._first = ""
        # In first set-up the step itself is the title, and there is nothing to cancel.
        title = texts.word("pin.title", role=texts.word(f"role.{role.value}")) if cancel else ""
        self.pad = PinPad(desk.theme, title, texts.word("pin.new_help"), self._entered, cancel)

    def _entered(self, pin: str) -> None:
        if len(pin) < SHORTEST_PIN:
            self.pad.refuse(texts.word("pin.short"))
        elif not self._first:
            self._first = pin
            self.pad.ask(texts.word("pin.again"))
        elif pin != self._first:
            self._first = ""
            self.pad.refuse(texts.word("pin.differ"))
        else:
            self._desk.bridge.call(
                self._desk.control.set_pin,
                self._role,
                pin,
                done=lambda _: self._done(),
                failed=self._failed,
                owner=self.pad,
            )

    def _failed(self, error: ScannerError) -> None:
        self._first = ""
        self.pad.refuse(texts.sentence(error.code))
