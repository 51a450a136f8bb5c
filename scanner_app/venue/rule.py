"""What a door may do alone, and the hybrid clock that orders what several doors did alone."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from scanner_app.application.config import VenueConfig
from scanner_app.application.hub import Claim
from scanner_app.application.venue_rule import Alone, VenueRule
from scanner_app.venue import keys

SPACE = 65536
"""The hash space that `reserved` shares out among doors."""


@dataclass(frozen=True, slots=True)
class OnItsOwn:
    """How long this door has been on its own, in seconds, and how many it admitted that no hub knows of."""

    seconds: float
    provisional: int


def judge(config: VenueConfig, hash_key: bytes, claim: Claim, door: OnItsOwn) -> Alone:
    """Return what the rule in force says of a pass at a door on its own."""
    rule = rule_of(config)
    if rule is VenueRule.OPEN:
        return Alone.LIMIT if is_spent(config, door) else Alone.ADMITS
    if rule is VenueRule.RESERVED:
        first, end = config.share
        return Alone.ADMITS if first <= share(hash_key, claim) < end else Alone.SHARE
    return Alone.REFUSES


def is_spent(config: VenueConfig, door: OnItsOwn) -> bool:
    """Return whether a door under the rule `open` has let in alone as many, or for as long, as may be."""
    within = door.provisional < config.cap_count and door.seconds <= config.cap_minutes * 60
    return rule_of(config) is VenueRule.OPEN and not within


def rule_of(config: VenueConfig) -> VenueRule:
    """Return the rule that was set; `closed` for anything that is none."""
    try:
        return VenueRule(config.rule)
    except ValueError:
        return VenueRule.CLOSED


def part(number: int, doors: int) -> tuple[int, int]:
    """Return a door's share, from..to, as one of so many doors that share out everything; ValueError for nonsense."""
    if not 1 <= number <= doors <= SPACE:
        raise ValueError(f"{number} of {doors}")
    return SPACE * (number - 1) // doors, SPACE * number // doors


def share(hash_key: bytes, claim: Claim) -> int:
    """Return where in the hash space a claim's pass falls: 0 to 65535, the same at every door."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    value = 0
    for letter in keys.pass_hash(hash_key, claim.key)[:4]:
        value = value * 32 + letters.index(letter)
    return value >> 4


class HybridClock:
    """Times that never run backwards here and follow what was heard (a hybrid logical clock). Thread-safe."""

    def __init__(self, kiosk: str) -> None:
        self._kiosk, self._lock = kiosk, threading.Lock()
        self._ms = self._count = 0

    def stamp(self) -> str:
        """Return the next time as text that sorts."""
        with self._lock:
            self._advance(time.time_ns() // 1_000_000, 0)
            return f"{self._ms:015d}-{self._count:05d}-{self._kiosk}"

    def heard(self, stamp: str) -> None:
        """Go on after another's time; one that is more than a day ahead is not believed."""
        ms, _, rest = stamp.partition("-")
        count = rest.partition("-")[0]
        if not (ms.isdecimal() and count.isdecimal() and len(ms) == 15 and len(count) == 5):
            return
        with self._lock:
            if int(ms) < time.time_ns() // 1_000_000 + 86_400_000:
                self._advance(int(ms), int(count))

    def _advance(self, ms: int, count: int) -> None:
        if ms > self._ms:
            self._ms, self._count = ms, count
        else:
            self._count = max(self._count, count if ms == self._ms else 0) + 1
