"""Servers and accounts for the adapters' tests."""

from collections.abc import Iterator

import pytest
from support.fault_server import FaultServer

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Template
from scanner_app.platforms.http import Http
from scanner_app.platforms.passcreator import PasscreatorPlatform
from scanner_app.sandbox.server import Sandbox


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def http(server: FaultServer) -> Iterator[Http]:
    client = Http(server.url + "/base", lambda: {"authorization": "s3cret-key"}, secrets=["s3cret-key"])
    yield client
    client.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(passes=150) as running:
        yield running


@pytest.fixture
def passcreator(sandbox: Sandbox) -> Iterator[PasscreatorPlatform]:
    account = sandbox.accounts["passcreator"]
    platform = PasscreatorPlatform(account_of(sandbox.info), account.api_key)
    yield platform
    platform.close()
    account.misbehaviours.faults.clear()
    sandbox.clock.frozen, sandbox.clock.offset = None, 0.0


def account_of(info: dict[str, object], **more: object) -> AccountConfig:
    templates = tuple(Template(t["id"], t["name"]) for t in info["templates"])
    return AccountConfig(
        "acc", str(info["platform"]), str(info["base_url"]), templates, **({"zone": "Europe/Berlin"} | more)
    )
