"""The whole venue as a supervisor sees it, on any kiosk and on the hub's page. No guest is named in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from scanner_app.application.venue_rule import VenueRule


class DoorState(StrEnum):
    """How a door stands to the hubs, as far as whoever looks can tell."""

    ONLINE = "online"
    ISOLATED = "isolated"  # it says itself that no hub decides for it
    SILENT = "silent"  # nothing was heard of it
    UNKNOWN = "unknown"  # not listened for long enough


class BoxState(StrEnum):
    """How a hub does, as the one that leads says."""

    LEADER = "leader"
    READY = "ready"
    BEHIND = "behind"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class DoorView:
    """One door. Counts since the stream began; `flow`: let in within the last five minutes; `heard`: seconds ago.

    `rule`: what it does when no hub decides; `provisional`: admissions that no hub knows of yet; `refused`: its own
    count of today, None where it was not heard.
    """

    kiosk: str
    state: DoorState = DoorState.UNKNOWN
    name: str = ""
    rule: VenueRule | None = None
    heard: float | None = None
    isolated_for: float | None = None
    admitted: int = 0
    alone: int = 0
    overrides: int = 0
    exits: int = 0
    flow: int = 0
    refused: int | None = None
    provisional: int = 0
    behind: int = 0
    offset: float | None = None


@dataclass(frozen=True, slots=True)
class BoxView:
    """One hub of the venue."""

    name: str
    state: BoxState


@dataclass(frozen=True, slots=True)
class TwiceView:
    """A pass admitted at two doors: where and when, and where and when first."""

    at: datetime | None
    door: str
    kiosk: str
    first_at: datetime | None
    first_door: str
    first_kiosk: str


@dataclass(frozen=True, slots=True)
class AlarmView:
    """A record that is not its kiosk's. `why` as `venue.trust.Doubt`; `kiosk`: whose name it bears."""

    sequence: int
    why: str
    kiosk: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class VenueView:
    """Everything at a glance. `connected`: whoever looks reaches a hub; `led`: one of them leads, so that claims go on.

    `twice` and `alarms` are the newest; their counts are of all.
    """

    venue: str
    at: datetime
    connected: bool = False
    led: bool = False
    doors: Sequence[DoorView] = ()
    boxes: Sequence[BoxView] = ()
    records: int = 0
    twice: Sequence[TwiceView] = ()
    twice_count: int = 0
    alarms: Sequence[AlarmView] = ()
    alarm_count: int = 0
    troubles: Sequence[str] = field(default_factory=tuple)

    @property
    def flow(self) -> int:
        """How many were let in within the last five minutes."""
        return sum(door.flow for door in self.doors)

    @property
    def admitted(self) -> int:
        """How many were let in."""
        return sum(door.admitted + door.alone + door.overrides for door in self.doors)
