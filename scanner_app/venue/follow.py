"""The venue's stream read in order from where this kiosk left off; told at once, then brought to disk."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.application.hubrecord import BadRecord
from scanner_app.domain.errors import StorageTrouble
from scanner_app.venue import keys, roster
from scanner_app.venue.book import Book, Entry
from scanner_app.venue.keeper import Copy, Keeper, Read
from scanner_app.venue.link import Enrolment, HubLink, HubUnreachable
from scanner_app.venue.loop import Arrived, end, off_loop
from scanner_app.venue.records import decode
from scanner_app.venue.server_config import STREAM, follower
from scanner_app.venue.trust import Doubt, Trust

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 1000
"""Records that are read in one go while there are many; a single one is read at once."""
FEW = 50
"""Up to so many have their signatures looked at before they are told; of more, claims refuse first (fail closed) and
are looked at afterwards, or 200,000 of them would take a new kiosk half a minute."""
GATHER_SECONDS = 0.03
"""What comes within this goes to disk with one fsync: the doors' news must not hold up a scan's own. The screen knows
at once, and nothing is lost by waiting: the hub has it, and a door that is to decide alone waits for the disk."""
UNWRITTEN = 20_000
"""Records held in memory at most while the disk is behind."""
QUIET_SECONDS = 3.0
"""Three missed heartbeats: the consumer is made anew."""
HEARTBEAT_NS = 1_000_000_000
CLOCK_SECONDS = 30.0
ASK_SECONDS = 2.0
PAUSE_SECONDS = 0.2
SHORT_SECONDS = 20.0
"""A leader that was cut off steps down well before that (measured: 6 to 9 s; venue.md, 5)."""
LIMIT = 1 << 28


@dataclass(frozen=True, slots=True)
class Seen:
    """Who is told: of each record before it is on disk, of records on disk, and of a hub that forgot what was read."""

    record: Callable[[VenueRecord], None]
    written: Callable[[], None]
    forgot: Callable[[], None]


class Follower:
    """Reads the stream. `read`: the last record read; `behind`: how many are left; `offset`: hub minus us, seconds.

    `enrolled`: this kiosk's own key was read in the roster of this stream; before that it claims nothing.
    """

    def __init__(self, link: HubLink, enrolment: Enrolment, book: Book, copy: Copy, seen: Seen) -> None:
        self._link, self._me, self._book, self._seen = link, enrolment, book, seen
        self._public = keys.public_key(enrolment.seed)
        known = roster.Roster(json.loads(book.get("roster", "{}")))
        known.hubs = tuple(json.loads(book.get("hubs", "[]")))
        link.know(known.hubs)
        self.trust = Trust(known, enrolment.hash_key, lambda: self.read)
        self.keeper = Keeper(book, self.trust, copy)
        self._disk = ThreadPoolExecutor(1, "venue ledger")
        self._unwritten: list[Read] = []
        self._ring, self._room = asyncio.Event(), asyncio.Event()
        self.read = self.keeper.sequence
        self.behind = 0
        self.caught_up = False
        self.enrolled = self._enrolled_kept = bool(book.get("enrolled"))
        self.offset: float | None = None
        self.trouble = ""
        self._short_since: float | None = None

    @property
    def sequence(self) -> int:
        """The last record that is on disk here."""
        return self.keeper.sequence

    def close(self) -> None:
        """End the thread that writes."""
        self._disk.shutdown(wait=True, cancel_futures=True)

    async def run(self) -> None:
        """Follow for ever; after any trouble go on from the last record on disk."""
        looked_back = False
        while True:
            try:
                if not looked_back:
                    await self._on_disk(self.keeper.look_back, self._me.kiosk)
                    looked_back = True
                client = await self._link.client()
                await self._follow(client)
            except (HubUnreachable, NatsError, OSError, TimeoutError) as error:
                log.info("following the venue goes on later: %r", error)
            except StorageTrouble as trouble:
                log.warning("a record of the venue could not be kept: %s", trouble.code)
            except Exception:
                log.exception("following the venue failed; it is tried again")
            self.caught_up = False
            await asyncio.sleep(PAUSE_SECONDS)

    # --- one connection
    async def _follow(self, client: Client) -> None:
        self._unwritten = []
        self.read = self.keeper.sequence
        last = await self._look()
        arrived = Arrived()
        inbox = client.new_inbox()
        subscription = await client.subscribe(
            inbox, cb=arrived.put, pending_msgs_limit=LIMIT, pending_bytes_limit=LIMIT
        )
        writing = asyncio.ensure_future(self._write())
        reading = asyncio.ensure_future(self._read_on(client, arrived))
        try:
            await self._consume(inbox)
            self.behind = max(0, last - self.read)
            self._ring.set()
            done, _ = await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            await end({writing, reading})
            if not client.is_closed:
                await subscription.unsubscribe()

    async def _read_on(self, client: Client, arrived: Arrived) -> None:
        checked = time.monotonic()
        while True:
            batch = await arrived.batch(BATCH, QUIET_SECONDS)
            if client.is_closed:
                raise HubUnreachable("the connection went away")
            await self._take(client, batch)
            if time.monotonic() - checked > CLOCK_SECONDS:
                checked, was = time.monotonic(), self.read
                await self._look()
                if self.read < was:
                    raise HubUnreachable("the hub forgot")

    async def _look(self) -> int:
        """Ask for the stream's state: its epoch, its end, the hub's clock; return the last sequence."""
        before = datetime.now(UTC)
        info = await self._api(f"$JS.API.STREAM.INFO.{STREAM}", {})
        after = datetime.now(UTC)
        if "ts" in info:
            self.offset = (_time(str(info["ts"])) - (before + (after - before) / 2)).total_seconds()
        epoch, last = str(info["created"]), int(info["state"]["last_seq"])
        known = self._book.get("epoch")
        if not known:
            self._book.put("epoch", epoch)
        elif known != epoch or self._falls_short(last):
            log.error("the hub forgot: epoch %s was %s, sequence %s was %s", epoch, known, last, self.read)
            self.trouble = "hub_forgot"
            self._unwritten = []
            await self._on_disk(self._book.begin_epoch, epoch)
            self.keeper.sequence = self.read = 0
            self.enrolled = self._enrolled_kept = False
            self._seen.forgot()
        return last

    async def is_led(self) -> bool:
        """Return whether the stream answers: a hub leads."""
        info = await self._api(f"$JS.API.STREAM.INFO.{STREAM}", {})
        return int(info["state"]["last_seq"]) >= self.read

    def _falls_short(self, last: int) -> bool:
        """Whether the stream ends before what was read, and goes on doing so.

        A leader cut off from the others may say so for some seconds, and is left for another hub meanwhile.
        """
        if last >= self.read:
            self._short_since = None
            return False
        if self._short_since is None:
            self._short_since = time.monotonic()
        if time.monotonic() - self._short_since > SHORT_SECONDS:
            return True
        self._link.move_on()
        raise HubUnreachable(f"the stream ends at {last}, {self.read} was read")

    async def _consume(self, inbox: str) -> None:
        name = follower(self._me.kiosk)
        try:  # one of another start than ours cannot be changed, only made anew
            await self._api(f"$JS.API.CONSUMER.DELETE.{STREAM}.{name}", {})
        except HubUnreachable as error:
            log.debug("no consumer to remove: %s", error)
        config = {
            "name": name,
            "deliver_subject": inbox,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": self.read + 1,
            "ack_policy": "none",
            "max_deliver": 1,
            "mem_storage": True,
            "num_replicas": 1,
            "idle_heartbeat": HEARTBEAT_NS,
            "flow_control": True,
            "inactive_threshold": 10 * HEARTBEAT_NS,
        }
        await self._api(f"$JS.API.CONSUMER.CREATE.{STREAM}.{name}", {"stream_name": STREAM, "config": config})

    async def _api(self, where: str, body: dict[str, Any]) -> dict[str, Any]:
        data = json.dumps(body).encode() if body else b""
        answer = json.loads((await self._link.ask(where, data, ASK_SECONDS)).data)
        if not isinstance(answer, dict) or "error" in answer:
            raise HubUnreachable(str(answer))
        return answer

    async def _take(self, client: Client, batch: Sequence[Msg]) -> None:
        rows: list[Read] = []
        for message in batch:
            if message.headers and message.headers.get("Status"):
                await _answer_control(client, message)
                continue
            number, behind = _position(message)
            if number <= self.read:
                continue
            if number != self.read + 1:
                raise HubUnreachable(f"sequence {number} after {self.read}")
            rows.append(self._row(message.subject, message.data, number, look=len(batch) <= FEW))
            self.read, self.behind = number, behind
        if not rows:
            return
        self._unwritten += rows
        for row in rows:
            if row.record is not None and row.doubt is None:
                self._seen.record(row.record)
        self._ring.set()
        while len(self._unwritten) > UNWRITTEN:
            self._room.clear()
            await self._room.wait()

    def _row(self, where: str, data: bytes, sequence: int, *, look: bool) -> Read:
        if roster.is_roster(where):
            return self._roster(where, data, sequence)
        try:
            record = decode(data, sequence)
        except BadRecord:
            return Read(Entry(sequence, f"?{sequence}", where, data), None, Doubt.NO_RECORD)
        # What frees a slot or takes a place beyond them is looked at before it counts, however much there is.
        look = look or record.kind is not RecordKind.CLAIM
        doubt = self.trust.doubt(where, data, record) if look else None
        return Read(Entry(sequence, f"?{sequence}" if doubt else record.claim_id, where, data), record, doubt, look)

    def _roster(self, where: str, data: bytes, sequence: int) -> Read:
        entry = Entry(sequence, f"?{sequence}", where, data)
        try:
            told = roster.decode(data, self._me.admin)
        except BadRecord:
            return Read(entry, None, Doubt.NO_RECORD)
        self.trust.roster.learn(told.keys)
        self.enrolled = self.enrolled or (told.opens and self._public in told.keys.get(self._me.kiosk, ()))
        if told.hubs:
            self.trust.roster.hubs = told.hubs
            self._link.know(told.hubs)
        return Read(entry)

    # --- bringing to disk, while more is read
    async def _write(self) -> None:
        while True:
            await self._ring.wait()
            if self.caught_up:
                await asyncio.sleep(GATHER_SECONDS)
            self._ring.clear()
            rows, self._unwritten = self._unwritten, []
            self._room.set()
            if rows:
                await self._on_disk(self.keeper.keep, rows)
            if self.enrolled and not self._enrolled_kept:
                await self._on_disk(self._book.put, "enrolled", "yes")
                self._enrolled_kept = True
            if self._unwritten:
                self._ring.set()
                continue
            self.caught_up = self.caught_up or self.behind == 0
            self._seen.written()
            # Signatures that were put off wait until everything was read: it is the uses that doors need first.
            while self.keeper.put_off and not self._unwritten and self.behind == 0:
                await self._on_disk(self.keeper.check)

    async def _on_disk(self, work: Callable[..., T], *args: object) -> T:
        return await off_loop(self._disk, work, *args)


def _position(message: Msg) -> tuple[int, int]:
    """Return a message's sequence and how many follow; `metadata` says the same ten times as slowly."""
    parts = message.reply.split(".")
    if len(parts) == 9:  # $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<of the consumer>.<time>.<left>
        return int(parts[5]), int(parts[8])
    return message.metadata.sequence.stream, message.metadata.num_pending


async def _answer_control(client: Client, message: Msg) -> None:
    """Heartbeats need no answer, flow control does: in order, when everything before it was taken."""
    stalled = (message.headers or {}).get("Nats-Consumer-Stalled")
    for reply in (message.reply, stalled):
        if reply:
            await client.publish(reply)


def _time(text: str) -> datetime:
    """Return a time that Go wrote, with nanoseconds."""
    head, _, rest = text.partition(".")
    digits = rest.rstrip("Z").partition("+")[0]
    whole = datetime.fromisoformat(head.rstrip("Z")).replace(tzinfo=UTC)
    return whole + timedelta(seconds=float(f"0.{digits}") if digits else 0.0)
