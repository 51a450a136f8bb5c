"""How soon 49 doors know what a fiftieth let in, and how soon so many are ready that are switched on at once.

The doors share this machine; no venue has fifty of them in one process, whose one lock they would wait for. So they run
in a few processes, ten in each, which tell the times of one clock: `perf_counter` counts from the machine's start.
"""

import asyncio
import contextlib
import json
import multiprocessing
import ssl
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, DeliverPolicy
from support.venue_door import Kiosk, a_claim  # type: ignore[import-not-found]  # tests are not checked
from support.venue_kit import Venue, until  # type: ignore[import-not-found]  # the same

from scanner_app.application.hub import ClaimEnd, VenueRecord
from scanner_app.application.ids import new_id
from scanner_app.venue.link import Enrolment

KIOSKS = [f"kiosk-{n:02d}" for n in range(50)]
PROCESSES = 5
READY_SECONDS = 300.0
PAUSES = (0.05, 0.2)
"""Seconds between two claims: a rush, where fifty kiosks' work fills the two processors of a small machine, and an even
line, where what is seen is the way of one record."""
Seen = list[tuple[str, float]]
"""Which claim, and when by `perf_counter`."""


def percentiles(values: list[float]) -> dict[str, float]:
    """Return p50 and p99 in milliseconds."""
    cuts = statistics.quantiles(values, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 3), "p99_ms": round(cuts[98] * 1000, 3)}


def tell(name: str, **figures: object) -> None:
    """Print one figure."""
    print(json.dumps({"figure": name, **figures}), flush=True)


@dataclass(frozen=True)
class Papers:
    """What a process of doors, or of bare clients, needs of the venue."""

    enrolments: dict[str, Enrolment]
    folder: Path
    admin: str
    bare: bool

    def enrolment(self, name: str, _hubs: tuple[str, ...] = ()) -> Enrolment:
        """Return one kiosk's enrolment."""
        return self.enrolments[name]


class Watchers:
    """Processes that watch. `ready_in`: seconds from the start of the first until all were ready."""

    def __init__(self, papers: Sequence[Papers]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._began = time.perf_counter()
        self._ours: list[Connection] = []
        self._processes = []
        for one in papers:
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_bare if one.bare else _doors, args=(theirs, one))
            process.start()
            self._ours.append(ours)
            self._processes.append(process)
        ready = [self._answer(pipe) for pipe in self._ours]
        self.ready_in = max(when for each in ready for _, when in each["ready"]) - self._began

    def seen(self, count: int) -> dict[str, Seen]:
        """Return what all of them saw once each saw so many records."""
        for pipe in self._ours:
            pipe.send(count)
        found: dict[str, Seen] = {}
        for pipe in self._ours:
            for what, seen in self._answer(pipe).items():
                found.setdefault(what, []).extend(seen)
        return found

    def close(self) -> None:
        """End them."""
        for pipe in self._ours:
            pipe.close()
        for process in self._processes:
            process.join(60)
            if process.is_alive():
                process.kill()

    @staticmethod
    def _answer(pipe: Connection) -> dict[str, Seen]:
        if not pipe.poll(READY_SECONDS):
            raise TimeoutError("the watchers say nothing")
        answer: dict[str, Seen] = pipe.recv()
        return answer


@contextlib.contextmanager
def watchers(made: Venue, folder: Path, names: Sequence[str], *, bare: bool = False) -> Iterator[Watchers]:
    """Doors of these names, or as many bare clients, in some processes; they are ready."""
    shares = [names[n::PROCESSES] for n in range(PROCESSES)]
    papers = [Papers({name: made.enrolment(name) for name in share}, folder, made.admin, bare) for share in shares]
    them = Watchers(papers)
    try:
        yield them
    finally:
        them.close()


# --- in the processes
def _doors(pipe: Connection, papers: Papers) -> None:
    with contextlib.ExitStack() as ends:
        kiosks = []
        for name in papers.enrolments:
            kiosk = Kiosk(papers, name, papers.folder / name, deadline=5.0)
            ends.callback(kiosk.close)
            kiosks.append(kiosk)
        until(lambda: all(k.hub.state().connected and k.hub.state().behind == 0 for k in kiosks), READY_SECONDS)
        told, kept, used = Seen(), Seen(), time.process_time()
        for kiosk in kiosks:
            kiosk.hub.listen(lambda record: told.append((record.claim_id, time.perf_counter())))
            _note_kept(kiosk, kept)
        pipe.send({"ready": [("", time.perf_counter())]})
        with contextlib.suppress(EOFError):
            while True:
                count = pipe.recv()
                until(lambda count=count: len(kept) >= count * len(kiosks), 60)
                pipe.send({"told": told, "kept": kept, "used": [("", time.process_time() - used)]})


def _note_kept(kiosk: Kiosk, kept: Seen) -> None:
    copy = kiosk.hub._follower.keeper._copy  # noqa: SLF001 - the moment of its commit
    keep = copy.keep

    def keeping(records: Sequence[VenueRecord]) -> None:
        keep(records)
        kept.extend((record.claim_id, time.perf_counter()) for record in records)

    copy.keep = keeping


def _bare(pipe: Connection, papers: Papers) -> None:
    asyncio.run(_watch(pipe, papers))


async def _watch(pipe: Connection, papers: Papers) -> None:
    """As many connections, each with an ordered consumer of the library: it reads the claim's id and the time."""
    seen, clients = Seen(), list[Client]()

    async def heard(message: Msg) -> None:
        seen.append((json.loads(message.data)["claim_id"], time.perf_counter()))

    for enrolment in papers.enrolments.values():
        client = Client()
        trust = ssl.create_default_context(cadata=enrolment.ca)
        await client.connect(f"tls://{enrolment.hubs[0]}", tls=trust, nkeys_seed_str=papers.admin)
        last = (await client.jetstream().stream_info("RED")).state.last_seq
        config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=last + 1)
        await client.jetstream().subscribe("", stream="RED", cb=heard, ordered_consumer=True, config=config)
        clients.append(client)
    loop, used = asyncio.get_running_loop(), time.process_time()
    pipe.send({"ready": [("", time.perf_counter())]})
    with contextlib.suppress(EOFError):
        while True:
            count = await loop.run_in_executor(None, pipe.recv)
            await loop.run_in_executor(None, until, lambda count=count: len(seen) >= count * len(clients), 60)
            pipe.send({"told": seen, "used": [("", time.process_time() - used)]})
    for client in clients:
        await client.close()


# --- the figures
def many_ready(made: Venue, folder: Path, records: int) -> None:
    """Fifty kiosks that know nothing, switched on at once."""
    with watchers(made, folder, KIOSKS) as them:
        tell("switched on at once, all ready", kiosks=len(KIOSKS), records=records, processes=PROCESSES,
             seconds=round(them.ready_in, 1))  # fmt: skip


def push(made: Venue, folder: Path, count: int) -> None:
    """From the start of a claim until the other kiosks' screens are told of it, and until it is in their ledgers.

    After each line of claims as many bare clients of the library, each with an ordered consumer, watch such a line in
    as many processes: `of_bare` is how many times as long, or as much of the processor, ours takes. What the bare ones
    take of the 50 ms is the hubs', the library's, and that of fifty watchers on one machine. A few kiosks show what one
    adds by itself.
    """
    for number, pause in ((len(KIOSKS), PAUSES[0]), (len(KIOSKS), PAUSES[1]), (6, PAUSES[0])):
        own = folder / f"{number}-{pause}"
        ours = _line(made, own / "doors", KIOSKS[1:number], count, pause)
        bare = _line(made, own / "bare", KIOSKS[1:number], count, pause, bare=True)
        plain = percentiles(bare["told"])
        for what, name in (("told", "push, screens told"), ("kept", "push, in every ledger")):
            found = percentiles(ours[what])
            ratios = {f"{p}_of_bare": round(found[f"{p}_ms"] / plain[f"{p}_ms"], 2) for p in ("p50", "p99")}
            tell(
                name,
                kiosks=number - 1,
                records=count,
                pause_s=pause,
                processes=PROCESSES,
                **found,
                bare=plain,
                **ratios,
            )
        used, plainly = (sum(each["used"]) / count / (number - 1) * 1000 for each in (ours, bare))
        tell("processor for each record and kiosk", kiosks=number - 1, pause_s=pause, ms=round(used, 3),
             bare_ms=round(plainly, 3), of_bare=round(used / plainly, 2))  # fmt: skip


def _line(
    made: Venue, folder: Path, names: Sequence[str], count: int, pause: float, *, bare: bool = False
) -> dict[str, list[float]]:
    with watchers(made, folder, names, bare=bare) as them:
        return _claimed(made, folder / "door", them, count, pause)


def _claimed(made: Venue, folder: Path, them: Watchers, count: int, pause: float) -> dict[str, list[float]]:
    """Claim so many passes, a pause after each; return how long each watcher took to see each, and what they `used`."""
    kiosk, sent = Kiosk(made, KIOSKS[0], folder, deadline=5.0), dict[str, float]()
    until(lambda: kiosk.hub.state().connected and kiosk.hub.state().behind == 0, 60)
    for _ in range(count):
        claim = a_claim(new_id())
        sent[claim.claim_id] = time.perf_counter()
        assert kiosk.hub.claim(claim, 5.0).end is ClaimEnd.GRANTED
        time.sleep(pause)
    seen = them.seen(count)
    kiosk.close()
    used = [seconds for _, seconds in seen.pop("used")]
    took = {what: [when - sent[which] for which, when in each if which in sent] for what, each in seen.items()}
    return {**took, "used": used}
