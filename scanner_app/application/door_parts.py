"""What a door is built of, as the door sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.control import AccountReport, CameraTuning, OfficeTask, PinAnswer, Role
from scanner_app.application.devices import DeviceDesk
from scanner_app.application.events import AccountStatus
from scanner_app.application.front_desk import Front
from scanner_app.application.judging import Desk
from scanner_app.application.ports import Capabilities
from scanner_app.application.sheets import Sheets


class Syncing(Protocol):
    """The sync threads, as the door sees them."""

    def wake_uploads(self) -> None:
        """Say that there is something to send."""

    def sync_now(self, *, full: bool = False) -> None:
        """Start a round at once."""

    def statuses(self) -> Sequence[AccountStatus]:
        """Return how each account is doing."""


class SettingsKeeper(Protocol):
    """Where settings are kept."""

    def load(self) -> Settings:
        """Return the settings in force."""

    def save(self, settings: Settings) -> None:
        """Keep new settings and rebuild whatever depends on them."""


class Keys(Protocol):
    """Where platform keys are kept."""

    def put(self, name: str, value: str) -> str:
        """Keep a key; return where."""


class Shut(Protocol):
    """Where it is remembered that an unattended kiosk is out of order."""

    def read(self) -> str:
        """Return the code, '' when it is in order."""

    def keep(self, code: str) -> None:
        """Remember a code."""


class PinKeeper(Protocol):
    """Where PINs are kept."""

    def check(self, role: Role, pin: str) -> PinAnswer:
        """Return whether a PIN opens a role."""

    def set(self, role: Role, pin: str) -> None:
        """Choose a PIN."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a door is built of; `bootstrap` puts in the real ones."""

    desk: Desk
    sync: Syncing
    settings: SettingsKeeper
    keys: Keys
    pins: PinKeeper
    shut: Shut
    try_account: Callable[[AccountConfig, str], AccountReport]
    capabilities: Callable[[str], Capabilities]
    office: Callable[[str, OfficeTask, str, str], None]
    front: Front
    sheets: Sheets
    photo: Callable[[str, Collection[str]], bytes]
    cameras: Callable[[], Sequence[tuple[str, str]]]
    watch_camera: Callable[[str], Callable[[], None]]
    camera_controls: Callable[[str], CameraTuning]
    adjust_camera: Callable[[str, str, int], CameraTuning]
    devices: DeviceDesk
    disk_free: Callable[[], int]
    cannot_record: Callable[[], str]
    store_troubles: Callable[[], Sequence[str]]
    copied_from: Callable[[], str]
