"""The door's pictures, and those of every screen: the camera, verdicts, toasts, the PIN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scanner_app.application.control import Role
from scanner_app.application.events import (
    AccountStatus,
    Checking,
    Decided,
    DeviceChanged,
    DeviceState,
    FrameSeen,
    Level,
    StatusChanged,
)
from scanner_app.application.ports import Connection
from scanner_app.domain.passes import Direction
from scanner_app.ui import sample, texts
from scanner_app.ui.sample_scenes import OUTLINE, camera_picture
from scanner_app.ui.screens.door import DoorScreen
from scanner_app.ui.screenshot_stage import Stage
from scanner_app.ui.widgets.pinpad import PinPad


def camera(stage: Stage) -> None:
    """Have the camera see a guest's telephone."""
    stage.tell(DeviceChanged("camera:0", DeviceState.RUNNING), FrameSeen("camera:0", camera_picture(), OUTLINE))


def with_camera(*events: Decided | Checking) -> Callable[[Stage], None]:
    """Return what shows these events while the camera sees a guest."""

    def act(stage: Stage) -> None:
        camera(stage)
        stage.tell(*events)

    return act


def verdict(name: str) -> Callable[[Stage], None]:
    """Return what shows a verdict, after some others."""

    def act(stage: Stage) -> None:
        camera(stage)
        names = [n for n in ("admit-confirmed", "already-used", "admit-pending", "admit-confirmed") if n != name]
        for n, before in enumerate(names):
            at = sample.NOW.replace(minute=36 + n)
            stage.tell(sample.decided(sample.VERDICTS[before], n, at=at))
        stage.tell(sample.decided(sample.VERDICTS[name], 9))

    return act


def leaving(stage: Stage) -> None:
    """A guest leaves."""
    verdict("already-used")(stage)
    stage.tell(sample.decided(replace(sample.admitted(), direction=Direction.EXIT), 9))


def photo(stage: Stage) -> None:
    """A guest is admitted whose picture there is."""
    camera(stage)
    subject = replace(sample.guest(), photo_url="https://images.example.org/1")
    stage.tell(sample.decided(replace(sample.admitted(), subject=subject), 9))
    stage.until(stage.window.bridge.idle)


def offline(stage: Stage) -> None:
    """No camera and no platform, no second copy on disk, and scans that wait."""
    account = AccountStatus("main", "passcreator", Connection.OFFLINE, 3200, 5000, loading=(3200, 5000))
    status = replace(
        sample.STATUS,
        connection=Connection.OFFLINE,
        unsent=17,
        cache_age=5400.0,
        clock_offset=-75.0,
        store_troubles=("storage_copy",),
        accounts=(account,),
    )
    stage.tell(DeviceChanged("camera:0", DeviceState.LOST), StatusChanged(status))


def behind(stage: Stage) -> None:
    """Some of what was sent was refused, and some is contested."""
    offline(stage)
    now = stage.window.status
    stage.tell(StatusChanged(replace(now, refused=2, conflicts=3)), DeviceChanged("camera:0", DeviceState.RUNNING))


def button(name: str, before: str = "") -> Callable[[Stage], None]:
    """Return what presses a button of the door, after a verdict where one is named."""

    def act(stage: Stage) -> None:
        if before:
            verdict(before)(stage)
        else:
            camera(stage)
        stage.press(name)
        stage.panel()

    return act


def last_scan(stage: Stage) -> None:
    """One of the last scans was pressed."""
    verdict("already-used")(stage)
    screen = stage.window.screens["door"]
    assert isinstance(screen, DoorScreen)  # noqa: S101 - by its name
    screen.recent.rows[0].click()
    stage.panel()


def toast(stage: Stage) -> None:
    """An admission may be undone."""
    camera(stage)
    said = texts.word("door.undo_of", title=texts.headline("ADMIT"), name="Ada Lovelace")
    stage.window.toast(said, action=texts.word("door.undo"), then=lambda: None)


def typing(stage: Stage) -> None:
    """The keyboard on the screen stands open."""
    stage.window.typing.mode = "always"
    button("door-type")(stage)
    stage.until(lambda: stage.window.typing.keyboard is not None)


def banner(stage: Stage) -> None:
    """A guest is judged while a panel is open."""
    button("door-type")(stage)
    stage.tell(sample.decided(sample.VERDICTS["admit-pending"]))


def look_only(stage: Stage) -> None:
    """Nothing is recorded."""
    camera(stage)
    stage.tell(StatusChanged(replace(sample.STATUS, look_only=True)))


def message(stage: Stage) -> None:
    """Something to be told to the administrator is said at the foot; the door goes on."""
    camera(stage)
    stage.window.toast(f"{texts.sentence('storage_copy')} {texts.advice('storage_copy')}", Level.ERROR)


def trouble(stage: Stage) -> None:
    """The disk is full: nobody can be admitted."""
    camera(stage)
    stage.tell(StatusChanged(replace(sample.STATUS, disk_free=0, cannot_record="storage_full")))


def alone(stage: Stage) -> None:
    """No hub answers, and a guest is not decided."""
    hub = replace(sample.HUB, connected=False, isolated_for=12.0)
    stage.tell(StatusChanged(replace(sample.STATUS, venue=hub)), sample.decided(sample.VERDICTS["hub-undecided"], 3))


def leave(stage: Stage) -> None:
    """Somebody asks to leave the program."""
    camera(stage)
    stage.window.leave()
    stage.panel()


def pin(stage: Stage) -> None:
    """A PIN is asked for."""
    stage.window.with_pin(Role.ADMINISTRATOR, lambda: None)
    stage.panel()


def pin_wait(stage: Stage) -> None:
    """A wrong PIN too often."""
    pin(stage)
    pad = stage.panel()
    assert isinstance(pad, PinPad)  # noqa: S101 - asked for
    for _ in range(5):
        stage.door.check_pin(Role.ADMINISTRATOR, "1")
    pad.answer(stage.door.check_pin(Role.ADMINISTRATOR, "1"))
