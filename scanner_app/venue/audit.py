"""Every record of the stream looked at by the installer: whose it says it is, and whether that kiosk signed it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig

from scanner_app.application.hub import VenueRecord
from scanner_app.application.hubrecord import BadRecord
from scanner_app.venue import hub_admin, keys, roster
from scanner_app.venue.hub_folder import Venue
from scanner_app.venue.roster import Roster
from scanner_app.venue.server_config import STREAM
from scanner_app.venue.tally import what
from scanner_app.venue.trust import Doubt, Trust

SECONDS = 10.0
LISTED = 100


async def audit(venue: Venue) -> dict[str, object]:
    """Read the whole stream and return what was found, or that no hub answers."""
    try:
        return await _read(venue)
    except (OSError, NatsError, TimeoutError) as error:
        return {"reachable": False, "trouble": str(error) or type(error).__name__}


async def _read(venue: Venue) -> dict[str, object]:
    client = await hub_admin.connect(venue)
    try:
        js = client.jetstream(timeout=SECONDS)
        last = (await js.stream_info(STREAM)).state.last_seq
        queue: asyncio.Queue[Msg] = asyncio.Queue()
        await js.subscribe(
            "", stream=STREAM, cb=queue.put, ordered_consumer=True, config=ConsumerConfig(), pending_msgs_limit=1 << 30
        )
        report = Report(venue)
        sequence = 0
        while sequence < last:
            message = await asyncio.wait_for(queue.get(), SECONDS)
            sequence = message.metadata.sequence.stream
            report.look(message.subject, message.data, sequence)
        return report.told()
    finally:
        await client.close()


class Report:
    """What was found so far."""

    def __init__(self, venue: Venue) -> None:
        self._admin = keys.public_key(venue.admin_seed)
        self._trust = Trust(Roster(venue.keys), bytes.fromhex(venue.hash_key), lambda: 1 << 62)
        self._good: Counter[str] = Counter()
        self._bad: list[dict[str, object]] = []
        self._doubted = 0

    def look(self, where: str, data: bytes, sequence: int) -> None:
        """Look at one record."""
        record: VenueRecord | None = None
        doubt: Doubt | None = Doubt.NO_RECORD
        if roster.is_roster(where):
            with contextlib.suppress(BadRecord):
                roster.decode(data, self._admin)
                return
        else:
            record, doubt = self._trust.read(where, data, sequence)
        if record is not None and doubt is None:
            self._good[f"{record.kiosk}: {what(record)}"] += 1
            return
        self._doubted += 1
        if len(self._bad) < LISTED:
            name = record.kiosk if record else ""
            self._bad.append({"sequence": sequence, "subject": where, "kiosk": name, "why": str(doubt)})

    def told(self) -> dict[str, object]:
        """Return the result: how many records are whose, and those that are not."""
        return {
            "records": self._good.total() + self._doubted,
            "genuine": dict(sorted(self._good.items())),
            "doubted": self._doubted,
            "listed": self._bad,
        }
