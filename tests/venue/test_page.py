"""The venue's page from a hub's box, served over TLS: who gets in, what it says, and a real browser that shows it."""

import contextlib
import json
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from http.cookiejar import CookieJar

import pytest
from support import browser
from support.venue_door import kiosks
from support.venue_kit import HASH_KEY, until

from scanner_app.application.venue_view import AlarmView, BoxState, BoxView, DoorState, DoorView, TwiceView, VenueView
from scanner_app.commands import hub_page
from scanner_app.ui import texts, venue_page
from scanner_app.venue import keys, page, presence
from scanner_app.venue.page import PageServer, Place, Tries

CODE = "h7k2mnpq"
NASTY = "<script>alert(1)</script>'\"&\u202e"
NOW = datetime(2026, 11, 28, 20, 15, tzinfo=UTC)
VIEW = VenueView(
    NASTY,
    NOW,
    connected=True,
    led=True,
    doors=(DoorView("kiosk-01", DoorState.ONLINE, NASTY, admitted=1234, flow=7), DoorView(NASTY, DoorState.SILENT)),
    boxes=(BoxView(NASTY, BoxState.LEADER),),
    twice=(TwiceView(NOW, NASTY, NASTY, None, "", "kiosk-02"),),
    twice_count=1,
    alarms=(AlarmView(1, "signature", NASTY, NOW), AlarmView(2, NASTY, "", None)),
    alarm_count=2,
)


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.set_language("en")


@pytest.fixture
def served(one_hub):
    """A page whose view a test chooses."""
    views = [VIEW]
    assets = {name: (hub_page.files("resources") / "page" / name).read_text() for name in hub_page.ASSETS}
    server = PageServer(Place("127.0.0.1", 0, one_hub.folder / "hub1", CODE), lambda: views[-1], venue_page, assets)
    assert server.start(), server.trouble
    server.views = views
    yield server
    assert server.stop()


class Visitor:
    """A plain client with a cookie jar that trusts the venue's authority."""

    def __init__(self, server, ca):
        self._url = f"https://127.0.0.1:{server.port}"
        self._jar = CookieJar()
        context = ssl.create_default_context(cadata=ca)
        handlers = (urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(self._jar))
        self._open = urllib.request.build_opener(*handlers).open

    def get(self, path, form=None, **headers):
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            answer = self._open(urllib.request.Request(self._url + path, data, headers))
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read().decode(), answer.headers


@pytest.fixture
def visitor(served, one_hub):
    return Visitor(served, one_hub.ca)


def test_nobody_sees_anything_without_the_code(visitor):
    status, text, headers = visitor.get("/")
    assert status == 200
    assert "1,234" not in text
    assert visitor.get("/now")[0] == 403
    assert visitor.get("/enter", {"code": "guess"})[0] == 403
    assert visitor.get("/enter/guess")[0] == 403
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers


@pytest.mark.parametrize("way", [("/enter", {"code": f" {CODE.upper()} "}), (f"/enter/{CODE}", None)])
def test_the_code_opens_it_typed_or_by_its_link(visitor, way):
    assert visitor.get(*way)[0] == 200
    status, text, _ = visitor.get("/")
    assert status == 200
    assert "1,234" in text
    assert "<main>" in visitor.get("/now")[1]
    assert visitor.get("/page.css")[0] == visitor.get("/page.js")[0] == 200
    for path in ("/page.json", "/../hub.key", "/enter", "/ledger"):
        assert visitor.get(path)[0] in (404, 405)


def test_foreign_text_stays_text(visitor):
    visitor.get(f"/enter/{CODE}")
    text = visitor.get("/")[1]
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text


def test_its_language_is_the_browsers(visitor):
    visitor.get(f"/enter/{CODE}")
    assert "Türen" in visitor.get("/", **{"Accept-Language": "xx, de-AT;q=0.9, en"})[1]
    assert 'dir="rtl"' in visitor.get("/", **{"Accept-Language": "ar"})[1]
    assert "Doors" in visitor.get("/", **{"Accept-Language": "tlh"})[1]


def test_guessing_is_slowed_down(visitor, monkeypatch):
    for _ in range(page.TRIES):
        assert visitor.get("/enter", {"code": "guess"})[0] == 403
    assert visitor.get("/enter", {"code": CODE})[0] == 429
    tries, now = Tries(), [0.0]
    monkeypatch.setattr(page.time, "monotonic", lambda: now[0])
    waits = []
    for _ in range(12):
        tries.failed("a")
        waits.append(tries.wait("a"))
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]
    assert tries.wait("b") == 0
    now[0] = 901.0
    assert tries.wait("a") == 0


def test_tries_that_were_begun_together_are_counted_one_by_one(served, one_hub):
    body = b"code=guess"
    head = f"POST /enter HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    context = ssl.create_default_context(cadata=one_hub.ca)
    with contextlib.ExitStack() as opened:
        begun = []
        for _ in range(3 * page.TRIES):
            plain = opened.enter_context(socket.create_connection(("127.0.0.1", served.port), 10))
            begun.append(opened.enter_context(context.wrap_socket(plain, server_hostname="127.0.0.1")))
            begun[-1].sendall(head.encode() + body[:-1])
        assert Visitor(served, one_hub.ca).get("/")[0] == 200, "the server has had its turn with all of them"
        for each in begun:
            each.sendall(body[-1:])
        answers = [each.recv(4096).split()[1] for each in begun]
    assert Counter(answers) == {b"403": page.TRIES, b"429": 2 * page.TRIES}


def test_who_was_wrong_first_is_not_forgotten_when_many_others_were_wrong_too():
    tries = Tries()
    for _ in range(page.TRIES):
        tries.failed("first")
    for n in range(page.ADDRESSES - 1):
        tries.failed(f"other {n}")
    tries.failed("first")
    assert tries.wait("first") > page.FIRST_WAIT


@pytest.mark.parametrize("which", ["taken", "none"])
def test_a_port_that_cannot_be_had_is_said(served, one_hub, which):
    port = served.port if which == "taken" else 70_000
    other = PageServer(Place("127.0.0.1", port, one_hub.folder / "hub1", CODE), lambda: VIEW, venue_page, {})
    assert not other.start()
    assert other.trouble
    assert other.stop()


@pytest.mark.skipif(browser.program() is None, reason="no Chromium here: apt-get install chromium")
def test_a_real_browser_shows_the_venue_and_follows_it(own_hub, tmp_path, monkeypatch):
    monkeypatch.setattr(presence, "BEAT", 0.5)
    name, seed = "page-hub1", keys.new_seed()
    own_hub.pages[name] = keys.public_key(seed)
    own_hub.write_users()
    own_hub.reload()
    home = own_hub.folder / "hub1"
    enrolment = {
        "venue": "Festival <b>", "kiosk": name, "host": "127.0.0.1", "hubs": [own_hub.address("hub1")],
        "ca": own_hub.ca,
        "seed": seed, "hash_key": HASH_KEY.hex(), "admin": keys.public_key(own_hub.admin), "code": CODE,
    }  # fmt: skip
    (home / "page.json").write_text(json.dumps(enrolment))
    served = hub_page.open_page(home, "127.0.0.1", 0)
    phone = browser.Browser(tmp_path / "profile")
    try:
        with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
            for kiosk in (first, second):
                kiosk.load(10)
                until(lambda kiosk=kiosk: kiosk.hub.state().connected)
            phone.go(f"https://127.0.0.1:{served.server.port}/")
            assert phone.run("document.querySelector('input').name") == "code"
            phone.run(f"document.querySelector('input').value = '{CODE}'; document.querySelector('button').click()")
            until(lambda: "kiosk-01" in phone.text(), 30)
            assert first.show(1).scan.verdict.admits
            until(
                lambda: phone.run("document.querySelector('.figures b').innerText") == "1", 30, "it follows by itself"
            )
            until(lambda: phone.text().count("Online") == 2, 30)
            assert phone.run("document.documentElement.scrollWidth <= window.innerWidth"), "nothing runs off the side"
            assert "Festival <b>" in phone.text()
            phone.picture(tmp_path / "page.png")
        until(lambda: "Not heard" in phone.text(), 30)
        served.server.stop()
        until(lambda: phone.run("!document.getElementById('lost').hidden"), 30, "it says that it is old")
        assert [said for said in phone.said if "Content Security Policy" in said] == []
    finally:
        phone.close()
        served.close()


def test_a_view_of_nothing_is_a_page():
    assert "<main>" in venue_page.page(replace(VIEW, doors=(), boxes=(), twice=(), alarms=()), "en")
