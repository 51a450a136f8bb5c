"""The devices of a kiosk, for its settings screen: what is there, which keys are kept, a try of the turnstile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from hardware.nfc.usb import find_readers
from hardware.serial_reader import serial_ports
from scanner_app import tap_keys
from scanner_app.application.config import APPLE_KEY, GOOGLE_KEY, SUN_KEYS
from scanner_app.application.devices import ReaderReport, TapKeys
from scanner_app.secrets import SecretStore


class Reports(Protocol):
    """Whoever runs the sources."""

    def reports(self) -> Sequence[ReaderReport]:
        """Return how each reader fares."""


class Opens(Protocol):
    """Whoever runs the turnstile."""

    def open_once(self) -> str:
        """Let it go once; return why not, '' when it did."""


class KioskDevices:
    """A `DeviceDesk` over this kiosk's own parts; without a window there are no sources and no turnstile to ask."""

    def __init__(
        self, secrets: SecretStore, sources: Callable[[], Reports | None], turnstile: Callable[[], Opens | None]
    ) -> None:
        self._secrets, self._sources, self._turnstile = secrets, sources, turnstile

    def readers(self) -> Sequence[ReaderReport]:
        """Return how each scanner and reader fares."""
        sources = self._sources()
        return sources.reports() if sources else ()

    def plugged_in(self) -> Sequence[tuple[str, str]]:
        """Return serial ports and USB readers that nfcpy drives."""
        usb = [(f"nfc:usb:{r.vendor:04x}:{r.product:04x}", r.label) for r in find_readers() if r.known]
        return [*usb, *((f"serial:{port}", name) for port, name in serial_ports())]

    def tap_keys(self) -> TapKeys:
        """Return which keys are there."""
        return TapKeys(*(self._secrets.get(name) is not None for name in (APPLE_KEY, GOOGLE_KEY, SUN_KEYS)))

    def keep_tap_keys(self, apple: str = "", google: str = "", tags: str = "") -> None:
        """Keep the keys in these files."""
        named = {APPLE_KEY: apple, GOOGLE_KEY: google, SUN_KEYS: tags}
        tap_keys.keep(self._secrets, {name: Path(file).expanduser() for name, file in named.items() if file})

    def forget_tap_keys(self) -> None:
        """Forget every key."""
        tap_keys.forget(self._secrets)

    def open_once(self) -> str:
        """Try the turnstile."""
        turnstile = self._turnstile()
        return turnstile.open_once() if turnstile else "no turnstile"
