"""What one guest costs the store, by the program's own way, against bare SQLite commits in the same folder and run.

Two measures, because "a bare commit" can mean two things (docs/decisions/0008): of one small row, which is hardly more
than the disk's own fsync; and of the very rows that a redemption writes, in the very tables, with no look at the
ledger, rule, hash chain or second copy. Each of them follows a look-up of the guest's pass, as at the door.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from scanner_app.application.clock import SystemClock
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.find import Finder
from scanner_app.application.ids import new_id
from scanner_app.application.judging import Desk, Presentation
from scanner_app.application.present import record
from scanner_app.bench import made_up
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Matches
from scanner_app.domain.place import Accepted, Place
from scanner_app.domain.scan import Moment
from scanner_app.storage.ledger_file import CHECKPOINT_COMMITS, reserve_wal
from scanner_app.storage.ledger_rows import INSERT, Image, Tail
from scanner_app.storage.ledger_write import LedgerWriter
from scanner_app.storage.schema import LEDGER
from scanner_app.storage.store import Store

PLACE = Place("Main", (Accepted(made_up.ACCOUNT, records=True),))
SETTINGS = Settings(
    device="bench", places=(PLACE,), accounts=(AccountConfig(made_up.ACCOUNT, "passcreator", "http://localhost"),)
)


def a_desk(store: Store) -> Desk:
    """Return a door's desk that has a store and no network."""
    finder = Finder(store, lambda: SETTINGS, dict)
    return Desk(store, SystemClock(), lambda: SETTINGS, finder, lambda: {made_up.ACCOUNT: "bench"})


def look_up(desk: Desk, guest: int) -> tuple[Presentation, Matches]:
    """Return a guest's pass as the door finds it."""
    credential = Credential(made_up.barcode(guest), Symbology.QR)
    at = made_up.NOW + timedelta(milliseconds=guest)  # no two guests come at once: no text of a time serves twice
    shown = Presentation(new_id(), Moment(at, 1.0), credential, PLACE)
    return shown, desk.finder.find(credential, PLACE, made_up.NOW)


def decide_and_commit(desk: Desk, shown: Presentation, matches: Matches) -> bool:
    """Decide, record scan, use and outbox rows, commit; return whether the guest was admitted."""
    return desk.clerk.ledger(lambda tx: record(tx, desk, shown, matches)).verdict.admits


def redeem(desk: Desk, guest: int) -> bool:
    """Look up, decide, commit: all that one guest costs."""
    return decide_and_commit(desk, *look_up(desk, guest))


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the ledger's tables and indexes."""
    for step in LEDGER:
        for statement in step:
            connection.execute(statement)


class Bare:
    """Bare SQLite with the ledger's settings and tables, in a file of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self._commits = 0
        self.connection = sqlite3.connect(folder / name, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("PRAGMA wal_autocheckpoint=0")
        self.connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)")
        make_tables(self.connection)
        reserve_wal(folder / name)  # its WAL need not grow either

    def one_row(self) -> None:
        """Commit one small row."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("INSERT INTO bare (text) VALUES (?)", ("a small row",))
        self.connection.execute("COMMIT")

    def same_rows(self, rows: Sequence[Image]) -> None:
        """Commit the rows of a redemption."""
        self.connection.execute("BEGIN IMMEDIATE")
        for table, row in rows:
            self.connection.execute(INSERT[table], row)
        self.connection.execute("COMMIT")

    def tidy(self) -> None:
        """Checkpoint as often as the ledger does, outside what is timed."""
        self._commits += 1
        if self._commits % CHECKPOINT_COMMITS == 0:
            self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def rows_of(desk: Desk, numbers: Sequence[int]) -> list[Sequence[Image]]:
    """Return the rows that the door writes for each guest: those it writes into a ledger in memory."""
    prepared: list[Sequence[Image]] = []
    tail: Tail | None = None
    with closing(sqlite3.connect(":memory:")) as memory:
        make_tables(memory)
        for number in numbers:
            writer = LedgerWriter(memory, tail)
            record(writer, desk, *look_up(desk, number))
            tail = writer.tail
            prepared.append(writer.images)
    return prepared


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of each round."""

    one_row: list[float]
    same_rows: list[float]
    found: list[float]
    ours: list[float]


def look_up_timed(desk: Desk, guest: int, took: Took) -> tuple[Presentation, Matches]:
    """Return a guest's pass as the door finds it, right before it judges: code and caches are as warm as at a door."""
    began = time.perf_counter()
    found = look_up(desk, guest)
    took.found.append((time.perf_counter() - began) * 1000)
    return found


def rounds(store: Store, folder: Path, count: int, number: int, rng: random.Random) -> Took:
    """Measure redemptions and bare commits turn and turn about, so that all meet the same disk."""
    took, desk = Took([], [], [], []), a_desk(store)
    line = rng.sample(range(count), min(count, number))
    small, rows = Bare(folder, "small.db"), Bare(folder, "rows.db")
    with closing(small.connection), closing(rows.connection):
        for guest, images in zip(line, rows_of(desk, line), strict=True):
            turns: list[tuple[list[float], Callable[[Presentation, Matches], object]]] = [
                (took.one_row, lambda *_: small.one_row()),
                (took.same_rows, lambda *_, images=images: rows.same_rows(images)),
                (took.ours, partial(decide_and_commit, desk)),
            ]
            rng.shuffle(turns)  # whoever follows a commit of another file finds the disk busier
            for times, action in turns:
                found = look_up_timed(desk, guest, took)
                times.append(timed(partial(action, *found)))
            small.tidy()
            rows.tidy()
    return took


def measure(store: Store, folder: Path, count: int, number: int, rng: random.Random) -> dict[str, float]:
    """Return medians and ratios."""
    took = rounds(store, folder, count, number, rng)
    ours, one, same = (statistics.median(v) for v in (took.ours, took.one_row, took.same_rows))
    return {
        "bare_one_row_p50_ms": round(one, 3),
        "bare_same_rows_p50_ms": round(same, 3),
        "look_up_p50_ms": quantile(took.found, 0.5),
        "decide_commit_p50_ms": round(ours, 3),
        "decide_commit_p99_ms": quantile(took.ours, 0.99),
        "ratio_to_one_row": round(ours / one, 2),
        "ratio_to_same_rows": round(ours / same, 2),
        "more_than_same_rows_ms": round(ours - same, 3),
    }


def sizes_apart(stores: Mapping[int, Store], number: int) -> dict[int, float]:
    """Return the median milliseconds of decide + commit per number of cached passes.

    Turn and turn about: a disk that grows slower between two measures made a larger cache look up to 1.6 times as dear.
    """
    desks = {count: a_desk(store) for count, store in stores.items()}
    took: dict[int, list[float]] = {count: [] for count in stores}
    rng = random.Random(number)  # noqa: S311 - repeatable guests
    lines = {count: rng.sample(range(count), min(*stores, number)) for count in stores}
    for turn in range(min(*stores, number)):
        for count in rng.sample(list(stores), len(stores)):
            found = look_up(desks[count], lines[count][turn])
            took[count].append(timed(partial(decide_and_commit, desks[count], *found)))
    return {count: statistics.median(times) for count, times in took.items()}


def timed(action: Callable[[], object]) -> float:
    """Return the milliseconds an action took."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile, three digits."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 3)
