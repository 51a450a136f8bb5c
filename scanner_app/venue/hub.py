"""The venue's hub as the door sees it: claims answered in time, everything else kept and repeated."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from scanner_app.application.claimfacts import keep_record
from scanner_app.application.config import VenueConfig
from scanner_app.application.hub import Claim, ClaimAnswer, ClaimEnd, HubState, VenueRecord
from scanner_app.application.ports import Clerk, Clock, Priority
from scanner_app.application.venue_rule import Alone
from scanner_app.application.venue_view import VenueView
from scanner_app.domain.errors import StorageTrouble
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.book import Book
from scanner_app.venue.calls import Calls
from scanner_app.venue.claims import Protocol
from scanner_app.venue.follow import Follower, Seen
from scanner_app.venue.ledger_copy import LedgerCopy
from scanner_app.venue.link import Enrolment, HubLink
from scanner_app.venue.presence import Presence
from scanner_app.venue.reconcile import Reconciler
from scanner_app.venue.rule import HybridClock, OnItsOwn, is_spent, judge, rule_of
from scanner_app.venue.survey import survey
from scanner_app.venue.uploader import CloudUploader

log = logging.getLogger(__name__)

LONG_ALONE = 5.0
"""Seconds without a hub after which a guest no longer waits the whole deadline for it to come back."""
SHORT_SECONDS = 0.25
AT_IT_SECONDS = 60.0
"""A claim without its scan after so long was of a door that failed in the middle."""
OWN_KEPT = 1000
PACE = 0.2
"""Seconds between two looks at what is open: a line of guests at every door is one piece of news, not many."""
WRITE_SECONDS = 1.0
LOOK_SECONDS = 0.01
NOT_IN_ROSTER = "not_in_roster"
LED_SECONDS = 3.0
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
        calls: Calls,
    ) -> None:
        """`book`: this kiosk's copy of the stream."""
        self._me, self._config, self._clerk, self._clock, self._book = enrolment, config, clerk, clock, book
        self._hybrid = HybridClock(enrolment.kiosk)
        self._hearers: list[Callable[[VenueRecord], None]] = []
        self._own: dict[str, float] = {}
        self._alone_since: float | None = None
        self._open = True  # something of ours may not be settled with the hub
        self.link = HubLink(enrolment)
        seen = Seen(self._heard, self._written, self._forgot)
        self._follower = Follower(self.link, enrolment, self._book, LedgerCopy(clerk, enrolment.kiosk), seen)
        trust = self._follower.trust
        self.protocol = Protocol(self.link, enrolment, self._hybrid.stamp, trust, self._doubted)
        self._reconciler = Reconciler(self.protocol, self._book, clerk, clock, self._at_it)
        self._uploader = CloudUploader(self.link, clerk, clock, calls.platforms, trust)
        self._door = calls.door
        self._presence = Presence(self.link, enrolment.kiosk, self._word)
        self._bell, self._quit, self._changed = threading.Event(), threading.Event(), calls.changed
        self._worker = threading.Thread(target=self._work, name="venue worker", daemon=True)

    # --- life
    def start(self) -> None:
        """Connect, follow, and settle what was left open."""
        self._reconciler.load()
        self.link.start()
        self.link.post(self._follower.run())
        self.link.post(self._presence.run())
        self._worker.start()
        self._uploader.start()

    def stop(self, deadline: float = 5.0) -> bool:
        """End every thread; return whether all ended within the deadline (seconds)."""
        until = time.monotonic() + deadline
        self._quit.set()
        self._bell.set()
        uploaded = self._uploader.stop(deadline)  # before the link: what it told the platform is acknowledged
        ended = self.link.stop(max(0.1, until - time.monotonic())) and uploaded
        if self._worker.ident is not None:
            self._worker.join(max(0.1, until - time.monotonic()))
        self._follower.close()
        self._book.close()
        return ended and not self._worker.is_alive()

    # --- the port
    def claim(self, claim: Claim, deadline: float) -> ClaimAnswer:
        """Take the next free slot of a pass at a place; UNDECIDED when nobody could say in time."""
        self._begun(claim.claim_id)
        alone = self.link.isolated_for
        seconds = min(deadline, SHORT_SECONDS) if alone is not None and alone > LONG_ALONE else deadline
        answer = self._asked(claim, time.monotonic() + seconds)
        if answer.end is not ClaimEnd.UNDECIDED:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        return answer

    def _asked(self, claim: Claim, until: float) -> ClaimAnswer:
        if self._may_claim(until):
            left = max(0.0, until - time.monotonic())
            try:
                return self.link.call(self.protocol.claim(claim, left), left + SLACK)
            except (HubUnreachable, TimeoutError) as error:
                log.debug("no decision: %r", error)
            except Exception:
                log.exception("a claim failed")
        return ClaimAnswer(ClaimEnd.UNDECIDED)

    def _may_claim(self, until: float) -> bool:
        """Wait until this kiosk may claim; return whether it may. `until` in monotonic seconds.

        Not before a hub that forgot something was told it again, nor while others could not believe what we sign: a
        kiosk just started has its own key still to read, and a guest may be in front of it already.
        """
        while self._reconciler.restoring or not self._follower.enrolled:
            if self._trouble() == NOT_IN_ROSTER or time.monotonic() >= until or self._quit.wait(LOOK_SECONDS):
                return False
        return True

    def tell(self, record: VenueRecord) -> None:
        """Publish a record that is always accepted; in the ledger until the hub has it."""
        try:
            self._clerk.ledger(lambda tx: keep_record(tx, record, self._clock.now()), Priority.OUTBOX)
        except StorageTrouble:
            log.exception("a record for the hub could not be kept")
        self._open = True
        self._bell.set()

    def alone(self, claim: Claim) -> Alone:
        """Return what the rule in force says of a pass that the hub did not decide on; an admission is counted.

        Under no rule is anybody admitted where what was heard of other doors is not on disk in time: it could not be
        judged by, and a door that may have heard of a use does not admit past it (decisions/0009). Nor by a kiosk that
        the hubs shut out: it is not on its own, it is none of the venue's.
        """
        if self.link.refused:
            return Alone.SHUT_OUT
        if not self._follower.is_on_disk(WRITE_SECONDS):
            log.warning("not admitted alone: what other doors did is not on disk yet")
            return Alone.NEWS
        answer = judge(self._config(), self._me.hash_key, claim, self._on_its_own())
        if answer is Alone.ADMITS:
            self._reconciler.expect(claim.claim_id)
        return answer

    def _on_its_own(self) -> OnItsOwn:
        since = self._alone_since
        return OnItsOwn(time.monotonic() - since if since is not None else 0.0, self._reconciler.provisional)

    def state(self) -> HubState:
        """Return how the hub is doing."""
        since = self._alone_since
        alone = time.monotonic() - since if since is not None else None
        return HubState(
            self.link.is_up and self._follower.enrolled,
            rule_of(self._config()),
            self.link.hub,
            self._follower.sequence,
            self._follower.behind,
            self._reconciler.provisional,
            self.link.isolated_for or alone,
            self._follower.offset,
            self._trouble(),
            self._follower.keeper.alarms,
            is_spent(self._config(), self._on_its_own()),
        )

    def view(self) -> VenueView:
        """Return the whole venue as it is known here."""
        self._presence.watch()
        members = {self._me.kiosk, *self._follower.trust.roster.all()}
        return survey(self._me.venue, self._book, self._presence, members, connected=self.link.is_up)

    def _word(self) -> Mapping[str, object]:
        """What this door says of itself."""
        state = self.state()
        isolated = round(state.isolated_for, 1) if state.isolated_for is not None else None
        return {
            **self._door(),
            "rule": state.rule.value,
            "isolated": isolated,
            "provisional": state.provisional,
            "behind": state.behind,
            "offset": state.offset,
        }

    def _trouble(self) -> str:
        if self.link.is_up and self._follower.caught_up and not self._follower.enrolled:
            return NOT_IN_ROSTER
        if self.link.refused:
            return "refused"
        return "hub_forgot" if self._reconciler.restoring else self.link.trouble

    def listen(self, hear: Callable[[VenueRecord], None]) -> None:
        """Call `hear` with each record of the stream, in order, from the hub's own thread."""
        self._hearers.append(hear)

    # --- inside
    def _doubted(self, stem: str) -> set[int]:
        """Return the slots of a pass that hold what is no kiosk's; without an alarm no claim waits for the book."""
        return self._book.doubted(stem) if self._follower.keeper.alarms else set()

    def _heard(self, record: VenueRecord) -> None:
        self._hybrid.heard(record.hlc)
        for hear in tuple(self._hearers):
            try:
                hear(record)
            except Exception:
                log.exception("a listener failed on a record of the venue")

    def _begun(self, claim_id: str) -> None:
        now = time.monotonic()
        if len(self._own) > OWN_KEPT:
            self._own = {known: at for known, at in self._own.items() if now - at < AT_IT_SECONDS}
        self._own[claim_id], self._open = now, True

    def _at_it(self, claim_id: str) -> bool:
        """Whether the door may still be at a claim that it made."""
        since = self._own.get(claim_id)
        return since is not None and time.monotonic() - since < AT_IT_SECONDS

    def _written(self) -> None:
        self._bell.set()

    def _forgot(self) -> None:
        self._open = True
        self._reconciler.forgot()

    def _work(self) -> None:
        """Settle what is open: after news, and once a second while there is something left."""
        while not self._quit.is_set():
            left = self._open
            try:
                if left and self.link.is_up and self._follower.caught_up and self._follower.enrolled:
                    self._open = False  # before the round: what is begun during it asks for another
                    left = self._reconciler.round(self.link)
                    self._open = self._open or left
                self._changed()
                self._led_again()
            except (HubUnreachable, TimeoutError):
                self._open = True
                log.info("settling with the hub goes on later")
            except StorageTrouble:
                self._open = True
                log.exception("settling with the hub goes on later")
            except Exception:
                self._open = True
                log.exception("settling with the hub failed; it is tried again")
            self._quit.wait(PACE)
            waiting = left or self._open or self._alone_since is not None
            self._bell.wait(1.0 if waiting else 5.0)
            self._bell.clear()

    def _led_again(self) -> None:
        """After an undecided claim: this door is not on its own any more when the hub answers again."""
        up = self.link.is_up and self._follower.enrolled
        if self._alone_since is not None and up and self.link.call(self._follower.is_led(), LED_SECONDS):
            self._alone_since = None


class HubAway:
    """The hub of a kiosk that lost its enrolment: decides nothing, lets nobody in alone."""

    def __init__(self, config: Callable[[], VenueConfig]) -> None:
        self._config = config

    def claim(self, claim: Claim, deadline: float) -> ClaimAnswer:
        """Decide nothing."""
        return ClaimAnswer(ClaimEnd.UNDECIDED)

    def tell(self, record: VenueRecord) -> None:
        """Leave it in the ledger, where the correction put it."""

    def alone(self, claim: Claim) -> Alone:
        """Let nobody in: whose door this is, nobody can say."""
        return Alone.REFUSES

    def state(self) -> HubState:
        """Return what is wrong."""
        return HubState(rule=rule_of(self._config()), trouble="enrolment_missing")

    def view(self) -> VenueView:
        """Return a venue of which nothing is known."""
        return VenueView(self._config().name, datetime.now(UTC))

    def listen(self, hear: Callable[[VenueRecord], None]) -> None:
        """There is nothing to hear."""
