"""Following Passcreator's pull feed: the real adapter, store and threads against the sandbox."""

import random
import threading
import time
from dataclasses import replace

import pytest
from support.sandbox_kit import Gate

from scanner_app.application.clock import SystemClock
from scanner_app.application.ports import Can
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.passes import PassKey
from scanner_app.domain.rules import Matches, decide
from scanner_app.domain.verdict import Outcome, Reason
from scanner_app.platforms.passcreator import PasscreatorPlatform
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from scanner_app.storage.store import Store
from scanner_app.sync.feed import Follower, feed_of
from scanner_app.sync.runner import SyncRunner

SOON = 10.0


@pytest.fixture
def sandbox():
    with Sandbox(passes=120) as running:
        yield running


@pytest.fixture
def doors(sandbox, tmp_path):
    """This door, with the feed on and everything loaded, and another door of the same account without it."""
    with Store(tmp_path / "here", {"acc": "t"}) as mine, Store(tmp_path / "there", {"acc": "t"}) as theirs:
        here, there = Gate(sandbox, mine, random.Random(1)), Gate(sandbox, theirs, random.Random(2))
        here.platform.close()
        here.config = replace(here.config, options={"feed": "pull"}, sync_minutes=60.0)
        here.platform = here.mortal = PasscreatorPlatform(here.config, here.account.api_key)
        here.restart()
        assert here.downloader.round().even
        yield here, there
        here.close()
        there.close()


@pytest.fixture
def told():
    return []


@pytest.fixture
def follower(doors, told):
    """A follower that has subscribed."""
    here, _ = doors
    made = Follower(here.line, feed_of(here.platform), notify=told.append)
    made.once()
    return made


def asked(gate, after=0):
    rows = gate.account.store.rows("SELECT id, method, path FROM request_log WHERE id > ? ORDER BY id", [after])
    return [(r["method"], r["path"]) for r in rows]


def last(gate):
    return gate.account.store.number("SELECT coalesce(max(id), 0) FROM request_log")


def waiting(gate):
    return gate.account.store.number("SELECT count(*) FROM pc_payload")


def held(gate, guest):
    with gate.store.cache_reader() as reader:
        return reader.get(PassKey("acc", str(guest["identifier"])))


def verdict(gate, guest):
    one, shown = held(gate, guest), Credential(str(guest["barcode"]), Symbology.QR)
    return decide(Matches((one,)), one.uses, gate.place, shown, gate.clock.now().trusted)


def used_elsewhere(there):
    guest = there.guests(1)[0]
    there.admit(guest)
    assert there.drain(60.0)
    return guest


def test_a_pass_used_at_another_door_is_refused_here_within_one_poll(doors, follower):
    here, there = doors
    first = there.guests(1)[0]
    assert verdict(here, first).outcome is Outcome.ADMIT
    guest = used_elsewhere(there)
    assert guest["identifier"] == first["identifier"]
    before = last(here)
    assert follower.once() == 1
    refused = verdict(here, guest)
    assert refused.outcome is Outcome.REFUSE
    assert refused.reason in (Reason.ALREADY_USED, Reason.VOIDED)
    assert not [path for _, path in asked(here, before) if "/list/" in path]
    assert waiting(here) == 0
    assert follower.once() == 0


def test_nothing_is_acknowledged_before_it_is_in_the_cache(doors, follower, monkeypatch):
    here, there = doors
    guest = used_elsewhere(there)
    kept = waiting(here)
    assert kept
    feed, seen = here.platform.feed, []
    honest = feed.acknowledge

    def watched(news):
        seen.append(held(here, guest).voided)
        honest(news)

    monkeypatch.setattr(feed, "acknowledge", watched)
    with monkeypatch.context() as broken:
        broken.setattr(type(here.store), "cache", full_disk)
        with pytest.raises(StorageTrouble):
            follower.once()
    assert (waiting(here), seen) == (kept, [])
    assert follower.once() == 1
    assert (waiting(here), seen) == (0, [True])


def full_disk(*_args, **_more):
    raise StorageTrouble(StorageKind.FULL)


@pytest.mark.parametrize("kind", ["drop_after", "500", "html"])
def test_a_lost_acknowledgement_only_repeats_work(doors, follower, told, kind):
    here, there = doors
    guest = used_elsewhere(there)
    fault = Misbehaviour("POST /api/v3/webhook-payload/acknowledge", kind, times=1)
    here.account.misbehaviours.faults[:] = [fault]
    follower.round()
    assert held(here, guest).voided
    assert [n.code for n in told] == ["feed_off"]
    here.line.connectivity.probe()
    follower.round()
    assert waiting(here) == 0
    assert len(told) == 1


def test_an_account_without_it_keeps_its_delta_and_says_so_once(doors, told):
    here, there = doors
    follower = Follower(here.line, here.platform.feed, notify=told.append)
    here.account.misbehaviours.faults[:] = [Misbehaviour("POST /api/hook/*", "401")]
    for _ in range(3):
        assert follower.round() >= 2.0
    assert [(n.code, n.detail) for n in told] == [("feed_off", "platform_unauthorised")]
    assert not here.line.blocked
    here.account.misbehaviours.faults.clear()
    guest = used_elsewhere(there)
    here.time.advance(60.0)
    assert here.downloader.round().trouble == ""
    assert held(here, guest).voided


def test_the_threads_follow_and_leave_nothing_behind(doors):
    here, there = doors
    runner = SyncRunner([here.config], {"acc": here.platform}, here.store, SystemClock(), lambda _: None)
    runner.start()
    try:
        until(lambda: ("GET", "/api/v3/webhook-payload") in asked(here))
        guest = used_elsewhere(there)
        until(lambda: held(here, guest).voided)
    finally:
        assert runner.stop()
    assert here.account.store.number("SELECT count(*) FROM pc_hook") == 0


def test_switched_off_it_asks_nothing(doors):
    _, there = doors
    assert feed_of(there.platform) is None
    assert there.platform.capabilities.missing[Can.FEED] == "feed_is_off"
    runner = SyncRunner([there.config], {"acc": there.platform}, there.store, SystemClock(), lambda _: None)
    runner.start()
    try:
        until(lambda: runner.status("acc").complete)
        names = {t.name for t in threading.enumerate()}
    finally:
        assert runner.stop()
    assert "feed-acc" not in names
    assert not [path for _, path in asked(there) if "hook" in path]


def until(fact):
    deadline = time.monotonic() + SOON
    while not fact():
        assert time.monotonic() < deadline, "it did not come true"
        threading.Event().wait(0.02)
