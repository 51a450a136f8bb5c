"""Questions to a hub over one connection: each waits for its answer, for its time, or for the end of the connection.

The client library's own `request` takes two turns of the loop more, by `asyncio.wait_for`; a guest waits for them.
"""

from __future__ import annotations

import asyncio
import itertools

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

NO_RESPONDERS = "503"


class HubUnreachable(Exception):
    """There is no connection, or it went away before an answer came: what was asked may have happened."""


class Asking:
    """One connection's questions, in its loop."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._numbers = itertools.count()
        self._open: dict[str, asyncio.Future[Msg]] = {}
        self._gone = False

    async def listen(self) -> None:
        """Have answers come; before anything is asked."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._answered)

    async def ask(self, subject: str, data: bytes, seconds: float) -> Msg:
        """Publish and wait for the answer. HubUnreachable at once when the connection goes, or after `seconds`."""
        if self._gone:
            raise HubUnreachable("the connection went away")
        loop = asyncio.get_running_loop()
        reply = f"{self._inbox}.{next(self._numbers)}"
        answer = self._open[reply] = loop.create_future()
        timer = loop.call_later(seconds, _fail, answer, "no answer in time")
        try:
            await self._client.publish(subject, data, reply=reply)
            message: Msg = await answer
        except (NatsError, OSError, TimeoutError, asyncio.InvalidStateError) as error:
            answer.cancel()  # nobody waits for it: it may have failed too
            raise HubUnreachable(str(error) or type(error).__name__) from error
        finally:
            timer.cancel()
            del self._open[reply]
        if message.headers and message.headers.get("Status") == NO_RESPONDERS:
            raise HubUnreachable("nobody there answers")
        return message

    def leave(self) -> None:
        """End all questions: an answer can only come to the connection that was asked."""
        self._gone = True
        for answer in self._open.values():
            _fail(answer, "the connection went away")

    async def _answered(self, message: Msg) -> None:
        answer = self._open.get(message.subject)
        if answer is not None and not answer.done():
            answer.set_result(message)


def _fail(answer: asyncio.Future[Msg], why: str) -> None:
    if not answer.done():
        answer.set_exception(HubUnreachable(why))
