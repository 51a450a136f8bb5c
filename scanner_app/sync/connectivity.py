"""What is believed of the way to one account's platform, judged from everything that is said to it."""

from __future__ import annotations

import itertools
import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from scanner_app.application.ports import Clock, Connection, Rest
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.sync.bell import Bell

log = logging.getLogger(__name__)
T = TypeVar("T")

IDLE_SECONDS = 10.0
"""After so long without a word from the platform it is asked (Maestral's figure, reliability.md 2.1)."""

QUIET_SECONDS = 0.8
"""A call has been under way for so long and nothing came: the platform is asked beside it, at most so often. With the
two seconds that a probe may take, a dead network is shown within three (reliability.md, O3)."""

LOOK_SECONDS = 0.1
"""How often the connections at rest are looked at."""

SILENT_SECONDS = 1.5
"""What a connection at rest says against the network is not believed so soon after an answer."""

OFFLINE_SECONDS = 2.0
LOCKED_SECONDS = 300.0  # 401 and 403: one probe in five minutes (reliability.md 2.3)
FIRST_SECONDS = 0.3  # a first failure is checked at once, but not by every kiosk at the same instant

BROKEN_SECONDS = 30.0  # after an error of our own

LOST = frozenset({PlatformKind.UNREACHABLE, PlatformKind.PORTAL})


class Connectivity:
    """Shared by look-ups, uploads, downloads and the probe of one account. Thread-safe."""

    def __init__(
        self,
        account: str,
        check: Callable[[], datetime | None],
        clock: Clock,
        chance: random.Random | None = None,
        rest: Callable[[], Rest] = lambda: Rest.QUIET,
    ) -> None:
        self.account = account
        self._check, self._clock, self._rest = check, clock, rest
        self._chance = chance or random.SystemRandom()
        self._lock = threading.Lock()
        self._state, self._trouble = Connection.UNKNOWN, ""
        self._last_success = float("-inf")
        self._probe_at = float("-inf")
        self._probed = float("-inf")
        self._calls: dict[int, float] = {}  # under way -> since when
        self._numbers = itertools.count()
        self._confirmed = False  # whether a probe has already said the same as the failure that changed the state
        self._listeners: list[Callable[[Connection], None]] = []
        self.bell = Bell()

    @property
    def state(self) -> Connection:
        """What is believed now."""
        with self._lock:
            return self._state

    @property
    def trouble(self) -> str:
        """The code of what stands in the way, '' if nothing does."""
        with self._lock:
            return self._trouble

    def believed_up(self) -> bool:
        """Return whether asking is worth a guest's time; yes as long as nothing is known."""
        return self.state in (Connection.ONLINE, Connection.UNKNOWN)

    def listen(self, hear: Callable[[Connection], None]) -> None:
        """Call `hear` with every new state, from whichever thread found out."""
        with self._lock:
            self._listeners.append(hear)

    def ask(self, call: Callable[[], T], dated: Callable[[T], datetime | None] = lambda _: None) -> T:
        """Make a call to the platform and judge from its end; `dated` finds the platform's time in the answer."""
        started = self._clock.now().monotonic
        try:
            with self._under_way(started):
                answer = call()
        except PlatformTrouble as trouble:
            self.failed(trouble, started)
            raise
        self.succeeded(dated(answer))
        return answer

    @contextmanager
    def _under_way(self, started: float) -> Iterator[None]:
        """Count a call among those that something should come of."""
        number = next(self._numbers)
        with self._lock:
            first = not self._calls
            self._calls[number] = started
        if first:
            self.bell.ring()  # whoever waits for the next probe has a shorter wait now
        try:
            yield
        finally:
            with self._lock:
                del self._calls[number]

    def succeeded(self, platform_time: datetime | None = None) -> None:
        """Take note that the platform answered, and of its `Date`."""
        now = self._clock.now().monotonic
        if platform_time is not None:
            self._clock.heard(platform_time)
        with self._lock:
            self._last_success = now
            self._probe_at = now + IDLE_SECONDS
        self._become(Connection.ONLINE, "")

    def failed(self, trouble: PlatformTrouble, started: float | None = None) -> None:
        """Take note of a failure of something begun at `started`; one older than the last success proves nothing."""
        if trouble.kind is PlatformKind.NONSENSE:
            self.doubt()
            return
        if trouble.kind not in LOST and trouble.kind is not PlatformKind.UNAUTHORISED:
            self.succeeded()  # an answer as documented, however unwelcome
            return
        with self._lock:
            outdated = started is not None and started < self._last_success
        if outdated:
            self.doubt()
        elif trouble.kind is PlatformKind.UNAUTHORISED:
            self._worse(Connection.UNAUTHORISED, trouble.code, LOCKED_SECONDS)
        else:
            self._worse(Connection.OFFLINE, trouble.code, OFFLINE_SECONDS)

    def doubt(self) -> None:
        """Have the platform asked soon: something was odd, or the machine has slept."""
        with self._lock:
            self._confirmed = False
            self._probe_at = self._clock.now().monotonic + self._chance.uniform(0.0, FIRST_SECONDS)
        self.bell.ring()

    def run(self) -> None:
        """Find out whether there is a way, when nothing else has lately, until the bell is closed."""
        while not self.bell.closed:
            try:
                self.look()
                wait = self.until_probe()
                if wait > 0:
                    self.bell.wait(min(wait, LOOK_SECONDS) if self.state is Connection.ONLINE else wait)
                else:
                    self.probe()
            except Exception:
                log.exception("probe of %s", self.account)
                self.bell.wait(BROKEN_SECONDS)

    def look(self) -> None:
        """Judge from the connections that nobody uses: costs the platform nothing."""
        if self.state is not Connection.ONLINE:
            return
        rest = self._rest()
        with self._lock:
            silent = rest is Rest.SILENT and self._clock.now().monotonic - self._last_success > SILENT_SECONDS
        if silent:
            self.failed(PlatformTrouble(PlatformKind.UNREACHABLE, "no sign of life"))
        elif rest is not Rest.QUIET:
            self.doubt()

    def probe(self) -> Connection:
        """Ask the platform now, and return what is believed then."""
        with self._lock:
            self._confirmed = True
        try:
            self.ask(self._check, lambda date: date)
        except PlatformTrouble as trouble:
            log.debug("probe of %s: %s", self.account, trouble.code)
        with self._lock:  # nonsense from a probe proves neither way: ask again, but not at once
            self._probed = self._clock.now().monotonic
            self._probe_at = max(self._probe_at, self._probed + OFFLINE_SECONDS / 2)
            return self._state

    def until_probe(self) -> float:
        """Return the seconds until a probe is due."""
        with self._lock:
            return max(0.0, min(self._probe_at, self._suspect_at()) - self._clock.now().monotonic)

    def _suspect_at(self) -> float:
        """Return when the calls under way have been quiet for too long; never, where the worst is believed already."""
        if not self._calls or self._state in (Connection.OFFLINE, Connection.UNAUTHORISED):
            return float("inf")
        return max(min(self._calls.values()), self._last_success, self._probed) + QUIET_SECONDS

    def _worse(self, state: Connection, code: str, pause: float) -> None:
        with self._lock:
            fresh = state is not self._state and not self._confirmed
            wait = self._chance.uniform(0.0, FIRST_SECONDS) if fresh else pause * self._chance.uniform(0.75, 1.25)
            due = self._clock.now().monotonic + wait
            self._probe_at = due if fresh or self._confirmed else min(self._probe_at, due)
        self._become(state, code)
        self.bell.ring()

    def _become(self, state: Connection, code: str) -> None:
        with self._lock:
            changed = (state, code) != (self._state, self._trouble)
            if state is Connection.ONLINE:
                self._confirmed = False
            self._state, self._trouble = state, code
            listeners = list(self._listeners)
        if changed:
            log.info("%s is %s %s", self.account, state.value, code)
            for hear in listeners:
                hear(state)
