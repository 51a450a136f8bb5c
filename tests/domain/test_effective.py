"""Snapshot + local facts: no download erases a fact, no echo counts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scanner_app.domain.effective import effective
from scanner_app.domain.passes import Direction, Source, Use
from scanner_app.domain.scan import LocalFacts, LocalUse, LocalVoid
from tests.domain.builders import HOUR, NOW, TICKET

MINE = LocalUse("scan-1", "main", NOW, Direction.ENTRY, device="Door 1")


def test_a_local_use_counts_before_the_platform_knows() -> None:
    _, uses = effective(TICKET, LocalFacts((MINE,)))
    assert [(u.place, u.source, u.scan_id) for u in uses] == [("main", Source.HERE, "scan-1")]


def test_its_echo_from_the_platform_is_the_same_use() -> None:
    echoed = replace(TICKET, uses=(Use("main", NOW.replace(microsecond=0)), Use("main", NOW - HOUR)))
    _, uses = effective(echoed, LocalFacts((MINE,)))
    assert [u.source for u in uses] == [Source.PLATFORM, Source.HERE]


def test_an_echo_by_another_name_of_the_place_is_known_by_its_device() -> None:
    theirs = Use("count-1", NOW.replace(microsecond=0), device="Door 1")
    for echo, counted in ((theirs, 1), (replace(theirs, device="Door 2"), 2), (replace(theirs, device=""), 2)):
        _, uses = effective(replace(TICKET, uses=(echo,)), LocalFacts((MINE,)))
        assert len(uses) == counted


def test_what_was_undone_is_gone_with_its_echo() -> None:
    echoed = replace(TICKET, uses=(Use("main", NOW),))
    assert effective(echoed, LocalFacts((replace(MINE, undone=True),)))[1] == ()


def test_what_the_hub_has_back_leaves_neither_its_repeats_nor_its_void() -> None:
    back = replace(MINE, undone=True, venue=True, returned_at=NOW + HOUR / 2)
    repeat = Use("main", NOW + HOUR / 4)
    voided = replace(TICKET, uses=(Use("main", NOW), repeat), voided=True, seen_at=NOW + HOUR / 2)
    subject, uses = effective(voided, LocalFacts((back,)))
    assert (subject.voided, subject.redeemed, uses) == (False, False, ())
    for other in (replace(repeat, at=NOW + HOUR), replace(repeat, place="elsewhere"), replace(repeat, at=NOW - HOUR)):
        assert effective(replace(voided, uses=(other,)), LocalFacts((back,)))[1] == (other,)
    assert len(effective(voided, LocalFacts((replace(back, returned_at=None),)))[1]) == 1, "on a kiosk alone it counts"


def test_a_void_that_the_hub_has_nothing_to_do_with_stands() -> None:
    back = replace(MINE, undone=True, returned_at=NOW)
    voided = replace(TICKET, uses=(Use("main", NOW),), voided=True, seen_at=NOW)
    for still, facts in (
        (replace(voided, seen_at=NOW + HOUR), back),  # voided after the use was given back, or never restored
        (replace(voided, uses=()), back),  # the platform knows nothing of the use: it was somebody else
        (voided, replace(back, returned_at=None)),
    ):
        assert effective(still, LocalFacts((facts,)))[0].voided


def test_an_unsent_void_holds_and_an_unsent_restore_lifts() -> None:
    assert effective(TICKET, LocalFacts((MINE,), (LocalVoid(voided=True),)))[0].redeemed
    blocked = effective(TICKET, LocalFacts(voids=(LocalVoid(voided=True),)))[0]
    assert (blocked.voided, blocked.redeemed) == (True, False), "blocked by the help desk, not used"
    voided = replace(TICKET, voided=True, redeemed=True, seen_at=NOW)
    lifted = effective(voided, LocalFacts(voids=(LocalVoid(True, NOW - HOUR), LocalVoid(False))))[0]
    assert (lifted.voided, lifted.redeemed) == (False, False)


def test_what_the_platform_said_later_stands() -> None:
    voids = (LocalVoid(voided=False, sent_at=NOW - HOUR),)
    later = replace(TICKET, voided=True, seen_at=NOW)
    assert effective(later, LocalFacts(voids=voids))[0].voided
    earlier = replace(later, seen_at=NOW - 2 * HOUR)
    assert not effective(earlier, LocalFacts(voids=voids))[0].voided


def test_our_own_void_come_back_is_a_redemption() -> None:
    later = replace(TICKET, voided=True, seen_at=NOW + HOUR)
    local = LocalFacts((MINE,), (LocalVoid(voided=True, sent_at=NOW),))
    assert effective(later, local)[0].redeemed


def test_stored_value_minus_what_was_not_sent() -> None:
    rich = replace(TICKET, stored_value=Decimal(10))
    uses = (
        replace(MINE, amount=Decimal(2)),
        replace(MINE, amount=Decimal(3), value_sent=True),
        replace(MINE, amount=Decimal(4), undone=True),
    )
    assert effective(rich, LocalFacts(uses))[0].stored_value == Decimal(8)


@given(
    st.lists(st.integers(0, 300).map(lambda s: Use("main", NOW - s * timedelta(seconds=10))), unique=True, max_size=6),
    st.lists(st.integers(0, 300).map(lambda s: s * 10), unique=True, max_size=6),
)
def test_no_use_is_lost_and_none_counts_twice(theirs: list[Use], mine: list[int]) -> None:
    local = tuple(replace(MINE, scan_id=str(s), at=NOW - timedelta(seconds=s)) for s in mine)
    _, uses = effective(replace(TICKET, uses=tuple(theirs)), LocalFacts(local))
    moments = {u.at for u in theirs} | {u.at for u in local}
    assert [u.at for u in uses] == sorted(moments)


def test_an_amount_sent_after_the_snapshot_was_taken_still_counts() -> None:
    seen = replace(TICKET, stored_value=Decimal(5), seen_at=NOW)
    for sent_at, left in ((NOW - timedelta(minutes=1), 5), (NOW + timedelta(minutes=1), 2)):
        use = replace(MINE, amount=Decimal(3), value_sent=True, value_sent_at=sent_at)
        assert effective(seen, LocalFacts((use,)))[0].stored_value == left
