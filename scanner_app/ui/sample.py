"""Made-up data for pictures and tests: a door that answers at once, the same every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scanner_app.application.config import AccountConfig, DeviceConfig, Settings, TapConfig, VenueConfig
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
from scanner_app.application.events import (
    AccountStatus,
    Decided,
    DeviceChanged,
    DeviceState,
    Event,
    SettingsChanged,
    Status,
    StatusChanged,
)
from scanner_app.application.fates import Fate
from scanner_app.application.hub import HubState, VenueRule
from scanner_app.application.ports import Can, Capabilities, Connection, Door, FactRow, Template
from scanner_app.application.venue_view import (
    AlarmView,
    BoxState,
    BoxView,
    DoorState,
    DoorView,
    TwiceView,
    VenueView,
)
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction, IdentifierKind, Kin, Pass, PassKey, Source, Use
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.domain.scan import FactKind, Moment, Scan, scan_record
from scanner_app.domain.verdict import Detail, Grade, Outcome, Reason, Verdict
from scanner_app.ui.sample_devices import SampleDevices
from scanner_app.ui.sample_front import SampleFront, SampleSheets

NOW = datetime(2026, 6, 20, 19, 42, 30, tzinfo=UTC)
TEMPLATES = (Template("t-fest", "Summer Night Festival"), Template("t-vip", "Backstage"), Template("t-press", "Press"))
DOORS = (
    Door("d-1", "Scanner main gate", "t-fest", "Main gate"),
    Door("d-2", "Scanner garden", "t-fest", "Garden"),
    Door("d-3", "Scanner backstage", "t-vip", "Backstage", voids=False),
)
ACCOUNT = AccountConfig("main", "passcreator", "https://app.passcreator.com", TEMPLATES, "Europe/Berlin")
PLACE = Place(
    "Main gate", (Accepted("main", frozenset({"t-fest"}), "d-1", "Main gate"),), Policy.ONCE, zone="Europe/Berlin"
)
GARDEN = Place(
    "Garden", (Accepted("main", frozenset({"t-fest"}), "d-2", "Garden"),), Policy.IN_OUT, zone="Europe/Berlin"
)
DEVICES = DeviceConfig(
    ("camera:0", "serial:/dev/ttyACM0", "nfc:usb:04e6:5591"),
    relay="serial:/dev/ttyUSB0?turn=8",
    taps=TapConfig(("pass.org.example.fest",), google_collector=20180608),
)
SETTINGS = Settings("Kiosk 3", "Main gate", (ACCOUNT,), (PLACE, GARDEN), devices=DEVICES)
STATUS = Status(
    disk_free=212 * 1024**3,
    device="Kiosk 3",
    place="Main gate",
    policy="once",
    direction="entry",
    connection=Connection.ONLINE,
    accounts=(
        AccountStatus(
            "main", "passcreator", Connection.ONLINE, 5000, 5000, complete=True, last_sync=NOW - timedelta(seconds=40)
        ),
    ),
    held=5000,
    platform_total=5000,
    last_sync=NOW - timedelta(seconds=40),
    cache_age=40.0,
    clock_offset=0.2,
    admitted=1284,
    inside=1197,
    refused_here=23,
    expected=5000,
)
NAMES = (
    "Ada Lovelace",
    "Grace Hopper",
    "Émilie du Châtelet",
    "Zoë Łukasiewicz",
    "Alan Turing",
    "Sofia Kowalewskaja",
    "محمد الخوارزمي",
)
TICKETS = ("Weekend · Standing", "Saturday · Block B", "Backstage crew")


def _door(n: int, state: DoorState, **more: Any) -> DoorView:
    places = ("Main gate", "Garden", "Backstage", "North stand", "Family entrance")
    rule = VenueRule.OPEN if n % 4 == 0 else VenueRule.CLOSED
    counts = {"admitted": 340 + 173 * n, "flow": 12 + 7 * n % 40, "refused": n % 9, "heard": 0.6}
    return DoorView(f"kiosk-{n:02d}", state, places[n % 5], rule, **{**counts, **more})


VENUE = VenueView(
    "Summer Night Festival",
    NOW,
    connected=True,
    led=True,
    doors=(
        *(_door(n, DoorState.ONLINE) for n in range(1, 8)),
        _door(8, DoorState.ISOLATED, isolated_for=94.0, alone=17, provisional=17, offset=-3.4),
        _door(9, DoorState.SILENT, heard=412.0),
        DoorView("kiosk-10", DoorState.SILENT),
    ),
    boxes=(BoxView("hub1", BoxState.READY), BoxView("hub2", BoxState.LEADER), BoxView("hub3", BoxState.AWAY)),
    records=11_204,
    twice=(
        TwiceView(
            NOW - timedelta(minutes=2), "Garden", "kiosk-08", NOW - timedelta(minutes=3), "Main gate", "kiosk-01"
        ),
        TwiceView(
            NOW - timedelta(minutes=9), "Main gate", "kiosk-05", NOW - timedelta(minutes=12), "Garden", "kiosk-08"
        ),
    ),
    twice_count=2,
    alarms=(AlarmView(9120, "signature", "kiosk-03", NOW - timedelta(minutes=14)),),
    alarm_count=1,
)
JOINED = VenueConfig("Summer Night Festival", "kiosk-03", ("hub1", "hub2", "hub3"))
HUB = HubState(connected=True, hub="hub1", sequence=11_204, offset=0.004)


def guest(n: int = 0) -> Pass:
    """Return the n-th made-up pass."""
    uid = f"pass-{n:05d}"
    return Pass(
        "main",
        "passcreator",
        uid,
        "t-fest",
        "Summer Night Festival",
        {IdentifierKind.BARCODE: f"SNF-{7_340_219 + 7919 * n}", IdentifierKind.UID: uid},
        NAMES[n % len(NAMES)],
        {"ticket": TICKETS[n % len(TICKETS)], "seat": f"Row {3 + n}, seat {12 + n}", "email": f"guest{n}@example.org"},
        valid_from=NOW - timedelta(days=1),
        expires=NOW + timedelta(days=2),
        notes="Wheelchair place booked" if n % 3 == 0 else "",
    )


_USED: dict[str, Detail] = {
    "used_at": (NOW - timedelta(minutes=38)).isoformat(),
    "used_place": "Main gate",
    "used_device": "Kiosk 1",
    "used_source": "venue",
    "direction": "entry",
    "uses": 1,
}
DETAILS: dict[Reason, dict[str, Detail]] = {
    Reason.UNKNOWN: {"asked": ["Passcreator", "Summer Night Festival"]},
    Reason.NOT_LOADED: {"asked": ["Passcreator"]},
    Reason.AMBIGUOUS: {
        "count": 2,
        "holders": ["Ada Lovelace", "Ada Lovelace"],
        "choices": ["Ada Lovelace · Summer Night · …GATE-1", "Ada Lovelace · Backstage · …GATE-7"],
    },
    Reason.WRONG_EVENT: {"template": "Winter Concert 2025"},
    Reason.NOT_YET_VALID: {"valid_from": (NOW + timedelta(hours=20)).isoformat()},
    Reason.EXPIRED: {"expired_at": (NOW - timedelta(days=9)).isoformat()},
    Reason.WRONG_PLACE: {"places": ["Garden", "Backstage"]},
    Reason.OUTSIDE_HOURS: {"opens_at": (NOW + timedelta(hours=2)).isoformat()},
    Reason.WRONG_FLIGHT: {
        "why": "other_date",
        "flight": "LH 438",
        "shown_flight": "LH 438",
        "date": (NOW + timedelta(days=1)).date().isoformat(),
    },
    Reason.ALREADY_USED: _USED,
    Reason.NOTHING_LEFT: {**_USED, "entries": 3, "entries_left": 0, "uses": 3},
    Reason.NOT_INSIDE: {},
    Reason.HUB_UNDECIDED: {"rule": "closed"},
    Reason.ALREADY_INSIDE: _USED,
}
_NOBODY = (Reason.UNREADABLE, Reason.UNKNOWN, Reason.NOT_LOADED, Reason.AMBIGUOUS, Reason.CANNOT_RECORD, Reason.ERROR)


def refused(reason: Reason, n: int = 0) -> Verdict:
    """Return a refusal with the facts that go with it."""
    subject = None if reason in _NOBODY else guest(n)
    return Verdict(Outcome.REFUSE, reason, subject=subject, detail=DETAILS.get(reason, {}))


def admitted(grade: Grade = Grade.CONFIRMED, n: int = 0, *, stale: bool = False, shown: bool = True) -> Verdict:
    """Return an admission."""
    detail: dict[str, Detail] = {"pass_shown": shown}
    if stale:
        detail["cache_age"] = 5400
    outcome = Outcome.ATTENTION if stale else Outcome.ADMIT
    return Verdict(outcome, Reason.ADMIT, grade, guest(n), detail, records_use=grade is not Grade.NONE)


def decided(verdict: Verdict, n: int = 0, *, at: datetime = NOW, undo: bool = True, text: str = "") -> Decided:
    """Return a verdict as the door tells it."""
    raw = text or (verdict.subject.barcode if verdict.subject else "7340219-NOT-OURS")
    scan = Scan(
        f"scan-{n:05d}", Moment(at, float(n), 0.2), "Kiosk 3", "Main gate", Credential(raw, Symbology.QR), verdict
    )
    durable = verdict.reason not in (Reason.CANNOT_RECORD, Reason.ERROR)
    until = datetime.now(UTC) + timedelta(minutes=2) if undo and verdict.records_use else None
    return Decided(scan, {"total": 11.0}, durable=durable, undo_until=until)


VERDICTS: dict[str, Verdict] = {
    "admit-confirmed": admitted(),
    "admit-pending": admitted(Grade.PENDING, 1),
    "admit-stale": admitted(Grade.PENDING, 2, stale=True),
    "admit-look": admitted(Grade.NONE, 3),
    "admit-typed": admitted(Grade.PENDING, 4, shown=False),
    "same-person": replace(
        admitted(Grade.PENDING, 1),
        detail={"others": 1, "other_pass": "…GATE-7", "other_admitted_at": (NOW - timedelta(minutes=12)).isoformat()},
    ),
    "boarding": replace(
        admitted(), detail={"seat": "12A", "group": "3", "sequence": "42", "flight_notes": ["standby", "documents"]}
    ),
    "no-boarding-pass": Verdict(
        Outcome.REFUSE, Reason.WRONG_FLIGHT, subject=guest(5), detail={"why": "receipt", "flight": "LH 438"}
    ),
    "code-part": Verdict(Outcome.REFUSE, Reason.UNREADABLE, detail={"part": 2, "parts": 3}),
    **{
        reason.value.lower().replace("_", "-"): refused(reason, n)
        for n, reason in enumerate(Reason)
        if reason is not Reason.ADMIT
    },
}
"""Every verdict that a door can show, by the name of its picture."""


def fact(n: int, verdict: Verdict, minutes: int) -> FactRow:
    """Return a scan as the ledger has it."""
    at = NOW - timedelta(minutes=minutes)
    scan = decided(verdict, n, at=at).scan
    return FactRow(n, scan.scan_id, FactKind.SCAN, at, scan_record(scan), "")


def _contested(row: FactRow) -> dict[str, object]:
    here = {key: row.body.get(key) for key in ("scan_id", "at", "device", "place", "outcome", "raw")}
    there = {"device": "Kiosk 1", "at": (row.at - timedelta(minutes=3)).isoformat()}
    return {"place": row.body["place"], "pass": row.body["pass"], "here": here, "there": there, "answer": "was voided"}


WEBCAM = (
    CameraControl("auto_exposure", switch=True, least=0, most=1, step=1, value=0),
    CameraControl("exposure", switch=False, least=3, most=2047, step=1, value=156),
    CameraControl("gain", switch=False, least=0, most=255, step=1, value=24),
    CameraControl("auto_focus", switch=True, least=0, most=1, step=1, value=1),
    CameraControl("focus", switch=False, least=0, most=250, step=5, value=30, active=False),
)
"""What a usual webcam lets one adjust."""


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

    def set_place(self, name: str) -> None:
        """Work elsewhere."""
        self._note("set_place", name)

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
        """Return what is possible."""
        return Capabilities(self.can)

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
        self.tell(DeviceChanged(source, DeviceState.RUNNING))
        return lambda: self._note("unwatch_camera", source)
