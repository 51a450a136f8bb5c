"""What the whole window wears: language, direction, colours and sizes, by the settings and the room there is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from scanner_app.application.config import ScreenConfig, Settings
from scanner_app.ui import texts
from scanner_app.ui.theme import Theme

BASE = (1280, 800)
"""The window size at which a factor of 1 is right."""


def factor(width: int, height: int) -> float:
    """Sizes grow with the screen, more slowly than it: a larger screen also shows more."""
    fit = min(width / BASE[0], height / BASE[1])
    return round(max(0.85, min(1.5, 1 + (fit - 1) * 0.8)), 2)


def dressed(screen: ScreenConfig, width: int, height: int) -> Theme:
    """Dress the application for a window of this size; return the theme for what is built next."""
    texts.set_language(screen.language)
    theme = Theme.named(
        screen.theme, factor(width, height), reduced_motion=screen.reduced_motion, text=screen.text_scale
    )
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if texts.is_rtl() else Qt.LayoutDirection.LeftToRight)
        theme.apply(app)
    return theme


def dress_of(settings: Settings) -> tuple[object, ...]:
    """Return what of the settings everything is built in; a change of anything else is heard by whom it concerns."""
    screen = settings.screen
    return (
        settings.venue is not None,
        screen.language,
        screen.theme,
        screen.text_scale,
        screen.reduced_motion,
        screen.attended,
    )
