"""The outbox: everything told once, in order, whatever happens on the way; one bad item keeps nobody else waiting."""

import random

import pytest
from support.outbox_faults import run
from support.simulated_platform import (
    Killed,
    SimulatedPlatform,
    answer_lost,
    fails,
    killed_after,
    killed_before,
    script,
)
from support.sync_kit import Kiosk
from support.virtual_time import World

from scanner_app.application.ports import Answer, Delivery
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import OperationKind, OperationState
from scanner_app.sync.answers import POISON_TRIES

VOID = (OperationKind.VOID,)
RECORD = (OperationKind.RECORD,)


@pytest.fixture
def guests(platform):
    for number in range(60):
        platform.create(f"p{number:02d}")


def key(uid):
    return PassKey("sim", uid)


def states(kiosk):
    return {state.value: count for state, count in kiosk.counts().items()}


@pytest.mark.usefixtures("guests")
class TestDelivery:
    def test_what_was_admitted_is_told_in_order(self, kiosk, platform):
        for number in range(5):
            kiosk.admit(f"p{number:02d}")
        report = kiosk.drain()
        assert (report.sent, report.refused, report.contested, report.left, report.trouble) == (10, 0, 0, 0, "")
        assert [s.uid for s in platform.scans] == [f"p{n:02d}" for n in range(5)]
        assert all(platform.rows[f"p{n:02d}"].voided_by == "here" for n in range(5))

    def test_nothing_to_send_asks_nothing(self, kiosk, platform):
        assert kiosk.drain().left == 0
        assert not platform.requests

    def test_order_is_kept_for_a_pass_whose_first_item_waits(self, kiosk, platform):
        first = kiosk.admit("p00", RECORD)
        kiosk.admit("p00", VOID)
        platform.next_fault = script([fails(PlatformKind.BUSY, status=500)], "deliver")
        kiosk.drain()
        assert [s.scan_id for s in platform.scans] == [first]
        assert platform.rows["p00"].voided_by == "here"
        assert platform.requests.count("deliver") == 3

    @pytest.mark.parametrize("fault", [killed_before, killed_after])
    @pytest.mark.parametrize("kinds", [RECORD, VOID])
    def test_a_kill_between_sending_and_settling_repeats_nothing(self, kiosk, platform, kinds, fault):
        kiosk.admit("p00", kinds)
        platform.next_fault = script([fault], "deliver")
        with pytest.raises(Killed):
            kiosk.drain()
        kiosk.restart()
        assert kiosk.drain().sent == 1
        assert len(platform.scans) == (kinds == RECORD)
        assert not kiosk.conflicts()

    def test_a_lost_answer_is_cleared_up_before_it_is_sent_again(self, kiosk, platform):
        kiosk.admit("p00")
        platform.next_fault = script([answer_lost, None, None, answer_lost], "deliver")
        report = kiosk.drain()
        assert (report.sent, report.left) == (2, 0)
        assert len(platform.scans) == 1
        assert not kiosk.conflicts()

    def test_what_an_adapter_refuses_is_set_apart_and_keeps_nobody_waiting(self, kiosk, platform):
        kiosk.admit("p00", RECORD)
        kiosk.admit("p01", RECORD)
        platform.next_fault = script([lambda _work: Answer(Delivery.REFUSED, "not_offered")], "deliver")
        report = kiosk.drain()
        assert (report.sent, report.refused, report.left) == (1, 1, 0)
        assert platform.requests.count("deliver") == 2

    def test_what_somebody_else_used_first_is_a_conflict_with_both_sides(self, kiosk, platform):
        platform.void("p01", "door 9")
        kiosk.admit("p01")
        report = kiosk.drain()
        assert (report.sent, report.contested) == (1, 1)
        (conflict,) = kiosk.conflicts()
        assert conflict["there"] == {"device": "door 9"}
        assert conflict["here"]["device"] == "gate 1"
        assert [n.code for n in kiosk.notices] == ["upload_contested"]

    @pytest.mark.parametrize("kind", [PlatformKind.NOT_FOUND, PlatformKind.REFUSED])
    def test_a_refusal_is_believed_when_it_is_said_twice(self, kiosk, platform, kind):
        kiosk.admit("p01", VOID)
        platform.next_fault = script([fails(kind, "nope")] * 2, "deliver")
        report = kiosk.drain()
        assert (report.refused, report.left) == (1, 0)
        assert platform.requests.count("deliver") == 2
        assert [n.code for n in kiosk.notices] == ["upload_refused"]
        kiosk.admit("p02", VOID)
        platform.next_fault = script([fails(kind, "nope")], "deliver")
        assert kiosk.drain().sent == 1

    def test_what_was_refused_can_be_tried_again_by_a_person(self, kiosk, platform):
        kiosk.admit("p01", VOID)
        platform.next_fault = script([fails(PlatformKind.REFUSED, "nope")] * 2, "deliver")
        assert kiosk.drain().refused == 1
        assert kiosk.uploader.retry_refused() == 1
        assert kiosk.drain().sent == 1
        assert platform.rows["p01"].voided_by == "here"
        assert kiosk.uploader.retry_refused() == 0

    def test_a_conflict_of_a_refusal_ends_with_it_and_both_facts_stay(self, kiosk, platform):
        scan_id = kiosk.admit("p01", VOID)
        kiosk.admit("p02", VOID)
        platform.next_fault = script([fails(PlatformKind.REFUSED, "nope")] * 4, "deliver")
        kiosk.drain()
        assert [c["state"] for c in kiosk.conflicts()] == ["refused", "refused"]
        platform.void("p02", "door 9")
        kiosk.uploader.retry_refused()
        kiosk.drain()
        (open_one,) = kiosk.conflicts()
        assert (open_one["state"], open_one["there"]) == ("contested", {"device": "door 9"})
        with kiosk.store.ledger_reader() as reader:
            story = [(f.kind.value, f.body.get("note"), f.body.get("operator")) for f in reader.history(key("p01"))]
            assert reader.scan(scan_id)
        assert story[1:] == [("conflict", None, None), ("settled", "accepted_later", "system")]


@pytest.mark.usefixtures("guests")
class TestTrouble:
    def test_a_wrong_key_pauses_the_account_and_keeps_everything(self, kiosk, platform):
        for number in range(20):
            kiosk.admit(f"p{number:02d}")
        platform.next_fault = lambda _: fails(PlatformKind.UNAUTHORISED, status=401)
        report = kiosk.drain()
        assert (report.sent, report.left, report.trouble) == (0, 20, "platform_unauthorised")
        assert platform.requests.count("deliver") == 1
        assert [n.code for n in kiosk.notices] == ["platform_unauthorised"]
        platform.next_fault = lambda _: None
        kiosk.later(minutes=6)
        assert kiosk.drain().sent == 40

    def test_the_key_is_tried_once_in_five_minutes(self, kiosk, platform):
        platform.next_fault = lambda _: fails(PlatformKind.UNAUTHORISED, status=401)
        connectivity = kiosk.line.connectivity
        probes = 0
        for _ in range(3600):
            if connectivity.until_probe() == 0.0:
                connectivity.probe()
                probes += 1
            kiosk.later(seconds=1)
        assert 10 <= probes <= 17

    @pytest.mark.parametrize("count", [1, 20])
    def test_a_key_that_may_read_and_not_report_pauses_every_report(self, kiosk, platform, count):
        for number in range(count):
            kiosk.admit(f"p{number:02d}", VOID)
        denied = lambda what: fails(PlatformKind.UNAUTHORISED, status=403) if what == "deliver" else None  # noqa: E731
        platform.next_fault = denied
        report = kiosk.drain(3600)
        tried = platform.requests.count("deliver")
        assert (report.sent, report.left, report.trouble) == (0, count, "platform_unauthorised")
        assert tried <= 3600 / 225 + 2, "one look at the key in five minutes"
        assert [n.code for n in kiosk.notices] == ["platform_unauthorised"]
        assert kiosk.uploader.locked == "platform_unauthorised"
        kiosk.restart()
        assert kiosk.uploader.locked == "platform_unauthorised", "said by what the last run left on disk"
        assert kiosk.drain(30).trouble == "platform_unauthorised"
        platform.next_fault = lambda _: None
        kiosk.later(minutes=7)
        assert kiosk.drain(60).sent == count
        assert kiosk.uploader.locked == ""

    def test_a_forbidden_item_is_its_own_trouble_when_the_key_is_good(self, kiosk, platform):
        for number in range(30):
            kiosk.admit(f"p{number:02d}", VOID)
        forbid(platform, "p00", PlatformKind.UNAUTHORISED, 403)
        report = kiosk.drain(600)
        assert report.sent == 29
        assert platform.requests.count("deliver") < 29 + 29

    @pytest.mark.parametrize("kind", [PlatformKind.UNREACHABLE, PlatformKind.PORTAL])
    def test_a_lost_network_costs_few_requests_and_loses_nothing(self, kiosk, platform, kind):
        for number in range(50):
            kiosk.admit(f"p{number:02d}")
        platform.next_fault = lambda _: fails(kind)
        report = kiosk.drain()
        assert (report.sent, report.left, report.trouble) == (0, 50, f"platform_{kind.value}")
        assert len(platform.requests) <= 5
        platform.next_fault = lambda _: None
        kiosk.later(minutes=1)
        assert kiosk.drain().sent == 100

    def test_a_busy_platform_is_left_alone_as_long_as_it_says(self, kiosk, platform):
        for number in range(30):
            kiosk.admit(f"p{number:02d}")
        platform.next_fault = lambda what: fails(PlatformKind.BUSY, status=429, retry_after=60.0)
        kiosk.drain(600)
        assert platform.requests.count("deliver") <= 25
        platform.next_fault = lambda _: None
        kiosk.later(minutes=2)
        assert kiosk.drain().left == 0

    def test_a_platform_cannot_order_more_than_five_minutes(self, kiosk, platform):
        kiosk.admit("p00", VOID)
        platform.next_fault = script([fails(PlatformKind.BUSY, status=503, retry_after=86_400.0)], "deliver")
        assert kiosk.drain(310).sent == 1

    @pytest.mark.parametrize(
        ("kind", "more"),
        [
            (PlatformKind.BUSY, {"status": 500}),
            (PlatformKind.BUSY, {"status": 503, "retry_after": 300.0}),
            (PlatformKind.UNREACHABLE, {}),
            (PlatformKind.NONSENSE, {}),
        ],
    )
    def test_a_poison_item_is_set_apart_and_delays_nobody(self, kiosk, platform, kind, more):
        forbid(platform, "p00", kind, **more)
        kiosk.admit("p00", VOID)
        for number in range(1, 20):
            kiosk.admit(f"p{number:02d}", VOID)
        began = kiosk.world.elapsed
        kiosk.drain(3.0)
        assert states(kiosk)["sent"] == 19
        assert kiosk.world.elapsed - began <= 4.0
        for number in range(20, 60):
            kiosk.admit(f"p{number:02d}", VOID)
            kiosk.later(seconds=301)
            kiosk.drain(3.0)
            assert states(kiosk)["sent"] == number
        assert states(kiosk)["refused"] == 1
        assert poison_answer(kiosk).startswith("poison")
        assert platform.requests.count("deliver") <= 59 + 2 * POISON_TRIES  # a few more while it is alone in the queue

    def test_a_bug_in_an_adapter_is_one_items_trouble(self, kiosk, platform, caplog):
        kiosk.admit("p00", VOID)
        kiosk.admit("p01", VOID)

        def broken(_work):
            raise ValueError("bug")

        platform.next_fault = script([broken], "deliver")
        assert kiosk.drain().sent == 2
        assert "bug" in caplog.text

    def test_an_item_of_another_platform_stays_and_is_told(self, kiosk, platform):
        platform.tenant = "site-a.key-1"
        kiosk.admit("p00", VOID)
        platform.tenant = "site-b.key-2"
        kiosk.admit("p01", VOID)
        report = kiosk.drain(60)
        assert (report.sent, report.left) == (1, 1)
        assert platform.rows["p00"].voided_by == ""
        assert [n.code for n in kiosk.notices] == ["other_key"]
        platform.tenant = "site-a.key-1"
        kiosk.later(hours=1)
        kiosk.restart()
        assert kiosk.drain().sent == 1

    @pytest.mark.parametrize("old", ["site-a.key-1", "-", "0123456789abcdef"])
    def test_what_waits_is_sent_with_a_renewed_key_of_the_same_account(self, kiosk, platform, old):
        platform.tenant = old
        kiosk.admit("p00", VOID)
        platform.tenant = "site-a.key-2"
        assert kiosk.drain(60).sent == 1
        assert kiosk.notices == []

    def test_what_waits_is_not_sent_to_another_account_of_the_same_platform(self, kiosk, platform):
        platform.tenant = "site-a.key-1"
        kiosk.admit("p00", VOID)
        platform.tenant = "site-a.key-2"
        del platform.rows["p00"]
        report = kiosk.drain(60)
        assert (report.sent, report.left, report.paused_reason) == (0, 1, "other_key")
        assert "deliver" not in platform.requests
        assert [n.code for n in kiosk.notices] == ["other_key"]

    def test_a_clock_set_back_strands_nothing(self, kiosk, platform):
        kiosk.admit("p00", VOID)
        platform.next_fault = script([fails(PlatformKind.BUSY, status=503, retry_after=300.0)], "deliver")
        kiosk.drain(1)
        kiosk.clock._wall = lambda: kiosk.world.now.replace(year=2020)
        kiosk.restart()
        assert kiosk.drain(310).sent == 1


def forbid(platform, uid, kind, status=None, retry_after=None):
    """Have one pass fail for ever, and no other."""
    whole = platform._deliver

    def deliver(operation, may_have_arrived):
        if operation.uid == uid:
            raise PlatformTrouble(kind, "this one", status=status, retry_after=retry_after)
        return whole(operation, may_have_arrived)

    platform._deliver = deliver


def poison_answer(kiosk):
    with kiosk.store.ledger_reader() as reader:
        (item,) = reader.outbox(frozenset({OperationState.REFUSED}))
    return item.answer


@pytest.mark.parametrize("seed", range(6))
def test_no_weather_loses_or_repeats_a_redemption(store, seed):
    world, chance = World(), random.Random(seed)
    platform = SimulatedPlatform(world, latency=0.05)
    run(Kiosk(world, platform, store, chance), 60, chance)
