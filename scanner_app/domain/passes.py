"""What platforms issued: passes, their identifiers and their uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from scanner_app.domain.values import value


class IdentifierKind(StrEnum):
    """The kinds of identifier by which a platform knows a pass."""

    BARCODE = "barcode"
    UID = "uid"
    EXTERNAL_ID = "external_id"  # userProvidedId, extId, externalId
    NFC = "nfc"
    TICKET_NUMBER = "ticket_number"


class Direction(StrEnum):
    """Which way a guest goes through a door."""

    ENTRY = "entry"
    EXIT = "exit"


class Source(StrEnum):
    """Who says that a use happened."""

    HERE = "here"  # this kiosk's ledger
    PLATFORM = "platform"
    VENUE = "venue"  # another kiosk, through the hub


@value(frozen=True, slots=True)
class Use:
    """An admission of a pass at a place. `place` is the platform's name for it; `at` is aware UTC.

    `named`: what people call the place, where the platform's name of it is an id.
    """

    place: str
    at: datetime
    direction: Direction = Direction.ENTRY
    source: Source = Source.PLATFORM
    device: str = ""
    scan_id: str = ""
    amount: Decimal = Decimal(0)
    named: str = ""

    @property
    def where(self) -> str:
        """The place as people call it, as far as the platform tells."""
        return self.named or self.place


def by_time(use: Use) -> datetime:
    """Return what uses are sorted by."""
    return use.at


def first_entry(uses: Iterable[Use]) -> Use | None:
    """Return the first way in among uses in their order, None where nobody came in."""
    return next((use for use in uses if use.direction is Direction.ENTRY), None)


@value(frozen=True, slots=True)
class PassKey:
    """Which pass: the account it belongs to and the platform's own id of it."""

    account: str
    uid: str


@value(frozen=True, slots=True)
class Pass:
    """A platform's snapshot of one pass. Times are aware UTC; `seen_at` is when the platform said this."""

    account: str
    platform: str
    uid: str
    template: str = ""
    template_name: str = ""
    identifiers: Mapping[IdentifierKind, str] = field(default_factory=dict)
    holder: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    voided: bool = False
    redeemed: bool = False
    nullified: bool = False  # deleted or nullified: gone for good
    valid_from: datetime | None = None
    expires: datetime | None = None
    eligible_places: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    entries_allowed: int | None = None
    stored_value: Decimal | None = None
    notes: str = ""
    photo_url: str = ""
    locale: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    seen_at: datetime | None = None
    partial: bool = False  # a list that leaves out places and uses: whoever can be asked is asked before it is judged

    @property
    def key(self) -> PassKey:
        """The pass's account and uid."""
        return PassKey(self.account, self.uid)

    @property
    def barcode(self) -> str:
        """The text its barcode carries, or ''."""
        return self.identifiers.get(IdentifierKind.BARCODE, "")

    @property
    def was_over(self) -> bool:
        """Whether it had expired when the platform told of it."""
        return self.expires is not None and self.seen_at is not None and self.expires <= self.seen_at


@value(frozen=True, slots=True)
class Kin:
    """Another pass of the same person, and its uses, undone ones left out."""

    subject: Pass
    uses: tuple[Use, ...] = ()


@value(frozen=True, slots=True)
class Matches:
    """What a look-up found, and how much the answer is worth.

    `complete`: every account of the place has been loaded once. `asked`: platform and template names that were asked
    or held. `confirmed`: the platform itself answered just now. `cache_age`: seconds since the last good sync.
    `kin`: other passes of the person whose pass was found.
    """

    passes: tuple[Pass, ...] = ()
    complete: bool = True
    confirmed: bool = False
    cache_age: float | None = None
    asked: tuple[str, ...] = ()
    kin: tuple[Kin, ...] = ()

    @property
    def living(self) -> tuple[Pass, ...]:
        """The passes that are not gone for good; all of them where every one is."""
        if len(self.passes) < 2:
            return self.passes
        return tuple(p for p in self.passes if not p.nullified) or self.passes
