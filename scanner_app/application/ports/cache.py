"""What is held of the accounts' passes: written inside one transaction, read from any thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scanner_app.domain.passes import IdentifierKind, Pass, PassKey


@dataclass(frozen=True, slots=True)
class CacheState:
    """How much of an account's passes is held. Times are aware UTC."""

    account: str
    held: int = 0
    platform_total: int | None = None
    complete: bool = False  # one full load has ended since this cache was made
    last_sync: datetime | None = None  # end of the last good round, full or delta
    last_full: datetime | None = None
    loading: tuple[int, int] | None = None  # (done, total) of a full load under way


@dataclass(frozen=True, slots=True)
class WalkState:
    """A walk over a platform's list that may be resumed: `resume` is the adapter's own opaque page key."""

    stream: str
    generation: int
    started: datetime
    cursor: str
    resume: str
    done: int
    total: int | None


class CacheReader(Protocol):
    """Exact look-ups and searches in the cache from any thread."""

    def find(
        self, candidates: Sequence[str], accounts: Iterable[str], kinds: Callable[[str], frozenset[IdentifierKind]]
    ) -> list[Pass]:
        """Return the passes whose identifiers of the allowed kinds equal the first candidate that matches any."""

    def get(self, key: PassKey) -> Pass | None:
        """Return one pass, None if it is not held."""

    def kin(self, one: Pass) -> list[Pass]:
        """Return the other passes of its holder in its account, gone ones too; none where many share it."""

    def search(self, text: str, accounts: Iterable[str], limit: int = 50) -> list[Pass]:
        """Return passes by name, e-mail, id or barcode; accents and case folded; prefix and word."""

    def state(self, account: str) -> CacheState:
        """Return how much of an account is held."""

    def count(self, account: str, stream: str) -> int:
        """Return how many living passes of one stream are held."""

    def some(self, account: str, limit: int) -> list[Pass]:
        """Return some living passes, the newest held first."""

    def held_of(self, account: str, templates: Collection[str]) -> int:
        """Return how many living passes of these templates are held; reads them all, so not with every scan."""

    def close(self) -> None:
        """Give back what it holds."""


class CacheTx(Protocol):
    """One account's cache inside one transaction on the clerk's thread."""

    def set_streams(self, streams: Sequence[str]) -> None:
        """Say what has to be walked: the cache is complete once each of these had one full walk to its end."""

    def upsert(
        self, passes: Sequence[Pass], *, stream: str = "", generation: int | None = None, apart: bool = False
    ) -> None:
        """Add or replace passes; a full walk stamps its generation.

        `apart`: looked up, and of no stream (another event's): found again until the next full walk, never counted.
        """

    def page_done(self, stream: str, resume: str, done: int, total: int | None) -> None:
        """Remember where a walk stands so that it can be resumed after a crash."""

    def walk(self, stream: str) -> WalkState | None:
        """Return the walk under way, None if there is none."""

    def begin_walk(self, stream: str, started: datetime, cursor: str) -> WalkState:
        """Start a walk: a full one when the cursor is empty, else a delta."""

    def end_walk(self, stream: str, cursor: str, ended: datetime, total: int | None) -> None:
        """End a walk after its last page and move the cursor."""

    def cursor(self, stream: str) -> str:
        """Return the delta cursor of a stream, empty before the first full walk."""

    def last_full(self, stream: str) -> datetime | None:
        """Return when the last full walk of a stream ended, None before the first."""

    def unseen(self, stream: str, generation: int) -> int:
        """Return how many passes of the stream (a template) a complete walk of this generation did not see."""

    def tombstone_unseen(self, stream: str, generation: int) -> int:
        """Mark what a complete walk did not see as gone; return how many."""
