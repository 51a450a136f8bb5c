"""What uploads tell: a report at the end, and news on the way."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scanner_app.application.events import Notice
from scanner_app.application.ports import OutboxItem

DENIED = frozenset({"platform_unauthorised", "platform_clock"})
"""What a try of a report ends with where the key is not taken; also a key that is refused for its clock."""


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


class Once:
    """Tells people of a state once, until it has ended. Thread-safe."""

    def __init__(self, notify: Callable[[Notice], None]) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def tell(self, notice: Notice) -> None:
        """Tell, unless it was told."""
        with self._lock:
            told = notice.code in self._told
            self._told.add(notice.code)
        if not told:
            self._notify(notice)

    def ended(self, codes: frozenset[str]) -> None:
        """These states are over: tell of them anew."""
        with self._lock:
            self._told -= codes


def waiting_for(items: Sequence[OutboxItem]) -> str:
    """Return the code of what most waiting items got for an answer, '' if none was tried."""
    codes = Counter(item.answer.split(":")[0] for item in items if item.answer)
    return next((code for code, _ in codes.most_common(1)), "")
