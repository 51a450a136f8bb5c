"""One walk over a platform's list: one transaction a page, the cursor after the last, resumable at every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from scanner_app.application.ports import CacheTx, Page, WalkState
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, ScannerError
from scanner_app.domain.passes import Pass
from scanner_app.sync.line import Line
from scanner_app.sync.zone_watch import PROBATION, ZoneWatch

T = TypeVar("T")

UNDATED = datetime(1971, 1, 1, tzinfo=UTC)
"""Where a platform tells no time: a delta from then misses nothing. Never the door's clock (reliability.md 3.2)."""

REJECTED = (PlatformKind.REFUSED, PlatformKind.NOT_FOUND)
"""Answers to the key of a page that say the page is gone."""

MOST_AT_ONCE = 0.2
"""Share of the living passes that may vanish in one walk without a person's word."""


class Stopped(ScannerError):
    """The program ends; the walk is resumed at its page the next time."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of a complete walk. `gone` were marked dead; `withheld` would have been, had a person agreed."""

    done: int
    total: int | None
    generation: int
    gone: int = 0
    withheld: int = 0
    short: bool = False  # the list held fewer passes than the platform itself counts: it is not complete


@dataclass(frozen=True, slots=True)
class Deletions:
    """What may be buried. `known_short`: by how much the last complete walk fell short of the platform's own total."""

    confirmed: bool = False
    known_short: int = 0

    def short(self, seen: int, total: int | None) -> bool:
        """Return whether a list lacks what the platform itself counts; nobody's word makes such a list complete."""
        return total is not None and seen < total and total - seen != self.known_short

    def permit(self, unseen: int, seen: int, total: int | None) -> bool:
        """Return whether a list is believed that left out so many passes and held so many."""
        if self.short(seen, total):
            return False
        living = unseen + seen
        # A walk that was resumed may have seen most of the list before the list shrank: its own count tells.
        # Where there is none it ended as its contract ends a list, and there is nothing to compare that with.
        shrunk = total is not None and total < (1 - MOST_AT_ONCE) * living
        return self.confirmed or (not shrunk and unseen <= MOST_AT_ONCE * living)


class Walker:
    """Walks one stream of a line. `look` sees every page before it is kept."""

    def __init__(
        self,
        line: Line,
        watch: ZoneWatch,
        progress: Callable[[int, int | None], None],
        stopped: Callable[[], bool],
        look: Callable[[Sequence[Pass]], None] = lambda _: None,
    ) -> None:
        self._line, self._watch, self._progress, self._stopped, self._look = line, watch, progress, stopped, look
        self.resumed = False  # whether the last walk went on where one before was left

    def full(self, stream: str, deletions: Deletions) -> Walked:
        """Walk everything, from where a walk before was left; bury what it did not see, as far as that is permitted."""
        state, page = self._first(stream, "")
        last, done = self._pages(state, page)

        def end(tx: CacheTx) -> Walked:
            tx.upsert(last.passes, stream=stream, generation=state.generation)
            unseen = tx.unseen(stream, state.generation)
            trusted = deletions.permit(unseen, done, last.total)
            gone = tx.tombstone_unseen(stream, state.generation) if unseen and trusted else 0
            # What a doubtful list left out may have changed before: no delta from here on would ever tell of it.
            tx.end_walk(stream, self._cursor(state) if trusted else "", self._now(), last.total)
            short = deletions.short(done, last.total)
            return Walked(done, last.total, state.generation, gone, unseen - gone, short)

        return self._cache(end)

    def delta(self, stream: str, cursor: str) -> Walked:
        """Walk what changed since the cursor, and hear how many passes there are by now."""
        state, page = self._first(stream, cursor)
        last, done = self._pages(state, page)
        total = last.stream_total  # its own total may be of the delta only
        if total is None:
            total = self._ask(stream, "", "").total

        def end(tx: CacheTx) -> Walked:
            tx.upsert(last.passes, stream=stream, generation=state.generation)
            tx.end_walk(stream, self._cursor(state), self._now(), total)
            return Walked(done, total, state.generation)

        return self._cache(end)

    # --- pages ---
    def _first(self, stream: str, cursor: str) -> tuple[WalkState, Page]:
        """Open a walk, or the one that was left at the page it had come to; if that page is gone, begin anew."""
        left, self.resumed = self._cache(lambda tx: tx.walk(stream)), False
        if left is not None and left.cursor == cursor:
            try:
                page = self._ask(stream, cursor, left.resume)
                self.resumed = left.resume != ""
                return left, page
            except PlatformTrouble as trouble:
                if trouble.kind not in REJECTED or not left.resume:
                    raise
        page = self._ask(stream, cursor, "")
        started = page.server_time or UNDATED
        return self._cache(lambda tx: tx.begin_walk(stream, started, cursor)), page

    def _pages(self, state: WalkState, page: Page) -> tuple[Page, int]:
        """Keep every page but the last, which is returned with the number of passes seen up to its end."""
        done = state.done + len(page.passes)
        self._progress(done, page.total)
        while page.resume:
            self._keep(state, page, done)
            if self._stopped():
                raise Stopped
            page = self._ask(state.stream, state.cursor, page.resume)
            done += len(page.passes)
            self._progress(done, page.total)
        return page, done

    def _keep(self, state: WalkState, page: Page, done: int) -> None:
        def work(tx: CacheTx) -> None:
            tx.upsert(page.passes, stream=state.stream, generation=state.generation)
            tx.page_done(state.stream, page.resume, done, page.total)

        self._cache(work)

    def _ask(self, stream: str, cursor: str, resume: str) -> Page:
        ask = self._line.connectivity.ask
        page = ask(lambda: self._line.platform.page(stream, cursor, resume), lambda p: p.server_time)
        self._watch.seen(page.passes, page.server_time)
        self._look(page.passes)  # before the page is kept: a crash in between fetches it again
        return page

    def _cursor(self, state: WalkState) -> str:
        """Return where the next delta starts: '' while the zone is known to be wrong, far back while unknown."""
        platform = self._line.platform
        fits = self._watch.verdict(platform)
        if fits is False:
            return ""
        return platform.cursor_after(state.started if fits else state.started - PROBATION)

    def _now(self) -> datetime:
        return self._line.clock.now().trusted

    def _cache(self, work: Callable[[CacheTx], T]) -> T:
        return self._line.clerk.cache(self._line.account, work)
