"""Servers and accounts for the adapters' tests."""

from collections.abc import Iterator

import pytest
from support.fault_server import FaultServer

from scanner_app.platforms.http import Http


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def http(server: FaultServer) -> Iterator[Http]:
    client = Http(server.url + "/base", lambda: {"authorization": "s3cret-key"}, secrets=["s3cret-key"])
    yield client
    client.close()
