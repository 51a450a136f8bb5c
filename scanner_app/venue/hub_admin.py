"""What only the installer's identity may do at a hub: make the stream, widen it, look at everything."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Callable
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NotFoundError

from scanner_app.venue import grown, roster
from scanner_app.venue.hub_folder import Venue
from scanner_app.venue.server_config import CLOUD, CLOUD_CONFIG, STREAM, STREAM_CONFIG

log = logging.getLogger(__name__)
logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of every TLS connection that is closed

TRIES = 3
AGAIN_SECONDS = 0.5
"""Until a hub that did not take the connection is tried once more; the client's own 2 s keep an installer waiting."""
TELL_SECONDS = 5.0
"""No further try after that: hubs that are off keep nobody waiting longer."""
PATIENCE = 30.0
"""Seconds a fresh group of hubs may take to elect a leader (measured: up to 9 s; venue.md, 5)."""


def trust(ca_pem: str) -> ssl.SSLContext:
    """Return TLS settings that take the venue's own authority and nobody else's."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cadata=ca_pem)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


async def connect(venue: Venue) -> Client:
    """Return a connection with the installer's identity; NatsError or OSError when no hub answers."""
    return await nats.connect(
        venue.urls,
        tls=trust(venue.ca),
        nkeys_seed_str=venue.admin_seed,
        connect_timeout=2,
        max_reconnect_attempts=1,
        reconnect_time_wait=AGAIN_SECONDS,
        allow_reconnect=False,
        error_cb=_quietly,
    )


async def _quietly(error: Exception) -> None:
    log.debug("hub: %s", error)


async def ensure_stream(venue: Venue, give_up: Callable[[], bool]) -> bool:
    """Make the stream once the hubs answer; True when it is there, with as many copies as there are hubs."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < until and not give_up():
        try:
            client = await connect(venue)
        except (OSError, NatsError, TimeoutError) as error:
            log.debug("no hub yet: %s", error)
            await asyncio.sleep(0.2)
            continue
        try:
            await _stream(client, venue)
        except (APIError, NatsError, TimeoutError) as error:
            log.debug("no stream yet: %s", error)
            await asyncio.sleep(0.3)
        else:
            return True
        finally:
            await client.close()
    return False


async def _stream(client: Client, venue: Venue) -> None:
    before = grown.read(venue.before) if venue.before else ()
    if before:
        await _make(client, len(venue.boxes))
        # The keys first, or nobody could believe what follows; the doors only when all of it is there.
        await tell_roster(client, _members(venue, opens=False))
        await grown.tell(client, before)
    await make_stream(client, len(venue.boxes), _members(venue))
    if before and venue.before:
        grown.done(venue.before)


def _members(venue: Venue, *, opens: bool = True) -> bytes:
    may = roster.May(venue.kiosks, venue.pages)
    return roster.encode(venue.keys, venue.admin_seed, opens=opens, hubs=venue.urls, may=may)


async def make_stream(client: Client, copies: int, members: bytes) -> None:
    """Make the stream as wide as there are hubs, tell it the roster, make the uploaders' consumer."""
    await _make(client, copies)
    # First of all in a new stream: nobody takes part before he has read his own key there.
    await tell_roster(client, members)
    # The uploaders' shared consumer is the installer's too: no kiosk may make, change or remove it.
    await _ask(
        client,
        f"$JS.API.CONSUMER.DURABLE.CREATE.{STREAM}.{CLOUD}",
        {"stream_name": STREAM, "config": {**CLOUD_CONFIG, "num_replicas": copies}},
    )


async def _make(client: Client, copies: int) -> None:
    js = client.jetstream(timeout=5)
    config = {**STREAM_CONFIG, "num_replicas": copies}
    try:
        known = await js.stream_info(STREAM)
    except NotFoundError:
        await _ask(client, f"$JS.API.STREAM.CREATE.{STREAM}", config)
    else:
        if known.config.num_replicas != copies or known.config.subjects != STREAM_CONFIG["subjects"]:
            await _ask(client, f"$JS.API.STREAM.UPDATE.{STREAM}", config)


async def tell_roster(client: Client, members: bytes) -> None:
    """Have the roster committed; one that the stream has already is refused and is there."""
    await grown.commit(client, roster.subject_of(members), members)


async def _ask(client: Client, subject: str, body: object) -> None:
    answer = json.loads((await client.request(subject, json.dumps(body).encode(), timeout=10)).data)
    if "error" in answer:
        raise APIError(answer["error"].get("code"), answer["error"].get("description"), answer["error"].get("err_code"))


async def keep_before(venue: Venue, path: Path, patience: float) -> int | None:
    """Write the records of a lone hub down; return how many, None when it did not answer within `patience` seconds."""
    until = asyncio.get_running_loop().time() + patience
    while asyncio.get_running_loop().time() < until:
        try:
            client = await connect(venue)
        except (OSError, NatsError, TimeoutError) as error:
            log.debug("no hub yet: %s", error)
            await asyncio.sleep(0.2)
            continue
        try:
            return await grown.keep(client, path)
        except (APIError, NatsError, TimeoutError) as error:
            log.debug("no stream yet: %s", error)
            await asyncio.sleep(0.3)
        finally:
            await client.close()
    return None


async def tell_members(venue: Venue) -> bool:
    """Tell the stream who is enrolled, and who no longer.

    False when no hub answers now; `hub run` and `hub status` make up for it.
    """
    until = asyncio.get_running_loop().time() + TELL_SECONDS
    for _ in range(TRIES):  # a hub that was just told to read its users anew may drop a connection, or be slow
        if asyncio.get_running_loop().time() > until:
            break
        try:
            client = await connect(venue)
        except (OSError, NatsError, TimeoutError) as error:
            log.debug("no hub: %s", error)
            await asyncio.sleep(0.2)
            continue
        try:
            await tell_roster(client, _members(venue))
        except (APIError, NatsError, TimeoutError) as error:
            log.debug("no roster: %r", error)
            await asyncio.sleep(0.2)
        else:
            return True
        finally:
            await client.close()
    return False


async def status(venue: Venue) -> dict[str, object]:
    """Return whether a hub answers, which, and what the stream holds."""
    try:
        client = await connect(venue)
    except (OSError, NatsError, TimeoutError) as error:
        return {"reachable": False, "trouble": str(error) or type(error).__name__, "hubs": venue.urls}
    try:
        await ensure_copies(client, venue)
        info = await client.jetstream(timeout=5).stream_info(STREAM)
        cluster = info.cluster
        return {
            "reachable": True,
            "hub": str(client.connected_url.netloc) if client.connected_url else "",
            "server": _version(client),
            "hubs": venue.urls,
            "leader": cluster.leader if cluster else None,
            "copies": info.config.num_replicas,
            "records": info.state.messages,
            "last_sequence": info.state.last_seq,
            "bytes": info.state.bytes,
            "to_tell": len(grown.read(venue.before)) if venue.before else 0,
        }
    except (APIError, NatsError, TimeoutError) as error:
        return {"reachable": False, "trouble": str(error) or type(error).__name__, "hubs": venue.urls}
    finally:
        await client.close()


def _version(client: Client) -> str:
    found = client.connected_server_version
    return f"{found.major}.{found.minor}.{found.patch}"


async def ensure_copies(client: Client, venue: Venue) -> None:
    """Widen the stream after `hub grow`; a hub that is not up yet only delays it."""
    try:
        await _stream(client, venue)
    except (APIError, NatsError, TimeoutError) as error:
        log.info("the stream keeps its number of copies for now: %s", error)
