"""The time, as the application asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scanner_app.domain.scan import Moment

LEEWAY = timedelta(hours=1)
"""A ledger further ahead of its platform than this was written by a wrong clock: no drift makes so much."""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How far the platform's clock was from ours, in seconds, and when that was, by our wall clock (aware UTC).

    `disproved`: a time that the ledger told of and that the platform showed to be none yet. `steady`: what the clock
    that nobody sets read then, in seconds; None where the machine was started anew since, or has no such clock.
    """

    seconds: float
    at: datetime
    disproved: datetime | None = None
    steady: float | None = None

    def disproves(self, told: datetime) -> bool:
        """Whether a fact of that time was written by a clock since found wrong."""
        heard = self.at + timedelta(seconds=self.seconds)
        return self.disproved is not None and heard + LEEWAY < told <= self.disproved


class Clock(Protocol):
    """Wall and monotonic time, and what is known of the platform's."""

    @property
    def known(self) -> ClockOffset | None:
        """What was last known of the platform's clock, here or by an earlier run; None if nothing was."""

    def now(self) -> Moment:
        """Return this moment."""

    def heard(self, platform_time: datetime) -> None:
        """Take note of a platform's `Date`."""
