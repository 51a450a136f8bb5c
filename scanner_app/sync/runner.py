"""All accounts kept in step: starts, stops and wakes their threads, and watches the clock."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from scanner_app.application.clock import SystemClock
from scanner_app.application.config import AccountConfig
from scanner_app.application.events import AccountStatus, Event, Level, Notice
from scanner_app.application.ports import Clerk, Platform
from scanner_app.domain.errors import PlatformKind, StorageTrouble, platform_kind
from scanner_app.sync.answers import delay
from scanner_app.sync.bell import Bell
from scanner_app.sync.download import ENDING, Downloader, Progress, SyncReport
from scanner_app.sync.line import Line, LineOracle
from scanner_app.sync.link import Link
from scanner_app.sync.reports import DrainReport
from scanner_app.sync.upload import Uploader

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # how often the clock is looked at
BETWEEN_CHANGES = 0.25  # screens are not told more often
STOP_SECONDS = 5.0
TRIES = 5  # of a round on the command line, when the platform is busy or the network stumbles


class SyncRunner:
    """Sync of every account whose platform could be built. `changed` is called, at most 4 times a second, on news."""

    def __init__(
        self,
        accounts: Sequence[AccountConfig],
        platforms: Mapping[str, Platform],
        clerk: Clerk,
        clock: SystemClock,
        notify: Callable[[Event], None],
        *,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock, self._notify, self._changed = clock, notify, changed
        self._bell, self._pause = Bell(), Bell()
        self._news = False
        self._warned = False
        self._links: dict[str, Link] = {}
        for config in accounts:
            line = Line.open(config, platforms[config.id], clerk, clock)
            self._links[config.id] = Link(line, notify, self._something_new)
        self._watch: threading.Thread | None = None
        self._running = False

    # --- life ---
    def start(self) -> None:
        """Start every thread."""
        self._clock.on_jump = self._woke
        self._running = True
        self._watch = threading.Thread(target=self._look_after, name="sync-watch", daemon=True)
        self._watch.start()
        for link in self._links.values():
            link.start()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """End every thread within one deadline; return whether all did. What is under way is cleared up next time."""
        self._running = False
        self._clock.on_jump = None
        self._bell.close()
        self._pause.close()
        threads = [t for link in self._links.values() for t in link.stop()]
        if self._watch is not None:
            threads.append(self._watch)
        deadline = self._clock.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, deadline - self._clock.monotonic()))
        left = [t.name for t in threads if t.is_alive()]
        if left:
            log.warning("still busy after %s s: %s", seconds, ", ".join(left))
        return not left

    # --- asking for something ---
    def wake_uploads(self) -> None:
        """There is something new to send."""
        for link in self._links.values():
            link.uploader.wake()

    def sync_now(self, *, full: bool = False) -> None:
        """Start a round of every account at once."""
        for link in self._links.values():
            link.sync_now(full=full)

    def pause(self) -> None:
        """Talk to no platform but for look-ups."""
        for link in self._links.values():
            link.pause()

    def resume(self) -> None:
        """Go on after `pause()`."""
        for link in self._links.values():
            link.resume()

    def retry_refused(self) -> int:
        """Take up again what platforms refused, on a person's word; return how many items."""
        return sum(link.uploader.retry_refused() for link in self._links.values())

    def oracles(self) -> dict[str, LineOracle]:
        """Return who can be asked during a scan."""
        return {account: LineOracle(link.line) for account, link in self._links.items()}

    def keeps(self, account: str) -> bool:
        """Return whether an account is one of those kept in step: a new one is not until the old ones have ended."""
        return account in self._links

    def status(self, account: str) -> AccountStatus:
        """Return how an account is doing."""
        return self._links[account].status()

    def paused_reason(self, account: str) -> str:
        """Return the code of what keeps an account from sending, '' if nothing does."""
        return self._links[account].uploader.paused_reason

    # --- on the caller's time ---
    def push(self, seconds: float) -> DrainReport:
        """Send what can be sent, every account at once, for at most so many seconds; raises StorageTrouble."""
        reports: list[DrainReport] = []
        troubles: list[StorageTrouble] = []

        def drain(uploader: Uploader) -> None:
            try:
                reports.append(uploader.drain(seconds))
            except StorageTrouble as trouble:
                troubles.append(trouble)

        links = list(self._links.values())
        threads = [threading.Thread(target=drain, args=(link.uploader,), name="push", daemon=True) for link in links]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if troubles:
            raise troubles[0]
        return sum(reports, DrainReport())

    def sync_once(
        self,
        *,
        full: bool = False,
        confirmed: bool = False,
        progress: Callable[[str, int, int | None], None] = lambda _a, _d, _t: None,
    ) -> Iterator[SyncReport]:
        """Make a round of each account, one after the other; `progress` hears account, passes done, passes in all."""
        for account, link in self._links.items():
            told = _named(progress, account)
            yield run_once(link.line, link.downloader, full=full, confirmed=confirmed, progress=told)

    # --- inside ---
    def _something_new(self) -> None:
        self._news = True
        self._bell.ring()

    def _look_after(self) -> None:
        """Watch for jumps of the clock, and pass on that something is new, not too often."""
        while not self._bell.closed:
            try:
                self._clock.check()
                self._warn_of_clock()
                if self._news:
                    self._news = False
                    self._changed()
            except Exception:
                log.exception("the watch goes on")
            self._bell.wait(LOOK_SECONDS)
            if self._news:
                self._pause.wait(BETWEEN_CHANGES)

    def _warn_of_clock(self) -> None:
        warning = self._clock.warning
        if warning and not self._warned:
            offset = self._clock.now().offset or 0.0
            self._notify(Notice("clock_off", Level.WARNING, f"{offset:.0f}"))
        self._warned = warning

    def _woke(self, jump: float) -> None:
        log.warning("the clock jumped by %.0f s", jump)
        for link in self._links.values():
            link.woke()


def run_once(
    line: Line,
    downloader: Downloader | None = None,
    *,
    full: bool = False,
    confirmed: bool = False,
    progress: Progress = lambda _done, _total: None,
    bell: Bell | None = None,
) -> SyncReport:
    """Make one round of an account on the caller's thread; one that is interrupted goes on where it was."""
    downloader, bell, chance = downloader or Downloader(line), bell or Bell(), random.SystemRandom()
    report = downloader.round(full=full, progress=progress, confirmed=confirmed)
    for failures in range(TRIES):
        if platform_kind(report.trouble) not in RETRIED:
            break
        bell.wait(delay(failures, report.retry_after, chance))
        report = downloader.round(full=full, progress=progress, confirmed=confirmed)
    return report


RETRIED = ENDING - {PlatformKind.UNAUTHORISED}


def _named(progress: Callable[[str, int, int | None], None], account: str) -> Progress:
    return lambda done, total: progress(account, done, total)
