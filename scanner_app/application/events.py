"""What the door tells whoever listens: the window, the gate, tests. Plain values, sent from any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from scanner_app.application.hub import HubState
from scanner_app.application.ports import Connection
from scanner_app.domain.credential import Credential
from scanner_app.domain.scan import Scan


@dataclass(frozen=True, slots=True)
class Checking:
    """A credential was read and is being judged."""

    credential: Credential


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict. Durable before this was sent, but for CANNOT_RECORD and ERROR. `ms`: find, record, total."""

    scan: Scan
    ms: Mapping[str, float] = field(default_factory=dict)
    durable: bool = True
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overridden:
    """A refused guest was admitted on a supervisor's word; on disk before this was sent."""

    scan_id: str


class GateState(StrEnum):
    """Where the turnstile stands with one guest."""

    OPEN = "open"  # let go: one guest may pass
    PASSED = "passed"  # a contact says that somebody did
    SHUT = "shut"  # the time is over; nothing tells whether anybody did
    NOT_PASSED = "not_passed"  # nobody did: the admission was taken back
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class GateMoved:
    """The turnstile let go, or what came of it, for one scan."""

    scan_id: str
    state: GateState


class DeviceState(StrEnum):
    """How a camera or reader is doing."""

    OPENING = "opening"
    RUNNING = "running"
    MISSING = "missing"
    LOST = "lost"
    FROZEN = "frozen"
    NO_PERMISSION = "no_permission"
    BUSY = "busy"
    NO_LIBRARY = "no_library"
    UNSUPPORTED = "unsupported"
    UNREACHABLE = "unreachable"
    SIGN_IN = "sign_in"
    NO_STREAM = "no_stream"
    ENDED = "ended"

    @property
    def away(self) -> bool:
        """Whether it should be reading and cannot."""
        return self not in _AT_WORK

    @property
    def code(self) -> str:
        """The code of its texts, for one that is away."""
        return f"device_{self.value}"


_AT_WORK = frozenset({DeviceState.OPENING, DeviceState.RUNNING, DeviceState.ENDED})


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A camera or reader changed state. `reason` is for the log and the command line: the device's own words.

    `watched`: somebody only looks at it, in the settings; the door does not live by it. `reader`: it is no camera.
    """

    source: str
    state: DeviceState
    reason: str = ""
    watched: bool = False
    reader: bool = False

    @property
    def of_door_camera(self) -> bool:
        """Whether it tells of the camera that guests show their codes to."""
        return not (self.watched or self.reader)


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """A camera picture for the preview: a BGR or grey uint8 array, and outlines in its pixels found just now.

    `watched`: somebody only looks at this camera, in the settings.
    """

    source: str
    image: object
    outlines: tuple[tuple[tuple[int, int], ...], ...] = ()
    watched: bool = False


class Level(StrEnum):
    """How loud a notice is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something people should know; `code` has its sentences in `ui/texts.py`."""

    code: str
    level: Level = Level.INFO
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One account as `status` shows it."""

    account: str
    platform: str
    connection: Connection = Connection.UNKNOWN
    held: int = 0
    platform_total: int | None = None
    complete: bool = False
    last_sync: datetime | None = None
    loading: tuple[int, int] | None = None
    trouble: str = ""  # code of what stops it, '' if nothing


@dataclass(frozen=True, slots=True)
class Status:
    """The door at a glance: the status strip, readiness, and `scanner-app status`."""

    device: str = ""
    place: str = ""
    policy: str = ""
    direction: str = ""
    flight: str = ""  # what the gate boards; `admitted` then counts from the beginning of its boarding
    connection: Connection = Connection.UNKNOWN
    accounts: tuple[AccountStatus, ...] = ()
    held: int = 0
    platform_total: int | None = None
    unsent: int = 0
    refused: int = 0
    conflicts: int = 0
    same_name: int = 0  # open conflicts whose other side bears this kiosk's own name
    copied_from: str = ""  # the kiosk whose data folder this is a copy of, until a person has named this one
    last_sync: datetime | None = None
    cache_age: float | None = None  # seconds
    disk_free: int | None = None  # bytes on the disk of the data folder
    cannot_record: str = ""  # code of what keeps facts from being written: nobody can be admitted
    store_troubles: tuple[str, ...] = ()  # codes of what is wrong with the databases though the door goes on
    clock_offset: float | None = None  # seconds, platform minus ours
    clock_heard: datetime | None = None  # when the platform's clock was last heard, by ours
    admitted: int = 0
    inside: int | None = None
    refused_here: int = 0
    expected: int | None = None  # passes held that are good at this place, the ones already admitted among them
    look_only: bool = False
    venue: HubState | None = None  # None where this kiosk has no others beside it


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The status is now this."""

    status: Status


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Settings were saved; screens reread them."""


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """A provisioning sheet was scanned while one was expected. Its secrets stay sealed until its code is typed."""

    text: str


Event = (
    Checking
    | Decided
    | Overridden
    | GateMoved
    | DeviceChanged
    | FrameSeen
    | Notice
    | StatusChanged
    | SettingsChanged
    | SheetSeen
)
