"""A door that answers at once from made-up data, the same every time: for pictures and tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.control import (
    AccountReport,
    Action,
    CameraControl,
    CameraTuning,
    CorrectionReport,
    OfficeTask,
    PinAnswer,
    Role,
    Story,
)
from scanner_app.application.events import DeviceChanged, DeviceState, Event, SettingsChanged, Status, StatusChanged
from scanner_app.application.fates import Fate
from scanner_app.application.ports import Can, Capabilities, FactRow
from scanner_app.application.venue_view import VenueView
from scanner_app.domain.credential import Credential
from scanner_app.domain.passes import Direction, Kin, Pass, PassKey, Source, Use
from scanner_app.domain.scan import FactKind
from scanner_app.domain.verdict import Grade, Reason, Verdict
from scanner_app.ui.sample import (
    DOORS,
    NOW,
    SETTINGS,
    STATUS,
    TEMPLATES,
    VENUE,
    VERDICTS,
    admitted,
    fact,
    guest,
    refused,
)
from scanner_app.ui.sample_devices import SampleDevices
from scanner_app.ui.sample_front import SampleFront, SampleSheets

WEBCAM = (
    CameraControl("auto_exposure", switch=True, least=0, most=1, step=1, value=0),
    CameraControl("exposure", switch=False, least=3, most=2047, step=1, value=156),
    CameraControl("gain", switch=False, least=0, most=255, step=1, value=24),
    CameraControl("auto_focus", switch=True, least=0, most=1, step=1, value=1),
    CameraControl("focus", switch=False, least=0, most=250, step=5, value=30, active=False),
)
"""What a usual webcam lets one adjust."""


def _contested(row: FactRow) -> dict[str, object]:
    here = {key: row.body.get(key) for key in ("scan_id", "at", "device", "place", "outcome", "raw")}
    there = {"device": "Kiosk 1", "at": (row.at - timedelta(minutes=3)).isoformat()}
    return {"place": row.body["place"], "pass": row.body["pass"], "here": here, "there": there, "answer": "was voided"}


@dataclass
class SampleDoor:
    """A DoorControl that answers at once from made-up data and remembers what it was asked."""

    kept: Settings = SETTINGS
    now: Status = STATUS
    pins: dict[Role, str] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    tries: int = 0
    can: frozenset[Can] = frozenset(Can)
    lacks: dict[Can, str] = field(default_factory=dict)
    tuned: dict[str, CameraControl] = field(default_factory=lambda: {c.name: c for c in WEBCAM})
    _listeners: list[Callable[[Event], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The help desk and the sheets note what they are asked beside the rest."""
        self.front = SampleFront(self.asked, self.answers)
        self.sheets = SampleSheets(self.asked, SETTINGS, self.answers)

    def count(self, what: str) -> int:
        """Return how often something was asked."""
        return sum(name == what for name, _ in self.asked)

    def tell(self, event: Event) -> None:
        """Send an event to whoever listens."""
        for hear in list(self._listeners):
            hear(event)

    def _note(self, what: str, value: Any, otherwise: Any = None) -> Any:
        self.asked.append((what, value))
        found = self.answers.get(what, otherwise)
        if isinstance(found, Exception):
            raise found
        return found

    def listen(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Hear events."""
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear)

    def present(self, credential: Credential, operator: str = "") -> None:
        """Note a credential."""
        self._note("present", credential)

    def look(self, credential: Credential) -> Verdict:
        """Say what would be said."""
        found: Verdict = self._note("look", credential, refused(Reason.UNKNOWN))
        return found

    def choose(self, key: PassKey, operator: str, action: Action = Action.CHOOSE) -> None:
        """Note a choice."""
        self._note("choose", (key, operator))

    def undo(self, scan_id: str, operator: str, reason: str = "") -> CorrectionReport:
        """Take back."""
        found: CorrectionReport = self._note("undo", scan_id, CorrectionReport("", f"undo-{scan_id}"))
        return found

    def override(self, scan_id: str, operator: str, reason: str) -> CorrectionReport:
        """Admit anyway."""
        found: CorrectionReport = self._note(
            "override", (scan_id, operator, reason), CorrectionReport("", f"over-{scan_id}")
        )
        return found

    def set_look_only(self, on: bool, operator: str = "") -> None:  # noqa: FBT001 - the port
        """Look only."""
        self.now = replace(self.now, look_only=on)
        self._note("set_look_only", on)
        self.tell(StatusChanged(self.now))

    def out_of_order(self) -> str:
        """Say what keeps the kiosk shut."""
        found: str = self.answers.get("out_of_order", "")
        return found

    def set_out_of_order(self, code: str) -> None:
        """Shut the kiosk."""
        self._note("set_out_of_order", code)
        self.answers["out_of_order"] = code

    def set_direction(self, direction: Direction, operator: str = "") -> None:
        """Turn round."""
        self._note("set_direction", direction)
        place = self.kept.current_place
        places = tuple(replace(p, direction=direction) if p is place else p for p in self.kept.places)
        self.now = replace(self.now, direction=direction.value)
        self.save_settings(replace(self.kept, places=places))
        self.tell(StatusChanged(self.now))

    def status(self) -> Status:
        """Return the status."""
        return self.now

    def venue(self) -> VenueView | None:
        """Return a venue of many doors."""
        found: VenueView | None = self._note("venue", None, VENUE)
        return found

    def recent(self, limit: int = 50) -> Sequence[FactRow]:
        """Return some scans."""
        every = [*[admitted(Grade.PENDING, 1)] * 9, refused(Reason.ALREADY_USED, 2), *VERDICTS.values()]
        rows = [fact(900 - n, every[n * 7 % len(every)], (n * n) // 700) for n in range(400)]
        found: Sequence[FactRow] = self.answers.get("recent", rows)
        return found[:limit]

    def fates(self, rows: Sequence[FactRow]) -> Mapping[str, Fate]:
        """Say that one of the first was taken back."""
        undone = Fate(undone=NOW, operator="supervisor", why="wrong guest")
        found: Mapping[str, Fate] = self._note("fates", len(rows), {row.fact_id: undone for row in rows[3:4]})
        return found

    def taken_back(self, rows: Sequence[FactRow]) -> Collection[str]:
        """Say which were taken back."""
        return {scan_id for scan_id, fate in self.fates(rows).items() if fate.undone}

    def search(self, text: str, limit: int = 50) -> Sequence[Pass]:
        """Return some passes."""
        found: Sequence[Pass] = self._note("search", text, [guest(n) for n in range(6)])
        return found[:limit]

    def story(self, key: PassKey) -> Story | None:
        """Return a pass's story."""
        subject = guest(int(key.uid[-5:])) if key.uid[-5:].isdigit() else guest()
        uses = (
            Use("Main gate", NOW - timedelta(hours=1), Direction.ENTRY, Source.HERE, "Kiosk 3", "scan-00099"),
            Use("Garden", NOW - timedelta(minutes=20), Direction.ENTRY, Source.PLATFORM),
        )
        kin = (Kin(replace(subject, uid="pass-00077", identifiers={})),)
        return Story(subject, uses, (fact(99, admitted(), 60),), (), refused(Reason.ALREADY_USED), kin)

    def conflicts(self, *, open_only: bool = True) -> Sequence[FactRow]:
        """Return two conflicts."""
        rows = [fact(90, admitted(n=1), 44), fact(91, admitted(n=4), 12)]
        return [replace(row, kind=FactKind.CONFLICT, body=_contested(row)) for row in rows]

    def settle(self, number: int, operator: str, note: str) -> CorrectionReport:
        """Settle a conflict."""
        found: CorrectionReport = self._note(
            "settle", (number, operator, note), CorrectionReport("", f"settled-{number}")
        )
        return found

    def office(self, key: PassKey, task: OfficeTask, operator: str, value: str = "") -> CorrectionReport:
        """Have something done to a pass."""
        found: CorrectionReport = self._note("office", (key, task, operator, value), CorrectionReport("", "office-1"))
        return found

    def field_names(self) -> Sequence[str]:
        """Return what the made-up passes have."""
        return tuple(guest().fields)

    def photo(self, url: str) -> bytes:
        """Return a picture, if one was laid ready."""
        found: bytes = self._note("photo", url, b"")
        return found

    def purge(self, days: int) -> int:
        """Note the wish."""
        found: int = self._note("purge", days, 128)
        return found

    def capabilities(self, account: str) -> Capabilities:
        """Return what is possible, and why not the rest."""
        return Capabilities(self.can, self.lacks)

    def settings(self) -> Settings:
        """Return the settings."""
        return self.kept

    def save_settings(self, settings: Settings) -> None:
        """Keep the settings."""
        self._note("save_settings", settings)
        self.kept = settings
        self.tell(SettingsChanged())

    def try_account(self, account: AccountConfig, key: str) -> AccountReport:
        """Find the account well."""
        found: AccountReport = self._note("try_account", (account, key), AccountReport("", "", TEMPLATES, DOORS, NOW))
        return found

    def store_key(self, account: AccountConfig, key: str) -> str:
        """Keep a key."""
        found: str = self._note("store_key", (account.id, key), "file")
        return found

    def check_pin(self, role: Role, pin: str) -> PinAnswer:
        """Check a PIN: five tries, then a wait."""
        wanted = self.pins.get(role)
        if wanted is None:
            return PinAnswer(ok=True, unset=True)
        if pin == wanted:
            self.tries = 0
            return PinAnswer(ok=True)
        if pin:
            self.tries += 1
        return PinAnswer(ok=False, wait=30.0 if self.tries >= 5 else 0.0, tries_left=max(0, 5 - self.tries))

    def set_pin(self, role: Role, pin: str) -> None:
        """Choose a PIN."""
        self._note("set_pin", (role, pin))
        self.pins[role] = pin

    def sync_now(self, *, full: bool = False) -> None:
        """Note the wish."""
        self._note("sync_now", full)

    @property
    def devices(self) -> SampleDevices:
        """A scanner that works, a reader that is away, one key."""
        return SampleDevices(lambda: self.kept, self.asked)

    def cameras(self) -> Sequence[tuple[str, str]]:
        """Return two cameras."""
        found: Sequence[tuple[str, str]] = self._note(
            "cameras", None, (("camera:0", "HD Webcam C920"), ("camera:1", "Built-in camera"))
        )
        return found

    def camera_controls(self, source: str) -> CameraTuning:
        """Return what a usual webcam has; the other camera has nothing."""
        return CameraTuning(controls=tuple(self.tuned.values()) if source == "camera:0" else ())

    def adjust_camera(self, source: str, name: str, value: int) -> CameraTuning:
        """Set one control, as a webcam does: automatic exposure binds the exposure."""
        self._note("adjust_camera", (source, name, value))
        self.tuned[name] = replace(self.tuned[name], value=value)
        for switch, bound in (("auto_exposure", "exposure"), ("auto_focus", "focus")):
            self.tuned[bound] = replace(self.tuned[bound], active=not self.tuned[switch].value)
        return self.camera_controls(source)

    def watch_camera(self, source: str) -> Callable[[], None]:
        """Watch a camera."""
        self._note("watch_camera", source)
        self.tell(DeviceChanged(source, DeviceState.RUNNING, watched=True))
        return lambda: self._note("unwatch_camera", source)
