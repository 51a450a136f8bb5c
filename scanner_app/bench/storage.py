"""What the store costs: redemption against a bare commit, look-up and search, load; here and at other sizes.

`python -m scanner_app.bench.storage --passes 100000 --passes 1000000` prints one JSON line per size.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from scanner_app.application.ports import LedgerTx
from scanner_app.bench import made_up
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.effective import effective
from scanner_app.domain.passes import IdentifierKind, Matches, Pass
from scanner_app.domain.place import Accepted, Place
from scanner_app.domain.rules import decide
from scanner_app.domain.scan import LocalUse, Moment, Operation, OperationKind, Scan
from scanner_app.storage.cache_read import Caches
from scanner_app.storage.ledger_file import reserve_wal
from scanner_app.storage.store import Store

BARCODES = frozenset({IdentifierKind.BARCODE})
PAGE_SECONDS = 0.025
"""Between two pages of the sync: faster than any platform answers (its contract: 100 passes a page)."""
PLACE = Place("Main", (Accepted(made_up.ACCOUNT),))


def redeem(store: Store, caches: Caches, number: int, scan_id: str) -> bool:
    """Look a pass up, decide, record, commit: what one guest costs the store."""
    credential = Credential(made_up.barcode(number), Symbology.QR)
    found = _find(caches, number)
    moment = Moment(made_up.NOW, 1.0)

    def work(tx: LedgerTx) -> bool:
        states = [effective(one, tx.local_facts(one.key)) for one in found]
        matches = Matches(tuple(one for one, _ in states))
        verdict = decide(matches, states[0][1] if states else (), PLACE, credential, moment.wall)
        scan = Scan(scan_id, moment, "bench", PLACE.name, credential, verdict)
        if verdict.subject is None or not verdict.records_use:
            tx.record(scan, None, ())
            return False
        use = LocalUse(scan_id, PLACE.name, moment.wall, verdict.direction, device="bench")
        kinds = (OperationKind.RECORD, OperationKind.VOID)
        uid = verdict.subject.uid
        tx.record(scan, use, [Operation(k, scan_id, made_up.ACCOUNT, uid, moment.wall, credential.text) for k in kinds])
        return True

    return store.ledger(work)


def _find(caches: Caches, number: int) -> list[Pass]:
    candidates = Credential(made_up.barcode(number), Symbology.QR).candidates
    return caches.find(candidates, [made_up.ACCOUNT], lambda _account: BARCODES)


class Bare:
    """A bare SQLite commit of one small row: the same settings, the same folder."""

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)")
        reserve_wal(folder / "bare.db")  # its WAL need not grow either

    def commit(self) -> None:
        """Commit one row."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("INSERT INTO bare (text) VALUES (?)", ("a small row",))
        self.connection.execute("COMMIT")


def timed(action: Callable[[], object]) -> float:
    """Return the milliseconds an action took."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile, three digits."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 3)


def redemptions(store: Store, folder: Path, count: int, rounds: int, rng: random.Random) -> dict[str, float]:
    """Measure redemptions and bare commits in turn, so that both meet the same disk."""
    guests = iter(rng.sample(range(count), min(count, 2 * rounds)))
    ours, bare, found = [], [], []
    other = Bare(folder)
    with store.cache_reader() as caches, closing(other.connection):
        for n in range(rounds):
            guest = next(guests)
            bare.append(timed(other.commit))
            found.append(timed(lambda guest=guest: _find(caches, guest)))  # type: ignore[misc]
            ours.append(timed(lambda guest=guest, n=n: redeem(store, caches, guest, f"{count}-{n}-{guest}")))  # type: ignore[misc]
    return {
        "bare_p50_ms": quantile(bare, 0.5),
        "redeem_p50_ms": quantile(ours, 0.5),
        "redeem_p99_ms": quantile(ours, 0.99),
        "ratio_to_bare": round(statistics.median(ours) / statistics.median(bare), 2),
        "ratio_without_look_up": round(
            (statistics.median(ours) - statistics.median(found)) / statistics.median(bare), 2
        ),
        "more_than_bare_ms": round(statistics.median(ours) - statistics.median(bare), 3),
    }


def during_sync(store: Store, count: int, rounds: int, rng: random.Random) -> dict[str, float]:
    """Measure redemptions at a door's pace, first alone, then beside a full sync of 40 pages of 100 passes a second."""
    pause = threading.Event()

    def line(name: str) -> list[float]:
        took = []
        with store.cache_reader() as caches:
            for n, guest in enumerate(rng.sample(range(count), min(count, rounds))):
                took.append(timed(lambda n=n, guest=guest: redeem(store, caches, guest, f"{name}-{count}-{n}-{guest}")))  # type: ignore[misc]
                pause.wait(0.005)
        return took

    alone = line("alone")
    stop = threading.Event()
    pages = list(made_up.pages(min(count, 10_000)))

    def sync() -> None:
        while not stop.is_set():
            for page in pages:
                for start in range(0, len(page), 100):
                    part = page[start : start + 100]
                    store.cache(made_up.ACCOUNT, lambda tx, part=part: tx.upsert(part, stream="all"))  # type: ignore[misc]
                    if stop.wait(PAGE_SECONDS):
                        return

    thread = threading.Thread(target=sync, name="bench sync")
    thread.start()
    try:
        beside = line("beside")
    finally:
        stop.set()
        thread.join()
    return {
        "redeem_alone_p99_ms": quantile(alone, 0.99),
        "redeem_during_sync_p50_ms": quantile(beside, 0.5),
        "redeem_during_sync_p99_ms": quantile(beside, 0.99),
        "sync_ratio_p99": round(quantile(beside, 0.99) / quantile(alone, 0.99), 2),
    }


def look_ups(store: Store, count: int, rounds: int, rng: random.Random) -> dict[str, float]:
    """Measure exact look-ups, found and not found."""
    found, missed = [], []
    with store.cache_reader() as caches:

        def find(text: str) -> float:
            return timed(lambda: caches.find([text], [made_up.ACCOUNT], lambda _account: BARCODES))

        for _ in range(rounds):
            found.append(find(made_up.barcode(rng.randrange(count))))
            missed.append(find(f"none-{rng.random()}"))
    return {
        "lookup_p50_ms": quantile(found, 0.5),
        "lookup_p99_ms": quantile(found, 0.99),
        "lookup_miss_p99_ms": quantile(missed, 0.99),
    }


def measure(folder: Path, count: int, rounds: int) -> dict[str, float]:
    """Fill a store with so many passes and measure it."""
    rng = random.Random(count)  # noqa: S311 - repeatable guests
    with Store(folder, {made_up.ACCOUNT: "bench"}) as store:
        load_ms = timed(lambda: made_up.load(store, count))
    bytes_per_pass = made_up.size(folder / "cache") / count
    with Store(folder, {made_up.ACCOUNT: "bench"}) as store:
        return {
            "passes": count,
            "load_rows_per_s": round(count / load_ms * 1000),
            "bytes_per_pass": round(bytes_per_pass),
            **look_ups(store, count, rounds, rng),
            **redemptions(store, folder, count, rounds, rng),
            **during_sync(store, count, rounds, rng),
        }


def main(argv: Sequence[str]) -> int:
    """Print one JSON line per size."""
    parser = argparse.ArgumentParser(prog="python -m scanner_app.bench.storage", description=__doc__)
    parser.add_argument("--passes", type=int, action="append", help="how many passes; may be given several times")
    parser.add_argument("--rounds", type=int, default=1000)
    args = parser.parse_args(argv)
    for count in args.passes or [100_000]:
        with tempfile.TemporaryDirectory(prefix="scanner-bench-") as folder:
            sys.stdout.write(json.dumps(measure(Path(folder), count, args.rounds)) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
