"""Scanners, NFC readers and the turnstile, as the settings screen sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scanner_app.application.events import DeviceState


@dataclass(frozen=True, slots=True)
class ReaderReport:
    """How one source fares; `reason` in the words of whoever reads it, '' when all is well."""

    source: str
    state: DeviceState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TapKeys:
    """Which keys for taps are kept. The keys themselves are never shown."""

    apple: bool = False
    google: bool = False
    tags: bool = False


NO_PASSAGE = "no passage"
"""The answer of a turnstile that opened, and whose passage contact did not close: nobody went, or there is none."""


class DeviceDesk(Protocol):
    """What can be asked of the devices. Calls may block."""

    def readers(self) -> Sequence[ReaderReport]:
        """Return how each scanner and reader of the settings fares."""

    def plugged_in(self) -> Sequence[tuple[str, str]]:
        """Return (source, name) of scanners and readers that can be seen, set up or not."""

    def tap_keys(self) -> TapKeys:
        """Return which keys are there."""

    def keep_tap_keys(self, apple: str = "", google: str = "", tags: str = "") -> None:
        """Keep the keys in these files ('' leaves a key as it is); SettingsTrouble when one cannot be used."""

    def forget_tap_keys(self) -> None:
        """Forget every key for taps."""

    def open_once(self) -> str:
        """Let the turnstile go once, for a try; return why it did not, '' when it did, `NO_PASSAGE` see there."""
