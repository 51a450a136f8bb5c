"""Made-up devices for pictures and tests: the first reader works, the others are away, one key is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scanner_app.application.config import Settings
from scanner_app.application.devices import ReaderReport, TapKeys
from scanner_app.application.events import DeviceState
from scanner_app.domain.errors import SettingsTrouble


class SampleDevices:
    """A DeviceDesk that remembers what it was asked."""

    def __init__(self, settings: Callable[[], Settings], asked: list[tuple[str, Any]]) -> None:
        self._settings, self._asked = settings, asked

    def readers(self) -> Sequence[ReaderReport]:
        """Return every source but the camera."""
        sources = self._settings().devices.sources[1:]
        states = (DeviceState.RUNNING, *([DeviceState.MISSING] * len(sources)))
        return [ReaderReport(source, state) for source, state in zip(sources, states, strict=False)]

    def plugged_in(self) -> Sequence[tuple[str, str]]:
        """Return one scanner."""
        return (("serial:/dev/ttyACM0", "Datalogic QuickScan"),)

    def tap_keys(self) -> TapKeys:
        """Return one key."""
        return TapKeys(apple=True)

    def keep_tap_keys(self, apple: str = "", google: str = "", tags: str = "") -> None:
        """Note the files; one named wrong cannot be used."""
        if "wrong" in apple + google + tags:
            raise SettingsTrouble("tap_key", "wrong.pem is not a PEM private key")
        self._asked.append(("keep_tap_keys", (apple, google, tags)))

    def forget_tap_keys(self) -> None:
        """Note it."""
        self._asked.append(("forget_tap_keys", None))

    def open_once(self) -> str:
        """Note it."""
        self._asked.append(("open_once", None))
        return ""
