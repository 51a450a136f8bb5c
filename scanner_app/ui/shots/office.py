"""Pictures of the screens beside the door: history, numbers, readiness, the venue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scanner_app.application.events import StatusChanged
from scanner_app.application.venue_view import DoorState
from scanner_app.ui import sample
from scanner_app.ui.screens.history import HistoryScreen
from scanner_app.ui.screens.venue import VenueScreen
from scanner_app.ui.screenshot_stage import Stage
from scanner_app.ui.shots import door


def opened(name: str) -> Callable[[Stage], None]:
    """Return what opens a screen."""

    def act(stage: Stage) -> None:
        door.camera(stage)
        stage.window.go(name)
        stage.until(stage.window.bridge.idle)

    return act


def venue(stage: Stage) -> None:
    """A venue of many doors."""
    stage.window.go("venue")
    screen = stage.window.screens["venue"]
    assert isinstance(screen, VenueScreen)  # noqa: S101 - by its name
    stage.until(lambda: bool(screen.rows))


def no_hub(stage: Stage) -> None:
    """The same where no hub answers."""
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
    door.alone(stage)
    venue(stage)


def numbers(stage: Stage) -> None:
    """How many came, and when."""
    opened("numbers")(stage)
    stage.until(stage.window.bridge.idle)


def platform_numbers(stage: Stage) -> None:
    """What the platform counted."""
    numbers(stage)
    stage.press("numbers-platform")
    stage.until(stage.window.bridge.idle)


def conflicts(stage: Stage) -> None:
    """What platforms and this kiosk do not agree on."""
    opened("history")(stage)
    screen = stage.window.screens["history"]
    assert isinstance(screen, HistoryScreen)  # noqa: S101 - by its name
    screen.show_only("conflicts")


def details(stage: Stage) -> None:
    """One of these."""
    conflicts(stage)
    screen = stage.window.screens["history"]
    assert isinstance(screen, HistoryScreen)  # noqa: S101 - by its name
    screen.rows[0].click()
    stage.panel()


def undone(stage: Stage) -> None:
    """An admission that was taken back."""
    opened("history")(stage)
    screen = stage.window.screens["history"]
    assert isinstance(screen, HistoryScreen)  # noqa: S101 - by its name
    screen.rows[3].click()
    stage.panel()


def ready(stage: Stage) -> None:
    """Everything is well before doors open."""
    stage.tell(StatusChanged(sample.STATUS))
    opened("readiness")(stage)


def not_ready(stage: Stage) -> None:
    """Much is not."""
    door.offline(stage)
    stage.window.go("readiness")


def one_name(stage: Stage) -> None:
    """A copy of another kiosk, whose name somebody else uses as well."""
    ready(stage)
    stage.tell(StatusChanged(replace(sample.STATUS, conflicts=2, same_name=2, copied_from="Kiosk 1")))
