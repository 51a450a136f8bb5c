"""Claims of a venue's kiosks against a bare publish of the client library, on real hubs of this machine, in one run.

    python -m benchmarks.venue [--records 200000] [--only claim|many|push|new]

Prints one JSON line per figure: claim p50/p99 of one kiosk and of a bare `request`, claims per second of 50 kiosks and
of 50 bare clients, push to 50 kiosks, and how long a new kiosk takes for so many redemptions.
"""

import argparse
import gc
import random
import resource
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.venue_door import Kiosk, a_claim  # type: ignore[import-not-found]  # tests are not checked
from support.venue_kit import HASH_KEY, Venue, until, venue  # type: ignore[import-not-found]  # the same

from benchmarks.venue_push import KIOSKS, many_ready, percentiles, push, tell
from scanner_app.application.hub import Claim, ClaimEnd
from scanner_app.application.ids import new_id
from scanner_app.venue.claims import Protocol
from scanner_app.venue.link import HubLink
from scanner_app.venue.records import encode, slot_subject
from scanner_app.venue.rule import HybridClock

Door = tuple[HubLink, Protocol]


def linked(made: Venue, name: str) -> Door:
    """Return a connected link and its protocol."""
    link = HubLink(made.enrolment(name))
    link.start()
    until(lambda: link.is_up)
    return link, Protocol(link, made.enrolment(name), HybridClock(name).stamp, made.trust())


def one_kiosk(made: Venue, count: int) -> None:
    """Turn and turn about, in changing order: a claim through the port's protocol, and bare publishes of its size.

    Bare is `jetstream().publish`, timed within the loop; `request` is what that is made of. The door's claim is timed
    from the door's own thread: the way to the loop and back is in it.
    """
    link, protocol = linked(made, KIOSKS[0])
    took: dict[str, list[float]] = {"claim": [], "within": [], "publish": [], "request": []}

    async def within(claim: Claim) -> float:
        began = time.perf_counter()
        assert (await protocol.claim(claim, 5.0)).end is ClaimEnd.GRANTED
        return time.perf_counter() - began

    async def bare(how: str, where: str, data: bytes) -> float:
        client = await link.client()
        stream = client.jetstream(timeout=5)
        began = time.perf_counter()
        await (stream.publish(where, data) if how == "publish" else client.request(where, data, timeout=5))
        return time.perf_counter() - began

    def once(how: str) -> float:
        claim = a_claim(new_id())
        if how == "within":
            return link.call(within(claim), 6.0)
        if how == "claim":
            began = time.perf_counter()
            assert link.call(protocol.claim(claim, 5.0), 6.0).end is ClaimEnd.GRANTED
            return time.perf_counter() - began
        data = encode(protocol.record(claim, 1, "hub"), protocol.seed)
        return link.call(bare(how, slot_subject(HASH_KEY, claim.key, claim.place, "", 1), data), 6.0)

    for _ in range(count):
        for how in random.sample(list(took), len(took)):
            took[how].append(once(how))
    link.stop()
    found = {how: percentiles(each) for how, each in took.items()}
    for name, how in (("claim, one kiosk", "claim"), ("the same without the way between threads", "within")):
        ratios = {
            f"ratio_{p}_to_{other}": round(found[how][f"{p}_ms"] / found[other][f"{p}_ms"], 2)
            for p in ("p50", "p99")
            for other in ("publish", "request")
        }
        tell(name, ours=found[how], bare=found["publish"], bare_request=found["request"], **ratios)


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


def new_kiosk(made: Venue, folder: Path, count: int) -> None:
    """Fill the stream, then time a kiosk that has nothing."""
    made.fill(KIOSKS[0], count)
    gc.collect()
    gc.disable()  # as in the window (`ui/heartbeat.py`), which collects between two pictures
    began, used = time.perf_counter(), time.process_time()
    kiosk = Kiosk(made, KIOSKS[1], folder / "new", deadline=5.0)
    until(lambda: kiosk.hub.state().sequence >= count and kiosk.hub.state().behind == 0, 600)
    tell("a new kiosk has them", records=count, seconds=round(time.perf_counter() - began, 1),
         cpu_seconds=round(time.process_time() - used, 1))  # fmt: skip
    gc.enable()
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
    parser.add_argument("--only", choices=("claim", "many", "push", "new"), help="one of its parts")
    args = parser.parse_args()

    def wanted(part: str) -> bool:
        return args.only in (None, part)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if wanted("claim") or wanted("many"):
            with venue(folder / "hubs", 3, KIOSKS) as made:
                _claims(made, folder, args.claims, one=wanted("claim"), many=wanted("many"))
        if wanted("push"):
            with venue(folder / "push", 3, KIOSKS) as made:
                push(made, folder / "doors", 100)
        if wanted("new"):
            with venue(folder / "one", 1, KIOSKS) as made:
                new_kiosk(made, folder, args.records)


def _claims(made: Venue, folder: Path, count: int, *, one: bool, many: bool) -> None:
    if one:
        one_kiosk(made, count)
    if many:
        each = max(10, count // 10)
        many_kiosks(made, each)
        # Where all of that is in the stream already: a venue's kiosks switched on in the evening.
        many_ready(made, folder / "late", 4 * count * one + 2 * each * len(KIOSKS))


if __name__ == "__main__":
    main()
