"""What was read of the venue's stream and is not on disk yet, and the one thread that brings it there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from scanner_app.venue.keeper import Keeper, Read
from scanner_app.venue.loop import off_loop

T = TypeVar("T")

GATHER_SECONDS = 0.03
"""News waits this long for more of it: screens are told first, and several boxes may share one machine."""
GAP_SECONDS = 0.08
"""Between the ends of two writes: what comes meanwhile goes to disk with one fsync, for the doors' news must not hold
up a scan's own. The screen knows at once, and nothing is lost by waiting: the hub has it, and a door that is to decide
alone hurries the disk."""
GAP_MOST = 0.25
"""The same on a machine that is slow at it: it spends a third of its time here at most."""


class Writing:
    """From the loop to the disk without a turn of the loop. `caught_up`: once everything read was on disk.

    `written` is called after each stretch, `failed` with what went wrong; both on the disk's thread.
    """

    def __init__(self, keeper: Keeper, written: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        self._keeper, self._written, self._failed = keeper, written, failed
        self._disk = ThreadPoolExecutor(1, "venue ledger")
        self._lock = threading.Lock()
        self._hurried = threading.Event()
        self._waiting: list[Read] = []
        self._more, self._at_it, self._broken = True, False, False
        self._took = self._ended = 0.0
        self.caught_up = False

    @property
    def behind(self) -> int:
        """Records that wait for the disk."""
        return len(self._waiting)

    def add(self, rows: Sequence[Read], *, more: bool) -> None:
        """Have records brought to disk, from the loop. `more`: the stream holds more than these and those before."""
        with self._lock:
            if self._broken:
                return  # those before are missing; all of them are read again
            self._waiting += rows
            self._more = more
            if self._at_it:
                return
            self._at_it = True
        try:
            self._disk.submit(self._bring)
        except RuntimeError:  # the program is ending; the hub has all of it
            return

    def drop(self) -> None:
        """Leave what is not on disk yet: it is read again."""
        with self._lock:
            self._waiting = []
            self._more, self._broken, self.caught_up = True, False, False

    def hurry(self) -> None:
        """Have what waits brought to disk at once."""
        self._hurried.set()

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Do something between two stretches, on the disk's thread."""
        return await off_loop(self._disk, work, *args)

    def close(self) -> None:
        """End the thread."""
        self._hurried.set()
        self._disk.shutdown(wait=True, cancel_futures=True)

    # --- on the disk's thread
    def _bring(self) -> None:
        try:
            while self._stretch():
                pass
        except Exception as error:  # noqa: BLE001 - whoever reads is told, and begins again
            with self._lock:
                self._at_it, self._broken, self._waiting = False, True, []
            self._failed(error)

    def _stretch(self) -> bool:
        """Bring what waits to disk, or look at some signatures; return whether there is more to do."""
        if self.caught_up and self._waiting:
            gap = min(GAP_MOST, max(GAP_SECONDS, 2 * self._took))
            self._hurried.wait(max(GATHER_SECONDS, self._ended + gap - time.monotonic()))
        with self._lock:
            self._hurried.clear()
            rows, self._waiting = self._waiting, []
        began = time.monotonic()
        if rows:
            self._keeper.keep(rows)
            self._ended = time.monotonic()
            self._took = self._ended - began
        with self._lock:
            if self._waiting:
                return True
            news = bool(rows) or not self.caught_up
            self.caught_up = self.caught_up or not self._more
            # Signatures that were put off wait until everything was read: it is the uses that doors need first.
            to_check = self._keeper.put_off and not self._more
            self._at_it = to_check
        if news:
            self._written()
        if to_check:
            self._keeper.check()
        return to_check
