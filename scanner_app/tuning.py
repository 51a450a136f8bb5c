"""A camera's controls as the window knows them, from those of the device."""

from __future__ import annotations

from hardware import camera_controls
from hardware.camera_controls import CannotControl
from scanner_app.application.control import CameraControl, CameraTuning


def controls_of(source: str) -> CameraTuning:
    """Return what can be adjusted at a camera."""
    try:
        with camera_controls.opened(source) as device:
            return _told(device)
    except CannotControl:
        return CameraTuning(adjustable=False)


def adjusted(source: str, name: str, value: int) -> CameraTuning:
    """Set one control; return how the camera then is."""
    try:
        with camera_controls.opened(source) as device:
            device.set(name, value)
            return _told(device)
    except CannotControl:
        return CameraTuning(adjustable=False)


def _told(device: camera_controls.CameraControls) -> CameraTuning:
    controls = tuple(CameraControl(c.name, c.switch, c.least, c.most, c.step, c.value, c.active) for c in device.all())
    return CameraTuning(controls=controls)
