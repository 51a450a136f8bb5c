"""The hub port: many doors, one admission. What the door needs of whatever the venue's kiosks share (venue.md, 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from scanner_app.application.venue_rule import Alone, VenueRule
from scanner_app.application.venue_view import VenueView
from scanner_app.domain.passes import Direction, PassKey
from scanner_app.domain.values import value


class RecordKind(StrEnum):
    """What a record in the venue's stream says. CLAIM takes a slot; all others are always accepted."""

    CLAIM = "claim"
    VOID = "void"  # one slot of the pass is given back: undo, or a door that never opened
    OVERRIDE = "override"  # admitted on a supervisor's word beyond the slots
    OVER_ADMISSION = "over_admission"  # a provisional claim for which no slot was left


@value(frozen=True, slots=True)
class VenueRecord:
    """One record of the venue's stream. `claim_id` is the scan's id; times aware UTC; `signature` by the kiosk's nkey.

    `hlc`: hybrid logical clock text, orders provisional claims among themselves only. `policy`: hub | isolated |
    override. `sequence`: the hub's order, 0 before it has one. `other`: the claim id this one is about, if any.
    """

    kind: RecordKind
    claim_id: str
    kiosk: str
    place: str
    account: str
    uid: str
    slot: int
    at: datetime
    direction: Direction = Direction.ENTRY
    offset: float | None = None
    hlc: str = ""
    policy: str = "hub"
    other: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    sequence: int = 0
    signature: str = ""

    @property
    def key(self) -> PassKey:
        """The pass it is about."""
        return PassKey(self.account, self.uid)


class ClaimEnd(StrEnum):
    """How a claim ended. A refusal is final only after the committed record was read back; else UNDECIDED."""

    GRANTED = "granted"
    TAKEN = "taken"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Claim:
    """One admission asked of the hub. `known`: slots known to be taken; `allowed`: how many there are, None = no end.

    Slots given back by voids come on top of `allowed`; the hub itself counts them. `serial`: the slot after `known` or
    none (in and out: whoever has the slot went first). `scope` narrows the place: the day where entries count per day.
    `detail` is what the record tells others of this admission.
    """

    claim_id: str
    key: PassKey
    place: str
    known: int
    allowed: int | None
    at: datetime
    offset: float | None = None
    direction: Direction = Direction.ENTRY
    scope: str = ""
    serial: bool = False
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What the hub said; `winner` is the committed record that holds the slot when it was not us."""

    end: ClaimEnd
    slot: int = 0
    winner: VenueRecord | None = None


@dataclass(frozen=True, slots=True)
class HubState:
    """The hub as the screens show it. Seconds for `offset` (hub minus ours) and `isolated_for`."""

    connected: bool = False
    rule: VenueRule = VenueRule.CLOSED
    hub: str = ""
    sequence: int = 0
    behind: int = 0  # records of the stream not yet seen here
    provisional: int = 0  # own claims not yet at the hub
    isolated_for: float | None = None
    offset: float | None = None
    trouble: str = ""
    alarms: int = 0  # records of the stream that are not their kiosk's
    spent: bool = False  # `open`: the limit of what this door may do alone is reached


class Hub(Protocol):
    """The venue's one authority, from any thread. Calls block at most their deadline (seconds) and never raise."""

    def claim(self, claim: Claim, deadline: float) -> ClaimAnswer:
        """Take the next free slot of a pass at a place. The claim is durable here before this is called."""

    def tell(self, record: VenueRecord) -> None:
        """Publish a record that is always accepted; kept and repeated until the hub has it."""

    def alone(self, claim: Claim) -> Alone:
        """Return what the rule in force says of a pass that the hub did not decide on; an admission is counted."""

    def state(self) -> HubState:
        """Return how the hub is doing."""

    def view(self) -> VenueView:
        """Return the whole venue as it is known here; whoever asks goes on being told what doors say for a while."""

    def listen(self, hear: Callable[[VenueRecord], None]) -> None:
        """Call `hear` with each record of the stream, in order, from the hub's own thread."""
