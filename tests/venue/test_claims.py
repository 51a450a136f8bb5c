"""The claim protocol against real hubs."""

import asyncio
import gc
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.venue_door import a_claim, kiosks
from support.venue_kit import until, venue

from scanner_app.application.hub import ClaimEnd
from scanner_app.application.ids import new_id
from scanner_app.application.venue_rule import Alone, VenueRule
from scanner_app.domain.passes import PassKey
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.claims import Protocol
from scanner_app.venue.link import HubLink
from scanner_app.venue.rule import HybridClock, share

SECONDS = 5.0


@pytest.fixture
def doors(one_hub):
    """Eight kiosks' links and protocols."""
    made = []
    for name in one_hub.seeds:
        link = HubLink(one_hub.enrolment(name))
        link.start()
        made.append((link, Protocol(link, one_hub.enrolment(name), HybridClock(name).stamp, one_hub.trust())))
    until(lambda: all(link.is_up for link, _ in made))
    yield made
    for link, _ in made:
        assert link.stop()


def ask(door, claim, seconds=SECONDS):
    link, protocol = door
    return link.call(protocol.claim(claim, seconds), seconds + 1)


def test_the_first_door_wins_and_the_second_learns_who(doors):
    uid = new_id()
    first, second = ask(doors[0], a_claim(uid)), ask(doors[1], a_claim(uid))
    assert (first.end, first.slot) == (ClaimEnd.GRANTED, 1)
    assert second.end is ClaimEnd.TAKEN
    assert second.winner.kiosk == "kiosk-01"
    assert second.winner.claim_id == first.winner.claim_id
    assert second.winner.sequence > 0


def test_the_same_claim_again_is_granted_again_and_takes_nothing_more(doors):
    claim = a_claim(new_id(), allowed=3)
    assert [ask(doors[0], claim).slot for _ in range(3)] == [1, 1, 1]
    assert ask(doors[1], claim).slot == 2, "another kiosk's claim is never one's own, whatever its id"
    assert ask(doors[4], replace(claim, claim_id=new_id())).slot == 3


def test_fifty_claims_at_once_have_one_winner(doors):
    with ThreadPoolExecutor(50) as pool:
        for _ in range(5):
            uid, start = new_id(), threading.Barrier(50)

            def run(n, uid=uid, start=start):
                start.wait()
                return ask(doors[n % len(doors)], a_claim(uid))

            answers = list(pool.map(run, range(50)))
            winners = [a.winner.claim_id for a in answers if a.end is ClaimEnd.GRANTED]
            assert len(winners) == 1
            assert {a.winner.claim_id for a in answers} == set(winners)


def test_three_entries_at_forty_doors_are_three(doors):
    with ThreadPoolExecutor(40) as pool:
        for _ in range(3):
            uid = new_id()
            answers = list(pool.map(lambda n, uid=uid: ask(doors[n % 8], a_claim(uid, allowed=3)), range(40)))
            assert sorted(a.slot for a in answers if a.end is ClaimEnd.GRANTED) == [1, 2, 3]
            assert all(a.end is ClaimEnd.TAKEN for a in answers if a.end is not ClaimEnd.GRANTED)


def test_what_was_thought_taken_and_is_free_is_found(doors):
    uid = new_id()
    answers = [ask(doors[0], a_claim(uid, known=2, allowed=3)) for _ in range(4)]
    assert [a.slot for a in answers[:3]] == [3, 1, 2]
    assert answers[3].end is ClaimEnd.TAKEN


def test_in_and_out_has_one_slot_after_the_known_ones(doors):
    uid = new_id()
    assert ask(doors[0], a_claim(uid, serial=True)).end is ClaimEnd.GRANTED
    assert ask(doors[1], a_claim(uid, serial=True)).end is ClaimEnd.TAKEN
    assert ask(doors[1], a_claim(uid, known=1, serial=True)).slot == 2


def test_another_day_has_slots_of_its_own(doors):
    uid = new_id()
    assert [ask(doors[0], a_claim(uid, scope=day)).end for day in ("2026-11-20", "2026-11-21", "2026-11-20")] == [
        ClaimEnd.GRANTED,
        ClaimEnd.GRANTED,
        ClaimEnd.TAKEN,
    ]


def test_without_a_hub_a_claim_is_undecided_in_time(one_hub):
    link = HubLink(one_hub.enrolment("kiosk-01", ("127.0.0.1:1",)))
    protocol = Protocol(link, one_hub.enrolment("kiosk-01"), HybridClock("kiosk-01").stamp, one_hub.trust())
    link.start()
    began = datetime.now(UTC)
    assert ask((link, protocol), a_claim(), 0.5).end is ClaimEnd.UNDECIDED
    assert (datetime.now(UTC) - began).total_seconds() < 1.0
    assert link.stop()
    assert not link.is_up


def test_a_dead_hub_is_left_for_one_that_lives(one_hub):
    living = one_hub.address("hub1")
    link = HubLink(one_hub.enrolment("kiosk-01", ("127.0.0.1:1", living)))
    link.start()
    until(lambda: link.is_up)
    assert link.hub == living
    assert link.stop()


def test_two_failures_in_a_row_move_the_link_on(three_hubs):
    link = HubLink(three_hubs.enrolment("kiosk-01"))
    link.start()
    until(lambda: link.is_up)
    first = link.hub
    link.post(_fail(link))
    until(lambda: link.is_up and link.hub != first)
    assert link.stop()


async def _fail(link):
    link.went_badly()
    link.went_well()
    link.went_badly()
    assert link._gone is not None
    assert not link._gone.is_set()
    link.went_badly()


def test_the_share_of_a_pass_is_the_same_everywhere_and_spread(one_hub):
    shares = [share(bytes(32), a_claim(f"u{n}")) for n in range(400)]
    assert shares == [share(bytes(32), a_claim(f"u{n}")) for n in range(400)]
    assert 0 <= min(shares) < 4000
    assert 61000 < max(shares) < 65536


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"rule": "open"}, Alone.ADMITS),
        ({"rule": "closed"}, Alone.REFUSES),
        ({"rule": "nonsense"}, Alone.REFUSES),
        ({"rule": "open", "cap_count": 0}, Alone.LIMIT),
        ({"rule": "open", "cap_minutes": 0.0}, Alone.LIMIT),
        ({"rule": "reserved", "share": (0, 65536)}, Alone.ADMITS),
        ({"rule": "reserved", "share": (0, 0)}, Alone.SHARE),
    ],
)
def test_what_a_door_may_do_alone(one_hub, tmp_path, rule, expected):
    with kiosks(one_hub, tmp_path, ["kiosk-01"], hubs=("127.0.0.1:1",), **rule) as (kiosk,):
        claim = a_claim("alone")
        assert kiosk.hub.claim(claim, 0.1).end is ClaimEnd.UNDECIDED
        assert kiosk.hub.alone(claim) is expected
        state = kiosk.hub.state()
        assert not state.connected
        assert state.rule in VenueRule
        assert state.isolated_for is not None
        assert state.provisional == int(expected is Alone.ADMITS)
        assert state.spent is (expected is Alone.LIMIT)


def test_the_cap_counts_admissions_made_alone(one_hub, tmp_path):
    rule = {"rule": "open", "cap_count": 2, "hubs": ("127.0.0.1:1",)}
    with kiosks(one_hub, tmp_path, ["kiosk-01"], **rule) as (kiosk,):
        assert [kiosk.hub.alone(a_claim(f"u{n}")) for n in range(3)] == [Alone.ADMITS] * 2 + [Alone.LIMIT]
        assert kiosk.hub.state().spent


def test_the_key_of_a_claim_is_its_pass():
    assert a_claim("u9").key == PassKey("acc", "u9")


def test_a_paused_hub_is_left_for_another_and_nothing_stays_open(tmp_path):
    with venue(tmp_path, 3, ["kiosk-01"]) as made:
        paused = made.boxes[0].name
        made.signal(paused, signal.SIGSTOP)
        link = HubLink(made.enrolment("kiosk-01"))
        link.start()
        until(lambda: link.is_up)
        assert link.hub != made.address(paused)
        assert link.stop()
        gc.collect()  # what was left open would say so now
        made.signal(paused, signal.SIGCONT)


def test_a_question_that_is_given_up_is_an_unreachable_hub(one_hub):
    link = HubLink(one_hub.enrolment("kiosk-01"))
    link.start()
    until(lambda: link.is_up)

    async def given_up():
        raise asyncio.CancelledError

    with pytest.raises(HubUnreachable):
        link.call(given_up(), 2.0)
    assert link.stop()
