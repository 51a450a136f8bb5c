"""Claims of a venue's kiosks against a bare publish of the client library, on real hubs of this machine, in one run.

    python -m benchmarks.venue [--records 200000]

Prints one JSON line per figure: claim p50/p99 of one kiosk and of a bare `request`, claims per second of 50 kiosks and
of 50 bare clients, push to 50 kiosks, and how long a new kiosk takes for so many redemptions.
"""

import argparse
import asyncio
import json
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, DeliverPolicy
from support.venue_door import Kiosk, a_claim  # type: ignore[import-not-found]  # tests are not checked
from support.venue_kit import HASH_KEY, Venue, until, venue  # type: ignore[import-not-found]  # the same

from scanner_app.application.hub import Claim, ClaimEnd, VenueRecord
from scanner_app.application.ids import new_id
from scanner_app.venue.claims import Protocol
from scanner_app.venue.link import HubLink
from scanner_app.venue.records import encode, slot_subject, subject
from scanner_app.venue.rule import HybridClock

Door = tuple[HubLink, Protocol]
KIOSKS = [f"kiosk-{n:02d}" for n in range(50)]


def percentiles(values: list[float]) -> dict[str, float]:
    """Return p50 and p99 in milliseconds."""
    cuts = statistics.quantiles(values, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 3), "p99_ms": round(cuts[98] * 1000, 3)}


def tell(name: str, **figures: object) -> None:
    """Print one figure."""
    print(json.dumps({"figure": name, **figures}), flush=True)


def linked(made: Venue, name: str) -> Door:
    """Return a connected link and its protocol."""
    link = HubLink(made.enrolment(name))
    link.start()
    until(lambda: link.is_up)
    return link, Protocol(link, made.enrolment(name), HybridClock(name).stamp, made.trust())


def bare_client(link: HubLink) -> Client:
    """Return the library's own client under a link."""
    client = link._client  # noqa: SLF001 - what our claims are compared with
    assert client is not None
    return client


def one_kiosk(made: Venue, count: int) -> None:
    """Turn and turn about: a claim through the port's protocol, a bare publish of the same size."""
    link, protocol = linked(made, KIOSKS[0])
    ours, inner, bare = [], [], []

    async def claiming(claim: Claim) -> float:
        began = time.perf_counter()
        assert (await protocol.claim(claim, 5.0)).end is ClaimEnd.GRANTED
        return time.perf_counter() - began

    async def publish(where: str, data: bytes) -> float:
        began = time.perf_counter()
        await (await link.client()).request(where, data, timeout=5)
        return time.perf_counter() - began

    for _ in range(count):
        claim = a_claim(new_id())
        began = time.perf_counter()
        inner.append(link.call(claiming(claim), 6.0))
        ours.append(time.perf_counter() - began)
        claim = a_claim(new_id())
        data = encode(protocol.record(claim, 1, "hub"), protocol.seed)
        where = slot_subject(HASH_KEY, claim.key, claim.place, "", 1)
        bare.append(link.call(publish(where, data), 6.0))
    link.stop()
    mine, plain = percentiles(ours), percentiles(bare)
    tell("claim, one kiosk", ours=mine, bare=plain, ratio_p50=round(mine["p50_ms"] / plain["p50_ms"], 2),
         ratio_p99=round(mine["p99_ms"] / plain["p99_ms"], 2))  # fmt: skip
    within = percentiles(inner)
    tell("the same without the way from the door's thread to the loop and back", ours=within,
         ratio_p50=round(within["p50_ms"] / plain["p50_ms"], 2),
         ratio_p99=round(within["p99_ms"] / plain["p99_ms"], 2))  # fmt: skip


def many_kiosks(made: Venue, each: int) -> None:
    """Fifty kiosks at once in one process, then fifty bare clients in one loop."""
    doors = [linked(made, name) for name in KIOSKS]

    def work(door: Door) -> None:
        link, protocol = door
        for _ in range(each):
            assert link.call(protocol.claim(a_claim(new_id()), 30.0), 31.0).end is ClaimEnd.GRANTED

    began = time.perf_counter()
    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(work, doors))
    ours = len(doors) * each / (time.perf_counter() - began)

    async def plainly(link: HubLink, where: str, data: bytes) -> None:
        await (await link.client()).request(where, data, timeout=30)

    def bare(door: Door) -> None:
        link, protocol = door
        for _ in range(each):
            claim = a_claim(new_id())
            data = encode(protocol.record(claim, 1, "hub"), protocol.seed)
            where = slot_subject(HASH_KEY, claim.key, claim.place, "", 1)
            link.call(plainly(link, where, data), 31.0)

    began = time.perf_counter()
    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(bare, doors))
    plain = len(doors) * each / (time.perf_counter() - began)
    for link, _ in doors:
        link.stop()
    tell("claims per second, 50 kiosks", ours=round(ours), bare=round(plain), ratio=round(ours / plain, 2))


def push(made: Venue, folder: Path, watchers: int, count: int) -> None:
    """From the start of a claim until every other kiosk's screen is told of it, and until it is in every ledger.

    All kiosks share this process and its disk. So as many bare clients of the library watch such claims in one loop, in
    the same run; and a few kiosks alone show what one kiosk adds by itself.
    """
    for number in (watchers, 5):
        kiosks = [Kiosk(made, name, folder / f"{number}-{name}", deadline=5.0) for name in KIOSKS[:number]]
        until(lambda made=kiosks: all(k.hub.state().connected and k.hub.state().behind == 0 for k in made), 120)
        sent: dict[str, float] = {}
        told, kept = list[float](), list[float]()
        for kiosk in kiosks[1:]:
            kiosk.hub.listen(_note(sent, told))
            _note_kept(kiosk, sent, kept)
        claims(kiosks[0], sent, count)
        until(lambda n=number, kept=kept: len(kept) >= count * (n - 1), 60)
        tell("push, screens told", kiosks=number - 1, records=count, **percentiles(told))
        tell("push, in every ledger", kiosks=number - 1, records=count, **percentiles(kept))
        for kiosk in kiosks:
            kiosk.close()
    bare_push(made, folder, watchers, count)


def bare_push(made: Venue, folder: Path, watchers: int, count: int) -> None:
    """The same with ordered consumers of the library alone, in one loop of another thread."""
    sent: dict[str, float] = {}
    seen: list[float] = []
    ready, loops, ended = threading.Event(), list[asyncio.AbstractEventLoop](), asyncio.Event()

    async def watch(client: Client) -> None:
        async def heard(message: Msg) -> None:
            if (claim := json.loads(message.data).get("claim_id")) in sent:
                seen.append(time.perf_counter() - sent[claim])

        last = (await client.jetstream().stream_info("RED")).state.last_seq
        config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=last + 1)
        for _ in range(watchers - 1):
            await client.jetstream().subscribe("", stream="RED", cb=heard, ordered_consumer=True, config=config)
        loops.append(asyncio.get_running_loop())
        ready.set()
        await ended.wait()

    watching = threading.Thread(target=made.as_admin, args=(watch, 120.0), name="bare watchers")
    watching.start()
    ready.wait()
    kiosk = Kiosk(made, KIOSKS[0], folder / "bare", deadline=5.0)
    until(lambda: kiosk.hub.state().connected and kiosk.hub.state().behind == 0, 60)
    claims(kiosk, sent, count)
    until(lambda: len(seen) >= count * (watchers - 1), 60)
    loops[0].call_soon_threadsafe(ended.set)
    watching.join()
    tell("push to bare clients, one loop", clients=watchers - 1, records=count, **percentiles(seen))
    kiosk.close()


def claims(kiosk: Kiosk, sent: dict[str, float], count: int) -> None:
    """Claim so many passes, a pause after each."""
    for _ in range(count):
        claim = a_claim(new_id())
        sent[claim.claim_id] = time.perf_counter()
        assert kiosk.hub.claim(claim, 5.0).end is ClaimEnd.GRANTED
        time.sleep(0.05)


def _note(sent: dict[str, float], where: list[float]) -> Callable[[VenueRecord], None]:
    def hear(record: VenueRecord) -> None:
        if record.claim_id in sent:
            where.append(time.perf_counter() - sent[record.claim_id])

    return hear


def _note_kept(kiosk: Kiosk, sent: dict[str, float], where: list[float]) -> None:
    copy = kiosk.hub._follower.keeper._copy  # noqa: SLF001 - the moment of its commit
    keep, note = copy.keep, _note(sent, where)

    def kept(records: Sequence[VenueRecord]) -> None:
        keep(records)
        for record in records:
            note(record)

    copy.keep = kept


def new_kiosk(made: Venue, folder: Path, count: int) -> None:
    """Fill the stream, then time a kiosk that has nothing."""

    async def fill(client: Client) -> None:
        me = made.enrolment(KIOSKS[0])
        protocol = Protocol(HubLink(me), me, HybridClock(KIOSKS[0]).stamp, made.trust())
        waiting: set[asyncio.Future[object]] = set()
        for _ in range(count):
            record = protocol.record(a_claim(new_id()), 1, "hub")
            data = encode(record, me.seed)
            waiting.add(asyncio.ensure_future(client.request(subject(HASH_KEY, record), data, timeout=60)))
            if len(waiting) >= 500:
                _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*waiting)

    made.as_admin(fill, 900)
    began, used = time.perf_counter(), time.process_time()
    kiosk = Kiosk(made, KIOSKS[1], folder / "new", deadline=5.0)
    until(lambda: kiosk.hub.state().sequence >= count and kiosk.hub.state().behind == 0, 600)
    tell("a new kiosk has them", records=count, seconds=round(time.perf_counter() - began, 1),
         cpu_seconds=round(time.process_time() - used, 1))  # fmt: skip
    until(lambda: kiosk.hub._book.checked >= count, 600)  # noqa: SLF001 - nobody else asks
    tell("and has looked at every signature", seconds=round(time.perf_counter() - began, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kiosk.close()
    size = sum(f.stat().st_size for f in (folder / "new").rglob("*") if f.is_file())
    hub = next(iter(made.processes.values()))
    resident = int(Path(f"/proc/{hub.pid}/statm").read_text().split()[1]) * resource.getpagesize()
    store = sum(f.stat().st_size for f in (made.folder / "hub1" / "store").rglob("*") if f.is_file())
    tell("memory and disk", kiosk_and_bench_mb=round(peak), kiosk_disk_mb=round(size / 1e6),
         hub_mb=round(resident / 1e6), hub_disk_mb=round(store / 1e6))  # fmt: skip


def main() -> None:
    """Run everything on three hubs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--claims", type=int, default=1000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with venue(folder / "hubs", 3, KIOSKS) as made:
            one_kiosk(made, args.claims)
            many_kiosks(made, max(10, args.claims // 10))
            push(made, folder, 50, 100)
        with venue(folder / "one", 1, KIOSKS) as made:
            new_kiosk(made, folder, args.records)


if __name__ == "__main__":
    main()
