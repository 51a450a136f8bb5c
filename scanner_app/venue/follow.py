"""The venue's stream read in order from where this kiosk left off; told at once, then brought to disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from scanner_app.application.hub import VenueRecord
from scanner_app.domain.errors import StorageTrouble
from scanner_app.venue import roster
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.book import Book
from scanner_app.venue.keeper import Copy, Keeper
from scanner_app.venue.link import Enrolment, HubLink
from scanner_app.venue.reading import Arrived, Reader
from scanner_app.venue.server_config import STREAM, follower, is_led
from scanner_app.venue.trust import Trust
from scanner_app.venue.writing import Writing

log = logging.getLogger(__name__)

BATCH = 1000
"""Records that are read in one go while there are many; a single one is read at once."""
UNWRITTEN = 20_000
"""Records held in memory at most while the disk is behind."""
ROOM_SECONDS = 0.01
TICK_SECONDS = 1.0
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
    """Reads the stream. `offset`: hub minus us, seconds."""

    def __init__(self, link: HubLink, enrolment: Enrolment, book: Book, copy: Copy, seen: Seen) -> None:
        self._link, self._me, self._book, self._seen = link, enrolment, book, seen
        known = roster.Roster(json.loads(book.get("roster", "{}")))
        known.hubs = tuple(json.loads(book.get("hubs", "[]")))
        link.know(known.hubs)
        self.trust = Trust(known, enrolment.hash_key, lambda: self.read)
        self.keeper = Keeper(book, self.trust, copy)
        self._reader = Reader(link, enrolment, self.trust, self.keeper)
        self._writing = Writing(self.keeper, seen.written, self._not_written)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrived: Arrived | None = None
        self.offset: float | None = None
        self._short_since: float | None = None

    @property
    def read(self) -> int:
        """The last record that was read."""
        return self._reader.read

    @property
    def behind(self) -> int:
        """How many records of the stream are left to be read."""
        return self._reader.behind

    @property
    def sequence(self) -> int:
        """The last record that is on disk here."""
        return self.keeper.sequence

    @property
    def caught_up(self) -> bool:
        """Whether everything in the stream was on disk, once since this connection was made."""
        return self._writing.caught_up

    @property
    def enrolled(self) -> bool:
        """Whether this kiosk's own key was read in the roster of this stream; before that it claims nothing."""
        return self.keeper.enrolled

    def is_on_disk(self, seconds: float) -> bool:
        """Wait until everything read is on disk; return whether it is within so many seconds. From any other thread."""
        self._writing.hurry()
        return self.keeper.wait_for(self.read, seconds)

    def close(self) -> None:
        """End the thread that writes."""
        self._writing.close()

    async def run(self) -> None:
        """Follow for ever; after any trouble go on from the last record on disk."""
        self._loop = asyncio.get_running_loop()
        looked_back = False
        while True:
            try:
                if not looked_back:
                    await self._writing.run(self.keeper.look_back, self._me.kiosk)
                    looked_back = True
                client = await self._link.client()
                await self._follow(client)
            except (HubUnreachable, NatsError, OSError, TimeoutError) as error:
                log.info("following the venue goes on later: %r", error)
            except StorageTrouble as trouble:
                log.warning("a record of the venue could not be kept: %s", trouble.code)
            except Exception:
                log.exception("following the venue failed; it is tried again")
            self._writing.drop()
            await asyncio.sleep(PAUSE_SECONDS)

    # --- one connection
    async def _follow(self, client: Client) -> None:
        self._reader.read = self.keeper.sequence
        last = await self._look()
        arrived = self._arrived = Arrived(lambda batch: self._take(client, batch), BATCH)
        self._writing.drop()  # whatever fails from here on ends this connection's reading
        inbox = client.new_inbox()
        subscription = await client.subscribe(
            inbox, cb=arrived.put, pending_msgs_limit=LIMIT, pending_bytes_limit=LIMIT
        )
        arrived.left = lambda: subscription.pending_msgs
        try:
            await self._consume(inbox)
            self._reader.behind = max(0, last - self.read)
            self._writing.add((), more=self.behind > 0)
            await self._watch(client, arrived)
        finally:
            arrived.fail(HubUnreachable("followed no longer"))
            arrived.ended.exception()  # seen, so that nobody is told of it later
            if not client.is_closed:
                await subscription.unsubscribe()

    async def _watch(self, client: Client, arrived: Arrived) -> None:
        """Stay until nothing comes any more, or what came could not be taken."""
        looked = time.monotonic()
        while not client.is_closed:
            await asyncio.wait({arrived.ended}, timeout=TICK_SECONDS)
            if arrived.ended.done():
                arrived.ended.result()
            now = time.monotonic()
            if now - arrived.at > QUIET_SECONDS:
                raise TimeoutError("not even a heartbeat")
            if now - looked > CLOCK_SECONDS:
                looked = now
                await self._look()
        raise HubUnreachable("the connection went away")

    def _not_written(self, error: Exception) -> None:
        """On the disk's thread: what was read could not be kept."""
        loop, arrived = self._loop, self._arrived
        if loop is not None and arrived is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(arrived.fail, error)

    async def _look(self) -> int:
        """Ask for the stream's state: its epoch, its end, the hub's clock; return the last sequence."""
        before, was = datetime.now(UTC), self.read
        info = await self._api(f"$JS.API.STREAM.INFO.{STREAM}", {})
        after = datetime.now(UTC)
        if "ts" in info:
            self.offset = (_time(str(info["ts"])) - (before + (after - before) / 2)).total_seconds()
        epoch, last = str(info["created"]), int(info["state"]["last_seq"])
        known = self._book.get("epoch")
        if not known:
            self._book.put("epoch", epoch)
        elif known != epoch or self._falls_short(last, was):
            log.error("the hub forgot: epoch %s was %s, sequence %s was %s", epoch, known, last, was)
            await self._begin_anew(epoch)
        return last

    async def _begin_anew(self, epoch: str) -> None:
        """Read a stream that is not the one that was read so far; what is held is told again first."""
        self._reader.read = 0  # whatever still comes of the other stream is out of order now
        self._writing.drop()
        await self._writing.run(self.keeper.begin_anew, epoch)
        self._seen.forgot()
        raise HubUnreachable("the hub forgot")

    async def is_led(self) -> bool:
        """Return whether the stream answers: a hub leads."""
        info = await self._api(f"$JS.API.STREAM.INFO.{STREAM}", {})
        return is_led(info) and int(info["state"]["last_seq"]) >= self.read

    def _falls_short(self, last: int, read: int) -> bool:
        """Whether the stream ends before what had been read when it was asked for, and goes on doing so.

        A leader cut off from the others may say so for some seconds, and is left for another hub meanwhile.
        """
        if last >= read:
            self._short_since = None
            return False
        if self._short_since is None:
            self._short_since = time.monotonic()
        if time.monotonic() - self._short_since > SHORT_SECONDS:
            return True
        self._link.move_on()
        raise HubUnreachable(f"the stream ends at {last}, {read} was read")

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
        records = [message for message in batch if not _is_control(message)]
        rows = self._reader.rows(records)
        if rows:
            for row in rows:
                if row.record is not None and row.doubt is None:
                    self._seen.record(row.record)
            self._writing.add(rows, more=self.behind > 0)
            while self._writing.behind > UNWRITTEN:  # noqa: ASYNC110 - rare, and a thread makes the room
                await asyncio.sleep(ROOM_SECONDS)
        if len(records) < len(batch):
            for message in filter(_is_control, batch):
                await _answer_control(client, message)


def _is_control(message: Msg) -> bool:
    """Whether the hub says something of its own: no record."""
    return bool(message.headers and message.headers.get("Status"))


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
