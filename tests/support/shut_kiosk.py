"""`python -m tests.support.shut_kiosk FOLDER`: a kiosk whose door cannot open, in a process of its own.

It runs Qt's own loop to its end, which happens once in a process: later windows of the tests' own would stay hidden.
Prints one JSON object: what stood on the full screen, and the error it ended with.
"""

import json
import sys
from argparse import Namespace
from pathlib import Path

from PySide6.QtCore import QObject

from scanner_app.commands import window
from scanner_app.domain.errors import ScannerError
from scanner_app.ui.application import application
from scanner_app.ui.shut import ShutDoor


class Seen(QObject):
    """Remembers what every window said that was shown, full screen."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def eventFilter(self, watched: QObject, _event: object) -> bool:  # noqa: N802 - Qt's name
        """Look, and let it pass."""
        if isinstance(watched, ShutDoor) and watched.isFullScreen():
            self.said = watched.says
        return False


def main() -> None:
    """Open the window of a folder, and tell."""
    window.SHUT_SECONDS = 0.01
    app, seen, trouble = application(), Seen(), ""
    app.installEventFilter(seen)
    try:
        window.run(Namespace(data_dir=Path(sys.argv[1]), windowed=False))
    except ScannerError as error:
        trouble = str(error)
    app.removeEventFilter(seen)
    sys.stdout.write(json.dumps({"said": seen.said, "trouble": trouble}))


if __name__ == "__main__":
    main()
