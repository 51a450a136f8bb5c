"""How many guests a door may expect: the passes held that are good there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from scanner_app.application.events import AccountStatus
from scanner_app.application.ports import CacheReader
from scanner_app.domain.place import Accepted, Place


class Expected:
    """Counts anew only when what is held changed: it reads every pass, and the status is asked after each scan."""

    def __init__(self, reader: Callable[[], CacheReader]) -> None:
        self._reader = reader
        self._known: dict[tuple[Accepted, int], int] = {}

    def of(self, place: Place | None, accounts: Sequence[AccountStatus]) -> int | None:
        """Return the number, None before every list was loaded once."""
        held = {a.account: a for a in accounts}
        takes = [a for a in place.accepts if a.account in held] if place else []
        if not takes or not all(held[a.account].complete for a in takes):
            return None
        return sum(self._count(accepted, held[accepted.account].held) for accepted in takes)

    def _count(self, accepted: Accepted, held: int) -> int:
        if not accepted.templates:
            return held
        key = (accepted, held)
        if key not in self._known:
            with closing(self._reader()) as reader:
                found = reader.held_of(accepted.account, accepted.templates)
            self._known = {k: v for k, v in self._known.items() if k[0] != accepted} | {key: found}
        return self._known[key]
