"""Doors that say how they are, every two seconds, to whoever is looking. Nothing of it is kept at the hubs.

A door may only speak under its own name (`s.<kiosk>`), which the hub sees to. Nobody listens unless a supervisor looks:
five hundred doors heard by five hundred doors would be all that the hubs do.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from scanner_app.application.venue_view import BoxState, BoxView
from scanner_app.domain.errors import StorageTrouble
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.link import HubLink
from scanner_app.venue.loop import off_loop
from scanner_app.venue.server_config import STREAM, is_led

log = logging.getLogger(__name__)

BEAT = 2.0
QUIET = 3 * BEAT + 0.5
"""Seconds without a word after which a door is not heard of any more."""
WATCH_SECONDS = 15.0
"""How long one look keeps us listening."""
LARGEST = 2048
GONE_NS = 5_000_000_000
"""Without a word for so long a hub is away: those that are up speak every second."""
DOORS = 2000


@dataclass(frozen=True, slots=True)
class Word:
    """What a door said last, and when (monotonic seconds)."""

    at: float
    said: Mapping[str, Any]


class Presence:
    """Speaks for this door and listens while somebody looks. `say` gives what is told, None who only looks on."""

    def __init__(self, link: HubLink, kiosk: str, say: Callable[[], Mapping[str, object]] | None) -> None:
        self._link, self._kiosk, self._say = link, kiosk, say
        self._until = 0.0
        self._since: float | None = None
        self._ears: Subscription | None = None
        self.heard: dict[str, Word] = {}
        self.boxes: tuple[BoxView, ...] = ()
        self.led = False
        self.records = 0

    def watch(self) -> None:
        """Listen for a while; from any thread."""
        self._until = time.monotonic() + WATCH_SECONDS

    @property
    def listened_for(self) -> float:
        """Seconds for which we have listened without a break."""
        since = self._since
        return time.monotonic() - since if since is not None else 0.0

    async def run(self) -> None:
        """Speak and listen over each connection there is."""
        while True:
            client = await self._link.client()
            try:
                await self._with(client)
            except (HubUnreachable, NatsError, OSError, TimeoutError, StorageTrouble) as error:
                log.debug("presence: %r", error)
            self._since, self.led = None, False
            await asyncio.sleep(0.2)

    async def _with(self, client: Client) -> None:
        """Over one connection, until it is closed or something fails; what was subscribed to ends with it."""
        try:
            await self._speak_and_listen(client)
        finally:
            ears, self._ears = self._ears, None
            if ears is not None and not client.is_closed:
                await ears.unsubscribe()  # this connection may be used again: two ears hear everything twice

    async def _speak_and_listen(self, client: Client) -> None:
        spoke = 0.0
        while not client.is_closed:
            now = time.monotonic()
            if self._ears is None and now < self._until:
                self._ears = await client.subscribe("s.>", cb=self._hear)
                self._since = now
            elif self._ears is not None and now > self._until:
                ears, self._ears, self._since = self._ears, None, None
                await ears.unsubscribe()
            if self._say is not None and now - spoke >= BEAT:
                spoke = now
                # It looks at the ledger, which this loop must not wait for.
                said = await off_loop(None, self._say)
                await client.publish(f"s.{self._kiosk}", json.dumps(dict(said)).encode())
            if self._ears is not None:
                await self._ask()
            await asyncio.sleep(BEAT / 4)

    async def _hear(self, message: Msg) -> None:
        name = message.subject.removeprefix("s.")
        try:
            said = json.loads(message.data) if len(message.data) <= LARGEST else None
        except (ValueError, RecursionError):
            return
        if isinstance(said, dict) and (name in self.heard or len(self.heard) < DOORS):
            self.heard[name] = Word(time.monotonic(), said)

    async def _ask(self) -> None:
        """Ask how the hubs do; without an answer in time nobody leads."""
        try:
            info = json.loads((await self._link.ask(f"$JS.API.STREAM.INFO.{STREAM}", b"", BEAT / 2)).data)
        except (HubUnreachable, ValueError):
            info = None
        if not isinstance(info, dict) or "error" in info or not is_led(info):
            self.led = False
            lost = {BoxState.LEADER: BoxState.AWAY}
            self.boxes = tuple(BoxView(box.name, lost.get(box.state, box.state)) for box in self.boxes)
            return
        self.led, self.boxes = True, _boxes(info.get("cluster") or {}, self._link.hub)
        self.records = int(info["state"]["messages"])


def _state(other: Mapping[str, Any]) -> BoxState:
    """Return how a hub does that does not lead. One that was killed is "not current" for a minute before "offline"."""
    if other.get("current"):
        return BoxState.READY
    gone = other.get("offline") or int(other.get("active", 0)) > GONE_NS
    return BoxState.AWAY if gone else BoxState.BEHIND


def _boxes(cluster: Mapping[str, Any], only: str) -> tuple[BoxView, ...]:
    """Return the hubs by name: the one that leads knows how the others do."""
    leader = BoxView(str(cluster.get("leader") or only), BoxState.LEADER)
    others = [BoxView(str(other.get("name")), _state(other)) for other in cluster.get("replicas") or ()]
    return tuple(sorted([leader, *others], key=lambda box: box.name))
