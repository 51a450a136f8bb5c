"""One account kept in step by three threads: a probe, the outbox, the passes; a fourth for a feed. None waits."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from scanner_app.application.events import AccountStatus, Notice
from scanner_app.application.ports import Can, Connection
from scanner_app.domain.errors import StorageTrouble, platform_kind
from scanner_app.sync.answers import delay
from scanner_app.sync.bell import Bell
from scanner_app.sync.download import ENDING, Downloader, SyncReport
from scanner_app.sync.feed import Follower, feed_of
from scanner_app.sync.line import Line
from scanner_app.sync.reports import Listeners
from scanner_app.sync.upload import Uploader
from scanner_app.sync.zone_watch import ZoneWatch

log = logging.getLogger(__name__)

SHARE = 10.0
"""After a walk of everything a platform is left alone for so many times as long as that took."""

DISK_SECONDS = 30.0
BLOCKED_SECONDS = 60.0
AFTER_UPLOADS = 2.0  # back online: the head start of what is to be told, at most


class Link:
    """The threads of one account."""

    def __init__(self, line: Line, notify: Callable[[Notice], None], changed: Callable[[], None]) -> None:
        self.line = line
        watch = ZoneWatch(line.config.zone)
        self.uploader = Uploader(line, watch, Listeners(notify, changed))
        self._bell = Bell()
        self.downloader = Downloader(line, watch, notify=notify, changed=changed, stopped=lambda: self._bell.closed)
        self._chance = random.SystemRandom()
        self._changed = changed
        self._full = False
        self._paused = False
        self._failures = 0
        self._trouble = ""
        self._state = Connection.UNKNOWN
        self._not_before = float("-inf")
        self._threads: list[threading.Thread] = []
        line.connectivity.listen(self._heard)
        feed = feed_of(line.platform)
        self._follower = (
            Follower(line, feed, notify=notify, changed=changed, paused=lambda: self._paused) if feed else None
        )

    def start(self) -> None:
        """Start the threads."""
        jobs = [("probe", self.line.connectivity.run), ("download", self._download)]
        if self._follower is not None:
            jobs.append(("feed", self._follower.run))
        for job, work in jobs:
            thread = threading.Thread(target=work, name=f"{job}-{self.line.account}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self.uploader.start()

    def stop(self) -> list[threading.Thread]:
        """Have everything end; return the threads to be joined."""
        self._bell.close()
        self.line.connectivity.bell.close()
        if self._follower is not None:
            self._follower.bell.close()
        return [*self._threads, *self.uploader.stop()]

    def sync_now(self, *, full: bool) -> None:
        """Start a round at once, and find out first whether there is a way."""
        self._full = self._full or full
        self._failures = 0
        self.uploader.look_again()
        self.line.connectivity.doubt()
        self._bell.ring()

    def pause(self) -> None:
        """Begin nothing new until `resume()`."""
        self._paused = True
        self.uploader.pause()

    def resume(self) -> None:
        """Go on after `pause()`."""
        self._paused = False
        self.uploader.resume()
        self._bell.ring()

    def woke(self) -> None:
        """The machine has slept, or its clock was set: connections may be dead without saying so."""
        self.line.platform.reset()
        self.line.connectivity.doubt()
        self.uploader.wake()
        self._bell.ring()

    def status(self) -> AccountStatus:
        """Return how the account is doing."""
        reader = self.line.clerk.cache_reader()
        try:
            state = reader.state(self.line.account)
        finally:
            reader.close()
        connectivity, locked = self.line.connectivity, self.uploader.locked
        return AccountStatus(
            self.line.account,
            self.line.config.platform,
            Connection.UNAUTHORISED if locked else connectivity.state,
            state.held,
            state.platform_total,
            state.complete,
            state.last_sync,
            state.loading,
            connectivity.trouble or locked or self._trouble,
        )

    # --- threads ---
    def _download(self) -> None:
        while not self._bell.closed:
            try:
                wait = self._round()
            except StorageTrouble as trouble:
                log.warning("passes of %s: %s", self.line.account, trouble.code)
                self._trouble, wait = trouble.code, DISK_SECONDS
            except Exception:
                log.exception("download of %s goes on", self.line.account)
                wait = DISK_SECONDS
            self._bell.wait(wait)

    def _round(self) -> float:
        """Make a round if there is a way; return the seconds until the next."""
        if self._paused or self.line.blocked:
            return BLOCKED_SECONDS
        full, began = self._full, self.line.monotonic()
        if began < self._not_before:
            return self._not_before - began
        report = self.downloader.round(full=full)
        took = self.line.monotonic() - began
        if not report.trouble:
            self._full = self._full and not full
        ended = platform_kind(report.trouble) in ENDING
        self._trouble = "" if ended or report.trouble == "stopped" else report.trouble
        self._changed()
        return self._pause_after(report, took)

    def _pause_after(self, report: SyncReport, took: float) -> float:
        if platform_kind(report.trouble) in ENDING:
            self._failures += 1
            return delay(self._failures, report.retry_after, self._chance)
        self._failures = 0
        interval = self.line.config.sync_minutes * 60.0 * self._chance.uniform(0.9, 1.1)
        deltas = Can.DELTA in self.line.platform.capabilities.can and not report.full
        return interval if deltas else max(interval, SHARE * took)

    def _heard(self, state: Connection) -> None:
        """Back online: what was admitted is told first, then the passes are fetched."""
        before, self._state = self._state, state
        if state is Connection.ONLINE and before is not Connection.UNKNOWN:
            self._not_before = self.line.monotonic() + self._chance.uniform(0.25, 1.0) * AFTER_UPLOADS
            self._bell.ring()
        self._changed()
