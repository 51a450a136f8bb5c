"""Holding every pass of one account: which streams to walk, how, and what the platform's own count says of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from scanner_app.application.events import Level, Notice
from scanner_app.application.ports import CacheState, CacheTx, Can
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.sync.doubles import Doubles
from scanner_app.sync.line import Line
from scanner_app.sync.walk import Deletions, Stopped, Walked, Walker
from scanner_app.sync.zone_watch import ZoneWatch

log = logging.getLogger(__name__)

T = TypeVar("T")
Progress = Callable[[int, int | None], None]

REST_FACTOR = 2.0
"""A full walk ordered by a count that is off is not repeated within this many times its own duration."""

ENDING = frozenset({PlatformKind.UNREACHABLE, PlatformKind.PORTAL, PlatformKind.UNAUTHORISED, PlatformKind.BUSY})
"""Troubles that end a round; any other is one stream's own."""

MISSING = frozenset({"mass_deletion", "list_short"})
"""What is told of a list that left out passes held here: too many to believe it, or fewer than it counts itself."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What came of a round. `passes` fetched; `held` here and `total` on the platform; `trouble` a code or ''.

    `withheld` are missing from the platform's list and kept all the same; `short`: it lacks some that it counts itself.
    """

    account: str
    full: bool = False
    passes: int = 0
    gone: int = 0
    withheld: int = 0
    short: bool = False
    held: int = 0
    total: int | None = None
    trouble: str = ""
    detail: str = ""
    retry_after: float | None = None

    @property
    def even(self) -> bool:
        """Whether everything the platform has is held, and nothing else."""
        return not self.trouble and (self.total is None or self.total == self.held)

    def record(self) -> dict[str, str | int | bool | None]:
        """Return the report as one flat object for `--json`."""
        return {k: v for k, v in asdict(self).items() if k != "retry_after"}


@dataclass(slots=True)
class Memory:
    """What is remembered of a stream between rounds. `off` is how far its count was off after each full walk."""

    off: int = 0
    last_off: int | None = None
    short: int = 0
    rest_until: float = float("-inf")


class Downloader:
    """The passes of one account. One round at a time; the caller brings the thread."""

    def __init__(
        self,
        line: Line,
        watch: ZoneWatch | None = None,
        *,
        notify: Callable[[Notice], None] = lambda _: None,
        changed: Callable[[], None] = lambda: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._line, self._notify, self._changed, self._stopped = line, notify, changed, stopped
        self.watch = watch or ZoneWatch(line.config.zone)
        self._doubles = Doubles(line, notify)
        self._accounts: dict[str, Memory] = {}
        self._told: set[str] = set()
        self._confirmed = False
        self._greeted = False

    def round(
        self, *, full: bool = False, progress: Progress = lambda _done, _total: None, confirmed: bool = False
    ) -> SyncReport:
        """Bring the cache up to date; return how it went. Raises StorageTrouble and nothing else.

        `confirmed`: a person has said that passes missing from the platform's list are gone, however many.
        """
        report, self._confirmed = SyncReport(self._line.account, full=full), confirmed
        try:
            self._greet()
            streams = self._line.connectivity.ask(self._line.platform.streams)
            self._cache(lambda tx: tx.set_streams(streams))
            for stream in streams:
                report = self._stream(stream, report, progress, full=full)
        except PlatformTrouble as trouble:
            report = replace(report, trouble=trouble.code, detail=trouble.detail, retry_after=trouble.retry_after)
        except Stopped:
            report = replace(report, trouble="stopped")
        self._tell_of_zone()
        state = self._state()
        self._changed()
        return replace(report, held=state.held, total=state.platform_total)

    def _full_due(self, stream: str) -> bool:
        """Return whether the schedule asks for a full walk: of this stream, others may have been cut short since."""
        last = self._cache(lambda tx: tx.last_full(stream))
        return last is None or self._now() - last >= timedelta(hours=self._line.config.full_hours)

    def _greet(self) -> None:
        """Make the cheap call once before anything else: it tells the platform's time, and maybe its zone."""
        if not self._greeted:
            self._line.connectivity.ask(self._line.platform.check, lambda date: date)
            self._greeted = True

    # --- one stream ---
    def _stream(self, stream: str, report: SyncReport, progress: Progress, *, full: bool) -> SyncReport:
        def told(done: int, total: int | None) -> None:
            progress(report.passes + done, total if total is None else report.passes + total)
            self._changed()

        walker = Walker(self._line, self.watch, told, self._stopped, self._doubles.look)
        try:
            walked, whole = self._walk(stream, walker, wanted=full or self._full_due(stream))
        except PlatformTrouble as trouble:
            if trouble.kind in ENDING:
                raise
            log.warning("stream %s of %s: %s", stream, self._line.account, trouble.code)
            return replace(report, trouble=report.trouble or trouble.code, detail=report.detail or trouble.detail)
        return replace(
            report,
            full=report.full or whole,
            passes=report.passes + walked.done,
            gone=report.gone + walked.gone,
            withheld=report.withheld + walked.withheld,
            short=report.short or (walked.short and walked.withheld > 0),
        )

    def _walk(self, stream: str, walker: Walker, *, wanted: bool) -> tuple[Walked, bool]:
        """Walk a stream the cheapest way that leaves nothing out; return also whether that was all of it."""
        cursor = self._cursor(stream)
        if wanted or not cursor:
            walked = self._full(stream, walker)
            if walker.resumed and Can.DELTA not in self._line.platform.capabilities.can:
                # What changed meanwhile on the pages before is told by no delta: only a walk of its own brings it.
                walked = self._full(stream, walker)
            return walked, True
        walked = walker.delta(stream, cursor)
        if self._off(stream, walked) and not self._left(stream):
            walked = walker.delta(stream, self._cursor(stream) or cursor)  # something came in meanwhile, most likely
            if self._off(stream, walked) and self._line.monotonic() >= self._account(stream).rest_until:
                log.info("stream %s of %s: count is off", stream, self._line.account)
                return self._full(stream, walker), True
        return walked, False

    def _full(self, stream: str, walker: Walker) -> Walked:
        account, began = self._account(stream), self._line.monotonic()
        walked = walker.full(stream, Deletions(self._confirmed, account.short))
        now = self._line.monotonic()
        account.rest_until = now + REST_FACTOR * (now - began)
        account.short = max(0, walked.total - walked.done) if walked.total is not None else 0
        off = 0 if walked.total is None else walked.total - self._count(stream)
        account.off = off if off in (0, account.last_off) else 0  # twice the same: the platform counts otherwise
        account.last_off = off
        self._tell_of_missing(walked)
        return walked

    def _tell_of_missing(self, walked: Walked) -> None:
        code = "list_short" if walked.short else "mass_deletion"
        self._told -= MISSING - {code} if walked.withheld else MISSING
        if walked.withheld:
            self._tell(Notice(code, Level.WARNING, str(walked.withheld)))

    def _cursor(self, stream: str) -> str:
        """Return where a delta may start; '' where only a full walk will do: none yet, one left open, a wrong zone."""
        if self._zone_wrong() or self._left(stream):
            return ""
        return self._cache(lambda tx: tx.cursor(stream))

    def _left(self, stream: str) -> bool:
        left = self._cache(lambda tx: tx.walk(stream))
        return left is not None and not left.cursor

    def _off(self, stream: str, walked: Walked) -> bool:
        return walked.total is not None and walked.total - self._count(stream) != self._account(stream).off

    def _bury(self, stream: str, generation: int) -> int:
        return self._cache(lambda tx: tx.tombstone_unseen(stream, generation))

    # --- small things ---
    def _account(self, stream: str) -> Memory:
        return self._accounts.setdefault(stream, Memory())

    def _zone_wrong(self) -> bool:
        return self.watch.verdict(self._line.platform) is False

    def _tell_of_zone(self) -> None:
        if self._zone_wrong():
            self._tell(Notice("zone_wrong", Level.WARNING, self._line.config.zone))
        else:
            self._told.discard("zone_wrong")

    def _tell(self, notice: Notice) -> None:
        if notice.code not in self._told:
            self._told.add(notice.code)
            self._notify(notice)

    def _count(self, stream: str) -> int:
        reader = self._line.clerk.cache_reader()
        try:
            return reader.count(self._line.account, stream)
        finally:
            reader.close()

    def _state(self) -> CacheState:
        reader = self._line.clerk.cache_reader()
        try:
            return reader.state(self._line.account)
        finally:
            reader.close()

    def _cache(self, work: Callable[[CacheTx], T]) -> T:
        return self._line.clerk.cache(self._line.account, work)

    def _now(self) -> datetime:
        return self._line.clock.now().trusted
