"""What the ledger has and the hub may not: claims made alone, records not yet told, and a hub that forgot.

The ledger's CLAIM facts are the outbox to the hub: each is walked, in order, until the stream is known to hold what it
should. Everything is sent with the ids it was made with, so that doing it again does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from scanner_app.application.claimfacts import keep_record, kept_claim, kept_record, void_of
from scanner_app.application.hub import Claim, ClaimAnswer, ClaimEnd, RecordKind, VenueRecord
from scanner_app.application.hubrecord import BadRecord
from scanner_app.application.ports import Clerk, Clock, FactRow, LedgerReader, Priority
from scanner_app.domain.scan import FactKind
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.book import Book
from scanner_app.venue.claims import Protocol, Undecided
from scanner_app.venue.link import HubLink
from scanner_app.venue.records import encode, subject
from scanner_app.venue.roster import is_roster

log = logging.getLogger(__name__)
T = TypeVar("T")

SETTLED_AFTER = timedelta(seconds=60)
"""A claim that nobody answered may still be committed for a while (an election takes 4 to 9 s); after this, no more."""
SECONDS = 5.0
PAGE = 1000


class Reconciler:
    """Walks what is open. `provisional`: admissions made alone that the hub does not know of yet."""

    def __init__(
        self, protocol: Protocol, book: Book, clerk: Clerk, clock: Clock, made_here: Callable[[str], bool]
    ) -> None:
        self._protocol, self._book, self._clerk, self._clock = protocol, book, clerk, clock
        self._made_here = made_here
        self._alone: set[str] = set()
        self._expected: set[str] = set()
        self.restoring = book.get("resubmit") == "yes"

    @property
    def provisional(self) -> int:
        """How many admissions the hub does not know of yet."""
        return len(self._alone | self._expected)

    def expect(self, claim_id: str) -> None:
        """Count an admission that is about to be made alone."""
        self._expected.add(claim_id)

    def forgot(self) -> None:
        """Say that the hub forgot: everything held here is submitted again before anything is claimed."""
        self.restoring = True

    def load(self) -> None:
        """Count what the last run left open."""
        self._walk(None)

    def round(self, link: HubLink) -> bool:
        """Bring the hub up to date; return whether something is left for later."""
        if self.restoring:
            self._restore(link)
        return self._walk(link)

    # --- a hub that forgot
    def _restore(self, link: HubLink) -> None:
        told = 0
        for entry in self._book.entries():
            if is_roster(entry.subject):
                continue  # the installer's alone to tell
            work = self._protocol.submit(entry.subject, entry.data, entry.claim_id, SECONDS)
            other = link.call(_in_time(work), SECONDS + 1.0)
            told += 1
            if other is not None:
                log.error("slot of %s is %s's in the new stream", entry.claim_id, other.claim_id)
        self._book.put("resubmit", "no")
        self._walk(link, granted_too=True)
        self.restoring = False
        log.warning("the hub forgot and was told again: %s records", told)

    # --- the walk
    def _walk(self, link: HubLink | None, *, granted_too: bool = False) -> bool:
        through = start = int(self._book.get("facts_through", "0"))
        after, whole, left = start, True, False
        alone: set[str] = set()
        reader = self._clerk.ledger_reader()
        try:
            while facts := reader.facts(frozenset({FactKind.CLAIM}), after, PAGE):
                for fact in facts:
                    done = self._settle(reader, fact, link, alone, granted_too=granted_too)
                    left = left or not done
                    whole = whole and done
                    through = fact.number if whole else through
                after = facts[-1].number
        finally:
            reader.close()
        self._alone = alone
        if through != start:
            self._book.put("facts_through", str(through))
        return left

    def _settle(
        self, reader: LedgerReader, fact: FactRow, link: HubLink | None, alone: set[str], *, granted_too: bool
    ) -> bool:
        """Do what is to be done about one fact; return whether nothing ever will be again."""
        try:
            record = kept_record(fact)
        except BadRecord:
            log.warning("fact %s keeps no record", fact.number)
            return True
        if record.kind is not RecordKind.CLAIM:
            return self._tell(reader, record, fact, link)
        scan = reader.scan(record.claim_id)
        if scan is None and self._made_here(record.claim_id):
            return False  # the door is at it
        self._expected.discard(record.claim_id)
        committed = self._book.has(record.claim_id)
        if scan is None or scan.body.get("outcome") == "refuse":
            return self._orphan(record, fact, committed=committed)
        if committed or self._book.has(f"{record.claim_id}-over"):
            return True
        return self._admitted(reader, scan, fact, link, alone, granted_too=granted_too)

    def _admitted(
        self,
        reader: LedgerReader,
        scan: FactRow,
        fact: FactRow,
        link: HubLink | None,
        alone: set[str],
        *,
        granted_too: bool,
    ) -> bool:
        """An admission that the stream is not known to hold."""
        record, slot = kept_record(fact), _slot(scan)
        if slot:
            if granted_too and link is not None:
                self._again(kept_claim(fact), slot, link)
            return False  # the stream brings it back
        if _undone(reader, record):
            return self._late(fact)  # the guest did not go in: nothing is claimed for nobody
        alone.add(record.claim_id)
        if link is not None:
            self._replay(kept_claim(fact), link)
        return False

    def _orphan(self, record: VenueRecord, fact: FactRow, *, committed: bool) -> bool:
        """A claim whose guest did not go in: crash or refusal. What came through all the same is given back."""
        if not committed:
            return self._late(fact)
        # Kept before it is told: a door that comes to itself after all finds it and does not open.
        moment = self._clock.now()
        void = void_of(record, moment, "door never opened")
        self._clerk.ledger(lambda tx: keep_record(tx, void, moment), Priority.OUTBOX)
        return True

    def _tell(self, reader: LedgerReader, record: VenueRecord, fact: FactRow, link: HubLink | None) -> bool:
        if self._book.has(record.claim_id):
            return True
        if record.kind is RecordKind.VOID and not self._book.has(record.other):
            return self._late(fact) and not _granted(reader, record.other)  # a slot is given back only when it is taken
        self._publish(record, link)
        return False

    def _late(self, fact: FactRow) -> bool:
        return not timedelta(0) <= self._clock.now().trusted - fact.at < SETTLED_AFTER

    # --- what is sent
    def _publish(self, record: VenueRecord, link: HubLink | None) -> None:
        if link is not None:
            link.call(_in_time(self._protocol.publish(self._protocol.signed_by_us(record), SECONDS)), SECONDS + 1.0)

    def _again(self, claim: Claim, slot: int, link: HubLink) -> None:
        record = self._protocol.record(claim, slot, "hub")
        data, where = encode(record, self._protocol.seed), subject(self._protocol.hash_key, record)
        link.call(_in_time(self._protocol.submit(where, data, claim.claim_id, SECONDS)), SECONDS + 1.0)

    def _replay(self, claim: Claim, link: HubLink) -> None:
        free = replace(claim, serial=False, allowed=None if claim.serial else claim.allowed)
        answer = link.call(self._protocol.replay(free, SECONDS, policy="isolated"), SECONDS + 1.0)
        if answer.end is ClaimEnd.UNDECIDED:
            raise HubUnreachable("no decision on a claim made alone")
        if answer.end is ClaimEnd.TAKEN:
            log.warning("over-admission: %s", claim.claim_id)
            self._publish(over_admission(self._protocol.record(claim, 0, "isolated"), answer), link)


def over_admission(record: VenueRecord, answer: ClaimAnswer) -> VenueRecord:
    """Return the record that tells everybody of an admission for which no slot was left, and who has the slot."""
    winner = answer.winner
    won: dict[str, str] = {}
    if winner is not None:
        won = {
            "winner_claim": winner.claim_id,
            "winner_kiosk": winner.kiosk,
            "winner_device": winner.detail.get("device", winner.kiosk),
            "winner_place": winner.detail.get("door", winner.place),
            "winner_at": winner.at.isoformat(),
            "winner_hlc": winner.hlc,
        }
    return replace(
        record,
        kind=RecordKind.OVER_ADMISSION,
        claim_id=f"{record.claim_id}-over",
        other=record.claim_id,
        detail={**record.detail, **won},
    )


def _undone(reader: LedgerReader, record: VenueRecord) -> bool:
    return any(u.scan_id == record.claim_id and u.undone for u in reader.local_facts(record.key).uses)


def _granted(reader: LedgerReader, claim_id: str) -> bool:
    scan = reader.scan(claim_id)
    return scan is not None and bool(_slot(scan))


def _slot(scan: FactRow) -> int:
    """Return the slot that the hub gave an admission, 0 for one made alone."""
    detail = scan.body.get("detail")
    slot = detail.get("hub_slot") if isinstance(detail, dict) else None
    return slot if isinstance(slot, int) else 0


async def _in_time(work: Awaitable[T]) -> T:
    """Make "no decision in time" an unreachable hub: the walk goes on another time."""
    try:
        return await work
    except Undecided as error:
        raise HubUnreachable("no decision in time") from error
