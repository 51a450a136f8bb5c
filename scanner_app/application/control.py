"""What a screen may ask of the door. Calls may block: the window runs them off its own thread (`ui/bridge.py`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.devices import DeviceDesk
from scanner_app.application.events import Event, Status
from scanner_app.application.fates import Fate
from scanner_app.application.front_desk import Front
from scanner_app.application.ports import Capabilities, Door, FactRow, Template
from scanner_app.application.roles import Action as Action  # noqa: PLC0414 - screens find it here
from scanner_app.application.roles import Role as Role  # noqa: PLC0414
from scanner_app.application.sheets import Sheets
from scanner_app.application.venue_view import VenueView
from scanner_app.domain.credential import Credential
from scanner_app.domain.passes import Direction, Kin, Pass, PassKey, Use
from scanner_app.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """Whether a PIN was right; `wait` seconds until the next try is taken; `unset`: no PIN has been chosen yet.

    `own`: the role has one of its own, and does not borrow a higher role's.
    """

    ok: bool
    wait: float = 0.0
    unset: bool = False
    tries_left: int = 0
    own: bool = True


@dataclass(frozen=True, slots=True)
class AccountReport:
    """What came of trying an account. `trouble` is a code for `ui/texts.py`, '' when all is well."""

    trouble: str = ""
    detail: str = ""
    templates: tuple[Template, ...] = ()
    doors: tuple[Door, ...] = ()
    platform_time: datetime | None = None
    key_store: str = ""  # "keyring" | "file"
    zone: str = ""  # the zone that the platform's own times show, '' where nothing showed one


class OfficeTask(StrEnum):
    """What a help desk may have done to a pass. VOID and RESTORE work offline; the others are asked of the platform."""

    EMAIL = "email"  # value: the recipient's address
    ENABLE_DOWNLOAD = "enable_download"
    PUSH = "push"  # value: the message
    VOID = "void"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class CorrectionReport:
    """What came of an undo or override. `trouble` is a code, '' when done."""

    trouble: str = ""
    fact_id: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Everything known here of one pass."""

    subject: Pass
    uses: tuple[Use, ...]
    facts: tuple[FactRow, ...]
    outbox: tuple[Mapping[str, object], ...]
    preview: Verdict  # what the door would say now; nothing is recorded
    kin: tuple[Kin, ...] = ()  # other passes of this person


@dataclass(frozen=True, slots=True)
class CameraControl:
    """One thing to adjust at a camera: a switch (0 or 1) or a range; `active` when it can be changed just now."""

    name: str  # torch, auto_exposure, exposure, auto_gain, gain, auto_focus, focus, brightness
    switch: bool
    least: int
    most: int
    step: int
    value: int
    active: bool = True


@dataclass(frozen=True, slots=True)
class CameraTuning:
    """What can be adjusted at a camera; not `adjustable`: a recording, a network camera, or one that is not there."""

    adjustable: bool = True
    controls: tuple[CameraControl, ...] = ()


class DoorControl(Protocol):
    """The door, as a screen sees it."""

    def listen(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` for every event, from any thread, and at once with how each device fares.

        The returned function stops that.
        """

    # the line
    def present(self, credential: Credential, operator: str = "") -> None:
        """Queue a credential; never blocks. `Checking` and `Decided` follow. A typed one may need a role."""

    def look(self, credential: Credential) -> Verdict:
        """Return what the door would say; nothing is recorded."""

    def choose(self, key: PassKey, operator: str, action: Action = Action.CHOOSE) -> None:
        """Present a pass picked from a list (PRESENT: of a search; CHOOSE: of one code's): no pass was shown."""

    def undo(self, scan_id: str, operator: str, reason: str = "") -> CorrectionReport:
        """Take an admission back."""

    def override(self, scan_id: str, operator: str, reason: str) -> CorrectionReport:
        """Admit a refused guest on a supervisor's word."""

    def office(self, key: PassKey, task: OfficeTask, operator: str, value: str = "") -> CorrectionReport:
        """Have something done to a pass; needs a supervisor. The `trouble` of a platform is its code."""

    def set_look_only(self, on: bool, operator: str = "") -> None:  # noqa: FBT001 - one meaning
        """Show only, record nothing, until switched off by whose role may; raises SettingsTrouble where it may not."""

    def set_direction(self, direction: Direction, operator: str = "") -> None:
        """Turn the place in use round: from now on guests come in, or leave. Raises SettingsTrouble as above."""

    def out_of_order(self) -> str:
        """Return the code of what keeps this unattended kiosk shut, also since before a restart; '' for nothing."""

    def set_out_of_order(self, code: str) -> None:
        """Shut the kiosk: what is presented is not judged until '' opens it again."""

    # seeing
    def status(self) -> Status:
        """Return the door at a glance."""

    def venue(self) -> VenueView | None:
        """Return the whole venue as it is known here, None where this kiosk is on its own."""

    def recent(self, limit: int = 50) -> Sequence[FactRow]:
        """Return the newest scans, newest first."""

    def fates(self, rows: Sequence[FactRow]) -> Mapping[str, Fate]:
        """Return what became of scans since, by their ids: taken back, told to the platform."""

    def taken_back(self, rows: Sequence[FactRow]) -> Collection[str]:
        """Return the ids of those scans that were taken back: quicker than all of their fates."""

    def search(self, text: str, limit: int = 50) -> Sequence[Pass]:
        """Return passes by a fuzzy search; never admitted without an exact look."""

    def story(self, key: PassKey) -> Story | None:
        """Return everything known of a pass."""

    def conflicts(self, *, open_only: bool = True) -> Sequence[FactRow]:
        """Return the conflicts, newest first."""

    def settle(self, number: int, operator: str, note: str) -> CorrectionReport:
        """Settle a conflict with a note."""

    def capabilities(self, account: str) -> Capabilities:
        """Return what an account can do."""

    @property
    def front(self) -> Front:
        """The help desk's own work: walk-up passes, links, statistics."""

    @property
    def sheets(self) -> Sheets:
        """Makes and reads provisioning sheets."""

    def field_names(self) -> Sequence[str]:
        """Return the names of the fields that the passes held have, the most frequent first."""

    def photo(self, url: str) -> bytes:
        """Return a guest's picture from a server that the settings name; b'' when it may not or cannot be had."""

    def purge(self, days: int) -> int:
        """Blank what the ledger tells of people and is older than so many days; return how many facts that were."""

    # setting up
    def settings(self) -> Settings:
        """Return the settings in force."""

    def save_settings(self, settings: Settings) -> None:
        """Keep and apply; raises SettingsTrouble with a code when they cannot be."""

    def try_account(self, account: AccountConfig, key: str) -> AccountReport:
        """Talk to a platform with this key ('' = the stored one); keeps nothing."""

    def store_key(self, account: AccountConfig, key: str) -> str:
        """Keep a key in the secret store; return "keyring" or "file"."""

    def check_pin(self, role: Role, pin: str) -> PinAnswer:
        """Return whether a PIN opens a role."""

    def set_pin(self, role: Role, pin: str) -> None:
        """Choose a PIN."""

    def sync_now(self, *, full: bool = False) -> None:
        """Wake the sync threads; progress arrives as `StatusChanged`."""

    @property
    def devices(self) -> DeviceDesk:
        """Scanners, readers and the turnstile; its calls may block, too."""

    def cameras(self) -> Sequence[tuple[str, str]]:
        """Return (source, name) of the cameras that can be seen."""

    def camera_controls(self, source: str) -> CameraTuning:
        """Return what can be adjusted at a camera, and how it now is."""

    def adjust_camera(self, source: str, name: str, value: int) -> CameraTuning:
        """Set one control at once; return how the camera then is. What is to stay is kept in the settings."""

    def watch_camera(self, source: str) -> Callable[[], None]:
        """Show another camera's pictures as `FrameSeen` until the returned function is called."""
