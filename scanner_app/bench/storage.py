"""What the store costs: redemption against a bare commit, look-up and search, load; here and at other sizes.

`python -m scanner_app.bench.storage --passes 100000 --passes 1000000` prints one JSON line per size.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from scanner_app.bench import made_up, redemption
from scanner_app.bench.redemption import a_desk, quantile, redeem, timed
from scanner_app.domain.passes import IdentifierKind
from scanner_app.storage.store import Store

BARCODES = frozenset({IdentifierKind.BARCODE})
PAGE_SECONDS = 0.025
"""Between two pages of the sync: faster than any platform answers (its contract: 100 passes a page)."""


def during_sync(store: Store, count: int, rounds: int, rng: random.Random) -> dict[str, float]:
    """Measure redemptions at a door's pace, first alone, then beside a full sync of 40 pages of 100 passes a second."""
    pause, desk = threading.Event(), a_desk(store)

    def line() -> list[float]:
        took = []
        for guest in rng.sample(range(count), min(count, rounds)):
            took.append(timed(lambda guest=guest: redeem(desk, guest)))  # type: ignore[misc]
            pause.wait(0.005)
        return took

    alone = line()
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
        beside = line()
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
    found, missed, kin = [], [], []
    with store.cache_reader() as caches:

        def find(text: str) -> float:
            return timed(lambda: caches.find([text], [made_up.ACCOUNT], lambda _account: BARCODES))

        for _ in range(rounds):
            found.append(find(made_up.barcode(rng.randrange(count))))
            missed.append(find(f"none-{rng.random()}"))
            one = made_up.a_pass(rng.randrange(count))
            kin.append(timed(lambda one=one: caches.kin(one)))  # type: ignore[misc]
    return {
        "lookup_p50_ms": quantile(found, 0.5),
        "lookup_p99_ms": quantile(found, 0.99),
        "lookup_miss_p99_ms": quantile(missed, 0.99),
        "kin_p50_ms": quantile(kin, 0.5),
        "kin_p99_ms": quantile(kin, 0.99),
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
            **redemption.measure(store, folder, count, rounds, rng),
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
