"""What stands on a kiosk's screen when its door cannot open at all: nobody reads a log there."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from scanner_app.application.config import ScreenConfig
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.application import application
from scanner_app.ui.dress import dressed
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.symbol import Symbol, SymbolView
from scanner_app.ui.widgets.text import Label


class ShutDoor(QWidget):
    """Why the door does not open, for staff and for the administrator. Build it when the application is dressed."""

    def __init__(self, error: ScannerError, theme: Theme) -> None:
        super().__init__()
        code = error.code if texts.known(error.code) else "trouble"
        symbol = SymbolView(theme.px(180))
        symbol.show_symbol(Symbol.ATTENTION, theme.colour("warn"), theme.colour("canvas"))
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.space("xl")] * 4)
        column.setSpacing(theme.space("l"))
        column.addStretch()
        column.addWidget(symbol, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.says = [texts.headline(code), texts.explain(error)]
        for text, kind in zip(self.says, ("display", "title"), strict=True):
            label = Label(text, kind, wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch()


def show_shut(error: ScannerError, screen: ScreenConfig, seconds: float) -> None:
    """Show it, full screen, for so many seconds. Call on the main thread, with no other window open."""
    app = application()
    room = app.primaryScreen().size()
    shut = ShutDoor(error, dressed(screen, room.width(), room.height()))
    shut.showFullScreen()
    QTimer.singleShot(round(seconds * 1000), app.quit)
    app.exec()
    shut.close()
