"""The venue's stream read in order from where this kiosk left off; each record becomes a fact or a use here."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from scanner_app.application.claims import keep_use
from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.application.hubrecord import BadRecord
from scanner_app.application.ports import Clerk, LedgerTx, Priority
from scanner_app.domain.errors import StorageTrouble
from scanner_app.domain.scan import FactKind, Moment
from scanner_app.venue.book import Book, Entry
from scanner_app.venue.link import Enrolment, HubLink, HubUnreachable
from scanner_app.venue.records import decode, subject
from scanner_app.venue.server_config import STREAM, follower

log = logging.getLogger(__name__)

BATCH = 500
"""Records that share one transaction while there are many; a single one is applied at once."""
QUIET_SECONDS = 3.0
"""Three missed heartbeats: the consumer is made anew."""
HEARTBEAT_NS = 1_000_000_000
CLOCK_SECONDS = 30.0
ASK_SECONDS = 2.0
PAUSE_SECONDS = 0.2
LIMIT = 1 << 28


@dataclass(frozen=True, slots=True)
class Seen:
    """Who is told: of each record, of having caught up, and of a hub that forgot what was read before."""

    record: Callable[[VenueRecord], None]
    caught_up: Callable[[], None]
    forgot: Callable[[], None]


class Follower:
    """Reads the stream. `sequence`: the last record applied; `behind`: how many are left; `offset`: hub minus us, s."""

    def __init__(self, link: HubLink, enrolment: Enrolment, book: Book, clerk: Clerk, seen: Seen) -> None:
        self._link, self._me, self._book, self._clerk, self._seen = link, enrolment, book, clerk, seen
        self._disk = ThreadPoolExecutor(1, "venue ledger")
        self.sequence = book.sequence
        self.behind = 0
        self.caught_up = False
        self.offset: float | None = None
        self.trouble = ""

    def close(self) -> None:
        """End the thread that writes."""
        self._disk.shutdown(wait=True, cancel_futures=True)

    async def run(self) -> None:
        """Follow for ever; after any trouble go on from the last record applied."""
        while True:
            try:
                client = await self._link.client()
                await self._follow(client)
            except (HubUnreachable, NatsError, OSError, TimeoutError) as error:
                log.info("following the venue goes on later: %r", error)
            except StorageTrouble as trouble:
                log.warning("a record of the venue could not be kept: %s", trouble.code)
            self.caught_up = False
            await asyncio.sleep(PAUSE_SECONDS)

    # --- one connection
    async def _follow(self, client: Client) -> None:
        last = await self._look()
        queue: asyncio.Queue[Msg] = asyncio.Queue()
        inbox = client.new_inbox()
        subscription = await client.subscribe(inbox, cb=queue.put, pending_msgs_limit=LIMIT, pending_bytes_limit=LIMIT)
        try:
            await self._consume(inbox)
            self.behind = max(0, last - self.sequence)
            if self.behind == 0:
                self._has_caught_up()
            checked = time.monotonic()
            while True:
                batch = await self._batch(client, queue)
                await self._take(client, batch)
                if time.monotonic() - checked > CLOCK_SECONDS:
                    checked = time.monotonic()
                    await self._look()
        finally:
            if not client.is_closed:
                await subscription.unsubscribe()

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
        elif known != epoch or last < self.sequence:
            log.error("the hub forgot: epoch %s was %s, sequence %s was %s", epoch, known, last, self.sequence)
            self.trouble = "hub_forgot"
            self._book.begin_epoch(epoch)
            self.sequence = 0
            self._seen.forgot()
        return last

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
            "opt_start_seq": self.sequence + 1,
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

    async def _batch(self, client: Client, queue: asyncio.Queue[Msg]) -> list[Msg]:
        first = await asyncio.wait_for(queue.get(), QUIET_SECONDS)
        if client.is_closed:
            raise HubUnreachable("the connection went away")
        batch = [first]
        while len(batch) < BATCH and not queue.empty():
            batch.append(queue.get_nowait())
        return batch

    async def _take(self, client: Client, batch: Sequence[Msg]) -> None:
        rows: list[tuple[Entry, VenueRecord | None]] = []
        last, pending = self.sequence, self.behind
        for message in batch:
            if (message.headers or {}).get("Status"):
                await _answer_control(client, message)
                continue
            meta = message.metadata
            sequence = meta.sequence.stream
            if sequence <= last:
                continue
            if sequence != last + 1:
                raise HubUnreachable(f"sequence {sequence} after {last}")
            rows.append(self._row(message, sequence))
            last, pending = sequence, meta.num_pending
        if not rows:
            return
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._disk, self._keep, rows, last)
        self.sequence, self.behind = last, pending
        for _, record in rows:
            if record is not None:
                self._seen.record(record)
        if pending == 0:
            self._has_caught_up()

    def _has_caught_up(self) -> None:
        self.caught_up = True
        self._seen.caught_up()

    def _row(self, message: Msg, sequence: int) -> tuple[Entry, VenueRecord | None]:
        record: VenueRecord | None
        try:
            record = decode(message.data, sequence)
        except BadRecord as error:
            log.warning("record %s of the venue is left out: %s", sequence, error)
            record = None
        if record is not None and subject(self._me.hash_key, record) != message.subject:
            log.warning("record %s of the venue is left out: its subject is not its own", sequence)
            record = None
        claim_id = record.claim_id if record is not None else f"?{sequence}"
        return Entry(sequence, claim_id, message.subject, message.data), record

    # --- on the thread that writes
    def _keep(self, rows: Sequence[tuple[Entry, VenueRecord | None]], last: int) -> None:
        records = [record for _, record in rows if record is not None and self._concerns(record)]
        if records:
            self._clerk.ledger(lambda tx: self._apply(tx, records), Priority.OUTBOX)
        # After the ledger: what is applied twice does no harm, what is left out would.
        self._book.add([entry for entry, _ in rows], last)

    def _concerns(self, record: VenueRecord) -> bool:
        return record.kiosk != self._me.kiosk or record.kind is RecordKind.OVER_ADMISSION

    def _apply(self, tx: LedgerTx, records: Sequence[VenueRecord]) -> None:
        for record in records:
            if record.kiosk != self._me.kiosk:
                keep_use(tx, record)
            if record.kind is RecordKind.OVER_ADMISSION and not tx.has_fact(record.claim_id):
                tx.add_fact(record.claim_id, FactKind.CONFLICT, Moment(record.at, 0.0), _conflict(record))


def _conflict(record: VenueRecord) -> dict[str, object]:
    """Both sides of an over-admission, as the list of conflicts shows them."""
    detail = record.detail
    door = detail.get("door", record.place)
    return {
        "scan_id": record.other,
        "operation": "claim",
        "state": "over_admission",
        "answer": "",
        "place": door,
        "pass": {"account": record.account, "uid": record.uid, "holder": ""},
        "here": {
            "scan_id": record.other,
            "at": record.at.isoformat(),
            "device": detail.get("device", record.kiosk),
            "place": door,
            "outcome": "admit",
            "kiosk": record.kiosk,
            "raw": detail.get("raw", ""),
        },
        "there": {name.removeprefix("winner_"): text for name, text in detail.items() if name.startswith("winner_")},
    }


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
