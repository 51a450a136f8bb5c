"""Pictures of the help desk."""

from __future__ import annotations

from scanner_app.application.ports import Can
from scanner_app.ui import sample
from scanner_app.ui.screens.helpdesk import HelpDeskScreen
from scanner_app.ui.screens.link_panel import LinkPanel, ProjectPanel
from scanner_app.ui.screens.walk_up import WalkUpPanel
from scanner_app.ui.screenshot_stage import Stage
from scanner_app.ui.shots import door, office


def search(stage: Stage) -> None:
    """A pass was looked for and opened."""
    office.opened("helpdesk")(stage)
    desk = stage.window.screens["helpdesk"]
    assert isinstance(desk, HelpDeskScreen)  # noqa: S101 - by its name
    desk.field.setText("lov")
    desk.search()
    stage.until(lambda: bool(desk.rows))
    desk.rows[0].setChecked(True)
    desk.open(sample.guest().key)
    stage.until(lambda: desk.story is not None)
    stage.until(stage.window.bridge.idle)


def code(stage: Stage) -> None:
    """Its code, large."""
    search(stage)
    stage.press("desk-qr")
    stage.panel()


def new_pass(stage: Stage) -> None:
    """A guest without a pass gets one."""
    office.opened("helpdesk")(stage)
    stage.press("desk-new")
    panel = stage.panel()
    assert isinstance(panel, WalkUpPanel)  # noqa: S101 - asked for
    stage.until(lambda: panel.form is not None)


def new_pass_made(stage: Stage) -> None:
    """It is made."""
    new_pass(stage)
    panel = stage.panel()
    assert isinstance(panel, WalkUpPanel)  # noqa: S101 - asked for
    assert panel.form is not None  # noqa: S101 - waited for
    for edit, words in zip(panel.form.edits.values(), ("Ada", "Lovelace"), strict=False):
        edit.setText(words)
    panel.go()
    stage.until(stage.window.bridge.idle)


def link(stage: Stage) -> None:
    """A link to a pass is asked for."""
    office.opened("helpdesk")(stage)
    stage.press("desk-link")
    stage.panel()


def link_made(stage: Stage) -> None:
    """It is made."""
    link(stage)
    panel = stage.panel()
    assert isinstance(panel, LinkPanel)  # noqa: S101 - asked for
    panel.form.edits["person.surname"].setText("Lovelace")
    panel.go()
    stage.until(stage.window.bridge.idle)


def project(stage: Stage) -> None:
    """Where the links of an account lead is asked for."""
    link(stage)
    stage.press("link-set")
    stage.until(lambda: isinstance(stage.window.panel, ProjectPanel))


def message(stage: Stage) -> None:
    """What a guest's telephone is to show is asked for."""
    search(stage)
    stage.press("office-push")
    stage.panel()


def for_good(stage: Stage) -> None:
    """What no platform takes back is asked twice."""
    stage.door.lacks = {Can.RESTORE: "redeem_is_final"}
    search(stage)
    stage.press("office-void")
    stage.panel()


def without_network(stage: Stage) -> None:
    """A pass was looked for while no platform answers."""
    door.offline(stage)
    search(stage)
