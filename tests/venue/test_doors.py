"""Doors of one venue, end to end below the window: real ledgers, real hubs."""

import itertools
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from support.storage_kit import ACCOUNT
from support.venue_door import MAIN, kiosks
from support.venue_kit import until

from scanner_app.application import correct
from scanner_app.application.claimfacts import fact_id, operations_of
from scanner_app.application.claims import ROUNDS
from scanner_app.domain.passes import Direction, Use
from scanner_app.domain.place import Accepted, Policy
from scanner_app.domain.scan import FactKind
from scanner_app.domain.verdict import Grade, Outcome, Reason

COUNTED = replace(MAIN, policy=Policy.COUNTED, entries=3)
IN_OUT = replace(MAIN, policy=Policy.IN_OUT)


@pytest.fixture
def two(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as made:
        for kiosk in made:
            kiosk.load(10)
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        yield made


def seen(kiosk, number, count=1):
    until(lambda: len(kiosk.uses(number)) >= count)


def test_admitted_here_is_used_there(two):
    first, second = two
    decided = first.show(1)
    verdict = decided.scan.verdict
    assert (verdict.outcome, verdict.grade, verdict.detail["hub_slot"]) == (Outcome.ADMIT, Grade.CONFIRMED, 1)
    assert first.unsent() == 0, "the stream is the outbox"
    seen(second, 1)
    use = second.uses(1)[0]
    assert (use.venue, use.device, use.scan_id) == (True, "kiosk-01", decided.scan.scan_id)
    refused = second.show(1).scan.verdict
    assert (refused.outcome, refused.reason) == (Outcome.REFUSE, Reason.ALREADY_USED)
    assert (refused.detail["used_source"], refused.detail["used_device"]) == ("venue", "kiosk-01")


def test_a_door_that_has_not_heard_yet_is_told_by_the_hub(two):
    first, second = two
    second.hub._follower.keeper._copy._concerns = lambda record: False  # the news does not reach its ledger
    first.show(1)
    refused = second.show(1).scan.verdict
    assert (refused.reason, refused.detail["used_device"]) == (Reason.ALREADY_USED, "kiosk-01")
    assert refused.subject is not None
    assert second.uses(1)[0].venue


def test_used_here_is_refused_at_once_without_the_hub(two):
    first, _ = two
    first.show(1)
    first.hub.claim = None  # asking would fail
    assert first.show(1).scan.verdict.reason is Reason.ALREADY_USED


def test_the_claim_is_on_disk_before_the_hub_is_asked(two):
    first, _ = two
    ask = first.hub.claim
    found = []

    def claim(claim, deadline):
        with first.store.ledger_reader() as reader:
            found.append((reader.scan(fact_id(claim.claim_id)), reader.scan(claim.claim_id)))
        return ask(claim, deadline)

    first.hub.claim = claim
    assert first.show(1).scan.verdict.admits
    fact, scan = found[0]
    assert fact.kind is FactKind.CLAIM
    assert scan is None


def test_three_entries_are_three_over_all_doors(two):
    first, second = two
    admitted = [kiosk.show(2, COUNTED).scan.verdict.admits for kiosk in (first, second, first, second, first)]
    assert admitted == [True, True, True, False, False]
    verdict = second.show(2, COUNTED).scan.verdict
    assert verdict.reason is Reason.NOTHING_LEFT


def test_a_refusal_by_the_last_answer_of_the_hub_is_recorded_once(two):
    first, second = two
    second.hub._follower.keeper._copy._concerns = lambda record: False  # no news: each answer tells of one more
    ask, asked = second.hub.claim, itertools.count()

    def claim(claim, deadline):
        slot = next(asked)
        return ask(replace(claim, known=slot, allowed=slot + 1), deadline)

    second.hub.claim = claim
    five = replace(MAIN, policy=Policy.COUNTED, entries=ROUNDS)
    assert all(first.show(4, five).scan.verdict.admits for _ in range(ROUNDS))
    refused = second.show(4, five)
    assert (refused.scan.verdict.reason, refused.durable) == (Reason.NOTHING_LEFT, True)
    assert len(second.uses(4)) == ROUNDS


def test_entries_under_an_earlier_name_of_the_place_take_their_slots(two):
    first, _ = two
    first.load(1, uses=(Use("main-door", first.clock.now().trusted - timedelta(hours=1)),))
    ask, asked = first.hub.claim, []

    def claim(claim, deadline):
        asked.append((claim.place, claim.known, claim.allowed))
        return ask(claim, deadline)

    first.hub.claim = claim
    renamed = replace(COUNTED, accepts=(COUNTED.accepts[0].called("count-1"),))
    verdicts = [first.show(0, place).scan.verdict for place in (COUNTED, renamed, renamed)]
    assert asked == [("main-door", 0, 2), ("count-1", 1, 2)]
    assert [v.reason for v in verdicts] == [Reason.ADMIT, Reason.ADMIT, Reason.NOTHING_LEFT]


def test_in_at_one_door_and_out_at_another(two):
    first, second = two
    out = replace(IN_OUT, direction=Direction.EXIT)
    assert first.show(3, IN_OUT).scan.verdict.admits
    seen(second, 3)
    assert second.show(3, IN_OUT).scan.verdict.reason is Reason.ALREADY_INSIDE
    assert second.show(3, out).scan.verdict.admits
    seen(first, 3, 2)
    assert first.show(3, out).scan.verdict.reason is Reason.NOT_INSIDE
    assert first.show(3, IN_OUT).scan.verdict.admits


def test_undone_here_is_good_there(two):
    first, second = two
    decided = first.show(4)
    seen(second, 4)
    first.undo(decided)
    until(lambda: second.uses(4)[0].undone)
    again = second.show(4).scan.verdict
    assert again.admits
    assert again.detail["hub_slot"] == 2
    seen(first, 4, 2)
    assert first.show(4).scan.verdict.reason is Reason.ALREADY_USED
    assert second.show(4).scan.verdict.reason is Reason.ALREADY_USED


def test_an_override_is_known_everywhere(two):
    first, second = two
    expired = replace(MAIN, accepts=(Accepted(ACCOUNT, frozenset({"other"}), place="main-door"),))
    refused = first.show(5, expired)
    assert refused.scan.verdict.reason is Reason.WRONG_EVENT
    assert not correct.override(first.desk, refused.scan.scan_id, "supervisor: Ada", "guest list").trouble
    seen(second, 5)
    assert second.show(5).scan.verdict.reason is Reason.ALREADY_USED


def test_the_stream_holds_what_the_platform_is_to_be_told(two):
    first, second = two
    heard = []
    second.hub.listen(heard.append)
    decided = first.show(6)
    until(lambda: heard)
    operations = operations_of(heard[0])
    assert [op.kind.value for op in operations] == ["record", "void"]
    assert all(op.scan_id == decided.scan.scan_id and op.raw == decided.scan.credential.text for op in operations)
    assert operations[0].tenant == "t"


def test_a_closed_door_without_a_hub_refuses(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], hubs=("127.0.0.1:1",), deadline=0.2) as (kiosk,):
        kiosk.load(3)
        refused = kiosk.show(1).scan
        assert refused.verdict.reason is Reason.HUB_UNDECIDED
        assert refused.verdict.detail["rule"] == "closed"
        assert kiosk.unsent() == 0
        attendance = kiosk.show(2, replace(MAIN, policy=Policy.ATTENDANCE)).scan.verdict
        assert attendance.admits, "attendance can admit nobody twice"


def test_a_kiosk_that_was_off_catches_up_and_one_that_ends_goes_on_where_it_was(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
        first.load(30)
        second.load(30)
        assert all(first.show(n).scan.verdict.admits for n in range(5))
        seen(second, 4)
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0) as (first,):
        assert all(first.show(n).scan.verdict.admits for n in range(5, 10))
    with kiosks(own_hub, tmp_path, ["kiosk-02"], deadline=5.0) as (second,):
        seen(second, 9)
        until(lambda: second.hub.state().sequence == 11)
        assert second.hub.state().behind == 0
        assert abs(second.hub.state().offset) < 1.0
        assert [len(second.uses(n)) for n in range(11)] == [1] * 10 + [0]


def test_a_kiosk_whose_disk_thread_ended_first_ends_quietly(own_hub, tmp_path, caplog):
    """As when the program ends: the interpreter takes threads' pools away before the loops that use them."""
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
        first.load(1)
        for kiosk in (first, second):
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        second.hub._follower.close()
        assert first.show(0).scan.verdict.admits
        until(lambda: second.hub._follower.read == first.hub._follower.read, what="it is heard, and cannot be written")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_many_kiosks_switched_on_at_once_over_a_long_evening_are_ready_soon(own_hub, tmp_path):
    """Eight in one process, whose one lock they share: 12,000 records are read, as fast as 170 a second each."""
    own_hub.fill("kiosk-01", 1500)
    with kiosks(own_hub, tmp_path, [f"kiosk-0{n}" for n in range(1, 9)], deadline=5.0) as made:
        until(lambda: all(k.hub.state().connected and k.hub.state().sequence > 1500 for k in made), 9.0)


def test_entries_left_count_those_that_another_door_took_a_moment_before(two):
    first, second = two
    second.hub._follower.keeper._copy._concerns = lambda record: False  # the news does not reach its ledger
    assert first.show(1, COUNTED).scan.verdict.detail["entries_left"] == 2
    verdict = second.show(1, COUNTED).scan.verdict
    assert (verdict.detail["hub_slot"], verdict.detail["entries_left"]) == (2, 1)
    assert second.show(1, COUNTED).scan.verdict.detail["entries_left"] == 0


def test_undone_here_is_good_at_both_doors_although_the_platform_still_has_it_void(two):
    first, second = two
    decided = first.show(6)
    seen(second, 6)
    again = second.clock.now().trusted
    assert second.show(6).scan.verdict.reason is Reason.ALREADY_USED
    first.undo(decided)
    until(lambda: second.uses(6)[0].undone)
    listed = [Use("main-door", decided.scan.moment.trusted), Use("main-door", again)]
    for kiosk in two:  # what a platform lists that was told of the admission, and of the attempt at the other door
        kiosk.load(10, uses=tuple(listed), voided=True, seen_at=again)
    assert second.show(6).scan.verdict.grade is Grade.CONFIRMED
    seen(first, 6, 2)
    assert first.show(6).scan.verdict.reason is Reason.ALREADY_USED
