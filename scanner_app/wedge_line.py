"""The keyboard-scanner assembler of the hardware room, in the words of the window."""

from __future__ import annotations

from collections.abc import Callable

from hardware.wedge import Fate
from scanner_app.application.config import DeviceConfig
from scanner_app.ui.wedge import Key, KeyAnswer
from scanner_app.wedge_marks import wedge_of

_KEYS = {Fate.PASS: Key.TYPED, Fate.HOLD: Key.HOLD, Fate.DONE: Key.DONE}


class LayoutWedge:
    """A `WedgeAssembler` that knows the kiosk's scanners by their marks and layouts, and follows its settings."""

    def __init__(self, devices: Callable[[], DeviceConfig]) -> None:
        self._devices = devices
        self._for = devices()
        self._wedge = wedge_of(self._for)

    @property
    def pause(self) -> float:
        """Seconds without a key that end what is held."""
        return self._wedge.pause

    def feed(self, text: str, at: float, *, terminator: bool) -> KeyAnswer:
        """Take one key."""
        self._follow()
        if not self._for.wedge:
            return KeyAnswer(Key.TYPED)
        decision = self._wedge.feed(text, at, terminator=terminator)
        return KeyAnswer(_KEYS[decision.fate], decision.text, decision.source)

    def give_up(self) -> None:
        """Forget what is held: it was typed."""
        self._wedge.give_up()

    def _follow(self) -> None:
        devices = self._devices()
        if devices != self._for:
            self._for, self._wedge = devices, wedge_of(devices)
