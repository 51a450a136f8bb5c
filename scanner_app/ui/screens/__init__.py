"""The screens of an attended door, in the order of the rail."""

from __future__ import annotations

from scanner_app.ui.desk import Desk, Screen
from scanner_app.ui.screens.door import DoorScreen
from scanner_app.ui.screens.settings import SettingsScreen


def attended_screens(desk: Desk) -> list[Screen]:
    """Make the screens."""
    return [DoorScreen(desk), SettingsScreen(desk)]
