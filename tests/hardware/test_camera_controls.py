"""Torch, exposure and focus, asked of a fake device that answers the kernel's questions as a driver does."""

import errno
import struct
from pathlib import Path

import pytest

from hardware.camera_controls import CameraControls, CannotControl, apply_kept, device_path, opened

QUERY, GET, SET, MENU = 0xC0445624, 0xC008561B, 0xC008561C, 0xC02C5625
EXPOSURE_AUTO, EXPOSURE, GAIN, FOCUS_AUTO, FOCUS, LED = 0x9A0901, 0x9A0902, 0x980913, 0x9A090C, 0x9A090A, 0x9C0901
INACTIVE, READ_ONLY = 0x10, 0x4


class Driver:
    """Controls as {id: [least, most, step, usual, value, flags]} and menus as {id: entries}."""

    def __init__(self, controls, menus=None, stuck=()):
        self.controls = {key: list(value) for key, value in controls.items()}
        self.menus = menus or {}
        self.stuck = stuck
        self.order = []

    def ioctl(self, _fd, request, body):
        number = struct.unpack_from("=I", body)[0]
        if number not in self.controls:
            raise OSError(errno.EINVAL, "no such control")
        least, most, step, usual, value, flags = self.controls[number]
        if request == QUERY:
            struct.pack_into("=II32siiiiI8x", body, 0, number, 1, b"name", least, most, step, usual, flags)
        elif request == GET:
            struct.pack_into("=Ii", body, 0, number, value)
        elif request == MENU:
            if struct.unpack_from("=II", body)[1] not in self.menus.get(number, ()):
                raise OSError(errno.EINVAL, "no such entry")
        elif request == SET:
            self._take(number, struct.unpack_from("=Ii", body)[1], flags)
        return 0

    def _take(self, number, value, flags):
        self.order.append((number, value))
        if flags & INACTIVE:
            raise OSError(errno.EACCES, "not now")
        if number not in self.stuck:
            self.controls[number][4] = value
        if number == EXPOSURE_AUTO:
            self.controls[EXPOSURE][5] = 0 if value == 1 else INACTIVE


def webcam(**changes):
    """A UVC camera: aperture priority instead of full automatic, no torch, exposure bound while automatic."""
    controls = {
        EXPOSURE_AUTO: (0, 3, 1, 3, 3, 0),
        EXPOSURE: (3, 2047, 1, 250, 250, INACTIVE),
        GAIN: (0, 255, 1, 0, 12, 0),
        FOCUS_AUTO: (0, 1, 1, 1, 1, 0),
        FOCUS: (0, 250, 5, 0, 0, 0),
    }
    return Driver(controls, {EXPOSURE_AUTO: (1, 3)}, **changes)


def test_only_what_the_camera_has_is_told_with_its_range():
    found = {control.name: control for control in CameraControls(0, webcam().ioctl).all()}
    assert list(found) == ["auto_exposure", "exposure", "gain", "auto_focus", "focus"]
    exposure = found["exposure"]
    assert (exposure.least, exposure.most, exposure.usual, exposure.value, exposure.active) == (
        3,
        2047,
        250,
        250,
        False,
    )
    assert (found["auto_exposure"].switch, found["auto_exposure"].value) == (True, 1)
    assert found["focus"].step == 5


def test_a_camera_without_any_has_none():
    assert CameraControls(0, Driver({}).ioctl).all() == ()


def test_switching_the_automatic_off_frees_the_exposure():
    driver = webcam()
    device = CameraControls(0, driver.ioctl)
    assert device.set("auto_exposure", 0).value == 0
    assert driver.order == [(EXPOSURE_AUTO, 1)], "V4L2_EXPOSURE_MANUAL is 1"
    assert device.set("exposure", 40).value == 40
    device.set("auto_exposure", 1)
    assert driver.order[-1] == (EXPOSURE_AUTO, 3), "this camera's automatic is aperture priority"


@pytest.mark.parametrize(("asked", "taken"), [(-5, 0), (9999, 250), (33, 30), (35, 35)])
def test_values_keep_to_range_and_step(asked, taken):
    assert CameraControls(0, webcam().ioctl).set("focus", asked).value == taken


def test_kept_settings_are_applied_switches_first_and_what_was_not_honoured_is_named():
    driver = webcam(stuck=(GAIN,))
    refused = CameraControls(0, driver.ioctl).apply({"gain": 90, "exposure": 60, "auto_exposure": 0, "torch": 1})
    assert refused == ("torch", "gain")
    assert driver.order[:2] == [(EXPOSURE_AUTO, 1), (EXPOSURE, 60)]
    assert driver.controls[EXPOSURE][4] == 60


def test_a_torch_is_a_menu_of_the_flash_class():
    driver = Driver({LED: (0, 2, 1, 0, 0, 0)}, {LED: (0, 1, 2)})
    device = CameraControls(0, driver.ioctl)
    assert [(control.name, control.value) for control in device.all()] == [("torch", 0)]
    assert device.set("torch", 1).value == 1
    assert driver.order == [(LED, 2)], "V4L2_FLASH_LED_MODE_TORCH is 2"


def test_a_flash_that_cannot_stay_on_is_no_torch():
    assert CameraControls(0, Driver({LED: (0, 1, 1, 0, 0, 0)}, {LED: (0, 1)}).ioctl).all() == ()


def test_what_can_only_be_read_is_not_offered():
    assert CameraControls(0, Driver({GAIN: (0, 255, 1, 0, 12, READ_ONLY)}).ioctl).all() == ()


@pytest.mark.parametrize(
    ("spec", "path"),
    [("0", "/dev/video0"), ("camera:2", "/dev/video2"), ("camera:/dev/v4l/by-id/a", "/dev/v4l/by-id/a")],
)
def test_the_device_behind_a_source(spec, path):
    assert device_path(spec) == path


@pytest.mark.parametrize("spec", ["http://10.0.0.1/video", "film.avi", "serial:/dev/ttyACM0", "camera:900"])
def test_what_is_no_camera_of_this_computer_cannot_be_adjusted(spec):
    with pytest.raises(CannotControl), opened(spec):
        pass
    apply_kept(spec, {"exposure": 5})  # logged; the picture goes on


def test_a_device_that_answers_nothing_of_this_has_no_controls():
    """Any other device file: the kernel says ENOTTY, and no file is left open."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    with opened("camera:/dev/null") as device:
        assert device.all() == ()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
