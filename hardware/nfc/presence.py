"""Whether what is in the field was read already: one reading a presentation, another try where one may help. Pure.

A phone makes up a new UID each time it is activated, so only an empty field tells its next tap from this one.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardware.nfc.tap import Refusal, Refused, Tap
from hardware.nfc.uid import is_made_up

GONE_AFTER_S = 0.25  # a hand trembles; the field is empty only when nothing answered for this long
GONE_AFTER_SWEEPS = 2
_FLAKY = {Refusal.BROKEN: (0.0, 3), Refusal.TRY_AGAIN: (0.0, 3)}  # seconds to the next try, tries
_HELD = {Refusal.LOCKED: (1.0, 15), Refusal.MUST_CHOOSE: (1.0, 15)}  # the guest is busy with the phone
_RETRIES = _FLAKY | _HELD


@dataclass(slots=True)
class _Visit:
    """One thing held to the reader, from its first reading until the field is empty."""

    uid: bytes
    technology: str
    tries: int = 0
    next_try: float | None = None
    absent_since: float | None = None
    absent_sweeps: int = 0
    told: Refusal | None = None
    kept_back: Refusal | None = None  # what the last try came to, while another may still do better


class Presence:
    """Fed with every sweep; times are monotonic seconds."""

    def __init__(self) -> None:
        self._visit: _Visit | None = None

    @property
    def technology(self) -> str:
        """Of what is held there; empty when nothing is."""
        return self._visit.technology if self._visit else ""

    @property
    def settled(self) -> bool:
        """What is held there was dealt with for good."""
        return self._visit is not None and self._visit.next_try is None

    def nothing(self, now: float) -> Refusal | None:
        """The field was empty in this sweep; the refusal to tell of what left before another try could be made."""
        visit = self._visit
        if visit is None:
            return None
        visit.absent_since = now if visit.absent_since is None else visit.absent_since
        visit.absent_sweeps += 1
        if visit.absent_sweeps < GONE_AFTER_SWEEPS or now - visit.absent_since < GONE_AFTER_S:
            return None
        self._visit = None
        return visit.kept_back

    def wants_reading(self, uid: bytes, now: float) -> bool:
        """Whether the card found in this sweep is to be read."""
        visit = self._visit
        if visit is None or _is_another(visit.uid, uid, visit.technology):
            self._visit = None
            return True
        visit.absent_since, visit.absent_sweeps = None, 0
        return visit.next_try is not None and now >= visit.next_try

    def read(self, uid: bytes, technology: str, result: Tap | Refused, now: float) -> Refusal | None:
        """Take note of what came of reading it; the refusal to tell, once: a flaky one only when given up."""
        visit = self._visit = self._visit or _Visit(uid, technology)
        visit.uid = uid
        visit.tries += 1
        visit.kept_back = None
        if isinstance(result, Tap):
            visit.next_try = None
            return None
        pause, most = _RETRIES.get(result.reason, (0.0, 0))
        visit.next_try = now + pause if visit.tries < most else None
        if result.reason is visit.told:
            return None
        if visit.next_try is not None and result.reason in _FLAKY:
            visit.kept_back = result.reason
            return None
        visit.told = result.reason
        return result.reason


def _is_another(before: bytes, now: bytes, technology: str) -> bool:
    """Certainly another card: UIDs differ, and at least one is of a kind that stays the same."""
    return before != now and technology != "B" and not (is_made_up(before) and is_made_up(now))
