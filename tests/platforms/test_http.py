"""The one HTTP client against raw sockets that misbehave."""

import contextlib
import socket
import subprocess
import sys
import threading
import time

import pytest
from support import fault_server as faults

from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.platforms.address import checked_url
from scanner_app.platforms.http import CONNECTIONS, Http


def trouble(http, method="GET", path=("x",), deadline=2.0, **more) -> PlatformTrouble:
    with pytest.raises(PlatformTrouble) as raised:
        http.request(method, path, deadline=deadline, **more).json()
    return raised.value


# --- the deadline ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "behaviour",
    [faults.drip_headers(0.03), faults.drip_body(0.03), faults.half_open, faults.late(3600, faults.answer())],
    ids=["headers", "body", "half_open", "late"],
)
def test_the_deadline_holds_within_a_tenth_whatever_the_server_does(server, http, behaviour):
    server.behave(behaviour)
    began = time.monotonic()
    found = trouble(http, deadline=0.6)
    took = time.monotonic() - began
    assert found.kind is PlatformKind.UNREACHABLE
    assert found.sent
    assert 0.6 <= took <= 0.66


def test_a_peer_that_takes_no_bytes_is_given_up(server, http):
    with (
        socket.create_server(("127.0.0.1", 0), backlog=1) as listener,
        contextlib.closing(Http(f"http://127.0.0.1:{listener.getsockname()[1]}", dict)) as silent,
    ):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        began = time.monotonic()
        found = trouble(silent, "POST", deadline=0.5, body={"much": "x" * 6_000_000})  # more than a socket holds back
        assert time.monotonic() - began <= 0.55 + 0.2  # megabytes of JSON are made first
        assert found.sent


def test_time_for_tls_counts(server):
    stuck = Http(server.url.replace("http:", "https:"), dict)
    server.behave(faults.half_open)
    began = time.monotonic()
    found = trouble(stuck, deadline=0.5)
    assert time.monotonic() - began <= 0.55
    assert not found.sent
    stuck.close()


def test_name_look_up_counts_too(monkeypatch):
    gate = threading.Event()
    real = socket.getaddrinfo

    def slow(host, port, *args, flags=0, **more):
        if flags == 0:
            gate.wait(10)
        return real("127.0.0.1" if flags == 0 else host, port, *args, flags=flags, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    client = Http("https://platform.invalid", dict)
    began = time.monotonic()
    found = trouble(client, deadline=0.3)
    assert time.monotonic() - began <= 0.33
    assert not found.sent
    gate.set()
    client.close()


# --- sent, or not ----------------------------------------------------------------------------------------------------
def test_nothing_was_sent_where_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = Http(f"http://127.0.0.1:{port}", dict)
    found = trouble(client)
    assert (found.kind, found.sent, found.outcome_unknown) == (PlatformKind.UNREACHABLE, False, False)
    client.close()


@pytest.mark.parametrize("behaviour", [faults.reset, faults.hang_up], ids=["reset", "hang_up"])
def test_a_connection_that_ends_leaves_the_outcome_unknown(server, http, behaviour):
    server.behave(behaviour)
    found = trouble(http, "PUT", body={"voided": True})
    assert (found.kind, found.outcome_unknown) == (PlatformKind.UNREACHABLE, True)


# --- bodies ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (faults.truncated(b'{"a": 1', 100), PlatformKind.UNREACHABLE),
        (faults.truncated(b'{"a": 1'), PlatformKind.NONSENSE),
        (faults.portal(), PlatformKind.PORTAL),
        (faults.portal(404), PlatformKind.PORTAL),
        (faults.portal(403), PlatformKind.PORTAL),
        (faults.portal(503), PlatformKind.BUSY),
        (faults.redirect("http://portal.invalid/"), PlatformKind.PORTAL),
        (faults.answer(200, faults.PORTAL_PAGE), PlatformKind.PORTAL),
        (faults.gzip_bomb(50), PlatformKind.NONSENSE),
        (faults.flood(4), PlatformKind.NONSENSE),
        (faults.answer(200, b"NaN"), PlatformKind.NONSENSE),
        (faults.answer(200, b"[1e999]"), PlatformKind.NONSENSE),
        (faults.answer(200, b"[-Infinity]"), PlatformKind.NONSENSE),
        (faults.answer(200, b"[" + b"9" * 5000 + b"]"), PlatformKind.NONSENSE),
        (faults.answer(200, b'{"a":1,"a":2}'), PlatformKind.NONSENSE),
        (faults.answer(200, b"[" * 200_000), PlatformKind.NONSENSE),
        (faults.answer(200, b"[" * 100 + b"]" * 100), PlatformKind.NONSENSE),
        (faults.answer(200, b"\xff\xfe"), PlatformKind.NONSENSE),
        (faults.answer(200, b""), PlatformKind.NONSENSE),
        (lambda peer: peer.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), PlatformKind.UNREACHABLE),
    ],
)
def test_what_is_no_answer(server, http, behaviour, kind):
    server.behave(behaviour)
    assert trouble(http).kind is kind


GROWN = """
import resource, sys
from scanner_app.domain.errors import PlatformTrouble
from scanner_app.platforms.http import Http
http = Http(sys.argv[1], dict)
http.request("GET", ["warm-up"], deadline=10).json()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in ("bomb", "flood"):
    try:
        http.request("GET", [path], deadline=10).json()
    except PlatformTrouble as trouble:
        print(trouble.kind.value)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_bomb_and_a_flood_cost_at_most_twenty_megabytes(server):
    """Measured in a process of its own: the server's bomb and what other tests needed are not in it."""
    by_path = {"/warm-up": faults.answer(200, []), "/bomb": faults.gzip_bomb(200), "/flood": faults.flood(40)}
    server.behave(lambda peer: by_path[peer.request.target](peer))
    done = subprocess.run([sys.executable, "-c", GROWN, server.url], capture_output=True, text=True, check=True)
    *kinds, grown = done.stdout.split()
    assert kinds == ["nonsense", "nonsense"]
    assert int(grown) <= 20 * 1024


def test_a_byte_order_mark_is_no_trouble(server, http):
    server.behave(faults.answer(200, b'\xef\xbb\xbf{"a": 1.50}'))
    assert str(http.request("GET", ["x"], deadline=2).json()["a"]) == "1.50"


# --- statuses --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, PlatformKind.NONSENSE),  # a success, but 204 was promised
        (202, PlatformKind.NONSENSE),
        (304, PlatformKind.PORTAL),
        (400, PlatformKind.REFUSED),
        (401, PlatformKind.UNAUTHORISED),
        (403, PlatformKind.UNAUTHORISED),
        (404, PlatformKind.NOT_FOUND),
        (408, PlatformKind.BUSY),
        (409, PlatformKind.CONFLICT),
        (412, PlatformKind.CONFLICT),
        (422, PlatformKind.REFUSED),
        (425, PlatformKind.BUSY),
        (429, PlatformKind.BUSY),
        (500, PlatformKind.BUSY),
        (503, PlatformKind.BUSY),
        (511, PlatformKind.PORTAL),
        (599, PlatformKind.BUSY),
    ],
)
def test_every_status_has_one_meaning(server, http, status, kind):
    server.behave(faults.answer(status, {"ErrorMessage": "why"} if status != 304 else None))
    with pytest.raises(PlatformTrouble) as raised:
        http.request("PUT", ["x"], body={}, ok=(204,), deadline=2)
    assert (raised.value.kind, raised.value.status) == (kind, status)
    assert (raised.value.code == "platform_fault") == (status in (500, 599))  # broken, and not asking to wait


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"x-rate-limit-retry-after": "0.25"}, 0.25),
        ({"Retry-After": "1", "X-Rate-Limit-Retry-After": "2.5"}, 2.5),
        ({"Retry-After": "86400"}, 300.0),
        ({"Retry-After": "1e400"}, 300.0),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "NaN"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 100}, None),
        ({"Date": "Fri, 20 Nov 2026 12:00:00 GMT", "Retry-After": "Fri, 20 Nov 2026 12:00:42 GMT"}, 42.0),
        ({"Date": "Fri, 20 Nov 2026 12:00:00 GMT", "Retry-After": "Fri, 20 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"Date": "Fri, 20 Nov 2026 12:00:00 GMT", "Retry-After": "Sat, 21 Nov 2026 12:00:00 GMT"}, 300.0),
    ],
)
def test_both_retry_headers_are_honoured_within_five_minutes(server, http, headers, seconds):
    server.behave(faults.answer(429, {"errors": ["Too Many Requests"]}, headers))
    assert trouble(http).retry_after == seconds


# --- secrets ---------------------------------------------------------------------------------------------------------
def test_the_key_is_in_no_message(server, http, caplog):
    caplog.set_level("DEBUG")
    server.behave(faults.answer(400, {"ErrorMessage": "no access with s3cret-key, really"}))
    found = trouble(http)
    assert "***" in found.detail
    for shown in (found.detail, repr(found), str(found), repr(http), caplog.text):
        assert "s3cret-key" not in shown


def test_what_a_server_says_is_one_short_line_without_controls(server, http):
    server.behave(faults.answer(400, {"ErrorMessage": "a\n\x1b[31mb" + "x" * 5000}))
    detail = trouble(http).detail
    assert detail.isprintable()
    assert len(detail) < 250


# --- where requests go -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://platform.example", "settings_url_insecure"),
        ("http://10.0.0.1:8080", "settings_url_insecure"),
        ("http://127.0.0.1.platform.example", "settings_url_insecure"),
        ("ftp://platform.example", "settings_url_invalid"),
        ("platform.example", "settings_url_invalid"),
        ("", "settings_url_invalid"),
        ("https://", "settings_url_invalid"),
        ("https://me:secret@platform.example", "settings_url_invalid"),
        ("https://platform.example/?key=1", "settings_url_invalid"),
        ("https://platform.example/#x", "settings_url_invalid"),
        ("https://platform.example:99999", "settings_url_invalid"),
        ("https://plat form.example", "settings_url_invalid"),
        ("https://[::1", "settings_url_invalid"),
        ("https://plätform.example", "settings_url_invalid"),
        ("https://platform.example/api/../admin", "settings_url_invalid"),
        ("https://platform.example/./api", "settings_url_invalid"),
        ("https://platform.example/{api}", "settings_url_invalid"),
    ],
)
def test_only_https_or_loopback(url, code):
    with pytest.raises(SettingsTrouble) as raised:
        checked_url(url)
    assert raised.value.code == code


@pytest.mark.parametrize("url", ["https://a.example", "http://127.0.0.1:1", "http://localhost:8", "http://[::1]:9/x"])
def test_usable_addresses(url):
    assert checked_url(url).hostname


def test_what_a_request_carries(server, http):
    server.behave(faults.answer(200, {}))
    http.request("GET", ["a/b", "ü"], params={"q": "1 & 2"}, deadline=2)
    seen = server.requests[0]
    assert seen.target == "/base/a%2Fb/%C3%BC?q=1%20%26%202"
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.headers["authorization"] == "s3cret-key"
    assert seen.headers["host"] == f"127.0.0.1:{server.port}"
    assert "cookie" not in seen.headers


@pytest.mark.parametrize(("method", "body", "length"), [("GET", None, None), ("POST", None, "0"), ("PUT", {}, "2")])
def test_the_length_is_said_where_a_body_belongs(server, http, method, body, length):
    server.behave(faults.answer(200, {}))
    http.request(method, ["x"], body=body, deadline=2)
    assert server.requests[0].headers.get("content-length") == length
    assert server.requests[0].headers.get("content-type") == ("application/json" if body is not None else None)


def test_what_no_server_takes_is_not_sent(server, http):
    found = trouble(http, params={"q": "x" * 70_000})
    assert (found.kind, found.sent) == (PlatformKind.REFUSED, False)
    assert server.requests == []


def test_neither_the_surroundings_nor_a_netrc_say_where_requests_go(server, monkeypatch, tmp_path):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password other-key\n")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(netrc))
    server.behave(faults.answer(200, {}))
    client = Http(server.url, dict)
    client.request("GET", ["x"], deadline=2)
    client.close()
    assert "authorization" not in server.requests[0].headers


def test_redirects_and_cookies_lead_nowhere(server, http):
    server.behave(faults.answer(302, b"", {"Location": server.url + "/elsewhere", "Set-Cookie": "a=b"}))
    trouble(http)
    trouble(http)
    assert [r.target for r in server.requests] == ["/base/x", "/base/x"]
    assert not any("cookie" in r.headers for r in server.requests)


# --- connections -----------------------------------------------------------------------------------------------------
def test_a_connection_is_used_again_and_a_dead_one_is_not(server, http):
    server.behave(faults.in_turn(faults.answer(200, {}), faults.truncated(b"{}", 2), faults.answer(200, {})))
    for _ in range(3):
        http.request("GET", ["x"], deadline=2).json()
    assert server.connections == 2


@pytest.mark.parametrize(("method", "tries"), [("GET", 2), ("PUT", 1), ("POST", 1)])
def test_a_question_on_a_dead_connection_is_asked_anew_and_an_order_is_not(server, http, method, tries):
    server.behave(faults.in_turn(faults.answer(200, {}), faults.hang_up, faults.answer(200, {})))
    http.request("GET", ["x"], deadline=2)
    if tries == 2:
        http.request(method, ["y"], deadline=2)
    else:
        assert trouble(http, method, body={}).outcome_unknown
    assert [r.method for r in server.requests] == ["GET", *[method] * tries]


def test_after_sleep_everything_is_opened_anew(server, http):
    server.behave(faults.answer(200, {}))
    http.request("GET", ["x"], deadline=2)
    http.reset()
    http.request("GET", ["x"], deadline=2)
    assert server.connections == 2


@pytest.mark.parametrize("end", ["close", "reset"])
def test_closing_wakes_whoever_waits(server, http, end):
    server.behave(faults.half_open)
    found: list[PlatformTrouble] = []
    threads = [threading.Thread(target=lambda: found.append(trouble(http, deadline=30))) for _ in range(16)]
    for thread in threads:
        thread.start()
    while len(server.requests) < 12:  # as many as the pool lets through
        threading.Event().wait(0.005)
    began = time.monotonic()
    http.close()
    for thread in threads:
        thread.join(5)
    assert time.monotonic() - began < 2
    assert [f.kind for f in found] == [PlatformKind.UNREACHABLE] * 16
    if end == "close":
        assert not trouble(http).sent


def test_many_threads_share_one_client(server, http):
    server.behave(lambda peer: faults.answer(200, {"target": peer.request.target})(peer))
    wrong: list[str] = []

    def ask(name: str) -> None:
        for n in range(20):
            found = http.request("GET", [f"{name}-{n}"], deadline=10).json()["target"]
            if found != f"/base/{name}-{n}":
                wrong.append(found)

    threads = [threading.Thread(target=ask, args=(f"t{i}",)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert len(server.requests) == 320
    assert server.connections <= CONNECTIONS


@pytest.mark.parametrize(
    ("headers", "body", "kind"),
    [
        ({}, b"{}", PlatformKind.NONSENSE),
        ({"Content-Type": "text/html"}, faults.PORTAL_PAGE, PlatformKind.PORTAL),
        ({"Content-Type": "text/html; charset=UTF-8"}, b"", None),  # what PHP says by itself of an empty answer
    ],
)
def test_a_204_that_promises_a_body_is_no_success(server, http, headers, body, kind):
    """No HTTP library shows that body: it has no place there. Whoever sends one is not the platform."""
    server.behave(faults.answer(204, body, headers))
    if kind is None:
        http.request("PUT", ["x"], body={}, ok=(204,), deadline=2).empty()
        return
    with pytest.raises(PlatformTrouble) as raised:
        http.request("PUT", ["x"], body={}, ok=(204,), deadline=2)
    assert raised.value.kind is kind
    assert raised.value.outcome_unknown


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_page_is_no_success_of_a_call_that_says_nothing_either(server, http, status):
    """Whoever looks at no body would take a captive portal's page for a letter sent."""
    server.behave(faults.answer(status, faults.PORTAL_PAGE, {"Content-Type": "text/html"}))
    with pytest.raises(PlatformTrouble) as raised:
        http.request("POST", ["x"], body={}, ok=(status,), deadline=2)
    assert raised.value.kind is PlatformKind.PORTAL
    assert raised.value.outcome_unknown


@pytest.mark.parametrize("body", [b'{"a": 1}', b" [1]", b"", b"\n"])
def test_a_script_that_calls_all_it_says_html_is_understood(server, http, body):
    """PHP's own default. No contract names a content type."""
    server.behave(faults.answer(200, body, {"Content-Type": "text/html; charset=UTF-8"}))
    assert http.request("POST", ["x"], body={}, deadline=2).body == body
