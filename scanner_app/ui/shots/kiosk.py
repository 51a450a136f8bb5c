"""Pictures of the unattended kiosk."""

from __future__ import annotations

from scanner_app.application.events import DeviceChanged, DeviceState, FrameSeen, GateMoved, GateState
from scanner_app.ui import sample
from scanner_app.ui.sample_scenes import camera_picture
from scanner_app.ui.screens.kiosk import KioskScreen
from scanner_app.ui.screenshot_stage import Stage


def waiting(stage: Stage) -> None:
    """The camera sees nobody's code."""
    stage.tell(DeviceChanged("camera:0", DeviceState.RUNNING), FrameSeen("camera:0", camera_picture()))


def gate_open(stage: Stage) -> None:
    """A guest is admitted, the turnstile open."""
    stage.tell(sample.decided(sample.admitted()), GateMoved("scan-00000", GateState.OPEN))


def attract(stage: Stage) -> None:
    """Nobody has been there for a while."""
    waiting(stage)
    kiosk = stage.window.screens["kiosk"]
    assert isinstance(kiosk, KioskScreen)  # noqa: S101 - by its name
    kiosk.attract.begin(None)


def out_of_order(stage: Stage) -> None:
    """The camera is gone."""
    stage.tell(DeviceChanged("camera:0", DeviceState.LOST))


def staff(stage: Stage) -> None:
    """Staff came to it."""
    waiting(stage)
    stage.press("kiosk-staff")
    stage.panel()
