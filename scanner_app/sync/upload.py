"""Telling a platform what happened at the door: in order per pass, never twice, one account's trouble its own."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from scanner_app.application.events import Level, Notice
from scanner_app.application.ports import Connection, OutboxItem
from scanner_app.application.renewed import RenewedKey
from scanner_app.domain.errors import StorageTrouble
from scanner_app.domain.scan import OperationState
from scanner_app.sync.answers import Action
from scanner_app.sync.bell import Bell
from scanner_app.sync.courier import Courier
from scanner_app.sync.lanes import Lanes
from scanner_app.sync.line import Line, LineOracle
from scanner_app.sync.reports import DENIED, DrainReport, Listeners, Once, waiting_for
from scanner_app.sync.tally import Tally
from scanner_app.sync.zone_watch import ZoneWatch

log = logging.getLogger(__name__)

LANES = 6
"""Deliveries under way at once: 20 a second at 150 ms a request, with the read before each void (reliability.md, O3).

An adapter keeps 8 connections: one each is left for a guest's look-up and for the passes.
"""

POLL_SECONDS = 15.0  # a ring wakes at once; this is for rows that another process put in
DISK_SECONDS = 5.0
OTHER_KEY_SECONDS = 60.0
STORM_SECONDS = 1.0
LONG_OFFLINE = 5.0
MOST_ASKED = 1000
MOST_LOOKED_AT = 50
MOST_REFUSED = 10_000
PROBES = 3  # how often `drain` asks a platform that cannot be reached
FAR = datetime(9000, 1, 1, tzinfo=UTC)


class Uploader:
    """The outbox of one account. `start()` gives it a thread; `drain()` does the same work on the caller's."""

    def __init__(
        self,
        line: Line,
        watch: ZoneWatch | None = None,
        listeners: Listeners | None = None,
        *,
        lanes: int = LANES,
        bell: Bell | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._line = line
        self._listeners = listeners or Listeners()
        self._once = Once(self._listeners.notify)
        self._chance = chance or random.SystemRandom()
        self._bell, self._idle = bell or Bell(), Bell()
        self._lanes = Lanes(f"upload-{line.account}-lane", lanes)
        self._tally = Tally(self._chance)
        self._courier = Courier(line, self._tally, self._listeners.notify, watch)
        self._renewed = RenewedKey(line.platform, LineOracle(line).lookup)
        self._lock = threading.Lock()
        self._busy: set[int] = set()  # items under way
        self._offline_since: float | None = None
        self._paused = False
        self._thread: threading.Thread | None = None
        line.connectivity.listen(self._heard)

    # --- from outside ---
    def start(self) -> None:
        """Begin to upload on a thread of its own."""
        self._thread = threading.Thread(target=self._run, name=f"upload-{self._line.account}", daemon=True)
        self._thread.start()

    def stop(self) -> list[threading.Thread]:
        """Have everything end; return the threads to be joined. What is under way stays claimed, to be cleared up."""
        self._bell.close()
        return [*self._lanes.close(for_good=True), *([self._thread] if self._thread else [])]

    def wake(self) -> None:
        """There is something new to send."""
        self._bell.ring()

    def look_again(self) -> None:
        """Try a refused key at once, on a person's word."""
        self._tally.look_again()
        self._bell.ring()

    def pause(self) -> None:
        """Send nothing more until `resume()`; what is under way ends."""
        self._paused = True

    def resume(self) -> None:
        """Go on after `pause()`."""
        self._paused = False
        self._bell.ring()

    def retry_refused(self) -> int:
        """Take up again what was refused, on a person's word; return how many items."""
        with contextlib.closing(self._line.clerk.ledger_reader()) as reader:
            refused = reader.outbox(frozenset({OperationState.REFUSED}), limit=MOST_REFUSED)
        mine = [item for item in refused if item.operation.account == self._line.account]
        for item in mine:
            self._tally.forget(item.number)
            self._courier.stay(item, "", unknown=True)
        self._bell.ring()
        return len(mine)

    @property
    def locked(self) -> str:
        """The code of why the platform takes no report with this key, '' if it does as far as anybody knows.

        Where nobody sends just now, what the last run was told.
        """
        if self._thread is not None:
            return self._tally.locked
        code = waiting_for(self._due(FAR, MOST_ASKED))
        return code if code in DENIED else ""

    @property
    def paused_reason(self) -> str:
        """The code of what keeps this account from sending, '' if nothing does."""
        if self._paused:
            return "paused"
        if self._line.blocked:
            return self._line.connectivity.trouble
        if self._tally.locked:
            return self._tally.locked
        return self._tally.rests_for if self._tally.resting(self._line.monotonic()) > LONG_OFFLINE else ""

    def drain(self, seconds: float) -> DrainReport:
        """Send what can be sent, for at most so many seconds, and say how it went. Ends when it cannot go on."""
        deadline = self._line.monotonic() + seconds
        if self._thread is not None:
            self._watch_thread(deadline)
            return self._report()
        probes = 0
        while not self._bell.closed:
            wait = self._turn()
            if not self._under_way() and not self._due(FAR, 1):
                break
            if self._line.blocked:
                probes += 1
                if probes > PROBES or not self._probe(deadline):
                    break
                continue
            probes, left = 0, deadline - self._line.monotonic()
            if left <= 0 or (not self._under_way() and wait > left):
                break
            self._bell.wait(min(wait, left))
        self._finish(deadline)
        return self._report()

    def _watch_thread(self, deadline: float) -> None:
        patience = self._line.monotonic() + LONG_OFFLINE
        self._bell.ring()
        while (now := self._line.monotonic()) < deadline and (self._under_way() or self._due(FAR, 1)):
            if self._line.blocked and now > patience:
                return
            self._idle.wait(min(0.5, deadline - now))

    # --- one turn ---
    def _run(self) -> None:
        while not self._bell.closed:
            try:
                wait = self._turn()
            except StorageTrouble as trouble:
                log.warning("outbox of %s: %s", self._line.account, trouble.code)
                wait = DISK_SECONDS
            except Exception:
                log.exception("upload of %s goes on", self._line.account)
                wait = DISK_SECONDS
            self._bell.wait(wait)

    def _turn(self) -> float:
        """Send what may be sent now; return the seconds after which it is worth another look."""
        held_up = self._held_up()
        if held_up:
            return held_up
        batch = self._take()
        for item in batch:
            self._lanes.run(partial(self._carry, item))
        if batch and self._lanes.count == 1:
            return 0.0
        now = self._line.monotonic()
        if not batch and self._tally.locked:
            return self._tally.next_look(now)  # at the key; something new to send rings before
        return self._tally.resting(now) or min(self._tally.next_due(now), POLL_SECONDS)

    def _held_up(self) -> float:
        """Return the seconds for which nothing may be sent, 0.0 if something may."""
        if self._paused or self._line.blocked:
            return POLL_SECONDS
        return self._tally.resting(self._line.monotonic())

    def _take(self) -> list[OutboxItem]:
        """Claim the next items: as many as the lanes take, few while it is doubtful that anything gets through."""
        with self._lock:
            busy = set(self._busy)
        room = self._room() - len(busy)
        if room <= 0:
            return []
        now = self._line.monotonic()
        many = MOST_LOOKED_AT if self._tally.locked else room + len(busy)
        due = [i for i in self._due(self._courier.schedule(), many) if i.number not in busy]
        ready = [i for i in due if not self._tally.waits(i.number, now) and self._ours(i)]
        if self._tally.locked:
            ready.sort(key=lambda i: self._tally.failed_before(i.number))
        wanted = ready[:room]
        claimed = self._line.clerk.claim([i.number for i in wanted]) if wanted else frozenset()
        taken = [i for i in wanted if i.number in claimed]
        with self._lock:
            self._busy |= {i.number for i in taken}
        return taken

    def _room(self) -> int:
        lanes = self._lanes.count
        if self._tally.locked:
            return 1
        return lanes if lanes == 1 else 2 if self._tally.doubtful else 2 * lanes

    def _due(self, now: datetime, limit: int) -> Sequence[OutboxItem]:
        reader = self._line.clerk.ledger_reader()
        try:
            return reader.outbox_due(self._line.account, now, limit)
        finally:
            reader.close()

    def _ours(self, item: OutboxItem) -> bool:
        """Whether the item may be sent with this key; one made for another key stays, and people are told."""
        if self._renewed.opens(item.operation):
            return True
        self._courier.stay(item, "other_key", OTHER_KEY_SECONDS)
        self._tally.defer(item.number, self._line.monotonic() + OTHER_KEY_SECONDS)
        self._once.tell(Notice("other_key", Level.WARNING, self._line.account))
        return False

    def _carry(self, item: OutboxItem) -> None:
        """Deliver one claimed item, on a lane. Never raises."""
        try:
            if self._held_up() or self._bell.closed:
                self._courier.stay(item, item.answer)
            else:
                self._courier.deliver(item)
        except StorageTrouble as trouble:
            # Still claimed on disk: whoever reads it next finds out first whether it arrived.
            log.warning("outcome of outbox row %d not kept: %s", item.number, trouble.code)
            self._tally.rest(self._line.monotonic() + DISK_SECONDS)
        except Exception:
            log.exception("outbox row %d", item.number)
            self._tally.rest(self._line.monotonic() + DISK_SECONDS)
        finally:
            with self._lock:
                self._busy.discard(item.number)
            self._bell.ring()
            self._idle.ring()
            self._listeners.changed()

    # --- around it ---
    def _heard(self, state: Connection) -> None:
        """Back online: uploads go first, but not those of every kiosk of a venue in the same instant."""
        now = self._line.monotonic()
        with self._lock:
            since, self._offline_since = self._offline_since, None
            if state is not Connection.ONLINE:
                self._offline_since = now if since is None else since
        if state is Connection.ONLINE and since is not None and now - since > LONG_OFFLINE:
            self._tally.rest(now + self._chance.uniform(0.0, STORM_SECONDS))
        if state is Connection.UNAUTHORISED:
            code = self._line.connectivity.trouble or "platform_unauthorised"
            self._once.tell(Notice(code, Level.ERROR, self._line.account))
        elif state is Connection.ONLINE and not self._tally.locked:
            self._once.ended(DENIED)
        self._bell.ring()

    def _probe(self, deadline: float) -> bool:
        """Wait for the next probe and make it; return whether `drain` should go on."""
        wait, before = self._line.connectivity.until_probe(), self._line.connectivity.state
        if self._line.monotonic() + wait > deadline:
            return False
        if wait > 0:
            self._bell.wait(wait)
        after = self._line.connectivity.probe()
        return not before is after is Connection.UNAUTHORISED

    def _under_way(self) -> bool:
        with self._lock:
            return bool(self._busy)

    def _finish(self, deadline: float) -> None:
        """Let what is under way end; its own deadlines are short."""
        end = max(deadline, self._line.monotonic() + LONG_OFFLINE)
        for thread in self._lanes.close():
            thread.join(max(0.0, end - self._line.monotonic()))

    def _report(self) -> DrainReport:
        counts = self._courier.counts()
        waiting = self._due(FAR, 1_000_000)
        left, reason = len(waiting), (self.paused_reason or waiting_for(waiting)) if waiting else ""
        return DrainReport(counts[Action.SENT], counts[Action.REFUSED], counts[Action.CONTESTED], left, reason)
