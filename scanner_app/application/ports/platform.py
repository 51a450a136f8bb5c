"""One account of one pass platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from scanner_app.application.ports.counter import Counter
from scanner_app.domain.passes import Pass, Use
from scanner_app.domain.scan import Operation


@dataclass(frozen=True, slots=True)
class Template:
    """A pass template (event, programme, campaign) of a platform."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Door:
    """The platform's own door: a Passcreator app configuration, a PassEntry reader, ..."""

    id: str
    name: str
    template: str = ""
    place: str = ""
    voids: bool = True

    @property
    def called(self) -> str:
        """What people call its place: a PassEntry reader is known there by its id, to people by its name."""
        return (self.place if self.place != self.id else "") or self.name or self.id


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a walk. `resume` opens the next page, '' at the end; `server_time` is the platform's Date.

    `total`: how many passes this walk is of. `stream_total`: how many the whole stream has, where a delta tells it.
    """

    passes: tuple[Pass, ...]
    resume: str = ""
    total: int | None = None
    server_time: datetime | None = None
    stream_total: int | None = None


class Can(StrEnum):
    """Things a platform may or may not be able to do."""

    DELTA = "delta"
    LOOKUP_BARCODE = "lookup_barcode"
    SEARCH = "search"
    RECORD = "record"
    VOID = "void"
    RESTORE = "restore"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NOTIFY = "notify"
    EMAIL = "email"
    STATISTICS = "statistics"
    STORED_VALUE = "stored_value"
    ENABLE_DOWNLOAD = "enable_download"
    DOORS = "doors"
    LINKS = "links"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; `missing` gives a reason code for each thing it cannot."""

    can: frozenset[Can]
    missing: Mapping[Can, str] = field(default_factory=dict)


class Delivery(StrEnum):
    """How a delivered operation ended when the platform did answer as documented."""

    DONE = "done"
    ALREADY = "already"  # it had been done by us before: an earlier try whose answer was lost
    REFUSED = "refused"
    CONTESTED = "contested"  # somebody else used, voided or deleted it first


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one delivery. `detail` is short, redacted, for people and exports."""

    delivery: Delivery
    detail: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)  # for a conflict: who, where, when by the platform


def _told_of(use: Use) -> dict[str, str]:
    """Return the other side of a conflict: when, where and by which device another door admitted."""
    facts = {"used_at": use.at.isoformat(), "used_place": use.where, "used_device": use.device}
    return {name: value for name, value in facts.items() if value}


def used_elsewhere(use: Use, ours: Operation) -> Answer:
    """Return that the platform keeps another door's admission, told as first or as later: either may report first."""
    return Answer(Delivery.CONTESTED, other_was(use.at, ours.at), _told_of(use))


def other_was(at: datetime, ours: datetime) -> str:
    """Return by a code whether another door's admission was the first of two.

    Where only whole seconds are kept, who was first within one cannot be told.
    """
    if not at.microsecond and at == ours.replace(microsecond=0):
        return "used_together"
    return "used_later" if at > ours else "used_elsewhere"


class Rest(StrEnum):
    """What connections at rest tell of the network; later ones are worse."""

    QUIET = "quiet"  # all is as it was
    ENDED = "ended"  # the other side closed one: every server does after a while
    SILENT = "silent"  # the other end no longer confirms that it is there


class Platform(Protocol):
    """One account of one pass platform. Methods block, keep a total deadline, raise `PlatformTrouble`."""

    account: str
    platform: str
    tenant: str  # fingerprint of base URL and key: never the key itself
    capabilities: Capabilities
    counter: Counter

    @property
    def zone_fits(self) -> bool | None:
        """Whether the configured zone was seen to be the platform's own, None as long as nothing showed it."""

    @property
    def zone_shown(self) -> str:
        """The zone that the platform's own times show, '' as long as nothing showed one or where times are in UTC."""

    def check(self) -> datetime | None:
        """Make one cheap authorised call; return the platform's time."""

    def templates(self) -> list[Template]:
        """Return the templates this account can see."""

    def doors(self) -> list[Door]:
        """Return the platform's own doors."""

    def streams(self) -> list[str]:
        """Return what has to be walked to hold every pass: template ids, mostly."""

    def page(self, stream: str, cursor: str, resume: str) -> Page:
        """Return one page of a stream: everything if `cursor` is '', else what changed since it."""

    def cursor_after(self, started: datetime) -> str:
        """Return the delta cursor for a round that the platform began at `started`, '' if it has no delta."""

    def lookup(self, text: str, deadline: float) -> list[Pass]:
        """Return the passes found for one text, [] if the platform knows none. Deadline in seconds."""

    def search(self, text: str) -> list[Pass]:
        """Return passes by a fuzzy search; never admitted without an exact look."""

    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell the platform. `may_have_arrived`: an earlier try's outcome is unknown; find out before repeating."""

    def others(self, operation: Operation, subject: Pass) -> Sequence[Use]:
        """Return what other devices let pass at this operation's place, in or out; changes nothing on the platform.

        `subject` is the pass as the platform told it just now. Refused repeats and this device's own do not count.
        """

    def at_rest(self) -> Rest:
        """Return what became of the connections that nobody uses, since the last look. Asks nothing of the platform."""

    def reset(self) -> None:
        """Drop every connection: the machine has slept."""

    def close(self) -> None:
        """Give back what it holds."""
