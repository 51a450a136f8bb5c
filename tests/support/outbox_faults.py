"""Runs of the outbox against a platform that fails on order; what must hold whatever went wrong."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from support.simulated_platform import Fault, Killed, answer_lost, fails, killed_after, killed_before
from support.sync_kit import Kiosk

from scanner_app.domain.errors import PlatformKind
from scanner_app.domain.scan import OperationState

FAULTS: dict[str, tuple[int, Fault]] = {
    "no route": (4, fails(PlatformKind.UNREACHABLE, "no route", sent=False)),
    "timed out before": (4, fails(PlatformKind.UNREACHABLE, "timed out before")),
    "timed out after": (4, answer_lost),
    "portal": (3, fails(PlatformKind.PORTAL, "html")),
    "503": (3, fails(PlatformKind.BUSY, status=503)),
    "500": (2, fails(PlatformKind.BUSY, status=500)),
    "429": (2, fails(PlatformKind.BUSY, status=429, retry_after=7.0)),
    "401": (1, fails(PlatformKind.UNAUTHORISED, status=401)),
    "nonsense": (2, fails(PlatformKind.NONSENSE, "truncated")),
    "killed before": (2, killed_before),
    "killed after": (2, killed_after),
}
NAMES = {fault: name for name, (_, fault) in FAULTS.items()}


class Weather:
    """Faults that come and go: spells of one fault, and single ones in between."""

    def __init__(self, chance: random.Random, rate: float = 0.25) -> None:
        self._chance, self._rate = chance, rate
        self._spell: tuple[Fault, int] | None = None
        self.calm = False
        self.met: Counter[str] = Counter()

    def __call__(self, what: str) -> Fault | None:
        if self.calm:
            return None
        if self._spell:
            fault, left = self._spell
            self._spell = (fault, left - 1) if left > 1 else None
            return self._for(what, fault)
        if self._chance.random() >= self._rate:
            return None
        weights, faults = zip(*FAULTS.values(), strict=True)
        fault = self._chance.choices(faults, weights)[0]
        if self._chance.random() < 0.2 and fault not in (killed_before, killed_after):
            self._spell = (fault, self._chance.randint(2, 12))
        return self._for(what, fault)

    def _for(self, what: str, fault: Fault) -> Fault | None:
        if what != "deliver" and fault in (killed_before, killed_after, answer_lost):
            return None
        self.met[NAMES[fault]] += 1
        return fault


@dataclass(frozen=True)
class Crowd:
    """Who comes: all of them are admitted here; some were deleted, used elsewhere before, or are taken back."""

    size: int
    deleted: frozenset[str]
    taken: frozenset[str]
    undone: frozenset[str]

    @classmethod
    def of(cls, size: int, chance: random.Random) -> Crowd:
        """Return a crowd in which one in twenty is deleted or taken, and one in twenty is taken back."""
        some = [f"p{n:04d}" for n in chance.sample(range(size), size // 10)]
        half = len(some) // 2
        return cls(size, frozenset(some[:half:2]), frozenset(some[1:half:2]), frozenset(some[half:]))

    @property
    def uids(self) -> list[str]:
        """Everybody, in the order in which they come."""
        return [f"p{n:04d}" for n in range(self.size)]

    @property
    def lost(self) -> frozenset[str]:
        """Whose admission is a conflict."""
        return self.deleted | self.taken


def run(kiosk: Kiosk, size: int, chance: random.Random) -> Counter[str]:
    """Admit guests in any weather, killing the program now and then; deliver; check every promise of issue 3.

    Return how often each fault was met.
    """
    crowd, weather = Crowd.of(size, chance), Weather(chance)
    prepare(kiosk, crowd)
    kiosk.platform.next_fault = weather
    regrets: list[str] = []
    for uid in crowd.uids:
        scan_id = kiosk.admit(uid)
        if uid in crowd.undone:
            regrets.append(scan_id)
        if chance.random() < 0.3:
            survives(kiosk, chance.uniform(1.0, 30.0))
        if regrets and chance.random() < 0.3:
            kiosk.undo(regrets.pop())
        kiosk.later(seconds=chance.uniform(0.0, 5.0))
    for scan_id in regrets:
        kiosk.undo(scan_id)
    weather.calm = True
    for _ in range(20):
        if survives(kiosk, 900.0) and not kiosk.counts().get(OperationState.PENDING):
            break
        kiosk.later(minutes=5)
    check(kiosk, crowd)
    return weather.met


def prepare(kiosk: Kiosk, crowd: Crowd) -> None:
    """Issue everybody's pass, and have others be there first."""
    for uid in crowd.uids:
        kiosk.platform.create(uid)
    for uid in crowd.deleted:
        kiosk.platform.delete(uid)
    for uid in crowd.taken:
        kiosk.platform.void(uid, "door 9")


def survives(kiosk: Kiosk, seconds: float) -> bool:
    """Drain for a while; a kill in the middle starts the program anew. Return whether it lived."""
    try:
        kiosk.drain(seconds)
    except Killed:
        kiosk.restart()
        return False
    return True


def check(kiosk: Kiosk, crowd: Crowd) -> None:
    """Every scan recorded once, every pass in the state that its facts demand, every conflict told."""
    platform, counts = kiosk.platform, kiosk.counts()
    recorded = Counter(s.uid for s in platform.scans)
    assert set(recorded) == set(crowd.uids) - crowd.undone, counts
    assert set(recorded.values()) == {1}, "a scan was recorded twice"
    assert counts.get(OperationState.PENDING, 0) == 0, counts
    assert counts.get(OperationState.REFUSED, 0) == 0, counts
    for uid, row in platform.rows.items():
        assert row.voided_by == ("door 9" if uid in crowd.taken else "" if uid in crowd.undone else "here"), uid
    assert {str(c["pass"]["uid"]) for c in kiosk.conflicts()} == crowd.lost
    assert counts.get(OperationState.CONTESTED, 0) == len(crowd.lost)
