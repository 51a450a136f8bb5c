"""Faults on order, each seen on the wire."""

import gzip
import http.client
import json

import pytest

from scanner_app.sandbox import misbehave


def order(client, route, kind, **more):
    got = client.ask("POST", "/sandbox/misbehave", {"route": route, "kind": kind, **more})
    assert got.status == 201, got.body


def templates(client):
    return client.ask("GET", "/api/passtemplate")


@pytest.mark.parametrize("kind", ["401", "403", "429", "500", "503"])
def test_statuses(client, kind):
    order(client, "GET /api/passtemplate", kind, times=1)
    assert templates(client).status == int(kind)
    assert templates(client).status == 200


@pytest.mark.parametrize("header", ["Retry-After", "x-rate-limit-retry-after"])
def test_a_wait_is_told_in_the_header_named(client, header):
    order(client, "*", "429", retry_after=2.5, header=header)
    assert templates(client).headers[header] == "2.5"


def test_a_captive_portal_says_200(client):
    order(client, "* /api/*", "html")
    got = templates(client)
    assert (got.status, got.headers.get_content_type()) == (200, "text/html")


def test_a_redirect_says_where(client):
    order(client, "* /api/*", "redirect", location="http://example.org/")
    got = templates(client)
    assert (got.status, got.headers["Location"]) == (302, "http://example.org/")


def test_a_truncated_body_ends_before_its_length(client):
    order(client, "GET *", "truncated")
    with pytest.raises(http.client.IncompleteRead):
        templates(client)


def test_a_cut_body_is_whole_http_and_broken_json(client):
    order(client, "GET *", "cut_body")
    with pytest.raises(json.JSONDecodeError):
        _ = templates(client).json


def test_a_short_list_is_good_json_with_half_of_the_results(client):
    path = f"/api/pass/list/{client.template()}?pageSize=10"
    whole = client.get(path)
    order(client, "GET /api/pass/list/*", "short_list", times=1)
    short = client.get(path)
    assert short["results"] == whole["results"][:5]
    assert short["total"] == whole["total"]
    assert "next" not in short["query"]


def test_dropped_before_nothing_is_done(client):
    uid = client.create()["identifier"]
    order(client, "PUT /api/pass/*", "drop", times=1)
    with pytest.raises(http.client.RemoteDisconnected):
        client.ask("PUT", f"/api/pass/{uid}", {"voided": True})
    assert client.get(f"/api/pass/{uid}")["voided"] is False


def test_dropped_after_it_is_done(client):
    uid = client.create()["identifier"]
    order(client, "PUT /api/pass/*", "drop_after", times=1)
    with pytest.raises(http.client.RemoteDisconnected):
        client.ask("PUT", f"/api/pass/{uid}", {"voided": True})
    assert client.get(f"/api/pass/{uid}")["voided"] is True


def test_gzip_comes_unasked(client):
    order(client, "GET *", "gzip")
    got = templates(client)
    assert got.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(got.body))) == 3


def test_a_bomb_is_small_on_the_wire(client):
    order(client, "GET *", "bomb", mb=8)
    got = templates(client)
    assert len(got.body) < 100_000
    assert len(gzip.decompress(got.body)) == 8 << 20


def test_delay_and_drip_give_the_right_answer_in_the_end(client):
    whole = templates(client).json
    order(client, "GET *", "delay", ms=20, times=1)
    assert templates(client).json == whole
    order(client, "GET *", "drip", ms=0, times=1)
    assert templates(client).json == whole


def test_after_and_times_count(client):
    order(client, "GET /api/passtemplate", "500", after=2, times=1)
    assert [templates(client).status for _ in range(4)] == [200, 200, 500, 200]


def test_a_rate_strikes_some(client):
    order(client, "GET /api/passtemplate", "503", rate=0.5)
    statuses = [templates(client).status for _ in range(40)]
    assert 5 < statuses.count(503) < 35


def test_faults_are_cleared_and_never_touch_the_control_routes(client):
    order(client, "*", "500")
    assert templates(client).status == 500
    state = client.get("/sandbox/state")
    assert [each["kind"] for each in state["misbehaviours"]] == ["500"]
    assert client.ask("DELETE", "/sandbox/misbehave").status == 204
    assert templates(client).status == 200


def test_the_log_tells_what_was_asked_without_keys(client):
    uid = client.create()["identifier"]
    order(client, "PUT *", "500", times=1)
    client.ask("PUT", f"/api/pass/{uid}?x=1", {"voided": True})
    log = client.get("/sandbox/requests")
    last = log[-1]
    assert (last["method"], last["path"], last["query"]) == ("PUT", f"/api/pass/{uid}", "x=1")
    assert (last["status"], last["misbehaviour"], json.loads(last["body"])) == (500, "500", {"voided": True})
    assert client.key not in json.dumps(log)
    assert client.get(f"/sandbox/requests?after={last['id']}") == []


@pytest.mark.parametrize(
    "body", [{}, {"route": "*"}, {"route": "*", "kind": "x"}, {"route": "*", "kind": "500", "rate": 2}, {"who": 1}]
)
def test_bad_orders_are_refused(client, body):
    assert client.ask("POST", "/sandbox/misbehave", body).status == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PUT /api/pass/*=500:0.3", {"route": "PUT /api/pass/*", "kind": "500", "rate": 0.3}),
        ("GET *=delay,ms=300,times=5", {"route": "GET *", "kind": "delay", "ms": 300, "times": 5}),
        ("*=429,retry_after=2,header=x-wait", {"kind": "429", "retry_after": 2.0, "header": "x-wait"}),
    ],
)
def test_faults_can_be_written(text, expected):
    fault = misbehave.parse(text)
    assert {name: getattr(fault, name) for name in expected} == expected


@pytest.mark.parametrize("text", ["", "GET *", "GET *=none", "GET *=500:2", "GET *=500,x=1", "GET *=500,times=many"])
def test_faults_written_wrongly_are_told(text):
    with pytest.raises(ValueError, match=r".+"):
        misbehave.parse(text)
