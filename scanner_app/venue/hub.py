"""The venue's hub as the door sees it: claims answered in time, everything else kept and repeated."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from scanner_app.application.claims import keep_record
from scanner_app.application.config import VenueConfig
from scanner_app.application.hub import Claim, ClaimAnswer, ClaimEnd, HubState, VenueRecord
from scanner_app.application.ports import Clerk, Clock, Platform, Priority
from scanner_app.domain.errors import StorageTrouble
from scanner_app.venue.book import Book
from scanner_app.venue.claims import Protocol
from scanner_app.venue.follow import Follower, Seen
from scanner_app.venue.link import Enrolment, HubLink, HubUnreachable
from scanner_app.venue.reconcile import Reconciler
from scanner_app.venue.rule import Alone, HybridClock, may_admit, rule_of
from scanner_app.venue.uploader import CloudUploader

log = logging.getLogger(__name__)

LONG_ALONE = 5.0
"""Seconds without a hub after which a guest no longer waits the whole deadline for it to come back."""
SHORT_SECONDS = 0.25
AT_IT_SECONDS = 60.0
"""A claim without its scan after so long was of a door that failed in the middle."""
PACE = 0.2
"""Seconds between two looks at what is open: a line of guests at every door is one piece of news, not many."""
SLACK = 0.25
"""Seconds the loop may need on top of a claim's own deadline before the door goes on without it."""


class VenueHub:
    """`application.hub.Hub` over nats. Every thread it starts ends with `stop()`."""

    def __init__(
        self,
        enrolment: Enrolment,
        config: Callable[[], VenueConfig],
        clerk: Clerk,
        clock: Clock,
        book: Book,
        platforms: Callable[[], Mapping[str, Platform]] = dict,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`book`: this kiosk's copy of the stream. `platforms`: those that can be reached now.

        `changed` is called, on a thread of its own and a few times a second at most, when other doors did something.
        """
        self._me, self._config, self._clerk, self._clock, self._book = enrolment, config, clerk, clock, book
        self._hybrid = HybridClock(enrolment.kiosk)
        self._hearers: list[Callable[[VenueRecord], None]] = []
        self._own: dict[str, float] = {}
        self._alone_since: float | None = None
        self.link = HubLink(enrolment)
        self.protocol = Protocol(self.link, enrolment, self._hybrid.stamp)
        self._reconciler = Reconciler(self.protocol, self._book, clerk, clock, self._at_it)
        seen = Seen(self._heard, self._caught_up, self._reconciler.forgot)
        self._follower = Follower(self.link, enrolment, self._book, clerk, seen)
        self._uploader = CloudUploader(self.link, clerk, clock, platforms)
        self._bell, self._quit, self._changed = threading.Event(), threading.Event(), changed
        self._worker = threading.Thread(target=self._work, name="venue worker", daemon=True)

    # --- life
    def start(self) -> None:
        """Connect, follow, and settle what was left open."""
        self._reconciler.load()
        self.link.start()
        self.link.post(self._follower.run())
        self._worker.start()
        self._uploader.start()

    def stop(self, deadline: float = 5.0) -> bool:
        """End every thread; return whether all ended within the deadline (seconds)."""
        until = time.monotonic() + deadline
        self._quit.set()
        self._bell.set()
        uploaded = self._uploader.stop(deadline)  # before the link: what it told the platform is acknowledged
        ended = self.link.stop(deadline) and uploaded
        if self._worker.ident is not None:
            self._worker.join(max(0.1, until - time.monotonic()))
        self._follower.close()
        self._book.close()
        return ended and not self._worker.is_alive()

    # --- the port
    def claim(self, claim: Claim, deadline: float) -> ClaimAnswer:
        """Take the next free slot of a pass at a place; UNDECIDED when nobody could say in time."""
        self._own[claim.claim_id] = time.monotonic()
        if self._reconciler.restoring:
            return ClaimAnswer(ClaimEnd.UNDECIDED)  # the hub forgot something; it is being told again first
        alone = self.link.isolated_for
        seconds = min(deadline, SHORT_SECONDS) if alone is not None and alone > LONG_ALONE else deadline
        try:
            answer = self.link.call(self.protocol.claim(claim, seconds), seconds + SLACK)
        except (HubUnreachable, TimeoutError):
            answer = ClaimAnswer(ClaimEnd.UNDECIDED)
        except Exception:
            log.exception("a claim failed")
            answer = ClaimAnswer(ClaimEnd.UNDECIDED)
        if answer.end is not ClaimEnd.UNDECIDED:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        return answer

    def tell(self, record: VenueRecord) -> None:
        """Publish a record that is always accepted; in the ledger until the hub has it."""
        try:
            self._clerk.ledger(lambda tx: keep_record(tx, record, self._clock.now()), Priority.OUTBOX)
        except StorageTrouble:
            log.exception("a record for the hub could not be kept")
        self._bell.set()

    def may_admit_alone(self, claim: Claim) -> bool:
        """Return whether the rule in force lets this door admit although the hub did not decide."""
        since = self._alone_since
        alone = Alone(time.monotonic() - since if since is not None else 0.0, self._reconciler.provisional)
        allowed = may_admit(self._config(), self._me.hash_key, claim, alone)
        if allowed:
            self._reconciler.expect(claim.claim_id)
        return allowed

    def state(self) -> HubState:
        """Return how the hub is doing."""
        since = self._alone_since
        return HubState(
            self.link.is_up,
            rule_of(self._config()),
            self.link.hub,
            self._follower.sequence,
            self._follower.behind,
            self._reconciler.provisional,
            self.link.isolated_for if not self.link.is_up else (time.monotonic() - since if since else None),
            self._follower.offset,
            self._follower.trouble or self.link.trouble,
        )

    def listen(self, hear: Callable[[VenueRecord], None]) -> None:
        """Call `hear` with each record of the stream, in order, from the hub's own thread."""
        self._hearers.append(hear)

    # --- inside
    def _heard(self, record: VenueRecord) -> None:
        self._hybrid.heard(record.hlc)
        for hear in tuple(self._hearers):
            try:
                hear(record)
            except Exception:
                log.exception("a listener failed on a record of the venue")

    def _at_it(self, claim_id: str) -> bool:
        """Whether the door may still be at a claim that it made."""
        since = self._own.get(claim_id)
        return since is not None and time.monotonic() - since < AT_IT_SECONDS

    def _caught_up(self) -> None:
        self._bell.set()

    def _work(self) -> None:
        """Settle what is open: after news, and once a second while there is something left."""
        while not self._quit.is_set():
            left = True
            try:
                if self.link.is_up and self._follower.caught_up:
                    left = self._reconciler.round(self.link)
                self._changed()
            except (HubUnreachable, TimeoutError):
                log.info("settling with the hub goes on later")
            except StorageTrouble:
                log.exception("settling with the hub goes on later")
            except Exception:
                log.exception("settling with the hub failed; it is tried again")
            self._quit.wait(PACE)
            self._bell.wait(1.0 if left else 5.0)
            self._bell.clear()


class HubAway:
    """The hub of a kiosk that lost its enrolment: decides nothing, lets nobody in alone."""

    def __init__(self, config: Callable[[], VenueConfig]) -> None:
        self._config = config

    def claim(self, claim: Claim, deadline: float) -> ClaimAnswer:
        """Decide nothing."""
        return ClaimAnswer(ClaimEnd.UNDECIDED)

    def tell(self, record: VenueRecord) -> None:
        """Leave it in the ledger, where the correction put it."""

    def may_admit_alone(self, claim: Claim) -> bool:
        """Return False: whose door this is, nobody can say."""
        return False

    def state(self) -> HubState:
        """Return what is wrong."""
        return HubState(rule=rule_of(self._config()), trouble="enrolment_missing")

    def listen(self, hear: Callable[[VenueRecord], None]) -> None:
        """There is nothing to hear."""
