"""App scans as the platform lists them, page by page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scanner_app.platforms.passcreator.calls import Calls
from scanner_app.platforms.passcreator.status import Scanned, read_scan
from scanner_app.platforms.zones import SECONDS, since

MOST_PAGES = 50
"""Pages of app scans looked through for one of ours: 5,000 scans since a minute before it."""
FRESH_SECONDS = 20.0
"""How long a list stands for the next pass of the same round: passes that changed come by the hundred."""


@dataclass(frozen=True, slots=True)
class Listed:
    """All scans of a door since a time, and when that was asked."""

    start: datetime
    at: float
    scans: Sequence[Scanned]


class ScanList:
    """Lists one account's app scans. Thread-safe: what is kept is replaced as a whole."""

    def __init__(self, calls: Calls, zone: ZoneInfo, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._calls, self._zone, self._monotonic = calls, zone, monotonic
        self._kept: dict[str, Listed] = {}

    def since(self, door: str, start: datetime) -> Iterator[Scanned]:
        """Yield a door's scans from a minute before a time on, oldest first, as far as anybody reads."""
        asked = {"createdSince": since(start - timedelta(minutes=1), self._zone, SECONDS)}
        after: Mapping[str, str] = {}
        for _ in range(MOST_PAGES):
            sheet = self._calls.list_scans(door, asked | dict(after))
            yield from map(read_scan, sheet.results)
            after = sheet.after
            if not after:
                return

    def lately(self, door: str, start: datetime) -> Sequence[Scanned]:
        """Return the same, as it was listed some seconds ago if it was."""
        kept, now = self._kept.get(door), self._monotonic()
        if kept is None or kept.start > start or now - kept.at > FRESH_SECONDS:
            kept = self._kept[door] = Listed(start, now, tuple(self.since(door, start)))
        return kept.scans
