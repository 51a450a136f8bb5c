"""The calls of Airship Wallet, at a polite rate; updates are followed to the end of their tickets."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence

from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.platforms.deadline import Deadline
from scanner_app.platforms.fields import an_object, needed, text
from scanner_app.platforms.http import Http, Reply
from scanner_app.platforms.pace import Pace
from scanner_app.platforms.strict_json import Json, nonsense

DEADLINE = 10.0
CHECK = 2.0
"""Seconds for the probe: a dead network is shown within them (reliability.md, O3)."""
FIRST_LOOK, LONGEST_LOOK = 0.1, 2.0
"""Seconds between two looks at a ticket: doubled each time."""
ENDED = frozenset({"completed", "complete", "success", "succeeded", "done", "processed", "finished"})
UNDER_WAY = frozenset({"pending", "created", "queued", "processing", "in_progress", "in progress", "running", "new"})
FAILED = frozenset({"failed", "failure", "error", "errored", "rejected", "cancelled", "canceled", "aborted"})
"""The specification does not name the statuses; one that is in none of the sets tells nothing."""


class Calls:
    """The calls, on one account's connection."""

    def __init__(self, http: Http, per_second: int) -> None:
        self._http, self.pace = http, Pace(per_second)
        self._ended = threading.Event()

    def ask(
        self,
        method: str,
        path: Sequence[str],
        body: Json = None,
        *,
        params: Mapping[str, str] | None = None,
        ok: Collection[int] = (200,),
        deadline: float = DEADLINE,
    ) -> Reply:
        """Make one call."""
        left = self.pace.wait("any", deadline)
        return self._http.request(method, path, params=params, body=body, ok=ok, deadline=left)

    def change(self, path: Sequence[str], body: Mapping[str, Json]) -> list[int]:
        """Ask for an update; return its ticket, or tickets. Documented as 200, shown as 201."""
        found = self.ask("PUT", path, dict(body), ok=(200, 201)).json()
        tickets = [
            needed(an_object(each, "ticket"), "ticketId") for each in (found if isinstance(found, list) else [found])
        ]
        if not tickets or not all(ticket.isdecimal() for ticket in tickets):
            raise nonsense("no ticket")
        return [int(ticket) for ticket in tickets]

    def follow(self, tickets: Sequence[int], seconds: float = DEADLINE) -> bool:
        """Wait until the updates took place; return False where a ticket says nothing that could be understood.

        Raise PlatformTrouble when one failed or takes too long.
        """
        clock = Deadline(seconds)
        told = [self._follow(ticket, clock) for ticket in tickets]
        return all(told)

    def _follow(self, ticket: int, clock: Deadline) -> bool:
        pause = FIRST_LOOK
        try:
            while (status := self._status(ticket, clock.left())) in UNDER_WAY:
                if self._ended.wait(min(pause, clock.left())):
                    raise PlatformTrouble(PlatformKind.UNREACHABLE, "closed")
                pause = min(pause * 2, LONGEST_LOOK)
        except TimeoutError:
            raise nonsense(f"ticket {ticket} does not end") from None
        if status in FAILED:
            raise PlatformTrouble(PlatformKind.REFUSED, f"ticket {status}")
        return status in ENDED

    def _status(self, ticket: int, deadline: float) -> str:
        found = an_object(self.ask("GET", ["ticket", str(ticket)], deadline=deadline).json(), "ticket")
        return (text(found, "status") or text(found, "Status")).strip().lower()

    def close(self) -> None:
        """Wake everybody who waits."""
        self._ended.set()
        self.pace.close()
        self._http.close()
