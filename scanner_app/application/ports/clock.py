"""The time, as the application asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from scanner_app.domain.scan import Moment


class Clock(Protocol):
    """Wall and monotonic time, and what is known of the platform's."""

    def now(self) -> Moment:
        """Return this moment."""

    def heard(self, platform_time: datetime) -> None:
        """Take note of a platform's `Date`."""
