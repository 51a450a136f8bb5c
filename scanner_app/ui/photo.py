"""A guest's photo, beside the verdict once it is there: never waited for, never another guest's."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QImage

from scanner_app.domain.verdict import Verdict
from scanner_app.ui.desk import Desk


class PhotoLine(QObject):
    """Asks for one picture at a time, so that a slow server holds up no other call; only the newest guest matters."""

    def __init__(self, desk: Desk, show: Callable[[QImage], None], side: int) -> None:
        super().__init__()
        self._control, self._bridge, self._pictures = desk.control, desk.bridge, desk.pictures
        self._show, self._fit = show, QSize(side, side)
        self._wanted = self._asked = ""

    def want(self, verdict: Verdict | None) -> None:
        """Show this guest's picture when it comes; nobody's for None."""
        self._wanted = verdict.subject.photo_url if verdict and verdict.subject else ""
        self._ask()

    def _ask(self) -> None:
        if self._wanted and not self._asked:
            self._asked = self._wanted
            self._bridge.call(self._fetch, self._asked, done=self._came, failed=lambda _: self._came(None), owner=self)

    def _fetch(self, url: str) -> QImage | None:
        return self._pictures.unpack(self._control.photo(url), self._fit)

    def _came(self, picture: QImage | None) -> None:
        asked, self._asked = self._asked, ""
        if asked == self._wanted:
            self._wanted = ""
            if picture is not None:
                self._show(picture)
        else:
            self._ask()
