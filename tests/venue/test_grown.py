"""Records carried into the group: none counts as told that the group did not commit."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from nats.js.errors import APIError

from scanner_app.venue import grown


class Group:
    """Hubs that answer each record with what stands in a list."""

    def __init__(self, *answers):
        self.answers = list(answers)

    async def request(self, where, data, timeout):  # noqa: ASYNC109 - the client's own word
        return SimpleNamespace(data=json.dumps(self.answers.pop(0)).encode())


KEPT = {"stream": "RED", "seq": 1}


@pytest.mark.parametrize("code", [10077, None])
def test_what_is_there_already_and_what_is_new_is_told(code):
    answer = {"error": {"code": 400, "err_code": code}} if code else KEPT
    asyncio.run(grown.tell(Group(KEPT, answer), [("r.a.b.1", b"1"), ("r.a.c.1", b"2")]))


def test_a_record_that_the_group_could_not_take_is_not_told():
    lost = {"error": {"code": 503, "err_code": 10008, "description": "JetStream system temporarily unavailable"}}
    with pytest.raises(APIError):
        asyncio.run(grown.tell(Group(KEPT, lost), [("r.a.b.1", b"1"), ("r.a.c.1", b"2")]))
