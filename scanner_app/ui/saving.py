"""Settings are kept one after the other, the newest last: two changes in one second must not overtake each other."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from scanner_app.application.config import Settings
from scanner_app.application.control import DoorControl
from scanner_app.domain.errors import ScannerError
from scanner_app.ui.bridge import Bridge


class Saver(QObject):
    """`kept` is called when all is on disk, `failed` when something was refused."""

    def __init__(
        self,
        control: DoorControl,
        bridge: Bridge,
        kept: Callable[[], None],
        failed: Callable[[ScannerError], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._control, self._bridge, self._kept, self._failed = control, bridge, kept, failed
        self._next: Settings | None = None
        self.busy = False

    def save(self, settings: Settings) -> None:
        """Keep these settings; of several that wait only the newest, which holds the changes of all."""
        self._next = settings
        if not self.busy:
            self._go()

    def _go(self) -> None:
        settings, self._next = self._next, None
        self.busy = settings is not None
        if settings is None:
            self._kept()
        else:
            self._bridge.call(
                self._control.save_settings, settings, done=lambda _: self._go(), failed=self._refused, owner=self
            )

    def _refused(self, error: ScannerError) -> None:
        self._next, self.busy = None, False
        self._failed(error)
