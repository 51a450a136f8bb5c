"""Every scan of one PassEntry account: passes do not tell their uses, the list of scans does."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Use
from scanner_app.platforms.deadline import Deadline
from scanner_app.platforms.fields import an_object, whole
from scanner_app.platforms.passentry.calls import DEADLINE, Calls
from scanner_app.platforms.passentry.codec import Scanned, read_scans

PAGE = 100


class Scans:
    """Remembers what was listed: the list has the newest first, so only what is new is fetched again. Thread-safe.

    `paging` names the parameters for page and size. Whether this list knows pages at all is not published: one that
    does not gives everything at once, every time.
    """

    def __init__(self, calls: Calls, paging: tuple[str, str]) -> None:
        self._calls, self._paging = calls, paging
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._begun = float("-inf")  # when the last fetch that came to its end was begun
        self._known: dict[str, Scanned] = {}
        self.listed = False  # whether all of them were, once
        self._by_pass: dict[str, list[Scanned]] = {}

    def refresh(self, clock: Deadline | None = None) -> None:
        """Fetch what came since the last time; PlatformTrouble when not all of it could be had in time.

        Whoever asks while another fetches takes what was begun after that: nine requests a second are soon spent.
        """
        clock, asked = clock or Deadline(DEADLINE), time.monotonic()
        if not self._turn.acquire(timeout=_left(clock)):
            raise PlatformTrouble(PlatformKind.UNREACHABLE, "deadline passed", sent=False)
        try:
            if self._begun <= asked:
                begun = time.monotonic()
                self._fetch(clock)
                self._begun = begun
        finally:
            self._turn.release()

    def _fetch(self, clock: Deadline) -> None:
        found = dict[str, Scanned]()
        number, pages = 1, None
        while pages is None or number <= pages:
            page, pages = self._page(number, clock)
            fresh = {scan.id: scan for scan in page if scan.id not in found}
            found |= fresh
            if page and page[-1].id in self._known:
                break
            if not fresh and page and pages is not None:
                raise PlatformTrouble(PlatformKind.NONSENSE, f"page {number} of {pages} of the scans is page 1 again")
            if not fresh:
                break
            number += 1
        self._keep(found)

    def _page(self, number: int, clock: Deadline) -> tuple[list[Scanned], int | None]:
        """Return a page, and of how many if that is told."""
        asked = {self._paging[0]: str(number), self._paging[1]: str(PAGE)}
        answer = an_object(self._calls.scans(asked, _left(clock)).json(), "scans")
        return read_scans(answer), whole(an_object(answer.get("meta"), "meta"), "pages")

    def _keep(self, found: Mapping[str, Scanned]) -> None:
        with self._lock:
            for scan in reversed(
                list(found.values())
            ):  # newest first as listed; a way out may follow within its second
                if scan.id not in self._known:
                    self._known[scan.id] = scan
                    self._by_pass.setdefault(scan.uid, []).append(scan)
            self.listed = True

    def of(self, uid: str) -> Sequence[Scanned]:
        """Return a pass's scans as known, oldest first."""
        with self._lock:
            return tuple(self._by_pass.get(uid, ())) if uid else ()

    def standing(self, uid: str) -> Sequence[Scanned]:
        """Return those that were not taken back: a scan cannot be deleted, so another one says that it was."""
        scans = self.of(uid)
        undone = {scan.mark.scan_id for scan in scans if scan.mark and scan.mark.undoes}
        return tuple(scan for scan in scans if not (scan.mark and scan.mark.scan_id in undone))

    def uses(self, uid: str) -> Sequence[Use]:
        """Return a pass's uses as known."""
        return tuple(use for scan in self.standing(uid) if (use := scan.use))

    def holds(self, scan_id: str, *, undone: bool = False) -> bool:
        """Whether a scan that bears this mark of ours is known, or the one that takes it back."""
        with self._lock:
            marks = [scan.mark for scan in self._known.values() if scan.mark]
        return any(mark.scan_id == scan_id and mark.undoes is undone for mark in marks)


def _left(clock: Deadline) -> float:
    try:
        return clock.left()
    except TimeoutError as error:
        raise PlatformTrouble(PlatformKind.UNREACHABLE, "deadline passed", sent=False) from error
