"""Pictures of the first set-up and of the settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QPushButton, QScrollArea

from scanner_app.application.events import SheetSeen
from scanner_app.ui.screens.forms import AccountForm
from scanner_app.ui.screens.settings import SettingsScreen
from scanner_app.ui.screens.setup import STEPS, SetupScreen
from scanner_app.ui.screenshot_stage import Stage, settle
from scanner_app.ui.shots import door


def setup_step(step: int) -> Callable[[Stage], None]:
    """Return what goes through the first set-up to a step; after the last one it is finished."""

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
        door.camera(stage)
        if step == len(STEPS):
            screen.finish()

    return act


def at(section: str) -> Callable[[Stage], None]:
    """Return what opens a section of the settings."""

    def act(stage: Stage) -> None:
        stage.window.go("settings")
        screen = stage.window.screens["settings"]
        assert isinstance(screen, SettingsScreen)  # noqa: S101 - by its name
        screen.show_section(section)
        stage.until(lambda: section != "camera" or bool(stage.door.count("watch_camera")))
        door.camera(stage)

    return act


def panel(section: str, name: str, *, starts: bool = False) -> Callable[[Stage], None]:
    """Return what presses a button of a section: by its name, or by how its words start."""

    def act(stage: Stage) -> None:
        at(section)(stage)
        settle()
        every = [b for b in stage.window.findChildren(QPushButton) if b.isVisibleTo(stage.window)]
        chosen = next(b for b in every if b.objectName() == name or (starts and b.accessibleName().startswith(name)))
        chosen.click()
        stage.panel()
        stage.until(stage.window.bridge.idle)

    return act


def lowest(act: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """The same, scrolled down to its end."""

    def scrolled(stage: Stage) -> None:
        act(stage)
        settle()
        for area in stage.panel().findChildren(QScrollArea):
            area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())

    return scrolled


def readers_lowest(stage: Stage) -> None:
    """The readers, scrolled down to their end."""
    at("readers")(stage)
    settle()
    for area in stage.window.findChildren(QScrollArea):
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())


def more_kiosks(stage: Stage) -> None:
    """A set-up for another kiosk is shown."""
    at("sheets")(stage)
    field = stage.window.findChild(QLineEdit, "sheet-device")
    assert isinstance(field, QLineEdit)  # noqa: S101 - by its name
    field.setText("Kiosk 4")
    stage.press("sheet-make")
    stage.panel()


def one_time_code(stage: Stage) -> None:
    """Its other side, with the one-time code."""
    more_kiosks(stage)
    stage.press("sheet-turn")


def setup_scan(stage: Stage) -> None:
    """The camera looks for the set-up of another kiosk."""
    stage.press("setup-scan")
    door.camera(stage)


def setup_code(stage: Stage) -> None:
    """It found one, which wants the one-time code."""
    setup_scan(stage)
    stage.tell(SheetSeen("PSP1:made-up"))
