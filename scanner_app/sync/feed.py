"""Following a platform's feed: passes that changed elsewhere are known here within a poll, between two deltas.

Nothing depends on it. What it missed, the next delta brings; what was not acknowledged is told again.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

from scanner_app.application.events import Level, Notice
from scanner_app.application.ports import Can, Connection, Feed, Feeding, Platform
from scanner_app.domain.errors import PlatformTrouble, ScannerError
from scanner_app.domain.passes import Pass
from scanner_app.sync.answers import delay
from scanner_app.sync.bell import Bell
from scanner_app.sync.connectivity import LOST
from scanner_app.sync.line import Line

log = logging.getLogger(__name__)

POLL_SECONDS = 2.0
LOOKUP_SECONDS = 3.0
BROKEN_SECONDS = 60.0
"""After a trouble that is not the platform's own."""


def feed_of(platform: Platform) -> Feed | None:
    """Return a platform's feed, None where it has none or nobody switched it on."""
    if Can.FEED in platform.capabilities.can and isinstance(platform, Feeding):
        return platform.feed
    return None


class Follower:
    """Polls one account's feed. Its own thread: a long walk must not hold it up."""

    def __init__(
        self,
        line: Line,
        feed: Feed,
        *,
        notify: Callable[[Notice], None] = lambda _: None,
        changed: Callable[[], None] = lambda: None,
        paused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._line, self._feed = line, feed
        self._notify, self._changed, self._paused = notify, changed, paused
        self._chance = random.SystemRandom()
        self._failures = 0
        self._told = False
        self.bell = Bell()

    def run(self) -> None:
        """Follow until the bell is closed, then have the platform keep nothing more for us."""
        while not self.bell.closed:
            self.bell.wait(self.round())
        try:
            self._feed.close()
        except (PlatformTrouble, TimeoutError) as error:
            log.info("feed of %s could not be ended: %s", self._line.account, error)

    def round(self) -> float:
        """Poll once if there is a way; return the seconds until the next time."""
        if self._paused() or self._line.connectivity.state is not Connection.ONLINE:
            return POLL_SECONDS
        try:
            kept = self.once()
        except ScannerError as trouble:
            return self._fall_back(trouble)
        except Exception:
            log.exception("feed of %s goes on", self._line.account)
            return BROKEN_SECONDS
        self._failures = 0
        if kept:
            self._changed()
        return POLL_SECONDS

    def once(self) -> int:
        """Poll, look up, keep, and only then acknowledge; return how many passes were kept. Raises ScannerError."""
        # Not through `connectivity.ask`: an account that may not use webhooks still has a good key.
        news = self._feed.poll()
        streams = self._line.platform.streams() if news.passes else []
        found: list[Pass] = []
        for uid in news.passes:
            if self.bell.closed:
                return 0
            found += [one for one in self._look_up(uid) if one.template in streams]
        if found:
            self._line.clerk.cache(self._line.account, lambda tx: tx.upsert(found))
        self._feed.acknowledge(news)
        return len(found)

    def _look_up(self, uid: str) -> list[Pass]:
        """Return the pass of that uid; one that is gone is left to a full walk."""
        platform = self._line.platform
        answered = self._line.connectivity.ask(lambda: platform.lookup(uid, LOOKUP_SECONDS))
        return [one for one in answered if one.uid == uid]

    def _fall_back(self, trouble: ScannerError) -> float:
        """Leave it to the delta for a while, and say so once."""
        log.warning("feed of %s: %s", self._line.account, trouble.code)
        if not self._told:
            self._told = True
            self._notify(Notice("feed_off", Level.WARNING, trouble.code))
        if not isinstance(trouble, PlatformTrouble):
            return BROKEN_SECONDS
        if trouble.kind in LOST:
            self._line.connectivity.doubt()
        self._failures += 1
        return max(POLL_SECONDS, delay(self._failures, trouble.retry_after, self._chance))
