"""Whether the zone set for an account is the platform's: a wrong one would lose changes without a word."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scanner_app.application.ports import Platform
from scanner_app.domain.passes import Pass

TOLERANCE = timedelta(minutes=10)
"""Time zones lie at least 15 minutes apart; clocks and slow answers much less."""

PROBATION = timedelta(hours=27)
"""No two zones lie further apart (UTC-12 to UTC+14): a delta this far back misses nothing, whatever the zone."""

REMEMBERED = 500


class ZoneWatch:
    """Compares `modified` of rows with the platform's own UTC clock: after our writes, and whenever one lies ahead."""

    def __init__(self, zone: str = "UTC") -> None:
        self._zone = ZoneInfo(zone)
        self._lock = threading.Lock()
        self._wrote: dict[str, datetime] = {}
        self._fits: bool | None = None

    @property
    def fits(self) -> bool | None:
        """Whether the zone fits, None as long as nothing showed it."""
        with self._lock:
            return self._fits

    def verdict(self, platform: Platform) -> bool | None:
        """Return whether the zone fits: by the platform's own proof where it has one, else by what was seen here."""
        return self.fits if platform.zone_fits is None else platform.zone_fits

    def wrote(self, uid: str, at: datetime) -> None:
        """We changed a pass, and the platform said so at this time of its clock."""
        with self._lock:
            self._wrote.pop(uid, None)
            self._wrote[uid] = at
            while len(self._wrote) > REMEMBERED:
                del self._wrote[next(iter(self._wrote))]

    def seen(self, passes: Iterable[Pass], platform_time: datetime | None) -> None:
        """Judge by the rows of an answer that the platform gave at `platform_time`."""
        if platform_time is None:
            return
        with self._lock:
            for one in passes:
                if one.modified is not None:
                    self._judge(one.uid, one.modified, platform_time)

    def _judge(self, uid: str, modified: datetime, platform_time: datetime) -> None:
        if min(self._readings(modified)) > platform_time + TOLERANCE:
            self._fits = False
            return
        wrote = self._wrote.get(uid)
        if wrote is None or platform_time <= wrote + timedelta(seconds=2):
            return  # not ours, or read before our change can be in it
        del self._wrote[uid]
        readings = self._readings(modified)
        if any(abs(r - wrote) <= TOLERANCE for r in readings):
            self._fits = True
        elif max(readings) < wrote:
            self._fits = False

    def _readings(self, moment: datetime) -> list[datetime]:
        """Return both moments that the platform's wall time may mean: an hour that came twice accuses nobody."""
        wall = moment.astimezone(self._zone)
        return [wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
