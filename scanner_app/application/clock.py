"""The door's clock: wall and monotonic time, what is known of the platform's, and a floor that time keeps above."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanner_app.application.ports import ClockOffset
from scanner_app.application.ports.clock import LEEWAY
from scanner_app.domain.scan import Moment

WARN_SECONDS = 30.0
"""A door clock further than this from the platform's is worth a person's attention."""

JUMP_SECONDS = 5.0
"""Wall and monotonic time further apart than this between two looks: the clock was set, or the machine slept."""

SAMPLES = 9
RUNS_ASLEEP = hasattr(time, "CLOCK_BOOTTIME")
"""Whether `boot_time` counts the seconds that the machine slept (Linux)."""

HALF_SECOND = timedelta(seconds=0.5)  # an HTTP Date is cut to whole seconds: half a second is the mean of what is lost


@dataclass(frozen=True, slots=True)
class Anchor:
    """A known time, tied to the steady reading at which it was known; setting the wall clock does not touch it."""

    at: datetime
    steady: float

    def now(self, steady: float) -> datetime:
        """Return what that time has become."""
        return self.at + timedelta(seconds=steady - self.steady)


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of all clocks. `steady` goes on while the machine sleeps where the system has such a clock."""

    wall: datetime
    monotonic: float
    steady: float


def platform_offset(anchors: Iterable[Anchor], look: Look) -> float | None:
    """Return the median of platform time minus wall time in seconds, None with no sample."""
    apart = [(a.now(look.steady) - look.wall).total_seconds() for a in anchors]
    return statistics.median(apart) if apart else None


def jumped(before: Look, after: Look) -> float:
    """Return by how many seconds wall time went further than monotonic time, 0.0 when it is no jump."""
    apart = (after.wall - before.wall).total_seconds() - (after.monotonic - before.monotonic)
    return apart if abs(apart) > JUMP_SECONDS else 0.0


def boot_time() -> float:
    """Return seconds since the machine was started, its sleep included; monotonic time where that is not known."""
    source = getattr(time, "CLOCK_BOOTTIME", None)  # Linux only
    return time.monotonic() if source is None else time.clock_gettime(source)


class SystemClock:
    """`ports.Clock` over the machine's clocks. Thread-safe; the time sources are given so that tests need not wait."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        steady: Callable[[], float] = boot_time,
        *,
        runs_asleep: bool = RUNS_ASLEEP,
        warn_seconds: float = WARN_SECONDS,
    ) -> None:
        self._wall, self._monotonic, self._steady, self._warn = wall, monotonic, steady, warn_seconds
        self._runs_asleep = runs_asleep
        self.on_jump: Callable[[float], None] | None = None
        self.on_known: Callable[[ClockOffset], None] = lambda _: None
        self._recalled: ClockOffset | None = None
        self._lock = threading.Lock()
        self._heard: deque[Anchor] = deque(maxlen=SAMPLES)
        self._inherited = False  # whether what was heard is what an earlier run heard
        self._ledger: Anchor | None = None
        self._platform: Anchor | None = None
        self._disproved: datetime | None = None
        self._last = self._read()
        self._jump = 0.0

    def now(self) -> Moment:
        """Return this moment. `offset` is the platform's clock minus ours, or what lifts ours to the floor."""
        with self._lock:
            look = self._look()
            return Moment(look.wall, look.monotonic, self._offset(look))

    def monotonic(self) -> float:
        """Return seconds that never jump, for waits and ages."""
        return self._monotonic()

    def heard(self, platform_time: datetime, round_trip: float = 0.0) -> None:
        """Take note of a platform's `Date`, heard `round_trip` seconds after it was asked for."""
        with self._lock:
            look = self._look()
            at = platform_time + HALF_SECOND + timedelta(seconds=round_trip / 2)
            if self._inherited:
                self._heard.clear()
                self._inherited = False
            self._heard.append(Anchor(at, look.steady))
            self._platform = Anchor(platform_time, look.steady)
            self._disprove(look)

    def _disprove(self, look: Look) -> None:
        """Give up a floor that lies ahead of the platform: a clock that ran ahead once is no reason to stay there."""
        offset = platform_offset(self._heard, look)
        told = self._ledger.now(look.steady) if self._ledger else None
        if offset is not None and told is not None and told > look.wall + timedelta(seconds=offset) + LEEWAY:
            self._ledger, self._disproved = None, told

    def floor(self, at: datetime) -> None:
        """It cannot be earlier than this: the ledger holds a fact of that time."""
        with self._lock:
            look = self._look()
            if self._ledger is None or self._ledger.now(look.steady) < at:
                self._ledger = Anchor(at, look.steady)
                self._disprove(look)

    @property
    def offset(self) -> float | None:
        """The platform's clock minus ours in seconds, None when no platform was heard."""
        with self._lock:
            return platform_offset(self._heard, self._look())

    @property
    def known(self) -> ClockOffset | None:
        """What was last known of the platform's clock, here or by an earlier run; None if nothing was."""
        with self._lock:
            look = self._look()
            offset = platform_offset(self._heard, look)
            if offset is None or self._platform is None:
                return self._recalled
            at = look.wall - timedelta(seconds=look.steady - self._platform.steady)
            return ClockOffset(offset, at, self._disproved, self._platform.steady if self._runs_asleep else None)

    def recall(self, known: ClockOffset) -> None:
        """Take over what an earlier run knew: it is told, and time cannot be earlier than the platform's was then.

        Where the machine has not been started anew, the platform's time is known whatever became of the wall clock.
        """
        self._recalled, self._disproved = known, known.disproved
        then = known.at + timedelta(seconds=known.seconds)
        with self._lock:
            if not self._heard and known.steady is not None and known.steady <= self._look().steady:
                self._platform = Anchor(then, known.steady)
                self._heard.append(self._platform)
                self._inherited = True
        self.floor(then)

    @property
    def warning(self) -> bool:
        """Whether our clock is so far from the platform's, or so far behind the ledger, that people must know."""
        offset = self.now().offset
        return offset is not None and abs(offset) > self._warn

    @property
    def behind(self) -> bool:
        """Whether our clock is behind a time that has certainly been."""
        with self._lock:
            return self._lift(self._look()) > JUMP_SECONDS

    def check(self) -> float:
        """Return the seconds by which wall time jumped since the last check (0.0: not at all), and tell who listens."""
        if self._heard and (known := self.known) is not None:
            self.on_known(known)
        with self._lock:
            self._look()
            jump, self._jump = self._jump, 0.0
        if jump and self.on_jump is not None:
            self.on_jump(jump)
        return jump

    def _read(self) -> Look:
        return Look(self._wall(), self._monotonic(), self._steady())

    def _look(self) -> Look:
        """Read all clocks. After a leap that may have been a sleep without count, what was heard proves nothing."""
        look = self._read()
        jump = jumped(self._last, look)
        self._last = look
        self._jump += jump
        if jump > 0 and not self._runs_asleep:
            self._heard.clear()
        return look

    def _offset(self, look: Look) -> float | None:
        known = platform_offset(self._heard, look)
        if known is not None:
            return known
        lift = self._lift(look)
        return lift if lift > 0 else None

    def _lift(self, look: Look) -> float:
        """Return how far the wall clock is behind the floor: the last platform Date and the last ledger time."""
        floors = [a.now(look.steady) for a in (self._ledger, self._platform) if a is not None]
        return max([(f - look.wall).total_seconds() for f in floors], default=0.0)
