"""What the hub's page shows: a copy of the stream of its own, and the doors listened to. It only reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner_app.application.hub import VenueRecord
from scanner_app.application.venue_view import VenueView
from scanner_app.venue.book import Book
from scanner_app.venue.follow import Follower, Seen
from scanner_app.venue.link import Enrolment, HubLink
from scanner_app.venue.presence import Presence
from scanner_app.venue.survey import survey

BOOK = "page.db"


class NoLedger:
    """The page has no door and keeps nothing besides its book."""

    def keep(self, records: Sequence[VenueRecord]) -> None:
        """Keep nothing."""

    def take_back(self, record: VenueRecord) -> None:
        """Keep nothing."""

    def holds(self, record: VenueRecord) -> bool:
        """Return True: nothing is missing."""
        return True


class PageFeed:
    """Follows the venue from a hub's box. Every thread it starts ends with `stop()`."""

    def __init__(self, enrolment: Enrolment, folder: Path) -> None:
        self._venue = enrolment.venue
        self._link = HubLink(enrolment)
        self._book = Book(folder / BOOK)
        seen = Seen(lambda _record: None, lambda: None, lambda: None)
        self._follower = Follower(self._link, enrolment, self._book, NoLedger(), seen)
        self._presence = Presence(self._link, enrolment.kiosk, None)

    def start(self) -> None:
        """Connect and follow."""
        self._presence.watch()
        self._link.start()
        self._link.post(self._follower.run())
        self._link.post(self._presence.run())

    def stop(self, deadline: float = 5.0) -> bool:
        """End; return whether that was within the deadline (seconds)."""
        ended = self._link.stop(deadline)
        self._follower.close()
        self._book.close()
        return ended

    def view(self) -> VenueView:
        """Return the venue as it is known here now."""
        self._presence.watch()
        members = self._follower.trust.roster.all()
        return survey(self._venue, self._book, self._presence, members, connected=self._link.is_up)
