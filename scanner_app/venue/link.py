"""One connection to one of the venue's hubs at a time, in a thread and an event loop of its own.

The client library's own reconnecting is left off: a hub that answers TCP but has lost its leader must be left for
another after two failures, and hosts that a hub advertises are not in its certificate. So each connection is one
client to one hub, and the link goes round the hubs it was given.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from scanner_app.venue.asking import Asking, HubUnreachable
from scanner_app.venue.loop import Question, end

log = logging.getLogger(__name__)
T = TypeVar("T")

CONNECT_SECONDS = 2.0
PAUSE_SECONDS = 0.25
"""Between two tries after every hub was tried once; a hub that is up answers in milliseconds."""
FAILURES = 2
"""Failures in a row after which another hub is tried (venue.md, 9)."""
PING_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What makes a kiosk one of the venue's: where its hubs are, whom to believe, who it is.

    `seed` and `hash_key` are secrets; `admin` is the public key that signs the roster.
    """

    venue: str
    kiosk: str
    hubs: tuple[str, ...]
    ca: str
    seed: str
    hash_key: bytes
    admin: str = ""


class HubLink:
    """A connection that comes back, to one hub after the other."""

    def __init__(self, enrolment: Enrolment) -> None:
        self._enrolment, self._hubs = enrolment, enrolment.hubs
        self._thread = threading.Thread(target=self._main, name="hub link", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._client: Client | None = None
        self._gone: asyncio.Event | None = None
        self._up = asyncio.Event()
        self._asking: Asking | None = None
        self._failures = 0
        self._next = 0
        self.hub = ""
        self.trouble = ""
        self.refused = False  # a hub of the venue said that this kiosk may not: revoked, or not told of it yet
        self.lost_at: float | None = time.monotonic()

    # --- life, from any thread
    def start(self) -> None:
        """Start connecting; returns when calls are taken."""
        self._thread.start()
        self._ready.wait()

    def stop(self, deadline: float = 3.0) -> bool:
        """Close everything; returns False when that took longer than the deadline (seconds)."""
        loop, stop = self._loop, self._stop
        if loop is None or stop is None:
            return True
        if not loop.is_closed():
            try:
                loop.call_soon_threadsafe(stop.set)
            except RuntimeError:
                log.debug("the loop had ended already")
        self._thread.join(deadline)
        return not self._thread.is_alive()

    def call(self, work: Coroutine[Any, Any, T], deadline: float) -> T:
        """Run a coroutine in the loop and wait for it; TimeoutError after `deadline` seconds, when it is cancelled."""
        loop = self._loop
        if loop is None or loop.is_closed():
            work.close()
            raise HubUnreachable("the link is closed")
        question = Question(work)
        try:
            loop.call_soon_threadsafe(question.begin, loop)
        except RuntimeError as error:  # it ended this moment
            work.close()
            raise HubUnreachable("the link is closed") from error
        try:
            return question.wait(deadline)
        except TimeoutError:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(question.give_up)
            raise
        except asyncio.CancelledError as error:  # the thread is ending, or a connection went in the middle of something
            raise HubUnreachable("the question was given up") from error

    def post(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine in the loop; its failure is logged."""
        loop = self._loop
        if loop is None or loop.is_closed():
            work.close()
            return
        asyncio.run_coroutine_threadsafe(_logged(work), loop)

    def know(self, hubs: Iterable[str]) -> None:
        """Go round these hubs too, which the installer told of: a venue may have grown since the enrolment."""
        told = [hub.removeprefix("tls://") for hub in hubs]
        mine = {hub.removeprefix("tls://") for hub in self._hubs}
        self._hubs = (*self._hubs, *(hub for hub in told if hub not in mine))

    @property
    def is_up(self) -> bool:
        """Whether there is a connection."""
        return self._client is not None

    @property
    def isolated_for(self) -> float | None:
        """Seconds without a connection, None with one."""
        since = self.lost_at
        return None if since is None else time.monotonic() - since

    # --- in the loop
    async def client(self) -> Client:
        """Wait for a connection and return it."""
        while (client := self._client) is None:
            await self._up.wait()
        return client

    async def ask(self, subject: str, data: bytes, seconds: float) -> Msg:
        """Publish and wait for the answer. HubUnreachable at once when the connection goes, or after `seconds`."""
        asking = self._asking
        if asking is None:
            raise HubUnreachable("no connection")
        return await asking.ask(subject, data, seconds)

    def went_well(self) -> None:
        """Say that the hub answered with a decision."""
        self._failures = 0

    def went_badly(self) -> None:
        """Say that the hub did not decide; the second time in a row another hub is tried."""
        self._failures += 1
        if self._failures >= FAILURES and len(self._hubs) > 1 and self._client is not None:
            self.move_on()

    def move_on(self) -> None:
        """Leave this hub for the next one."""
        self._failures = 0
        if self._gone is not None:
            self._gone.set()

    # --- the thread
    def _main(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._loop.set_exception_handler(_note)
            self._stop = asyncio.Event()
            runner.run(self._run())

    async def _run(self) -> None:
        assert self._stop is not None  # noqa: S101 - set by _main
        self._ready.set()
        stopping = asyncio.ensure_future(self._stop.wait())
        living = asyncio.ensure_future(self._live())
        await asyncio.wait({stopping, living}, return_when=asyncio.FIRST_COMPLETED)
        me = asyncio.current_task()
        while left := {task for task in asyncio.all_tasks() if task is not me}:
            await end(left)
        await asyncio.sleep(0)  # transports that were closed tell it on the next turn of the loop

    async def _live(self) -> None:
        context = ssl.create_default_context(cadata=self._enrolment.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        misses = 0
        while True:
            hub = self._hubs[self._next % len(self._hubs)]
            self._next += 1
            if await self._visit(hub, context):
                misses = 0
                continue
            misses += 1
            if misses >= len(self._hubs):
                misses = 0
                await asyncio.sleep(PAUSE_SECONDS)

    async def _visit(self, hub: str, context: ssl.SSLContext) -> bool:
        """Connect to a hub and stay until it or we want to end it; return whether there was a connection."""
        client, gone, untrusted = Client(), asyncio.Event(), asyncio.Event()

        async def leave() -> None:
            gone.set()

        async def heard(error: Exception) -> None:
            self.trouble = type(error).__name__
            if isinstance(error, ssl.SSLCertVerificationError):
                untrusted.set()
            log.debug("hub %s: %s", hub, error)
            if not client.is_connected:
                _drop(client)

        try:
            connecting = self._connect(client, hub, context, leave, heard)
            asking = await asyncio.wait_for(connecting, CONNECT_SECONDS + 1.0)
        except (NatsError, OSError, TimeoutError, ValueError) as error:
            self._failed(error, untrusted=untrusted.is_set())
            log.info("no connection to hub %s: %r", hub, error)
            await _closed(client)
            return False
        try:
            self._client, self._asking, self._gone = client, asking, gone
            self.hub, self.trouble, self.refused, self.lost_at = hub, "", False, None
            self._up.set()
            log.info("connected to hub %s", hub)
            await gone.wait()
        finally:
            self._client, self._asking, self._gone, self.hub = None, None, None, ""
            self._up.clear()
            gone.set()
            asking.leave()
            self.lost_at = time.monotonic()
            await _closed(client)
        return True

    def _failed(self, error: Exception, *, untrusted: bool) -> None:
        if "authorization" in str(error).lower():
            self.trouble, self.refused = "refused", True
        else:
            untrusted = untrusted or isinstance(error, ssl.SSLCertVerificationError)
            self.trouble = "untrusted" if untrusted else "unreachable"

    async def _connect(
        self,
        client: Client,
        hub: str,
        context: ssl.SSLContext,
        leave: Callable[[], Awaitable[None]],
        heard: Callable[[Exception], Awaitable[None]],
    ) -> Asking:
        await client.connect(
            servers=[hub if "://" in hub else f"tls://{hub}"],
            name=self._enrolment.kiosk,
            tls=context,
            nkeys_seed_str=self._enrolment.seed,
            inbox_prefix=f"_INBOX_{self._enrolment.kiosk}",
            # Nothing may wait in a buffer: a claim sent later than its guest waited would take a slot for nobody.
            pending_size=0,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=int(CONNECT_SECONDS),
            ping_interval=PING_SECONDS,
            max_outstanding_pings=2,
            closed_cb=leave,
            disconnected_cb=leave,
            error_cb=heard,
        )
        asking = Asking(client)
        await asking.listen()
        return asking


async def _closed(client: Client) -> None:
    try:
        await asyncio.wait_for(client.close(), 1.0)
    except (NatsError, OSError, TimeoutError) as error:
        log.debug("closing: %s", error)
    _drop(client)


def _drop(client: Client) -> None:
    """Close what the library leaves open when a hub takes the connection and then says nothing: a paused one, say."""
    transport = getattr(client, "_transport", None)
    for name in ("_io_writer", "_bare_io_writer"):
        writer = getattr(transport, name, None)
        if isinstance(writer, asyncio.StreamWriter):
            writer.close()


async def _logged(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except HubUnreachable as error:
        log.info("not done, the hub is away: %s", error)
    except Exception:
        log.exception("the venue's thread failed at something")


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    log.info("hub link: %s %s", context.get("message", ""), context.get("exception", ""))
