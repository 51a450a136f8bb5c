"""What this run remembers of deliveries: whose fault a failure is, and when a whole account should rest."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from scanner_app.domain.errors import PlatformTrouble
from scanner_app.sync.answers import Action, Step, Try, delay, step_after
from scanner_app.sync.lock import Lock

TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class Row:
    """One item's failures. `mark`: how many deliveries had gone through at the latest one."""

    code: str = ""
    failures: int = 0
    own: int = 0
    mark: int = -1


class Tally:
    """Counts per item and per account; monotonic seconds in and out. Thread-safe."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._lock = threading.RLock()
        self._rows: dict[int, Row] = {}
        self._due: dict[int, float] = {}
        self._through = 0
        self._lock_out = Lock(chance)
        self._streak: set[int] = set()  # items that failed since anything went through
        self._rests = 0
        self._rest_until = float("-inf")
        self.rests_for = "platform_busy"  # the code of what an account rests for

    def went_through(self, number: int) -> None:
        """An item was delivered: the way is open."""
        with self._lock:
            self._through += 1
            self._streak.clear()
            self._lock_out.open()
            self._rests, self._rest_until = 0, float("-inf")
            self.forget(number)

    def forget(self, number: int) -> None:
        """An item has left the queue."""
        with self._lock:
            self._rows.pop(number, None)
            self._due.pop(number, None)

    def failed(self, number: int, trouble: PlatformTrouble, earlier: str, now: float) -> Step:
        """Count a failed try and return what to do. `earlier`: the code of the try before, as far as it is known."""
        with self._lock:
            row = self._rows.setdefault(number, Row(code=earlier))
            same = row.code == trouble.code
            theirs = trouble.status != TOO_MANY_REQUESTS and self._through > row.mark
            row.own = (row.own if same else 0) + (1 if theirs else 0)
            row.failures += 1
            row.code, row.mark = trouble.code, self._through
            step = step_after(trouble, Try(self._weight(row, trouble), row.own, same), self._chance)
            if step.action is Action.REFUSED:
                self.forget(number)
                return step
            if step.action is Action.LOCKED:
                self._lock_out.deny(number, trouble.code, now)
            self._due[number] = now + step.wait
            if step.action is Action.RETRY:
                self._rest(number, trouble, now)
            return step

    def defer(self, number: int, until: float) -> None:
        """Have an item wait for a reason that is no failure."""
        with self._lock:
            self._due[number] = until

    def resting(self, now: float) -> float:
        """Return the seconds for which the account rests."""
        with self._lock:
            return max(0.0, self._rest_until - now, self._lock_out.held(now))

    def look_again(self) -> None:
        """Try a key that was refused without waiting any longer."""
        with self._lock:
            self._lock_out.look_again()

    def next_look(self, now: float) -> float:
        """Return the seconds after which the key is tried again by an item that it was refused for."""
        with self._lock:
            return max(1.0, self._lock_out.left(now))

    @property
    def locked(self) -> str:
        """The code of why reports of this account are not taken, '' if they are."""
        with self._lock:
            return self._lock_out.code

    def rest(self, until: float) -> None:
        """Have the account rest at least until then."""
        with self._lock:
            self._rest_until = max(self._rest_until, until)

    @property
    def doubtful(self) -> bool:
        """Whether several items failed and none went through since: try few at a time."""
        with self._lock:
            return len(self._streak) > 1

    def next_due(self, now: float) -> float:
        """Return the seconds until the next deferred item is due, infinity if none waits."""
        with self._lock:
            self._due = {n: due for n, due in self._due.items() if due > now}
            return min((due - now for due in self._due.values()), default=float("inf"))

    def waits(self, number: int, now: float) -> bool:
        """Return whether an item is deferred."""
        with self._lock:
            return self._due.get(number, now) > now or self._lock_out.bars(number, now)

    def failed_before(self, number: int) -> bool:
        """Return whether an item failed in this run: another one tells more about the key."""
        with self._lock:
            return number in self._rows

    def _weight(self, row: Row, trouble: PlatformTrouble) -> int:
        """A lost network is nobody's failure: an item that met it does not wait longer for it."""
        return row.own if trouble.outcome_unknown else row.failures

    def _rest(self, number: int, trouble: PlatformTrouble, now: float) -> None:
        """One failing item rests alone; when several fail and none goes through, the account rests."""
        self._streak.add(number)
        if self.doubtful:
            self.rest(now + delay(self._rests, trouble.retry_after, self._chance))
            self._rests += 1
            self.rests_for = trouble.code
