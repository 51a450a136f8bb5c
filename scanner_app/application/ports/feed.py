"""A platform's own word on what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class News:
    """What a feed told: uids of passes to be looked up again, and what acknowledges having done so."""

    passes: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()


class Feed(Protocol):
    """A platform's own word on what changed. Methods block, keep a total deadline, raise `PlatformTrouble`."""

    def poll(self) -> News:
        """Return what was not yet acknowledged."""

    def acknowledge(self, news: News) -> None:
        """Have this not told again; if that gets lost it is, and nothing is harmed."""

    def close(self) -> None:
        """Have the platform keep nothing more for us."""


@runtime_checkable
class Feeding(Protocol):
    """A platform that may have a feed; `feed` is None where nobody switched it on. See `Can.FEED`."""

    feed: Feed | None
