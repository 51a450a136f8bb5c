"""The keyboard-scanner assembler of the hardware room, in the words of the window."""

from __future__ import annotations

from hardware.wedge import Wedge, WedgeProfile
from scanner_app.application.config import DeviceConfig
from scanner_app.ui.wedge import Key, KeyAnswer


class LayoutWedge:
    """A `WedgeAssembler` that reads scanners by their own layout; the window takes prefix and suffix off."""

    def __init__(self, devices: DeviceConfig) -> None:
        self._wedge = Wedge((WedgeProfile(),), computer_layout=devices.wedge_layout)
        self.pause = self._wedge.pause

    def feed(self, text: str, at: float, *, terminator: bool) -> KeyAnswer:
        """Take one key."""
        decision = self._wedge.feed(text, at, terminator=terminator)
        return KeyAnswer(Key[decision.fate.name], decision.text)

    def give_up(self) -> None:
        """Forget what is held: it was typed."""
        self._wedge.give_up()
