"""The real threads: they start, wake, keep out of each other's way, and end in time."""

import threading
import time

import pytest
from support.simulated_platform import SimulatedPlatform, fails, script
from support.sync_kit import Kiosk

from scanner_app.application.clock import SystemClock
from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Connection
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.scan import OperationKind, OperationState
from scanner_app.storage.store import Store
from scanner_app.sync.runner import SyncRunner

SOON = 10.0


class RealTime:
    """A platform's latency that takes real time; the platform itself is in memory."""

    def __init__(self, world, latency=0.0):
        self._world, self._latency = world, latency
        self.open = threading.Event()
        self.open.set()

    def __call__(self, _seconds):
        self.open.wait(SOON)
        if self._latency:
            threading.Event().wait(self._latency)


@pytest.fixture
def door(store, world, platform):
    """A running runner over the simulated platform in real time, and what it told."""
    return Door(store, world, platform)


class Door:
    def __init__(self, store, world, platform, latency=0.0):
        self.store, self.platform = store, platform
        self.gate = RealTime(world, latency)
        world.advance = self.gate
        self.kiosk = Kiosk(world, platform, store, None)
        self.clock = SystemClock()
        self.told, self.changes = [], []
        config = AccountConfig("sim", "passcreator", "https://sim", sync_minutes=60.0)
        self.runner = SyncRunner(
            [config], {"sim": platform}, store, self.clock, self.told.append, changed=lambda: self.changes.append(1)
        )

    def __enter__(self):
        self.runner.start()
        return self

    def __exit__(self, *_):
        self.gate.open.set()
        assert self.runner.stop()

    @property
    def status(self):
        return self.runner.status("sim")

    def sent(self):
        return self.kiosk.counts().get(OperationState.SENT, 0)


def until(fact, seconds=SOON):
    """Wait for a fact."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come true"
        threading.Event().wait(0.005)


def test_a_start_loads_everything_and_says_so(door, platform):
    for number in range(250):
        platform.create(f"p{number:03d}")
    with door:
        until(lambda: door.status.complete)
        status = door.status
        assert (status.held, status.platform_total, status.connection, status.trouble) == (
            250,
            250,
            Connection.ONLINE,
            "",
        )
        until(lambda: door.changes)
        assert door.clock.offset is not None


def test_what_is_admitted_is_told_when_it_is_rung_for(door, platform):
    platform.create("p1")
    with door:
        until(lambda: door.status.connection is Connection.ONLINE)
        door.kiosk.admit("p1")
        door.runner.wake_uploads()
        until(lambda: door.sent() == 2)
    assert platform.rows["p1"].voided_by == "here"


def test_uploads_do_not_wait_for_downloads(store, world, platform):
    blocked, hold = threading.Event(), threading.Event()
    platform.create("p1")

    def hang(what):
        if what == "page":
            blocked.set()
            hold.wait(SOON)

    platform.next_fault = hang
    with Door(store, world, platform) as door:
        assert blocked.wait(SOON)
        door.kiosk.admit("p1")
        door.runner.wake_uploads()
        until(lambda: door.sent() == 2)
        hold.set()


def test_downloads_do_not_wait_for_uploads(store, world, platform):
    hold = threading.Event()
    platform.create("p1")
    platform.next_fault = lambda what: hold.wait(SOON) and None if what == "deliver" else None
    with Door(store, world, platform) as door:
        door.kiosk.admit("p1")
        door.runner.wake_uploads()
        until(lambda: "deliver" in platform.requests)
        door.runner.sync_now()
        until(lambda: door.status.complete)
        assert door.sent() == 0
        hold.set()
        until(lambda: door.sent() == 2)


def test_offline_is_shown_and_coming_back_sends_first(door, platform):
    platform.create("p1")
    with door:
        until(lambda: door.status.complete)
        platform.next_fault = lambda _: fails(PlatformKind.UNREACHABLE)
        door.kiosk.admit("p1")
        began = time.monotonic()
        door.runner.wake_uploads()
        until(lambda: door.status.connection is Connection.OFFLINE)
        assert time.monotonic() - began < 3.0
        assert not door.runner.oracles()["sim"].believed_up()
        assert door.status.trouble == "platform_unreachable"
        assert door.runner.paused_reason("sim") == "platform_unreachable"
        platform.next_fault = lambda _: None
        until(lambda: door.sent() == 2)
        assert door.status.connection is Connection.ONLINE


def test_a_lookup_that_fails_tells_everybody(door, platform):
    with door:
        until(lambda: door.status.complete)
        platform.next_fault = script([fails(PlatformKind.UNREACHABLE)], "lookup")
        platform.requests.clear()
        with pytest.raises(PlatformTrouble):
            door.runner.oracles()["sim"].lookup("x", 0.8)
        until(lambda: "check" in platform.requests)
        until(lambda: door.status.connection is Connection.ONLINE)


def test_twenty_a_second_at_150_ms(store, world, platform):
    for number in range(60):
        platform.create(f"p{number:02d}")
    door = Door(store, world, platform)
    for number in range(60):
        door.kiosk.admit(f"p{number:02d}")
    door.gate._latency = 0.15
    began = time.monotonic()
    with door:
        until(lambda: door.sent() == 120, 30)
    assert 120 / (time.monotonic() - began) >= 20.0
    order = {}
    for scan in platform.scans:
        order.setdefault(scan.uid, []).append(scan.kind)
    assert all(kinds == [OperationKind.RECORD] for kinds in order.values())


def test_a_stop_in_the_middle_of_everything_is_quick_and_loses_nothing(store, world, platform):
    for number in range(300):
        platform.create(f"p{number:03d}")
    platform.page_size = 10
    door = Door(store, world, platform)
    for number in range(40):
        door.kiosk.admit(f"p{number:03d}")
    door.gate._latency = 0.05
    with door:
        until(lambda: platform.requests.count("deliver") > 5)
        began = time.monotonic()
    assert time.monotonic() - began < 3.0
    again = Door(store, world, platform)
    with again:
        until(lambda: again.sent() == 80)
    assert len(platform.scans) == 40
    assert not again.kiosk.conflicts()


def test_pausing_keeps_everything_here(door, platform):
    platform.create("p1")
    with door:
        until(lambda: door.status.complete)
        door.runner.pause()
        door.kiosk.admit("p1")
        door.runner.wake_uploads()
        assert door.runner.paused_reason("sim") == "paused"
        assert door.sent() == 0
        door.runner.resume()
        until(lambda: door.sent() == 2)


def test_sync_now_fetches_at_once(door, platform):
    with door:
        until(lambda: door.status.complete)
        for number in range(40):
            platform.create(f"new-{number}")
        door.runner.sync_now()
        until(lambda: door.status.held == 40)
        platform.delete("new-7")
        platform.delta_total = True  # no round of changes tells of that
        pages = platform.requests.count("page")
        door.runner.sync_now()
        until(lambda: platform.requests.count("page") > pages and door.status.complete)
        assert door.status.held == 40
        door.runner.sync_now(full=True)
        until(lambda: door.status.held == 39)


def test_after_a_sleep_connections_are_dropped_and_the_network_is_asked(door, platform):
    with door:
        until(lambda: door.status.complete)
        before = len(platform.requests)
        door.runner._woke(3600.0)
        assert platform.resets == 1
        until(lambda: len(platform.requests) > before, 2.0)


def test_push_beside_running_threads_waits_until_all_is_sent(door, platform):
    for number in range(30):
        platform.create(f"p{number:02d}")
        door.kiosk.admit(f"p{number:02d}")
    with door:
        report = door.runner.push(SOON)
    assert (report.sent, report.left, report.trouble) == (60, 0, "")


def test_push_without_threads_and_rounds_on_the_callers_time(door, platform):
    for number in range(30):
        platform.create(f"p{number:02d}")
        door.kiosk.admit(f"p{number:02d}")
    report = door.runner.push(SOON)
    assert (report.sent, report.left) == (60, 0)
    told = []
    (synced,) = door.runner.sync_once(progress=lambda *now: told.append(now))
    assert (synced.account, synced.passes, synced.held, synced.trouble) == ("sim", 30, 30, "")
    assert told[-1] == ("sim", 30, 30)
    assert synced.record()["held"] == 30
    assert door.runner.stop()


def test_a_wrong_clock_is_told(store, world, platform, monkeypatch):
    door = Door(store, world, platform)
    monkeypatch.setattr(platform, "_date", lambda: world.now)  # a date of long ago, by the real clock
    with door:
        until(lambda: any(getattr(e, "code", "") == "clock_off" for e in door.told))


def test_two_accounts_do_not_wait_for_each_other(tmp_path, world):
    good, bad = SimulatedPlatform(world, account="good"), SimulatedPlatform(world, account="bad")
    bad.next_fault = lambda _: fails(PlatformKind.UNAUTHORISED)
    good.create("p1")
    world.advance = lambda _seconds: None
    with Store(tmp_path / "two", {"good": "key-1", "bad": "key-1"}) as store:
        configs = [AccountConfig(a, "passcreator", "https://sim", sync_minutes=60.0) for a in ("good", "bad")]
        runner = SyncRunner(configs, {"good": good, "bad": bad}, store, SystemClock(), lambda _: None)
        runner.start()
        until(lambda: runner.status("good").complete)
        until(lambda: runner.status("bad").connection is Connection.UNAUTHORISED)
        assert runner.status("good").connection is Connection.ONLINE
        assert runner.stop()
