"""Anything may happen in any order: passes come, change and go, walks break off, deliveries fail, the program dies."""

import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from support.outbox_faults import FAULTS
from support.simulated_platform import Killed, SimulatedPlatform, fails, script
from support.sync_kit import Kiosk
from support.virtual_time import World

from scanner_app.domain.errors import PlatformKind
from scanner_app.domain.scan import OperationState
from scanner_app.storage.store import Store

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"])
STARTS = st.sampled_from(
    [
        datetime(2026, 6, 1, 12, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # half an hour before Berlin's autumn change
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
        datetime(2027, 4, 3, 14, 45, tzinfo=UTC),  # Lord Howe goes back by half an hour
        datetime(2026, 11, 1, 4, 15, tzinfo=UTC),  # St John's goes back
    ]
)


class Machine(RuleBasedStateMachine):
    """A kiosk with a store of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self._folder.name) / "kiosk", {"sim": "key-1"})
        self.store.open()

    def begin(self, start, seed, **about):
        self.world = World(start)
        self.platform = SimulatedPlatform(self.world, page_size=7, **about)
        self.kiosk = Kiosk(self.world, self.platform, self.store, random.Random(seed))

    def teardown(self) -> None:
        try:
            if hasattr(self, "kiosk"):
                self.end()
        finally:
            self.store.close()
            self._folder.cleanup()

    def end(self) -> None:
        raise NotImplementedError


class Walks(Machine):
    """Downloads. Whatever was held and still exists stays held all along; one quiet round puts the rest right."""

    @initialize(
        start=STARTS,
        zone=ZONES,
        later=st.booleans(),
        own_total=st.booleans(),
        knows=st.sampled_from([None, True]),
        count=st.integers(0, 40),
        error=st.sampled_from([0.0, 400.0, -400.0]),
        seed=st.integers(0, 99),
    )
    def open(self, *, start, zone, later, own_total, knows, count, error, seed):
        self.begin(start, seed, zone=zone, later=later, delta_total=own_total, zone_fits=knows, latency=1.0)
        self.kiosk.clock = self.world.clock(error)
        self.kiosk.restart()
        self.numbers = iter(range(10_000))
        self.held: set[str] = set()
        for _ in range(count):
            self.create()

    @rule()
    def create(self):
        self.platform.create(f"p{next(self.numbers):04d}")

    @rule(which=st.integers(0, 9999))
    def modify(self, which):
        if self.platform.rows:
            self.platform.modify(sorted(self.platform.rows)[which % len(self.platform.rows)])

    @rule(which=st.integers(0, 9999))
    def delete(self, which):
        if self.platform.rows:
            self.kiosk.remember()
            self.platform.delete(sorted(self.platform.rows)[which % len(self.platform.rows)])

    @rule(seconds=st.sampled_from([1, 20, 61, 900, 3600, 8 * 3600]))
    def wait(self, seconds):
        self.world.advance(seconds)

    @rule(full=st.booleans())
    def round(self, full):
        self.kiosk.round(full=full)
        self.held = set(self.kiosk.held())

    @rule(full=st.booleans(), pages=st.integers(0, 6), kind=st.sampled_from(list(PlatformKind)))
    def broken_round(self, full, pages, kind):
        self.platform.next_fault = script([None] * pages + [fails(kind)], "page")
        self.kiosk.round(full=full)
        self.platform.next_fault = lambda _: None
        self.kiosk.restart()

    @rule(ticks=st.lists(st.integers(0, 9999), min_size=1, max_size=12))
    def busy_round(self, ticks):
        for number, which in enumerate(ticks):
            change = (self.modify, self.delete, lambda _w: self.create())[which % 3]
            self.world.at(0.3 + 0.7 * number, lambda change=change, which=which: change(which))
        self.kiosk.round()
        self.world.quiet()

    @rule(keep=st.floats(0.0, 0.79), times=st.integers(1, 3))
    def slip_of_the_tongue(self, keep, times):
        """The platform leaves a good part of its list out, more than once perhaps."""
        rows = self.platform.rows
        if set(self.kiosk.held()) != set(rows):
            return
        shown = sorted(rows)[: int(keep * len(rows))]
        self.platform.rows = {uid: rows[uid] for uid in shown}
        for _ in range(times):
            self.kiosk.round(full=True)
            self.world.advance(600)
        self.platform.rows = rows

    @invariant()
    def nothing_that_exists_is_lost(self):
        if hasattr(self, "kiosk"):
            lost = (self.held & set(self.platform.rows)) - set(self.kiosk.held())
            assert not lost

    def end(self) -> None:
        self.world.advance(1800)
        report = self.kiosk.round()
        if report.withheld or not report.even:  # many at once: a person is asked
            self.kiosk.downloader.round(full=True, confirmed=True)
        assert self.kiosk.differences() == {"stale": set(), "missed": set(), "ghost": set()}
        assert not [n for n in self.kiosk.notices if n.code == "zone_wrong"]


class Outbox(Machine):
    """Uploads. In the end every pass is in the state that its facts demand."""

    scans = Bundle("scans")

    @initialize(seed=st.integers(0, 99))
    def open(self, seed):
        self.begin(datetime(2026, 6, 1, 12, 0, tzinfo=UTC), seed, latency=0.1)
        self.admitted, self.foreign, self.undone = {}, set(), set()
        for number in range(30):
            self.platform.create(f"p{number:02d}")

    @rule(target=scans, number=st.integers(0, 29))
    def admit(self, number):
        uid = f"p{number:02d}"
        if uid in self.admitted:
            return multiple()
        self.admitted[uid] = self.kiosk.admit(uid)
        return uid

    @rule(uid=scans)
    def undo(self, uid):
        if uid not in self.undone | self.foreign:
            self.undone.add(uid)
            self.kiosk.undo(self.admitted[uid])

    @rule(number=st.integers(0, 29), deletes=st.booleans())
    def somebody_else(self, number, deletes):
        uid = f"p{number:02d}"
        if uid not in self.admitted and uid not in self.foreign:
            self.foreign.add(uid)
            if deletes:
                self.platform.delete(uid)
            else:
                self.platform.void(uid, "door 9")

    @rule(faults=st.lists(st.sampled_from([None, *sorted(FAULTS)]), max_size=15), seconds=st.sampled_from([1, 30, 400]))
    def drain(self, faults, seconds):
        self.platform.next_fault = script([FAULTS[f][1] if f else None for f in faults], "deliver")
        try:
            self.kiosk.drain(seconds)
        except Killed:
            self.kiosk.restart()
        self.platform.next_fault = lambda _: None

    @rule(seconds=st.sampled_from([1, 60, 400]))
    def wait(self, seconds):
        self.world.advance(seconds)

    def end(self) -> None:
        self.world.advance(400)
        assert self.kiosk.drain(3600).left == 0
        counts = self.kiosk.counts()
        assert counts.get(OperationState.PENDING, 0) == counts.get(OperationState.REFUSED, 0) == 0, counts
        recorded = sorted(s.uid for s in self.platform.scans)
        assert recorded == sorted(set(self.admitted) - self.undone)
        for uid, row in self.platform.rows.items():
            mine = "here" if uid in self.admitted and uid not in self.undone else ""
            assert row.voided_by == ("door 9" if uid in self.foreign else mine), uid
        conflicts = {str(c["pass"]["uid"]) for c in self.kiosk.conflicts()}
        assert conflicts == self.foreign & set(self.admitted)


LONG = settings.default.max_examples > 100  # HYPOTHESIS_PROFILE=explore
HURRIED = settings(
    max_examples=400 if LONG else 20, stateful_step_count=40 if LONG else 20, suppress_health_check=list(HealthCheck)
)
TestWalks = Walks.TestCase
TestWalks.settings = HURRIED
TestOutbox = Outbox.TestCase
TestOutbox.settings = HURRIED
