"""The screens of an attended door, in the order of the rail."""

from __future__ import annotations

from scanner_app.ui.desk import Desk, Screen
from scanner_app.ui.screens.door import DoorScreen
from scanner_app.ui.screens.helpdesk import HelpDeskScreen
from scanner_app.ui.screens.history import HistoryScreen
from scanner_app.ui.screens.numbers import NumbersScreen
from scanner_app.ui.screens.readiness import ReadinessScreen
from scanner_app.ui.screens.settings import SettingsScreen
from scanner_app.ui.screens.venue import VenueScreen


def attended_screens(desk: Desk) -> list[Screen]:
    """Make the screens."""
    venue = (VenueScreen,) if desk.settings.venue is not None else ()
    made = (DoorScreen, HelpDeskScreen, HistoryScreen, NumbersScreen, *venue, ReadinessScreen, SettingsScreen)
    return [screen(desk) for screen in made]
