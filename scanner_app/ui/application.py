"""The one QApplication."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication


def application() -> QApplication:
    """Return the one QApplication, made on first call."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    QGuiApplication.setApplicationDisplayName("Pass Scanner")
    app = QApplication(["scanner-app"])
    app.setApplicationName("scanner-app")
    app.setDesktopFileName("scanner-app")
    app.setQuitOnLastWindowClosed(True)
    return app
