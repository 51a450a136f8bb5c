"""The time, as the application asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scanner_app.domain.scan import Moment


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How far the platform's clock was from ours, in seconds, and when that was, by our wall clock (aware UTC)."""

    seconds: float
    at: datetime


class Clock(Protocol):
    """Wall and monotonic time, and what is known of the platform's."""

    @property
    def known(self) -> ClockOffset | None:
        """What was last known of the platform's clock, here or by an earlier run; None if nothing was."""

    def now(self) -> Moment:
        """Return this moment."""

    def heard(self, platform_time: datetime) -> None:
        """Take note of a platform's `Date`."""
