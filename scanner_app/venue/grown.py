"""A venue's records carried from its lone hub to the group of three that it grows into."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence
from pathlib import Path

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig
from nats.js.errors import APIError

from scanner_app.domain.errors import SettingsTrouble
from scanner_app.files import write_private
from scanner_app.venue.roster import is_roster
from scanner_app.venue.server_config import STREAM

FILE = "before-grow.jsonl"
SECONDS = 10.0
TOLD_BEFORE = 10077
AT_ONCE = 200
Told = tuple[str, bytes]


async def keep(client: Client, path: Path) -> int:
    """Write every record of the lone hub into a file, in order, rosters left out; return how many there are."""
    js = client.jetstream(timeout=SECONDS)
    last = (await js.stream_info(STREAM)).state.last_seq
    queue: asyncio.Queue[Msg] = asyncio.Queue()
    await js.subscribe(
        "", stream=STREAM, cb=queue.put, ordered_consumer=True, config=ConsumerConfig(), pending_msgs_limit=1 << 30
    )
    lines, sequence = list[str](), 0
    while sequence < last:
        message = await asyncio.wait_for(queue.get(), SECONDS)
        sequence = message.metadata.sequence.stream
        if not is_roster(message.subject):
            lines.append(json.dumps([message.subject, base64.b64encode(message.data).decode()]))
    write_private(path, "".join(f"{line}\n" for line in lines))
    return len(lines)


def read(path: Path) -> Sequence[Told]:
    """Return what is to be told again, in order; nothing where there is no such file. SettingsTrouble for nonsense."""
    if not path.exists():
        return ()
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [(str(where), base64.b64decode(data)) for where, data in rows]
    except (OSError, ValueError, TypeError) as error:
        raise SettingsTrouble("hub_unreadable", f"{path}: {error}") from error


async def tell(client: Client, records: Sequence[Told]) -> None:
    """Have records committed in order, some at a time; APIError when one is not: all are told again by the next try."""
    for start in range(0, len(records), AT_ONCE):
        await asyncio.gather(*(commit(client, *record) for record in records[start : start + AT_ONCE]))


async def commit(client: Client, where: str, data: bytes) -> None:
    """Have a record committed; one that the stream has already is refused and is there."""
    error = json.loads((await client.request(where, data, timeout=SECONDS)).data).get("error")
    if error and error.get("err_code") != TOLD_BEFORE:
        raise APIError(error.get("code"), error.get("description"), error.get("err_code"))


def done(path: Path) -> None:
    """Keep the file under another name: it was told."""
    path.replace(path.with_suffix(".told"))
