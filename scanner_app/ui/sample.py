"""Made-up data for pictures and tests, the same every time; `sample_door` answers from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scanner_app.application.config import AccountConfig, DeviceConfig, Settings, TapConfig, VenueConfig, WedgeConfig
from scanner_app.application.events import (
    AccountStatus,
    Decided,
    Status,
)
from scanner_app.application.hub import HubState
from scanner_app.application.ports import Connection, Door, FactRow, Template
from scanner_app.application.venue_rule import VenueRule
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
from scanner_app.domain.passes import IdentifierKind, Pass
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.domain.scan import FactKind, Moment, Scan, scan_record
from scanner_app.domain.verdict import Detail, Grade, Outcome, Reason, Verdict
from scanner_app.ui import moments

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
    wedges=(WedgeConfig("~", "#", "de", "uid"),),
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
    Reason.NOT_YET_VALID: {"valid_from": (NOW + timedelta(hours=27)).isoformat()},
    Reason.EXPIRED: {"expired_at": (NOW - timedelta(days=9)).isoformat()},
    Reason.WRONG_PLACE: {"places": ["Garden", "Backstage"]},
    Reason.OUTSIDE_HOURS: {"opens_at": (NOW + timedelta(hours=26)).isoformat()},
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
    until = moments.now() + timedelta(minutes=2) if undo and verdict.records_use else None
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
    "reissued": Verdict(
        Outcome.REFUSE,
        Reason.NULLIFIED,
        subject=guest(1),
        detail={
            "others": 1,
            "other_pass": "…GATE-7",
            "reissued_as": "3f0c9a51-77d2",
            "reissued_pass": "…GATE-7",
            "reissued_at": (NOW - timedelta(days=2)).isoformat(),
        },
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
