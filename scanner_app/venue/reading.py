"""Messages of the stream made into records: in order, without a gap, each signature looked at before it counts."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence

from nats.aio.msg import Msg

from scanner_app.application.hub import RecordKind
from scanner_app.application.hubrecord import BadRecord
from scanner_app.venue import keys, roster
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.book import Entry
from scanner_app.venue.keeper import Keeper, Read
from scanner_app.venue.link import Enrolment, HubLink
from scanner_app.venue.records import decode
from scanner_app.venue.trust import Doubt, Trust

FEW = 50
"""Up to so many have their signatures looked at before they are told; of more, claims refuse first (fail closed) and
are looked at afterwards, or 200,000 of them would take a new kiosk half a minute."""


class Arrived:
    """The messages of one subscription, taken together where several are there; no task has to wake for them.

    `at`: when something came last, in monotonic seconds, infinite while it is being taken; `ended`: done with the error
    of whoever takes them.
    """

    def __init__(self, take: Callable[[Sequence[Msg]], Awaitable[None]], most: int) -> None:
        """`most`: how many are taken together at most."""
        self._take, self._most = take, most
        self._messages: list[Msg] = []
        self.left: Callable[[], int] = lambda: 0
        self.at = time.monotonic()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def put(self, message: Msg) -> None:
        """Take a message from the client library, which gives them one after the other; `left` says how many follow."""
        self._messages.append(message)
        self.at = time.monotonic()
        if self.ended.done() or (self.left() and len(self._messages) < self._most):
            return
        batch, self._messages = self._messages, []
        self.at = math.inf
        try:
            await self._take(batch)
        except Exception as error:  # noqa: BLE001 - whoever follows gets it
            self.fail(error)
        self.at = time.monotonic()

    def fail(self, error: Exception) -> None:
        """Take nothing more, for this reason."""
        if not self.ended.done():
            self.ended.set_exception(error)


class Reader:
    """Reads messages. `read`: the last record read; `behind`: how many are left."""

    def __init__(self, link: HubLink, me: Enrolment, trust: Trust, keeper: Keeper) -> None:
        self._link, self._me, self._trust, self._keeper = link, me, trust, keeper
        self._public = keys.public_key(me.seed)
        self.read, self.behind = keeper.sequence, 0

    def rows(self, batch: Sequence[Msg]) -> list[Read]:
        """Return what is new of these messages. Raises HubUnreachable where something is missing between them."""
        rows: list[Read] = []
        for message in batch:
            number, self.behind = _position(message)
            if number <= self.read:
                continue
            if number != self.read + 1:
                raise HubUnreachable(f"sequence {number} after {self.read}")
            look = self.behind <= FEW and len(batch) <= FEW
            rows.append(self._row(message.subject, message.data, number, look=look))
            self.read = number
        return rows

    def _row(self, where: str, data: bytes, sequence: int, *, look: bool) -> Read:
        if roster.is_roster(where):
            return self._roster(where, data, sequence)
        try:
            record = decode(data, sequence)
        except BadRecord:
            return Read(Entry(sequence, f"?{sequence}", where, data), None, Doubt.NO_RECORD)
        # What frees a slot or takes a place beyond them is looked at before it counts, however much there is.
        look = look or record.kind is not RecordKind.CLAIM
        doubt = self._trust.doubt(where, data, record) if look else None
        return Read(Entry(sequence, f"?{sequence}" if doubt else record.claim_id, where, data), record, doubt, look)

    def _roster(self, where: str, data: bytes, sequence: int) -> Read:
        entry = Entry(sequence, f"?{sequence}", where, data)
        try:
            told = roster.decode(data, self._me.admin)
        except BadRecord:
            return Read(entry, None, Doubt.NO_RECORD)
        known = self._trust.roster
        known.learn(told.keys)
        if told.opens and self._public in told.keys.get(self._me.kiosk, ()):
            self._keeper.enrolled = True
        if told.hubs:
            known.hubs = told.hubs
            self._link.know(told.hubs)
        return Read(entry)


def _position(message: Msg) -> tuple[int, int]:
    """Return a message's sequence and how many follow; `metadata` says the same ten times as slowly."""
    parts = message.reply.split(".")
    if len(parts) == 9:  # $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<of the consumer>.<time>.<left>
        return int(parts[5]), int(parts[8])
    return message.metadata.sequence.stream, message.metadata.num_pending
