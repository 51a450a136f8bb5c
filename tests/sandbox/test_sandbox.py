"""The sandbox as a whole: made data, the guest line, restarts, an end that leaves nothing behind."""

import socket
import threading
import time
from pathlib import Path

import pytest
from aiohttp import web
from client import Client

from scanner_app.sandbox import control
from scanner_app.sandbox.account import Switches
from scanner_app.sandbox.misbehave import KINDS
from scanner_app.sandbox.server import Sandbox

UNFIT = {"createdOn", "modifiedOn", "expirationDate", "validAsOfDate", "lastUsage", "placesUsedAt"}


def everything(client):
    return [each for number in range(3) for each in client.all(f"/api/pass/list/{client.template(number)}")]


def test_there_are_as_many_passes_as_asked_for_and_all_kinds():
    with Sandbox(passes=600) as sandbox:
        shown = everything(Client(sandbox))
        state = Client(sandbox).get("/sandbox/state")
    assert len(shown) == state["passes"] == 600
    assert len({each["barcodeValue"] for each in shown}) == 600
    for kind in (
        lambda each: each["voided"] and each["redeemed"],
        lambda each: each["voided"] and not each["redeemed"],
        lambda each: each["validAsOfDate"] and not each["voided"],
        lambda each: each["placesUsedAt"] and not each["voided"],
        lambda each: each["eligiblePlaces"] == ["Backstage"],
        lambda each: each["storedValue"] > 0,
        lambda each: each["thumbnail"] is None,
        lambda each: each["thumbnail"],
        lambda each: not each["userProvidedId"],
    ):
        assert any(map(kind, shown))
    assert any(not name.isascii() for each in shown for name in each["passFieldData"].values())


def test_no_passes_means_none():
    with Sandbox(passes=0) as sandbox:
        assert everything(Client(sandbox)) == []


def test_the_same_seed_makes_the_same_passes():
    def made(seed):
        with Sandbox(passes=80, seed=seed) as sandbox:
            client = Client(sandbox)
            shown = everything(client)
        for each in shown:
            for name in UNFIT | {"uri", "linkToPassPage", "qrCodeImage", "searchString"}:
                del each[name]
        return {each["identifier"]: each for each in shown}

    assert made(7) == made(7)
    assert made(7).keys().isdisjoint(made(8))


def test_five_thousand_are_made_quickly():
    started = time.process_time()  # of this process alone: a machine busy with others makes nothing slower
    Sandbox(passes=5000).stop()
    assert time.process_time() - started < 3.0


@pytest.fixture
def line(sandbox):
    return sandbox.guest_line()


def test_the_guest_line_has_every_verdict_and_symbology(line, client):
    assert [each["expected"] for each in line][:9] == [
        "ADMIT",
        "ADMIT",
        "ALREADY_USED",
        "EXPIRED",
        "NOT_YET_VALID",
        "WRONG_PLACE",
        "VOIDED",
        "WRONG_EVENT",
        "UNKNOWN",
    ]
    assert {each["symbology"] for each in line} == {"qr", "aztec", "pdf417", "code128"}
    assert client.get("/sandbox/guest-line") == line


def test_the_platform_agrees_with_the_guest_line(line, client):
    """The platform's own word on each code at the main entrance, before anything is scanned."""
    door, festival = client.door("Main entrance"), client.template()
    seen = set()
    for guest in line:
        got = client.ask("GET", f"/api/pass/{guest['barcode']}?appConfigurationId={door}")
        if guest["expected"] == "UNKNOWN":
            assert got.status == 404
            continue
        shown, plain = got.json, client.get(f"/api/pass/{guest['barcode']}")
        expected = {
            "ADMIT": not shown["voided"],
            "ALREADY_USED": guest["barcode"] in seen or (shown["redeemed"] and not plain["redeemed"]),
            "EXPIRED": plain["voided"] and not plain["redeemed"] and plain["expirationDate"],
            "NOT_YET_VALID": plain["validAsOfDate"] and not plain["voided"],
            "WRONG_PLACE": shown["voided"] and "Main entrance" not in plain["eligiblePlaces"],
            "VOIDED": plain["voided"] and not plain["redeemed"] and not plain["expirationDate"],
            "WRONG_EVENT": plain["passTemplateGuid"] != festival,
        }
        assert expected[guest["expected"]], guest
        assert (plain["passTemplateGuid"] == festival) == (guest["expected"] != "WRONG_EVENT")
        seen.add(guest["barcode"])


def test_a_file_keeps_passes_keys_scans_and_the_guest_line(tmp_path):
    path = tmp_path / "sandbox.db"
    with Sandbox(path, passes=30) as first:
        client = Client(first)
        uid = client.create(Firstname="Ada")["identifier"]
        client.scan(uid, "Main entrance", 0)
        before, line, info = everything(client), first.guest_line(), first.info
    with Sandbox(path, passes=90, seed=9) as second:
        client = Client(second)
        assert second.guest_line() == line
        assert {**second.info, "base_url": ""} == {**info, "base_url": ""}
        kept = [each["identifier"] for each in everything(client)]
        assert kept == [each["identifier"] for each in before]
        assert list(client.get(f"/api/pass/{uid}")["placesUsedAt"].values()) == ["Main entrance"]


def test_the_key_can_be_given():
    with Sandbox(passes=0, api_key="given") as sandbox:
        assert sandbox.info["api_key"] == "given"
        assert Client(sandbox).get("/api/passtemplate")


def test_stopping_joins_and_frees_the_port():
    sandbox = Sandbox(passes=0).start()
    address = Client(sandbox).address
    with socket.create_connection((address.hostname, address.port)):  # a client that never speaks
        sandbox.stop()
    assert "sandbox" not in {thread.name for thread in threading.enumerate()}
    with Sandbox(passes=0, port=address.port):
        pass
    sandbox.stop()


def test_a_taken_port_is_an_os_error():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="address"):
        Sandbox(passes=0, port=taken.getsockname()[1]).start()


def test_an_unknown_platform_is_a_key_error():
    with pytest.raises(KeyError):
        Sandbox(platforms=("none",))


def test_two_stand_side_by_side():
    with Sandbox(passes=0) as one, Sandbox(passes=0) as two:
        assert one.info["base_url"] != two.info["base_url"]
        assert one.info["api_key"] != two.info["api_key"]


def test_switches_are_known_by_name(client):
    assert client.ask("POST", "/sandbox/switches", {"none": True}).status == 400
    assert client.ask("POST", "/sandbox/switches", {"list_omits_usage": 1}).status == 400
    with pytest.raises(KeyError):
        Switches().set("none", value=True)


def test_many_clients_at_once_lose_nothing(client, sandbox):
    threads = [threading.Thread(target=lambda: [client.create() for _ in range(10)]) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert client.get("/sandbox/state")["passes"] == 60 + 80


def test_the_page_names_every_switch_fault_and_control_route():
    page = (Path(__file__).parents[2] / "docs" / "user" / "sandbox.md").read_text(encoding="utf-8")
    routes = {resource.canonical for resource in _control_routes()}
    for name in {*vars(Switches()), *KINDS, *routes}:
        assert f"`{name}" in page or f" {name}" in page, name


def _control_routes():
    app = web.Application()
    control.add_routes(app)
    return app.router.resources()
