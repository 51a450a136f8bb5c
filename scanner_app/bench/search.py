"""`scanner-app bench search --passes N --json`: how long looking up and searching takes among so many passes."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from scanner_app.bench import made_up
from scanner_app.bench.redemption import quantile, timed
from scanner_app.bench.storage import look_ups
from scanner_app.domain.passes import Pass
from scanner_app.storage.cache_read import Caches
from scanner_app.storage.store import Store

TYPED: dict[str, Callable[[Pass], str]] = {
    "full_name": lambda p: p.holder,
    "name_begun": lambda p: p.holder[:4],
    "one_letter": lambda p: p.holder[:1],
    "two_words_begun": lambda p: " ".join(word[:3] for word in p.holder.split()),
    "initials": lambda p: " ".join(word[:1] for word in p.holder.split()),
    "address": lambda p: p.fields["email"],
    "id": lambda p: p.uid,
    "barcode_begun": lambda p: p.barcode[:6],
    "nobody": lambda p: f"{p.holder} nobodyatall",
}
"""What people type when they look for a guest."""


def measure(caches: Caches, count: int, rounds: int) -> dict[str, object]:
    """Search in every way people do; return quantiles in milliseconds, overall and of each way."""
    rng = random.Random(count)  # noqa: S311 - repeatable guests
    took: dict[str, list[float]] = {}
    for way, typed in TYPED.items():
        texts = [typed(made_up.a_pass(rng.randrange(count))) for _ in range(rounds)]
        took[way] = [timed(lambda text=text: caches.search(text, [made_up.ACCOUNT])) for text in texts]  # type: ignore[misc]
    every = [ms for times in took.values() for ms in times]
    return {
        "search_p50_ms": quantile(every, 0.5),
        "search_p95_ms": quantile(every, 0.95),
        "search_p99_ms": quantile(every, 0.99),
        "compared": {way: {"p50_ms": quantile(t, 0.5), "p95_ms": quantile(t, 0.95)} for way, t in took.items()},
    }


def run(argv: Sequence[str]) -> int:
    """Fill a cache with made-up passes, search it, print the figures."""
    parser = argparse.ArgumentParser(prog="scanner-app bench search", description=__doc__)
    parser.add_argument("--passes", type=int, default=100_000, help="how many passes to search among")
    parser.add_argument("--rounds", type=int, default=200, help="searches of each kind")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="scanner-bench-") as folder:
        with Store(Path(folder), {made_up.ACCOUNT: "bench"}) as store:
            made_up.load(store, args.passes)
        with Store(Path(folder), {made_up.ACCOUNT: "bench"}) as store, store.cache_reader() as caches:
            found = measure(caches, args.passes, args.rounds)
            found |= look_ups(store, args.passes, args.rounds, random.Random(args.passes))  # noqa: S311 - repeatable
    found = {"passes": args.passes, **found}
    text = json.dumps(found) if args.json else "\n".join(f"{key}: {value}" for key, value in found.items())
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
