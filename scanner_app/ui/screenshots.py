"""Draws every screen and every verdict into files, offscreen, from made-up data that is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QPushButton, QScrollArea

from scanner_app.application.control import Role
from scanner_app.application.events import (
    AccountStatus,
    Checking,
    Decided,
    DeviceChanged,
    DeviceState,
    FrameSeen,
    GateMoved,
    GateState,
    Level,
    SheetSeen,
    StatusChanged,
)
from scanner_app.application.ports import Connection
from scanner_app.application.venue_view import DoorState
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction
from scanner_app.domain.verdict import Grade, Reason
from scanner_app.ui import sample, texts
from scanner_app.ui.application import application
from scanner_app.ui.sample_scenes import (
    OUTLINE,
    both_ways,
    camera_picture,
    fresh,
    joined,
    locked,
    training,
    unattended,
    with_photos,
)
from scanner_app.ui.screens.forms import AccountForm
from scanner_app.ui.screens.helpdesk import HelpDeskScreen
from scanner_app.ui.screens.history import HistoryScreen
from scanner_app.ui.screens.kiosk import KioskScreen
from scanner_app.ui.screens.link_panel import LinkPanel
from scanner_app.ui.screens.settings import SECTIONS, SettingsScreen
from scanner_app.ui.screens.setup import STEPS, SetupScreen
from scanner_app.ui.screens.venue import VenueScreen
from scanner_app.ui.screens.walk_up import WalkUpPanel
from scanner_app.ui.screenshot_stage import Shot, Stage, settle, staged
from scanner_app.ui.widgets.pinpad import PinPad

SIZES = ((1280, 800), (1920, 1080))


def _camera(stage: Stage) -> None:
    stage.tell(DeviceChanged("camera:0", DeviceState.RUNNING), FrameSeen("camera:0", camera_picture(), OUTLINE))


def _verdict(name: str) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        _camera(stage)
        names = [n for n in ("admit-confirmed", "already-used", "admit-pending", "admit-confirmed") if n != name]
        for n, before in enumerate(names):
            at = sample.NOW.replace(minute=36 + n)
            stage.tell(sample.decided(sample.VERDICTS[before], n, at=at))
        stage.tell(sample.decided(sample.VERDICTS[name], 9))

    return act


def _setup_step(step: int) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        screen = stage.window.screens["setup"]
        assert isinstance(screen, SetupScreen)  # noqa: S101 - the window of a door that is not set up
        form = screen.form
        assert isinstance(form, AccountForm)  # noqa: S101 - its first step
        form.key.setText("a-made-up-key")
        form.try_it()
        stage.until(lambda: form.report is not None)
        for n in range(min(step, len(STEPS) - 1)):
            screen.go_on()
            stage.until(lambda wanted=n + 1: screen.at == wanted)  # type: ignore[misc] # mypy cannot type defaults of lambdas
        stage.until(lambda: STEPS[min(step, 4)] != "camera" or bool(stage.door.count("watch_camera")))
        settle()
        _camera(stage)
        if step == len(STEPS):
            screen.finish()

    return act


def _leaving(stage: Stage) -> None:
    _verdict("already-used")(stage)
    stage.tell(sample.decided(replace(sample.admitted(), direction=Direction.EXIT), 9))


def _photo(stage: Stage) -> None:
    _camera(stage)
    verdict = sample.admitted()
    subject = replace(sample.guest(), photo_url="https://images.example.org/1")
    stage.tell(sample.decided(replace(verdict, subject=subject), 9))
    stage.until(stage.window.bridge.idle)


def _settings(section: str) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        stage.window.go("settings")
        screen = stage.window.screens["settings"]
        assert isinstance(screen, SettingsScreen)  # noqa: S101 - by its name
        screen.show_section(section)
        stage.until(lambda: section != "camera" or bool(stage.door.count("watch_camera")))
        _camera(stage)

    return act


def _pin(stage: Stage) -> None:
    stage.window.with_pin(Role.ADMINISTRATOR, lambda: None)
    stage.panel()


def _pin_wait(stage: Stage) -> None:
    _pin(stage)
    pad = stage.panel()
    assert isinstance(pad, PinPad)  # noqa: S101 - asked for
    for _ in range(5):
        stage.door.check_pin(Role.ADMINISTRATOR, "1")
    pad.answer(stage.door.check_pin(Role.ADMINISTRATOR, "1"))


def _offline(stage: Stage) -> None:
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


def _behind(stage: Stage) -> None:
    _offline(stage)
    now = stage.window.status
    stage.tell(StatusChanged(replace(now, refused=2, conflicts=3)), DeviceChanged("camera:0", DeviceState.RUNNING))


def _with_camera(*events: Decided | Checking) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        _camera(stage)
        stage.tell(*events)

    return act


def _leave(stage: Stage) -> None:
    _camera(stage)
    stage.window.leave()
    stage.panel()


def _button(name: str, before: str = "") -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        if before:
            _verdict(before)(stage)
        else:
            _camera(stage)
        stage.press(name)
        stage.panel()

    return act


def _toast(stage: Stage) -> None:
    _camera(stage)
    said = texts.word("door.undo_of", title=texts.headline("ADMIT"), name="Ada Lovelace")
    stage.window.toast(said, action=texts.word("door.undo"), then=lambda: None)


def _typing(stage: Stage) -> None:
    stage.window.typing.mode = "always"
    _button("door-type")(stage)
    stage.until(lambda: stage.window.typing.keyboard is not None)


def _banner(stage: Stage) -> None:
    _button("door-type")(stage)
    stage.tell(sample.decided(sample.VERDICTS["admit-pending"]))


def _look(stage: Stage) -> None:
    _camera(stage)
    stage.tell(StatusChanged(replace(sample.STATUS, look_only=True)))


def _trouble(stage: Stage) -> None:
    _camera(stage)
    said = f"{texts.sentence('storage_full')} {texts.advice('storage_full')}"
    stage.window.toast(said, Level.ERROR)


def _panel(section: str, name: str, *, starts: bool = False) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        _settings(section)(stage)
        settle()
        every = [b for b in stage.window.findChildren(QPushButton) if b.isVisibleTo(stage.window)]
        chosen = next(b for b in every if b.objectName() == name or (starts and b.text().startswith(name)))
        chosen.click()
        stage.panel()
        stage.until(stage.window.bridge.idle)

    return act


def _lowest(act: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """The same, scrolled down to its end."""

    def scrolled(stage: Stage) -> None:
        act(stage)
        settle()
        for area in stage.panel().findChildren(QScrollArea):
            area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())

    return scrolled


def _readers_lowest(stage: Stage) -> None:
    _settings("readers")(stage)
    settle()
    for area in stage.window.findChildren(QScrollArea):
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())


def _screen(name: str) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        _camera(stage)
        stage.window.go(name)
        stage.until(stage.window.bridge.idle)

    return act


def _venue(stage: Stage) -> None:
    stage.window.go("venue")
    screen = stage.window.screens["venue"]
    assert isinstance(screen, VenueScreen)  # noqa: S101 - by its name
    stage.until(lambda: bool(screen.rows))


def _no_hub(stage: Stage) -> None:
    doors = tuple(replace(d, state=DoorState.UNKNOWN, isolated_for=None) for d in sample.VENUE.doors)
    stage.door.answers["venue"] = replace(
        sample.VENUE,
        connected=False,
        led=False,
        doors=doors,
        boxes=(),
        twice=(),
        twice_count=0,
        alarms=(),
        alarm_count=0,
    )
    _alone(stage)
    _venue(stage)


def _alone(stage: Stage) -> None:
    hub = replace(sample.HUB, connected=False, isolated_for=12.0)
    stage.tell(StatusChanged(replace(sample.STATUS, venue=hub)), sample.decided(sample.VERDICTS["hub-undecided"], 3))


def _search(stage: Stage) -> None:
    _screen("helpdesk")(stage)
    desk = stage.window.screens["helpdesk"]
    assert isinstance(desk, HelpDeskScreen)  # noqa: S101 - by its name
    desk.field.setText("lov")
    desk.search()
    stage.until(lambda: bool(desk.rows))
    desk.rows[0].setChecked(True)
    desk.open(sample.guest().key)
    stage.until(lambda: desk.story is not None)
    stage.until(stage.window.bridge.idle)


def _code(stage: Stage) -> None:
    _search(stage)
    stage.press("desk-qr")
    stage.panel()


def _new_pass(stage: Stage) -> None:
    _screen("helpdesk")(stage)
    stage.press("desk-new")
    panel = stage.panel()
    assert isinstance(panel, WalkUpPanel)  # noqa: S101 - asked for
    stage.until(lambda: panel.form is not None)


def _new_pass_made(stage: Stage) -> None:
    _new_pass(stage)
    panel = stage.panel()
    assert isinstance(panel, WalkUpPanel)  # noqa: S101 - asked for
    assert panel.form is not None  # noqa: S101 - waited for
    for edit, words in zip(panel.form.edits.values(), ("Ada", "Lovelace"), strict=False):
        edit.setText(words)
    panel.go()
    stage.until(stage.window.bridge.idle)


def _link(stage: Stage) -> None:
    _screen("helpdesk")(stage)
    stage.press("desk-link")
    stage.panel()


def _link_made(stage: Stage) -> None:
    _link(stage)
    panel = stage.panel()
    assert isinstance(panel, LinkPanel)  # noqa: S101 - asked for
    panel.form.edits["person.surname"].setText("Lovelace")
    panel.go()
    stage.until(stage.window.bridge.idle)


def _desk_offline(stage: Stage) -> None:
    _offline(stage)
    _search(stage)


def _more_kiosks(stage: Stage) -> None:
    _settings("sheets")(stage)
    field = stage.window.findChild(QLineEdit, "sheet-device")
    assert isinstance(field, QLineEdit)  # noqa: S101 - by its name
    field.setText("Kiosk 4")
    stage.press("sheet-make")
    stage.panel()


def _one_time_code(stage: Stage) -> None:
    _more_kiosks(stage)
    stage.press("sheet-turn")


def _setup_scan(stage: Stage) -> None:
    stage.press("setup-scan")
    _camera(stage)


def _setup_code(stage: Stage) -> None:
    _setup_scan(stage)
    stage.tell(SheetSeen("PSP1:made-up"))


def _numbers(stage: Stage) -> None:
    _screen("numbers")(stage)
    stage.until(stage.window.bridge.idle)


def _platform_numbers(stage: Stage) -> None:
    _numbers(stage)
    stage.press("numbers-platform")
    stage.until(stage.window.bridge.idle)


def _conflicts(stage: Stage) -> None:
    _screen("history")(stage)
    screen = stage.window.screens["history"]
    assert isinstance(screen, HistoryScreen)  # noqa: S101 - by its name
    screen.show_only("conflicts")


def _details(stage: Stage) -> None:
    _conflicts(stage)
    screen = stage.window.screens["history"]
    assert isinstance(screen, HistoryScreen)  # noqa: S101 - by its name
    screen.rows[0].click()
    stage.panel()


def _undone(stage: Stage) -> None:
    _screen("history")(stage)
    screen = stage.window.screens["history"]
    assert isinstance(screen, HistoryScreen)  # noqa: S101 - by its name
    screen.rows[3].click()
    stage.panel()


def _ready(stage: Stage) -> None:
    stage.tell(StatusChanged(sample.STATUS))
    _screen("readiness")(stage)


def _not_ready(stage: Stage) -> None:
    _offline(stage)
    stage.window.go("readiness")


def _waiting(stage: Stage) -> None:
    stage.tell(DeviceChanged("camera:0", DeviceState.RUNNING), FrameSeen("camera:0", camera_picture()))


def _gate_open(stage: Stage) -> None:
    stage.tell(sample.decided(sample.admitted()), GateMoved("scan-00000", GateState.OPEN))


def _attract(stage: Stage) -> None:
    _waiting(stage)
    kiosk = stage.window.screens["kiosk"]
    assert isinstance(kiosk, KioskScreen)  # noqa: S101 - by its name
    kiosk.attract.begin(None)


def _out_of_order(stage: Stage) -> None:
    stage.tell(DeviceChanged("camera:0", DeviceState.LOST))


SHOTS: tuple[Shot, ...] = (
    Shot("door-ready", _camera),
    Shot("door-checking", _with_camera(Checking(Credential("x", Symbology.QR)))),
    *(Shot(f"door-{name}", _verdict(name)) for name in sample.VERDICTS),
    Shot("door-entry", _camera, both_ways(Direction.ENTRY)),
    Shot("door-exit", _camera, both_ways(Direction.EXIT)),
    Shot("door-leave", _leaving, both_ways(Direction.EXIT)),
    Shot("door-photo", _photo, with_photos),
    Shot("door-offline", _offline),
    Shot("door-look-only", _look),
    Shot("door-behind", _behind),
    Shot("door-undo-toast", _toast),
    Shot("door-error-toast", _trouble),
    Shot("door-type-a-code", _button("door-type")),
    Shot("door-scan-over-panel", _banner),
    Shot("keyboard", _typing),
    Shot("door-choose", _button("door-choose", "ambiguous")),
    Shot("door-override", _button("door-override", "already-used")),
    Shot("leave", _leave),
    Shot("pin", _pin, locked),
    Shot("pin-locked-out", _pin_wait, locked),
    *(Shot(f"setup-{n + 1}-{step}", _setup_step(n), fresh) for n, step in enumerate(STEPS)),
    Shot("setup-6-ready", _setup_step(len(STEPS)), fresh),
    *(Shot(f"settings-{section}", _settings(section)) for section in SECTIONS),
    Shot("settings-one-account", _panel("accounts", "account-add")),
    Shot("settings-add-reader", _panel("readers", "reader-add")),
    Shot("settings-readers-lowest", _readers_lowest),
    Shot("settings-one-scanner", _panel("readers", "wedge-0")),
    Shot("settings-taps", _panel("readers", "taps-set")),
    Shot("settings-one-place", _panel("places", f"{sample.GARDEN.name} · ", starts=True)),
    Shot("settings-one-place-codes", _lowest(_panel("places", f"{sample.GARDEN.name} · ", starts=True))),
    Shot("settings-new-place", _panel("places", "place-add")),
    Shot("setup-scan-a-code", _setup_scan, fresh),
    Shot("setup-one-time-code", _setup_code, fresh),
    Shot("settings-more-kiosks-code", _more_kiosks),
    Shot("settings-more-kiosks-one-time", _one_time_code),
    Shot("helpdesk-empty", _screen("helpdesk")),
    Shot("helpdesk", _search),
    Shot("helpdesk-code", _code),
    Shot("helpdesk-offline", _desk_offline),
    Shot("helpdesk-new-pass", _new_pass),
    Shot("helpdesk-new-pass-made", _new_pass_made),
    Shot("helpdesk-link", _link),
    Shot("helpdesk-link-made", _link_made),
    Shot("history", _screen("history")),
    Shot("history-conflicts", _conflicts),
    Shot("history-details", _details),
    Shot("history-undone", _undone),
    Shot("venue", _venue, joined),
    Shot("venue-no-hub", _no_hub, joined),
    Shot("door-no-hub", _alone, joined),
    Shot("readiness-venue", _screen("readiness"), joined),
    Shot("numbers", _numbers),
    Shot("numbers-platform", _platform_numbers),
    Shot("readiness", _ready),
    Shot("readiness-not", _not_ready),
    Shot("kiosk-waiting", _waiting, unattended),
    Shot("kiosk-reading", _camera, unattended),
    Shot("kiosk-checking", _with_camera(Checking(Credential("x", Symbology.QR))), unattended),
    Shot("kiosk-admitted", _with_camera(sample.decided(sample.admitted(Grade.PENDING))), unattended),
    Shot("kiosk-gate-open", _gate_open, unattended),
    Shot("kiosk-attract", _attract, unattended),
    Shot("kiosk-refused", _with_camera(sample.decided(sample.refused(Reason.NOT_YET_VALID))), unattended),
    Shot("kiosk-see-staff", _with_camera(sample.decided(sample.refused(Reason.ALREADY_USED))), unattended),
    Shot("training-door", _verdict("already-used"), training(attended=True)),
    Shot("training-panel", _button("door-type"), training(attended=True)),
    Shot("training-kiosk", _waiting, training(attended=False)),
    Shot("kiosk-out-of-order", _out_of_order, unattended),
)
LOOKS: tuple[str, ...] = ("light", "contrast")
"""The other looks; a few pictures of each are enough."""
IN_EVERY_LOOK = ("door-ready", "door-admit-confirmed", "door-admit-pending", "door-already-used", "settings-look")


def render_all(
    out: Path, languages: tuple[str, ...] = texts.languages(), sizes: tuple[tuple[int, int], ...] = SIZES
) -> list[Path]:
    """Draw every screen in these languages and sizes into `out`/LANGUAGE/WIDTHxHEIGHT/NAME.png; return the files."""
    application()
    drawn: list[Path] = []
    for language in languages:
        for size in sizes:
            folder = out / language / f"{size[0]}x{size[1]}"
            folder.mkdir(parents=True, exist_ok=True)
            drawn += [_draw(shot, folder / f"{shot.name}.png", language, size) for shot in SHOTS]
        folder = out / language / f"{sizes[0][0]}x{sizes[0][1]}"
        for look in LOOKS:
            chosen = [shot for shot in SHOTS if shot.name in IN_EVERY_LOOK]
            drawn += [_draw(s, folder / f"{s.name}-{look}.png", language, sizes[0], look) for s in chosen]
    return drawn


def _draw(shot: Shot, path: Path, language: str, size: tuple[int, int], look: str = "dark") -> Path:
    with staged(shot, language, size, look) as stage:
        stage.window.grab().save(str(path))
    return path
