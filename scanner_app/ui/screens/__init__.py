"""The screens of an attended door, in the order of the rail."""

from __future__ import annotations

from collections.abc import Callable

from scanner_app.application.config import Settings
from scanner_app.ui.desk import Desk, Screen
from scanner_app.ui.screens.door import DoorScreen
from scanner_app.ui.screens.helpdesk import HelpDeskScreen
from scanner_app.ui.screens.history import HistoryScreen
from scanner_app.ui.screens.numbers import NumbersScreen
from scanner_app.ui.screens.readiness import ReadinessScreen
from scanner_app.ui.screens.settings import SettingsScreen
from scanner_app.ui.screens.venue import VenueScreen


def attended_screens(settings: Settings) -> dict[str, Callable[[Desk], Screen]]:
    """Return how each screen is made, by its name."""
    venue = (VenueScreen,) if settings.venue is not None else ()
    made = (DoorScreen, HelpDeskScreen, HistoryScreen, NumbersScreen, *venue, ReadinessScreen, SettingsScreen)
    return {screen.name: screen for screen in made}
