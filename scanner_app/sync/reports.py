"""What uploads tell: a report at the end, and news on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scanner_app.application.events import Notice


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What came of emptying the outbox. `left`: passes with something still to send; `paused_reason` a code or ''."""

    sent: int = 0
    refused: int = 0
    contested: int = 0
    left: int = 0
    paused_reason: str = ""

    @property
    def trouble(self) -> str:
        """The code of what kept it from ending, '' if nothing did."""
        return self.paused_reason

    def __add__(self, other: DrainReport) -> DrainReport:
        """Return both accounts' reports as one."""
        return DrainReport(
            self.sent + other.sent,
            self.refused + other.refused,
            self.contested + other.contested,
            self.left + other.left,
            self.paused_reason or other.paused_reason,
        )


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears of uploads: notices for people, and that counts have changed."""

    notify: Callable[[Notice], None] = lambda _: None
    changed: Callable[[], None] = lambda: None
