"""The ports: what the application needs of storage, platforms and time. Adapters live in their own rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol, TypeVar, runtime_checkable

from scanner_app.domain.passes import IdentifierKind, Pass, PassKey
from scanner_app.domain.scan import FactKind, LocalFacts, LocalUse, Moment, Operation, OperationState, Scan

T = TypeVar("T")


# --- time -----------------------------------------------------------------------------------------------------------
class Clock(Protocol):
    """Wall and monotonic time, and what is known of the platform's."""

    def now(self) -> Moment:
        """Return this moment."""

    def heard(self, platform_time: datetime) -> None:
        """Take note of a platform's `Date`."""


# --- storage --------------------------------------------------------------------------------------------------------
class Priority(IntEnum):
    """Who goes first at the clerk: scans outrank everything."""

    SCAN = 0
    OUTBOX = 1
    SYNC = 2


@dataclass(frozen=True, slots=True)
class CacheState:
    """How much of an account's passes is held. Times are aware UTC."""

    account: str
    held: int = 0
    platform_total: int | None = None
    complete: bool = False  # one full load has ended since this cache was made
    last_sync: datetime | None = None  # end of the last good round, full or delta
    last_full: datetime | None = None
    loading: tuple[int, int] | None = None  # (done, total) of a full load under way


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """An operation with its delivery state. `number` orders; times are aware UTC."""

    number: int
    operation: Operation
    state: OperationState
    tries: int = 0
    created: datetime | None = None
    next_try: datetime | None = None
    sent_at: datetime | None = None
    answer: str = ""  # the last answer, redacted, for people
    unknown: bool = False  # the last try may have reached the platform: settle before sending again


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row of the append-only ledger, as exported."""

    number: int
    fact_id: str
    kind: FactKind
    at: datetime
    body: Mapping[str, object]
    hash: str


class LedgerTx(Protocol):
    """The ledger inside one transaction on the clerk's thread."""

    def local_facts(self, key: PassKey) -> LocalFacts:
        """Return all local facts about a pass."""

    def record(self, scan: Scan, use: LocalUse | None, operations: Sequence[Operation]) -> None:
        """Add the scan, its use and its outbox rows."""

    def undo(self, fact_id: str, scan_id: str, moment: Moment, operator: str, reason: str) -> Sequence[Operation]:
        """Take a recorded use back: mark it undone, cancel what was not sent, return the operations that were sent."""

    def purge(self, fact_id: str, moment: Moment, before: datetime, limit: int) -> int:
        """Blank the bodies of facts older than a time that no platform waits for; return how many."""

    def enqueue(self, operations: Sequence[Operation]) -> None:
        """Add outbox rows."""

    def add_fact(self, fact_id: str, kind: FactKind, moment: Moment, body: Mapping[str, object]) -> None:
        """Append a fact of any kind."""

    def has_fact(self, fact_id: str) -> bool:
        """Return whether a fact of this id was appended."""

    def venue_use(self, key: PassKey, door: str, use: LocalUse) -> None:
        """Keep a use that another kiosk of the venue made, once; one taken back there (`undone`) is marked so here.

        `door` is the place's own name. A use this kiosk made itself is left alone.
        """


class LedgerReader(Protocol):
    """Reads of the ledger from any thread, `mode=ro`, never blocking the clerk."""

    def local_facts(self, key: PassKey) -> LocalFacts:
        """Return all local facts about a pass."""

    def outbox_due(self, account: str, now: datetime, limit: int) -> Sequence[OutboxItem]:
        """Return the next items to send: the oldest pending one of each pass, due, in order."""

    def outbox(self, states: frozenset[OperationState], after: int = 0, limit: int = 1000) -> Sequence[OutboxItem]:
        """Return the items in these states, oldest first, after a number."""

    def outbox_of(self, key: PassKey) -> Sequence[OutboxItem]:
        """Return every outbox row of one pass, oldest first."""

    def outbox_counts(self) -> Mapping[OperationState, int]:
        """Return how many outbox rows are in each state."""

    def recent_scans(self, limit: int) -> Sequence[FactRow]:
        """Return the newest scans and overrides, newest first."""

    def facts(self, kinds: frozenset[FactKind], after: int = 0, limit: int = 1000) -> Sequence[FactRow]:
        """Return facts of some kinds in order, after a number."""

    def scan(self, scan_id: str) -> FactRow | None:
        """Return one scan by its id."""

    def history(self, key: PassKey) -> Sequence[FactRow]:
        """Return every fact about a pass, oldest first."""

    def conflicts(self, *, open_only: bool = True) -> Sequence[FactRow]:
        """Return the conflicts, newest first."""

    def refused_count(self, place: str, since: datetime) -> int:
        """Return how many were refused at a place since a time."""

    def inside_count(self, place: str) -> int:
        """Return entries minus exits at a place, by the platform's name of it."""

    def admitted_count(self, place: str, since: datetime) -> int:
        """Return how many were admitted at a place since a time."""

    def close(self) -> None:
        """Give back what it holds."""


class CacheReader(Protocol):
    """Exact look-ups and searches in the cache from any thread."""

    def find(
        self, candidates: Sequence[str], accounts: Iterable[str], kinds: Callable[[str], frozenset[IdentifierKind]]
    ) -> list[Pass]:
        """Return the passes whose identifiers of the allowed kinds equal the first candidate that matches any."""

    def get(self, key: PassKey) -> Pass | None:
        """Return one pass, None if it is not held."""

    def search(self, text: str, accounts: Iterable[str], limit: int = 50) -> list[Pass]:
        """Return passes by name, e-mail, id or barcode; accents and case folded; prefix and word."""

    def state(self, account: str) -> CacheState:
        """Return how much of an account is held."""

    def count(self, account: str, stream: str) -> int:
        """Return how many living passes of one stream are held."""

    def close(self) -> None:
        """Give back what it holds."""


class CacheTx(Protocol):
    """One account's cache inside one transaction on the clerk's thread."""

    def set_streams(self, streams: Sequence[str]) -> None:
        """Say what has to be walked: the cache is complete once each of these had one full walk to its end."""

    def upsert(self, passes: Sequence[Pass], *, stream: str = "", generation: int | None = None) -> None:
        """Add or replace passes; a full walk stamps its generation."""

    def page_done(self, stream: str, resume: str, done: int, total: int | None) -> None:
        """Remember where a walk stands so that it can be resumed after a crash."""

    def walk(self, stream: str) -> WalkState | None:
        """Return the walk under way, None if there is none."""

    def begin_walk(self, stream: str, started: datetime, cursor: str) -> WalkState:
        """Start a walk: a full one when the cursor is empty, else a delta."""

    def end_walk(self, stream: str, cursor: str, ended: datetime, total: int | None) -> None:
        """End a walk after its last page and move the cursor."""

    def cursor(self, stream: str) -> str:
        """Return the delta cursor of a stream, empty before the first full walk."""

    def unseen(self, stream: str, generation: int) -> int:
        """Return how many passes of the stream (a template) a complete walk of this generation did not see."""

    def tombstone_unseen(self, stream: str, generation: int) -> int:
        """Mark what a complete walk did not see as gone; return how many."""


@dataclass(frozen=True, slots=True)
class WalkState:
    """A walk over a platform's list that may be resumed: `resume` is the adapter's own opaque page key."""

    stream: str
    generation: int
    started: datetime
    cursor: str
    resume: str
    done: int
    total: int | None


class Clerk(Protocol):
    """The one writer. Work runs on its thread in one transaction each; scans ahead of everything else."""

    def ledger(self, work: Callable[[LedgerTx], T], priority: Priority = Priority.SCAN) -> T:
        """Run work in one `BEGIN IMMEDIATE` transaction on the ledger; return after COMMIT (fsync)."""

    def cache(self, account: str, work: Callable[[CacheTx], T], priority: Priority = Priority.SYNC) -> T:
        """Run work in one transaction on the account's cache."""

    def claim(self, numbers: Sequence[int]) -> frozenset[int]:
        """Mark outbox items as about to be sent, in one transaction; return those still pending, which may be sent.

        Until it is settled a claimed item may have arrived, as far as anyone can tell: it is read back with `unknown`,
        also after a crash, and neither an undo nor a later operation cancels it any more.
        """

    def settle(
        self,
        number: int,
        state: OperationState,
        answer: str,
        at: datetime,
        *,
        next_try: datetime | None = None,
        unknown: bool = False,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Write the outcome of one delivery attempt, and a conflict fact where an admission was not accepted.

        `facts`: what the platform told of a conflict (`Answer.facts`).
        """

    def ledger_reader(self) -> LedgerReader:
        """Return a reader of the ledger for this thread."""

    def cache_reader(self) -> CacheReader:
        """Return a reader of the caches for this thread."""


# --- platforms ------------------------------------------------------------------------------------------------------
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


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a walk. `resume` opens the next page, '' at the end; `server_time` is the platform's Date."""

    passes: tuple[Pass, ...]
    resume: str = ""
    total: int | None = None
    server_time: datetime | None = None


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


class Platform(Protocol):
    """One account of one pass platform. Methods block, keep a total deadline, raise `PlatformTrouble`."""

    account: str
    platform: str
    tenant: str  # fingerprint of base URL and key: never the key itself
    capabilities: Capabilities

    @property
    def zone_fits(self) -> bool | None:
        """Whether the configured zone was seen to be the platform's own, None as long as nothing showed it."""

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

    def at_rest(self) -> Rest:
        """Return what became of the connections that nobody uses, since the last look. Asks nothing of the platform."""

    def reset(self) -> None:
        """Drop every connection: the machine has slept."""

    def close(self) -> None:
        """Give back what it holds."""


@dataclass(frozen=True, slots=True)
class News:
    """What a feed told: uids of passes to be looked up again, and what acknowledges having done so."""

    passes: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()


class Feed(Protocol):
    """A platform's own word on what changed. Methods block, keep a total deadline, raise `PlatformTrouble`."""

    def poll(self) -> News:
        """Return what was not yet acknowledged."""

    def acknowledge(self, news: News) -> None:
        """Have this not told again; if that gets lost it is, and nothing is harmed."""

    def close(self) -> None:
        """Have the platform keep nothing more for us."""


@runtime_checkable
class Feeding(Protocol):
    """A platform that may have a feed; `feed` is None where nobody switched it on. See `Can.FEED`."""

    feed: Feed | None


class Rest(StrEnum):
    """What connections at rest tell of the network; later ones are worse."""

    QUIET = "quiet"  # all is as it was
    ENDED = "ended"  # the other side closed one: every server does after a while
    SILENT = "silent"  # the other end no longer confirms that it is there


# --- what the door tells the screens ---------------------------------------------------------------------------------
class Connection(StrEnum):
    """What is believed of the network to a platform."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    UNAUTHORISED = "unauthorised"
