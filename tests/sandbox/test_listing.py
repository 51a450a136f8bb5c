"""Lists: pages, cursors, dates in the company's zone, and what the seed's example leaves out."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from client import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner_app.sandbox.server import Sandbox

AUTUMN = 1_761_436_800  # 2025-10-26 00:00 UTC, an hour before Berlin's clocks go back from 03:00 to 02:00


def page(client, query, template=0):
    return client.get(f"/api/pass/list/{client.template(template)}?{query}")


def stop_clock(client, now):
    assert client.ask("POST", "/sandbox/clock", {"now": now}).status == 204


def test_the_envelope_is_the_seeds(client):
    got = page(client, "pageSize=2")
    assert list(got) == ["query", "total", "results"]
    assert list(got["query"]) == ["start", "pageSize", "self", "next"]
    assert (got["query"]["start"], got["query"]["pageSize"], len(got["results"])) == (0, 2, 2)
    url = urlsplit(got["query"]["next"])
    assert url.path == f"/api/pass/list/{client.template()}"
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    last = got["results"][-1]
    assert query.pop("lastCreatedOnOfPriorPage").isdigit()
    assert query == {"start": "2", "pageSize": "2", "lastIdOfPriorPage": last["identifier"]}


def test_self_repeats_the_cursor_and_the_last_page_has_no_next(client):
    total = page(client, "")["total"]
    second = client.get(page(client, f"pageSize={total - 1}")["query"]["next"])
    assert "lastIdOfPriorPage" in second["query"]["self"]
    assert len(second["results"]) == 1
    assert "next" not in second["query"]


def test_pages_give_everything_once_oldest_first(client):
    found = client.all(f"/api/pass/list/{client.template()}?pageSize=7")
    assert len({each["identifier"] for each in found}) == len(found) == page(client, "")["total"]
    order = [(each["createdOn"], each["identifier"]) for each in found]
    assert order == sorted(order)


def test_a_start_without_cursor_is_an_offset(client):
    everything = page(client, "")["results"]
    assert page(client, "start=5&pageSize=3")["results"] == everything[5:8]
    assert page(client, "start=100000")["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=101",
        "pageSize=0",
        "pageSize=-1",
        "pageSize=ten",
        "start=-1",
        "start=x",
        "createdSince=2021-07-01",
        "createdSince=2021-07-01%2015:30:00",
        "createdSince=2021-13-01%2015:30",
        "modifiedSince=yesterday",
        "modifiedSince=",
        "lastIdOfPriorPage=x&lastCreatedOnOfPriorPage=then",
    ],
)
def test_nonsense_is_a_bad_request(client, query):
    got = client.ask("GET", f"/api/pass/list/{client.template()}?{query}")
    assert got.status == 400
    assert got.json["ErrorMessage"]


def test_an_insertion_between_pages_is_seen_at_the_end_and_a_deletion_moves_nothing(client):
    path = f"/api/pass/list/{client.template()}?pageSize=10"
    before = client.all(path)
    first = client.get(path)
    # One that was seen, the very cursor, and one that was not yet seen go; one comes.
    for gone in (first["results"][0], first["results"][-1], before[15]):
        client.ask("DELETE", f"/api/pass/{gone['identifier']}")
    new = client.create()["identifier"]
    rest = [each["identifier"] for each in client.all(first["query"]["next"])]
    expected = [each["identifier"] for each in before[10:] if each is not before[15]]
    assert rest == [*expected, new]


def test_since_has_minutes_and_takes_the_beginning_of_the_minute(client):
    stop_clock(client, 1_900_000_040)  # 19:47:20 in Berlin
    uid = client.create()["identifier"]
    assert client.get(f"/api/pass/{uid}")["createdOn"] == "2030-03-17 18:47:20"
    for text, count in (("2030-03-17 18:47", 1), ("2030-03-17 18:48", 0)):
        for name in ("createdSince", "modifiedSince"):
            assert page(client, f"{name}={quote(text)}")["total"] == count, (name, text)


def test_of_both_dates_modified_since_is_ignored(client):
    stop_clock(client, 1_900_000_040)
    uid = client.get(f"/api/pass/list/{client.template()}?pageSize=1")["results"][0]["identifier"]
    client.ask("PUT", f"/api/pass/{uid}", {"voided": True})
    assert page(client, "modifiedSince=2030-03-17%2018:47")["total"] == 1
    assert page(client, "createdSince=2000-01-01%2000:00&modifiedSince=2030-03-17%2018:47")["total"] > 1


def test_the_filter_stays_in_the_next_page(client):
    got = page(client, "createdSince=2000-01-01%2000:00&pageSize=3")
    assert "createdSince=2000-01-01%2000:00" in got["query"]["next"]
    assert len(client.all(f"/api/pass/list/{client.template()}?createdSince=2000-01-01%2000:00")) == got["total"]


def test_every_change_moves_modified_on(client):
    stop_clock(client, 1_900_000_000)
    uid = client.create()["identifier"]
    changes = (
        lambda: client.ask("PUT", f"/api/pass/{uid}", {"voided": True}),
        lambda: client.ask("POST", f"/api/pass/{uid}?zapierStyle=true", {"Seat": "A1"}),
        lambda: client.scan(uid, "Main entrance", 0),
    )
    seen = [client.get(f"/api/pass/{uid}")["modifiedOn"]]
    for number, change in enumerate(changes, 1):
        stop_clock(client, 1_900_000_000 + number)
        change()
        seen.append(client.get(f"/api/pass/{uid}")["modifiedOn"])
    assert seen == sorted(set(seen))


def test_the_hour_that_comes_twice(client):
    uids = []
    for minute in (30, 90):
        stop_clock(client, AUTUMN + minute * 60)
        uids.append(client.create()["identifier"])
    shown = [client.get(f"/api/pass/{uid}")["createdOn"] for uid in uids]
    assert shown == ["2025-10-26 02:30:00", "2025-10-26 02:30:00"]
    # The first coming counts, so nothing is missed.
    found = [each["identifier"] for each in page(client, "createdSince=2025-10-26%2002:30")["results"]]
    assert found[:2] == uids


def test_the_hour_that_does_not_come_is_no_error(client):
    assert page(client, "createdSince=2026-03-29%2002:30")["total"] >= 0


def test_expiry_follows_the_companys_zone(client):
    stop_clock(client, 1_900_000_000)
    made = client.create(expirationDate="2030-03-17 18:46")["identifier"]
    assert client.get(f"/api/pass/{made}")["voided"] is True
    made = client.create(expirationDate="2030-03-17 18:47")["identifier"]
    assert client.get(f"/api/pass/{made}")["voided"] is False


def test_lists_can_leave_out_what_the_seeds_example_leaves_out(client):
    full = page(client, "pageSize=1")["results"][0]
    client.ask("POST", "/sandbox/switches", {"list_omits_usage": True})
    short = page(client, "pageSize=1")["results"][0]
    assert set(full) - set(short) == {
        "lastUsage",
        "storedValue",
        "eligiblePlaces",
        "placesUsedAt",
        "downloadPin",
        "bundleId",
    }


@pytest.fixture(scope="module")
def shared():
    with Sandbox(passes=40, seed=11) as running:
        yield Client(running)


@settings(max_examples=25)
@given(
    size=st.integers(1, 20),
    acts=st.lists(st.sampled_from(["create", "delete first", "delete last", "delete cursor", "void"]), max_size=12),
)
def test_what_is_there_all_along_is_seen_exactly_once(shared, size, acts):
    path = f"/api/pass/list/{shared.template()}?pageSize={size}"
    for _ in range(5):
        shared.create()
    staying, seen, url = {each["identifier"] for each in shared.all(path)}, [], path
    while url:
        got = shared.get(url)
        seen += [each["identifier"] for each in got["results"]]
        url = got["query"].get("next")
        if acts:
            staying.discard(_disturb(shared, acts.pop(), seen))
    assert len(seen) == len(set(seen))
    assert staying <= set(seen)


def _disturb(shared, act, seen):
    """Something happens between two pages; the pass that is gone by it, if any."""
    everything = [each["identifier"] for each in shared.all(f"/api/pass/list/{shared.template()}")]
    target = {"delete first": everything[0], "delete last": everything[-1], "delete cursor": seen[-1]}.get(act)
    if act == "create":
        shared.create()
    elif target is None:
        shared.ask("PUT", f"/api/pass/{everything[-1]}", {"voided": True})
    else:
        shared.ask("DELETE", f"/api/pass/{target}")
    return target
