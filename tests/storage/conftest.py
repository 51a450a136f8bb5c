"""A real store in a real folder."""

import pytest
from support.storage_kit import ACCOUNT

from scanner_app.storage.store import Store


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kiosk"


@pytest.fixture
def store(folder):
    with Store(folder, {ACCOUNT: "t1"}) as opened:
        yield opened


@pytest.fixture
def ledger(store):
    with store.ledger_reader() as reader:
        yield reader


@pytest.fixture
def caches(store):
    with store.cache_reader() as reader:
        yield reader
