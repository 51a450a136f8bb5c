"""Torch, exposure, gain and focus of the camera on show: only what it has, and what it lacks said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QSlider, QVBoxLayout, QWidget

from scanner_app.application.control import CameraControl, CameraTuning
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.widgets.text import Label
from scanner_app.ui.widgets.tick import Tick

COLUMNS = (
    ("exposure", "auto_exposure"),
    ("gain", "auto_gain"),
    ("focus", "auto_focus"),
    ("brightness", ""),
    ("", "torch"),
)
"""A value and the switch that takes it over, one above the other."""
EXPECTED = ("torch", "exposure", "focus")
"""What a door wants most; a camera without one of them says so."""


class CameraTuner(QWidget):
    """A switch or a slider for each control. What was changed is in `kept` until somebody saves it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.source = ""
        self.kept: dict[str, int] = {}
        self.fields: dict[str, Tick | QSlider] = {}
        self._labels: dict[str, Label] = {}
        self._lay: QVBoxLayout = column(desk.theme, self, margin="", gap="xs")
        self._words = Label("", "soft", wrap=True)
        self._grid = QWidget()
        self._lay.addWidget(self._words)
        self._lay.addWidget(self._grid)

    def look(self, source: str) -> None:
        """Show the controls of this camera, with the values kept for it."""
        self.source = source
        self.kept = dict(self.desk.settings.devices.tuning.get(source, {}))
        self._ask(partial(self.desk.control.camera_controls, source), self._found)

    def _ask(self, work: Callable[[], CameraTuning], done: Callable[[CameraTuning], None]) -> None:
        source = self.source

        def still(tuning: CameraTuning) -> None:
            if source == self.source:
                done(tuning)

        self.desk.bridge.call(work, done=still, failed=self._failed, owner=self)

    def _failed(self, _error: ScannerError) -> None:
        self._found(CameraTuning(adjustable=False))

    def _found(self, tuning: CameraTuning) -> None:
        """Lay out what there is."""
        self._words.setText(_words(tuning))
        self._lay.removeWidget(self._grid)
        self._grid.deleteLater()
        self.fields, self._labels = {}, {}
        self._grid = QWidget()
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self.desk.theme.space("xl"))
        grid.setVerticalSpacing(0)
        known = {control.name: control for control in tuning.controls}
        across = 2 if self.desk.theme.large else len(COLUMNS)
        for number, pair in enumerate(pair for pair in COLUMNS if known.keys() & set(pair)):
            value, switch = (known.get(name) for name in pair)
            self._column(grid, number // across * 3, number % across, value, switch)
        self._lay.addWidget(self._grid)
        self._update(tuning)

    def _column(
        self, grid: QGridLayout, row: int, at: int, value: CameraControl | None, switch: CameraControl | None
    ) -> None:
        grid.setColumnStretch(at, 1)
        if value is not None:
            self._labels[value.name] = Label("", "soft")
            grid.addWidget(self._labels[value.name], row, at)
            grid.addWidget(self._slider(value), row + 1, at)
        elif switch is not None and switch.name != "torch":
            grid.addWidget(Label(texts.word(f"camera.{switch.name.removeprefix('auto_')}"), "soft"), row, at)
        if switch is not None:
            words = texts.word("camera.torch" if switch.name == "torch" else "camera.automatic")
            tick = Tick(self.desk.theme, words, on=bool(switch.value))
            tick.setAccessibleName(texts.word(f"camera.{switch.name}"))
            tick.clicked.connect(lambda on: self._set(switch.name, int(on)))
            self.fields[switch.name] = tick
            grid.addWidget(tick, row + (2 if value is not None else 1), at)

    def _slider(self, control: CameraControl) -> QSlider:
        name, slider = control.name, QSlider(Qt.Orientation.Horizontal)
        slider.setRange(control.least, control.most)
        slider.setSingleStep(control.step)
        slider.setFixedHeight(self.desk.theme.touch)
        slider.setAccessibleName(texts.word(f"camera.{name}"))

        def pressed(_action: int) -> None:
            """A key, or a press beside the handle; a handle that is dragged tells when it is let go."""
            if not slider.isSliderDown():
                self._set(name, slider.sliderPosition())

        slider.sliderReleased.connect(lambda: self._set(name, slider.value()))
        slider.actionTriggered.connect(pressed)
        self.fields[name] = slider
        return slider

    def _set(self, name: str, value: int) -> None:
        self.kept[name] = value
        self._ask(partial(self.desk.control.adjust_camera, self.source, name, value), self._update)

    def _update(self, tuning: CameraTuning) -> None:
        """Show what the camera really took: a switch may have freed or bound a slider."""
        for control in tuning.controls:
            field = self.fields.get(control.name)
            if field is None:
                continue
            field.setEnabled(control.active)
            if isinstance(field, QSlider):
                with QSignalBlocker(field):  # showing a value is no wish to set it
                    field.setValue(control.value)
                said = texts.number(control.value)
                self._labels[control.name].setText(f"{texts.word(f'camera.{control.name}')}  {said}")
            else:
                field.setChecked(bool(control.value))
            if control.name in self.kept and control.active:
                self.kept[control.name] = control.value


def _words(tuning: CameraTuning) -> str:
    if not tuning.adjustable:
        return texts.word("camera.not_adjustable")
    names = {control.name for control in tuning.controls}
    lacking: Sequence[str] = [texts.word(f"camera.{name}") for name in EXPECTED if name not in names]
    hint = [texts.word("camera.exposure_hint")] if "exposure" in names else []
    lacks = [texts.word("camera.lacks", names=", ".join(lacking))] if lacking else []
    return " ".join([*hint, *lacks])
