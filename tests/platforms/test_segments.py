"""Whatever was scanned, a request goes to the pass route or nowhere."""

import posixpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import fault_server as faults

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Template
from scanner_app.platforms.passcreator import PasscreatorPlatform
from scanner_app.platforms.segments import UnusableSegment, segment, target

HOSTILE = [
    *("", ".", "..", "../", "../user", "..\\..\\x", "a/../../../../etc/passwd", "/", "//evil.example/x", "./x"),
    *("?x=1", "x?appConfigurationId=1", "x#y", "x;y", "a&b=c", "%2e%2e", "%2e%2e%2f", "%00", "%", "%zz", "a%2Fb"),
    *("list/abc", "search/tpl/x", "geturis/x", "sendpushnotifications", "\x00", "a\x00b", "a\r\nHost: evil", "\n"),
    *("<b>x</b>", '<img src="/dev/zero">', "\u202eeltit", "\u2066x\u2069", "\ud800", "a\udfffb", "\ufeff", "\x7f"),
    *("' OR 1=1 --", "'; DROP TABLE passes;--", "x" * 512, "x" * 513, "x" * 3000, "é" * 256, "é" * 257, "☃" * 170),
    *("https://evil.example/p/x", "\\\\host\\share", "file:///etc/passwd", "${jndi:ldap://x}", "{{7*7}}", " ", "\t"),
]


@pytest.fixture
def platform(server):
    found = PasscreatorPlatform(AccountConfig("a", "passcreator", server.url, (Template("tpl", "T"),)), "key")
    yield found
    found.close()


def test_no_look_up_leaves_the_pass_route(server, platform):
    server.behave(faults.answer(404, {"ErrorMessage": "no"}))
    for text in HOSTILE:
        server.requests.clear()
        assert platform.lookup(text, 2.0) == []
        for request in server.requests:
            path, _, query = request.target.partition("?")
            prefix, _, last = path.rpartition("/")
            assert (request.method, prefix, query) == ("GET", "/api/pass", "includeFieldMapping=true")
            assert unquote(last) == text
            assert last not in (".", "..", "")
            assert f"{posixpath.normpath(unquote(path))}/".startswith(
                "/api/pass/"
            )  # a server that undoes %2F first, too


def test_no_search_leaves_its_route(server, platform):
    server.behave(faults.answer(200, []))
    for text in HOSTILE:
        server.requests.clear()
        assert platform.search(text) == []
        for request in server.requests:
            assert request.target.rpartition("/")[0] == "/api/pass/search/tpl"


@given(st.text() | st.sampled_from(HOSTILE))
def test_a_segment_is_one_segment_or_nothing(text):
    try:
        quoted = segment(text)
    except UnusableSegment:
        return
    assert unquote(quoted) == text
    assert not set(quoted) & set("/?#\\ ;&%2") - {"%", "2"}
    assert target("/api/", ["pass", text], {}) == f"/api/pass/{quoted}".encode()


def test_an_unusable_value_is_refused_before_anything_is_sent():
    with pytest.raises(UnusableSegment) as raised:
        segment("..")
    assert not raised.value.outcome_unknown


@given(st.text(), st.text())
def test_a_parameter_stays_in_the_query(name, value):
    raw = target("", ["x"], {f"n{name}": value}).decode("ascii")
    assert raw.startswith("/x?n")
    assert raw.count("?") == 1
    assert raw.count("&") == 0
    assert "#" not in raw
