"""What was read of the stream brought to disk: the ledger first, then the book. All of it on one thread."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from typing import Protocol

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.domain.values import value
from scanner_app.venue import tally
from scanner_app.venue.book import Batch, Book, Entry, Happening
from scanner_app.venue.roster import is_roster
from scanner_app.venue.trust import Doubt, Trust

log = logging.getLogger(__name__)

PAGE = 200
"""Signatures looked at in one go while nothing newer waits: some 20 ms."""


class Copy(Protocol):
    """Where genuine records go besides the book: a kiosk's ledger, or nowhere for who only looks on."""

    def keep(self, records: Sequence[VenueRecord]) -> None:
        """Keep records in one transaction."""

    def take_back(self, record: VenueRecord) -> None:
        """Let a record count for nothing."""

    def holds(self, record: VenueRecord) -> bool:
        """Return whether a record was kept."""


@value(frozen=True, slots=True)
class Read:
    """One message of the stream as it was read. `checked`: its signature was looked at; `record` None for a roster."""

    entry: Entry
    record: VenueRecord | None = None
    doubt: Doubt | None = None
    checked: bool = True


class Keeper:
    """Keeps what was read. `sequence`: the last record on disk; `put_off`: signatures are still to be looked at.

    `enrolled`: this kiosk's own key was read in the roster.
    """

    def __init__(self, book: Book, trust: Trust, copy: Copy) -> None:
        self._book, self._trust, self._copy = book, trust, copy
        self._changed = threading.Condition()
        self.sequence = book.sequence
        self.put_off = book.checked < self.sequence
        self.enrolled = bool(book.get("enrolled"))
        self.alarms = book.happenings("alarm", 1)[1]

    def look_back(self, me: str) -> None:
        """Read everything again where the ledger lost what the book says was read: it was rebuilt."""
        through = self.sequence
        for entry in reversed(self._book.page(max(0, through - PAGE), PAGE)):
            record, doubt = self._trust.read(entry.subject, entry.data, entry.sequence)
            if record is None or doubt or record.kind is not RecordKind.CLAIM or record.kiosk == me:
                continue
            if not self._copy.holds(record):
                log.warning("the ledger lacks the venue's records; the stream is read again from its beginning")
                self._book.read_again()
                self.sequence = 0
            return

    def begin_anew(self, epoch: str) -> None:
        """Take note of another stream: what is held stays, to be told again, and reading begins at its start."""
        self._book.begin_epoch(epoch)
        self.sequence, self.enrolled = 0, False

    def keep(self, rows: Sequence[Read]) -> None:
        """Keep what is new of these, in the stream's order."""
        fresh = [row for row in rows if row.entry.sequence > self.sequence]
        if not fresh:
            return
        believed = [row.record for row in fresh if row.record is not None and row.doubt is None]
        self._copy.keep(believed)
        if any(is_roster(row.entry.subject) for row in fresh):
            self._book.put("roster", json.dumps(self._trust.roster.all()))
            self._book.put("hubs", json.dumps(self._trust.roster.hubs))
            self._book.put("enrolled", "yes" if self.enrolled else "")
        happenings = _happenings(fresh)
        last = fresh[-1].entry.sequence
        # After the ledger: what is applied twice does no harm, what is left out would.
        checked = all(row.checked for row in fresh)
        self._book.add(Batch([row.entry for row in fresh], last, tally.count(believed), happenings, checked))
        self.put_off = self.put_off or not checked
        self._have(last, happenings)

    def check(self) -> None:
        """Look at some signatures that were put off."""
        through = self._book.checked
        if through >= self.sequence:
            self.put_off = False
            return
        entries = [e for e in self._book.page(through, PAGE) if e.sequence <= self.sequence]
        counts, happenings = tally.Counts(), list[Happening]()
        for entry in entries:
            if is_roster(entry.subject) or entry.claim_id.startswith("?"):
                continue
            record, doubt = self._trust.read(entry.subject, entry.data, entry.sequence)
            if doubt is None or record is None:
                continue
            happenings.append(tally.alarm(entry.sequence, entry.subject, doubt, record))
            counts.update(tally.count([record], -1))
            if not self._book.others_of(record.claim_id, entry.sequence):
                self._copy.take_back(record)
        end = entries[-1].sequence if entries else self.sequence
        self._book.checked_through(end, counts, happenings)
        self.put_off = end < self.sequence
        self._have(self.sequence, happenings)

    def wait_for(self, sequence: int, seconds: float) -> bool:
        """Wait until a record is on disk; from any other thread."""
        with self._changed:
            return self._changed.wait_for(lambda: self.sequence >= sequence, seconds)

    def _have(self, sequence: int, happenings: Sequence[Happening]) -> None:
        for one in happenings:
            if one.kind == "alarm":
                log.warning("record %s of the venue is not believed: %s", one.sequence, dict(one.body))
        with self._changed:
            self.sequence = sequence
            self.alarms += sum(one.kind == "alarm" for one in happenings)
            self._changed.notify_all()


def _happenings(rows: Sequence[Read]) -> list[Happening]:
    found = []
    for row in rows:
        if row.doubt is not None:
            found.append(tally.alarm(row.entry.sequence, row.entry.subject, row.doubt, row.record))
        elif row.record is not None and row.record.kind is RecordKind.OVER_ADMISSION:
            found.append(tally.over(row.record, row.entry.subject))
    return found
