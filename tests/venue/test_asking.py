"""Questions whose connection goes while they are being asked."""

import asyncio
import gc

import pytest
from nats.aio.client import Client
from nats.errors import ConnectionClosedError

from scanner_app.venue.asking import Asking, HubUnreachable


class Going(Client):
    """The library's client at the moment at which its connection is lost."""

    def __init__(self):
        super().__init__()
        self.asking = Asking(self)

    async def publish(self, *_args, **_more):
        self.asking.leave()
        raise ConnectionClosedError


def test_a_connection_lost_in_the_middle_of_a_question_is_told_once_and_nowhere_else():
    told = []

    async def ask():
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context["message"]))
        client = Going()
        with pytest.raises(HubUnreachable):
            await client.asking.ask("r.a.b.1", b"", 5.0)
        gc.collect()  # an error that nobody fetched would say so now
        with pytest.raises(HubUnreachable):
            await client.asking.ask("r.a.b.1", b"", 5.0)
        return client.asking._open

    assert asyncio.run(ask()) == {}
    gc.collect()
    assert told == []
