"""A sandbox on a real socket, and a small client that speaks to it with the standard library alone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from client import Client

from scanner_app.sandbox.server import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(passes=60, seed=7) as running:
        yield running


@pytest.fixture
def client(sandbox) -> Client:
    return Client(sandbox)
