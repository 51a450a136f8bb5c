"""The stream is the platform's outbox: whoever has internet takes records from it, each goes to the platform once.

One durable consumer is shared by all kiosks; the hub hands each record to one of them, and to another when it was not
acknowledged in time. What the platform is told carries the ids it was planned with, so that a repetition is found out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from scanner_app.application.claimfacts import operations_of
from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.application.ports import Clerk, Clock, Delivery, LedgerTx, Platform, Priority
from scanner_app.application.renewed import RenewedKey
from scanner_app.application.reporting import COMPENSATION
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, StorageTrouble
from scanner_app.domain.scan import FactKind, Operation
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.link import HubLink
from scanner_app.venue.server_config import CLOUD, STREAM
from scanner_app.venue.trust import Trust

log = logging.getLogger(__name__)

LANES = 6
"""Deliveries at once, as the outbox of a single kiosk has them."""
BATCH = 12
PULL_SECONDS = 2.0
OPEN_SECONDS = 0.8 * PULL_SECONDS
"""How long a question stays open at the hub, which hands out what comes meanwhile."""
ASK_SECONDS = 2.0
IDLE_SECONDS = 1.0
LATE_SECONDS = 1.0
REFUSED_AFTER = 3
"""Deliveries of one record after which a refusal is believed and goes to people as a conflict."""
FINAL = frozenset({PlatformKind.NOT_FOUND, PlatformKind.REFUSED, PlatformKind.CONFLICT})
NEXT = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{CLOUD}"
INFO = f"$JS.API.CONSUMER.INFO.{STREAM}.{CLOUD}"
ACK = b"+ACK"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One record to be told, where it is acknowledged, and how often it was handed out."""

    record: VenueRecord
    reply: str
    handed_out: int
    doubtful: bool  # the platform may have been told before, by this consumer or by the door itself


class CloudUploader:
    """This kiosk's share of telling the platforms. `platforms`: those that can be reached now, by account."""

    def __init__(
        self,
        link: HubLink,
        clerk: Clerk,
        clock: Clock,
        platforms: Callable[[], Mapping[str, Platform]],
        trust: Trust,
    ) -> None:
        self._link, self._clerk, self._clock, self._platforms, self._trust = link, clerk, clock, platforms, trust
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="venue uploader", daemon=True)
        self._lanes = ThreadPoolExecutor(LANES, "venue upload lane")
        self.delivered = 0
        self._renewed: dict[tuple[str, str], RenewedKey] = {}
        self._client: Client | None = None
        self._inbox, self._asked, self._left, self._open_until = "", 0, 0, 0.0
        self._arrived: asyncio.Queue[Msg] = asyncio.Queue()

    def start(self) -> None:
        """Begin to take records."""
        self._thread.start()

    def stop(self, deadline: float) -> bool:
        """Finish what was begun within the deadline (seconds); what is not acknowledged goes to somebody else."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(deadline)
        self._lanes.shutdown(wait=False, cancel_futures=True)
        return not self._thread.is_alive()

    # --- the thread
    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                busy = self._round()
            except (HubUnreachable, TimeoutError) as error:
                log.info("uploading for the venue goes on later: %r", error)
                busy = False
            except Exception:
                log.exception("uploading for the venue goes on later")
                busy = False
            if not busy:
                self._stop.wait(IDLE_SECONDS)

    def _round(self) -> bool:
        platforms = self._platforms()
        if not platforms or not self._link.is_up:
            return False
        messages = self._link.call(self._pull(), PULL_SECONDS + 2.0)
        list(self._lanes.map(lambda message: self._handle(message, platforms), messages))
        return bool(messages)

    def _handle(self, message: Msg, platforms: Mapping[str, Platform]) -> None:
        meta = message.metadata
        record, doubt = self._trust.read(message.subject, message.data, meta.sequence.stream)
        if record is None or doubt is not None:  # no platform is told what no kiosk of ours signed
            final = self._trust.is_final(doubt, meta.sequence.stream)
            self._answer(message.reply, ACK if final else _later(1.0))
            return
        # Committed long after it was asked for: its door may have admitted alone meanwhile, and told of it itself.
        late = abs((meta.timestamp - record.at).total_seconds()) > LATE_SECONDS
        parcel = Parcel(record, message.reply, meta.num_delivered, late or meta.num_delivered > 1)
        try:
            self._answer(parcel.reply, ACK if self._told(parcel, platforms) else _later(5.0))
        except PlatformTrouble as trouble:
            log.info("a record of the venue is told later: %s", trouble.code)
            self._answer(parcel.reply, _later(2.0))
        except StorageTrouble as trouble:
            log.warning("a conflict of the venue could not be kept: %s", trouble.code)
            self._answer(parcel.reply, _later(5.0))

    def _told(self, parcel: Parcel, platforms: Mapping[str, Platform]) -> bool:
        """Tell the platform of one record; return whether that is done with."""
        operations = due(parcel.record)
        if not operations:
            return True
        platform = platforms.get(parcel.record.account)
        if platform is None or not self._renewed_key(platform).opens(operations[0]):
            return False  # another kiosk has this account
        if parcel.record.kind is RecordKind.VOID and not self._all_before(parcel.record.sequence):
            return False  # what it takes back was not told yet
        for operation in operations:
            self._deliver(operation, platform, parcel)
        self.delivered += 1
        return True

    def _renewed_key(self, platform: Platform) -> RenewedKey:
        """What is known of older keys of an account: what doors recorded before it was renewed must still go out."""
        which = (platform.account, platform.tenant)
        return self._renewed.setdefault(which, RenewedKey(platform))

    def _deliver(self, operation: Operation, platform: Platform, parcel: Parcel) -> None:
        try:
            answer = platform.deliver(operation, may_have_arrived=parcel.doubtful)
        except PlatformTrouble as trouble:
            if trouble.kind not in FINAL or parcel.handed_out < REFUSED_AFTER:
                raise
            self._conflict(operation, "refused", trouble.code, {})
            return
        if answer.delivery in (Delivery.REFUSED, Delivery.CONTESTED):
            self._conflict(operation, answer.delivery.value, answer.detail, answer.facts)

    def _conflict(self, operation: Operation, state: str, answer: str, facts: Mapping[str, str]) -> None:
        fact_id = f"{operation.scan_id}:{operation.kind.value}:hub"
        body = {
            "scan_id": operation.scan_id,
            "operation": operation.kind.value,
            "state": state,
            "answer": answer,
            "place": operation.place,
            "pass": {"account": operation.account, "uid": operation.uid, "holder": ""},
            "here": {
                "scan_id": operation.scan_id,
                "at": operation.at.isoformat(),
                "device": operation.device,
                "place": operation.place,
                "outcome": operation.outcome,
                "raw": operation.raw,
            },
            "there": dict(facts),
        }

        def work(tx: LedgerTx) -> None:
            if not tx.has_fact(fact_id):
                tx.add_fact(fact_id, FactKind.CONFLICT, self._clock.now(), body)

        self._clerk.ledger(work, Priority.OUTBOX)

    # --- the hub
    def _answer(self, reply: str, what: bytes) -> None:
        """Acknowledge, or hand back; when that does not get through the record is handed out again."""
        try:
            self._link.call(self._link.ask(reply, what, ASK_SECONDS) if what == ACK else self._say(reply, what), 4.0)
        except (HubUnreachable, TimeoutError) as error:
            log.info("not acknowledged: %r", error)

    async def _say(self, reply: str, what: bytes) -> None:
        client = await self._link.client()
        await client.publish(reply, what)

    def _all_before(self, sequence: int) -> bool:
        info = json.loads(self._link.call(self._link.ask(INFO, b"", ASK_SECONDS), ASK_SECONDS + 1.0).data)
        return int(info.get("ack_floor", {}).get("stream_seq", 0)) >= sequence - 1

    async def _pull(self) -> Sequence[Msg]:
        """Ask for records and return those that came; what comes late, for an earlier question, is taken too.

        An inbox for each question would lose what was under way as it was closed: nobody told of it for a minute.
        """
        client = await self._link.client()
        if client is not self._client:
            self._client, self._inbox, self._arrived, self._left = client, client.new_inbox(), asyncio.Queue(), 0
            await client.subscribe(f"{self._inbox}.*", cb=self._arrived.put)
        found = list[Msg]()
        try:
            await self._wish(client)
            seconds = PULL_SECONDS
            while len(found) < BATCH:
                async with asyncio.timeout(seconds):
                    message = await self._arrived.get()
                if not (message.headers or {}).get("Status"):
                    found.append(message)
                    self._left -= 1
                    seconds = 0.05  # what is there comes at once; the guest's record does not wait for company
                elif message.subject == f"{self._inbox}.{self._asked}":
                    self._left = 0
                    break  # nothing more within the time asked for
        except TimeoutError:
            log.debug("%d records of the venue to be told", len(found))
        except NatsError as error:
            raise HubUnreachable(str(error)) from error
        return found

    async def _wish(self, client: Client) -> None:
        """Ask for records, unless what was asked for is still open."""
        now = time.monotonic()
        if self._left > 0 and now < self._open_until:
            return
        self._asked, self._left, self._open_until = self._asked + 1, BATCH, now + OPEN_SECONDS
        wish = {"batch": BATCH, "expires": int(OPEN_SECONDS * 1e9)}
        await client.publish(NEXT, json.dumps(wish).encode(), reply=f"{self._inbox}.{self._asked}")


def due(record: VenueRecord) -> tuple[Operation, ...]:
    """Return what a platform is told of a record. What a door admitted alone it tells by its own outbox."""
    if record.policy != "hub" or record.kind not in (RecordKind.CLAIM, RecordKind.VOID):
        return ()
    operations = operations_of(record)
    if record.kind is RecordKind.CLAIM:
        return operations
    undone = {"undone_at": record.detail.get("undone_at", record.at.isoformat())}
    return tuple(
        replace(op, kind=COMPENSATION[op.kind], extra={**op.extra, **undone})
        for op in reversed(operations)
        if op.kind in COMPENSATION
    )


def _later(seconds: float) -> bytes:
    return b"-NAK " + json.dumps({"delay": int(seconds * 1e9)}).encode()
