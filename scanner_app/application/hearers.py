"""Who hears what happens at a door."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from scanner_app.application.events import DeviceChanged, Event

log = logging.getLogger(__name__)


class Hearers:
    """Passes events on, from any thread. How the devices fare is remembered for those who listen later."""

    def __init__(self) -> None:
        self._hearers: list[Callable[[Event], None]] = []
        self._devices: dict[str, DeviceChanged] = {}  # as last told, the newest last
        self._of_devices = threading.RLock()  # an older state must not be told after a newer one

    def listen(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` for every event; the returned function stops that.

        How the devices fare is told at once: a camera may be quicker than the window, and says it only once.
        """
        with self._of_devices:
            self._hearers.append(hear)
            for event in self._devices.values():
                hear(event)
        return lambda: self._hearers.remove(hear) if hear in self._hearers else None

    def tell(self, event: Event) -> None:
        """Pass an event to everybody who listens; one who fails does not keep it from the others."""
        if isinstance(event, DeviceChanged) and not event.watched:
            with self._of_devices:
                self._devices.pop(event.source, None)
                self._devices[event.source] = event
                self._pass_on(event)
        else:
            self._pass_on(event)

    def _pass_on(self, event: Event) -> None:
        for hear in tuple(self._hearers):
            try:
                hear(event)
            except Exception:
                log.exception("a listener failed on %s", type(event).__name__)
