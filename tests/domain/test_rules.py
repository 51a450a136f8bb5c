"""Every reason, every policy, and properties that hold for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction, Matches, Pass, Use
from scanner_app.domain.place import Accepted, Hours, Place, Policy
from scanner_app.domain.rules import decide
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict
from tests.domain.builders import DOOR, HOUR, NOW, SHOWN, TICKET, door, judge, used


def test_a_good_pass_is_admitted_pending_and_spent() -> None:
    verdict = judge()
    assert (verdict.outcome, verdict.reason, verdict.grade) == (Outcome.ADMIT, Reason.ADMIT, Grade.PENDING)
    assert verdict.records_use
    assert verdict.spends


def test_the_platform_s_own_word_confirms() -> None:
    assert judge(confirmed=True).grade is Grade.CONFIRMED


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01\r\n", "x" * 4097, "é" * 2100, "\\000026"])
def test_unreadable(text: str) -> None:
    verdict = decide(Matches((TICKET,)), (), DOOR, Credential(text, Symbology.QR), NOW)
    assert verdict.reason is Reason.UNREADABLE


def test_one_part_of_a_longer_code_admits_nobody_whatever_it_says() -> None:
    shown = Credential(SHOWN.text, Symbology.QR, part=(2, 3))
    verdict = decide(Matches((TICKET,)), (), DOOR, shown, NOW)
    assert (verdict.outcome, verdict.reason) == (Outcome.REFUSE, Reason.UNREADABLE)
    assert verdict.detail == {"part": 2, "parts": 3}


def test_unknown_says_who_was_asked() -> None:
    verdict = decide(Matches((), asked=("passcreator: Festival",)), (), DOOR, SHOWN, NOW)
    assert (verdict.reason, verdict.detail["asked"]) == (Reason.UNKNOWN, ["passcreator: Festival"])


def test_not_loaded_is_told_apart_from_unknown() -> None:
    assert decide(Matches((), complete=False), (), DOOR, SHOWN, NOW).reason is Reason.NOT_LOADED


def test_ambiguous_never_takes_the_first() -> None:
    both = Matches((TICKET, replace(TICKET, uid="uid-2")))
    verdict = decide(both, (), DOOR, SHOWN, NOW)
    assert (verdict.reason, verdict.detail["count"], verdict.subject) == (Reason.AMBIGUOUS, 2, None)


def test_of_a_reissued_pass_the_living_one_counts() -> None:
    both = Matches((replace(TICKET, nullified=True), replace(TICKET, uid="uid-2")))
    verdict = decide(both, (), DOOR, SHOWN, NOW)
    assert verdict.admits
    assert verdict.subject is not None
    assert verdict.subject.uid == "uid-2"


REFUSALS: list[tuple[Reason, Pass, tuple[Use, ...], Place]] = [
    (Reason.NULLIFIED, replace(TICKET, nullified=True), (), DOOR),
    (Reason.WRONG_EVENT, replace(TICKET, template="other", template_name="Opera"), (), DOOR),
    (Reason.WRONG_EVENT, replace(TICKET, account="elsewhere"), (), DOOR),
    (Reason.VOIDED, replace(TICKET, voided=True), (), DOOR),
    (Reason.NOT_YET_VALID, replace(TICKET, valid_from=NOW + HOUR), (), DOOR),
    (Reason.EXPIRED, replace(TICKET, expires=NOW), (), DOOR),
    (Reason.EXPIRED, replace(TICKET, expires=NOW - HOUR, voided=True), (), DOOR),
    (Reason.WRONG_PLACE, replace(TICKET, eligible_places=("lounge",)), (), DOOR),
    (Reason.OUTSIDE_HOURS, TICKET, (), replace(DOOR, opens_at=NOW + HOUR)),
    (Reason.OUTSIDE_HOURS, TICKET, (), replace(DOOR, closes_at=NOW)),
    (Reason.OUTSIDE_HOURS, TICKET, (), replace(DOOR, hours=(Hours(time(8), time(12)),))),
    (Reason.ALREADY_USED, TICKET, (used(),), DOOR),
    (Reason.ALREADY_USED, replace(TICKET, redeemed=True, voided=True), (), DOOR),
    (Reason.NOTHING_LEFT, TICKET, (used(), used()), door(Policy.COUNTED, entries=2)),
    (Reason.NOTHING_LEFT, replace(TICKET, stored_value=Decimal("0.5")), (), door(Policy.STORED_VALUE)),
    (Reason.NOTHING_LEFT, TICKET, (), door(Policy.STORED_VALUE)),
    (Reason.NOT_INSIDE, TICKET, (), door(Policy.IN_OUT, direction=Direction.EXIT)),
    (Reason.ALREADY_INSIDE, TICKET, (used(),), door(Policy.IN_OUT)),
    (Reason.ALREADY_USED, TICKET, (used(),), door(Policy.LOOK_ONLY)),
]


@pytest.mark.parametrize(("reason", "subject", "uses", "place"), REFUSALS)
def test_refusals(reason: Reason, subject: Pass, uses: tuple[Use, ...], place: Place) -> None:
    verdict = judge(subject, uses, place)
    assert (verdict.outcome, verdict.reason, verdict.grade) == (Outcome.REFUSE, reason, Grade.NONE)
    assert verdict.subject == subject
    assert not verdict.records_use


def test_the_first_failing_check_is_the_reason() -> None:
    subject, expected = replace(TICKET, nullified=True, template="x", voided=True, eligible_places=("y",)), []
    subject = replace(subject, valid_from=NOW + HOUR)
    mends: list[dict[str, object]] = [
        {"nullified": False},
        {"template": "tpl"},
        {"voided": False},
        {"valid_from": None},
        {"eligible_places": ()},
    ]
    for mend in mends:
        expected.append(judge(subject, (used(),)).reason)
        subject = replace(subject, **mend)  # type: ignore[arg-type]
    expected.append(judge(subject, (used(),)).reason)
    assert expected == [
        Reason.NULLIFIED,
        Reason.WRONG_EVENT,
        Reason.NOT_YET_VALID,  # voided, but explained by a use
        Reason.NOT_YET_VALID,
        Reason.WRONG_PLACE,
        Reason.ALREADY_USED,
    ]


def test_a_refusal_for_use_says_when_where_and_by_whom() -> None:
    detail = judge(uses=(replace(used(), device="Door 2"), used(ago=2 * HOUR))).detail
    assert detail["used_at"] == (NOW - 2 * HOUR).isoformat(), "the first use is the one that counted"
    assert (detail["used_place"], detail["uses"]) == ("main", 2)
    reader = replace(DOOR, accepts=(Accepted("acc", place="count-1", door="count-1"),))
    by_id = judge(uses=(used("count-1"),), place=reader).detail
    assert by_id["used_place"] == "Main", "nobody at a door knows a reader's id"
    assert (
        judge(uses=(replace(used("count-1"), named="Head count"),), place=reader).detail["used_place"] == "Head count"
    )


def test_what_was_used_under_an_earlier_name_of_the_place_counts() -> None:
    renamed = replace(DOOR, accepts=(DOOR.accepts[0].called("count-1").called("count-2"),))
    assert renamed.names("acc") == ("count-2", "main", "count-1")
    for name in renamed.names("acc"):
        assert judge(uses=(used(name),), place=renamed).reason is Reason.ALREADY_USED
    assert judge(uses=(used("lounge"),), place=renamed).admits
    assert DOOR.accepts[0].called("main") == DOOR.accepts[0]
    assert renamed.accepts[0].called("main").formerly == ("count-1", "count-2")


def test_a_place_set_up_again_by_the_same_door_keeps_its_earlier_names() -> None:
    now = DOOR.accepts[0]
    assert now.after(now.called("count-1")).formerly == ("count-1",)
    assert now.after(None) == now
    assert replace(now, door="another").after(now.called("count-1")).formerly == ()


def test_once_at_one_place_does_not_spoil_the_others() -> None:
    subject = replace(TICKET, eligible_places=("main", "lounge"))
    first = judge(subject)
    assert first.admits
    assert not first.spends
    second = judge(subject, (used("lounge"),))
    assert second.admits
    assert second.spends, "the last eligible place spends it"


def test_attendance_records_and_never_spends() -> None:
    verdict = judge(replace(TICKET, redeemed=True), (used(),), door(Policy.ATTENDANCE))
    assert verdict.admits
    assert verdict.records_use
    assert not verdict.spends


def test_in_out_and_back_in() -> None:
    left = (used(ago=2 * HOUR), used(ago=HOUR, direction=Direction.EXIT))
    assert judge(uses=left, place=door(Policy.IN_OUT)).admits
    assert judge(uses=left[:1], place=door(Policy.IN_OUT, direction=Direction.EXIT)).admits


def test_counted_tells_what_is_left() -> None:
    assert judge(uses=(used(),), place=door(Policy.COUNTED, entries=3)).detail["entries_left"] == 1
    own = replace(TICKET, entries_allowed=1)
    assert judge(own, (used(),), door(Policy.COUNTED, entries=3)).reason is Reason.NOTHING_LEFT


def test_counted_per_day_is_the_place_s_own_day() -> None:
    berlin = door(Policy.COUNTED, per_day=True, zone="Europe/Berlin")
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    before_midnight = Use("main", late - timedelta(minutes=45))
    assert judge(uses=(before_midnight,), place=berlin, now=late).admits
    assert not judge(uses=(Use("main", late - timedelta(minutes=5)),), place=berlin, now=late).admits


def test_stored_value_goes_to_zero_and_not_below() -> None:
    place = door(Policy.STORED_VALUE, amount=Decimal("2.5"))
    verdict = judge(replace(TICKET, stored_value=Decimal("2.5")), place=place)
    assert (verdict.amount, verdict.detail["balance"]) == (Decimal("2.5"), "0.0")


def test_look_only_records_nothing() -> None:
    verdict = judge(place=door(Policy.LOOK_ONLY))
    assert (verdict.outcome, verdict.grade, verdict.records_use) == (Outcome.ADMIT, Grade.NONE, False)


def test_old_data_makes_a_pending_admission_amber() -> None:
    place = replace(DOOR, cache_limit=600.0)
    assert judge(place=place, cache_age=599.0).outcome is Outcome.ADMIT
    amber = judge(place=place, cache_age=601.0)
    assert (amber.outcome, amber.detail["cache_age"], amber.records_use) == (Outcome.ATTENTION, 601, True)
    assert judge(place=place, cache_age=601.0, confirmed=True).outcome is Outcome.ADMIT
    assert judge(place=place, cache_age=None).outcome is Outcome.ATTENTION


def test_hours_past_midnight() -> None:
    night = Hours(time(22), time(4), frozenset({4}))  # Friday night
    friday, saturday = datetime(2026, 11, 20, 23, 0, tzinfo=UTC), datetime(2026, 11, 21, 3, 59, tzinfo=UTC)
    assert night.covers(friday)
    assert night.covers(saturday)
    assert not night.covers(saturday + timedelta(minutes=1))
    assert not night.covers(friday + timedelta(days=1))


MOMENTS = st.none() | st.integers(-5, 5).map(lambda h: NOW + h * HOUR)
PASSES = st.builds(
    Pass,
    account=st.sampled_from(["acc", "other"]),
    platform=st.just("passcreator"),
    uid=st.sampled_from(["uid-1", "uid-2"]),
    template=st.sampled_from(["tpl", "x"]),
    voided=st.booleans(),
    redeemed=st.booleans(),
    nullified=st.booleans(),
    valid_from=MOMENTS,
    expires=MOMENTS,
    eligible_places=st.sampled_from([(), ("main",), ("lounge",), ("main", "lounge")]),
    stored_value=st.none() | st.decimals(0, 3, places=1),
    entries_allowed=st.none() | st.integers(0, 3),
)
USES = st.lists(
    st.builds(
        Use,
        place=st.sampled_from(["main", "lounge"]),
        at=st.integers(1, 50).map(lambda m: NOW - m * timedelta(minutes=1)),
        direction=st.sampled_from(Direction),
    ),
    max_size=4,
)
PLACES = st.builds(
    Place,
    name=st.just("Main"),
    accepts=st.just((Accepted("acc", frozenset({"tpl"}), place="main"),)),
    policy=st.sampled_from(Policy),
    direction=st.sampled_from(Direction),
    entries=st.integers(1, 3),
    per_day=st.booleans(),
)


def _decide(found: list[Pass], uses: list[Use], place: Place) -> Verdict:
    return decide(Matches(tuple(found)), uses, place, SHOWN, NOW)


@given(st.lists(PASSES, max_size=2), USES, PLACES)
def test_nothing_that_is_gone_foreign_or_out_of_time_is_ever_admitted(
    found: list[Pass], uses: list[Use], place: Place
) -> None:
    verdict = _decide(found, uses, place)
    assert _decide(found, uses, place) == verdict, "the same question has the same answer"
    if not verdict.admits:
        assert not verdict.records_use
        return
    subject = verdict.subject
    assert subject is not None
    assert not subject.nullified
    assert (subject.account, subject.template) == ("acc", "tpl")
    assert subject.expires is None or subject.expires > NOW
    assert subject.valid_from is None or subject.valid_from <= NOW
    assert not subject.eligible_places or "main" in subject.eligible_places


@given(PASSES, USES, PLACES)
def test_an_admission_uses_up_what_it_used(subject: Pass, uses: list[Use], place: Place) -> None:
    """After one admission `once` refuses, `counted` has one less, `in_out` wants the other direction first."""
    verdict = _decide([subject], uses, place)
    if not (verdict.admits and verdict.records_use):
        return
    again = _decide([subject], [*uses, Use("main", NOW, verdict.direction)], place)
    if place.policy is Policy.ONCE and place.direction is Direction.ENTRY:
        assert again.reason is Reason.ALREADY_USED
    if place.policy is Policy.IN_OUT:
        assert again.reason in (Reason.ALREADY_INSIDE, Reason.NOT_INSIDE)
    if place.policy is Policy.COUNTED and place.direction is Direction.ENTRY:
        left = verdict.detail["entries_left"]
        assert again.admits == (isinstance(left, int) and left > 0)


@given(PASSES, USES, PLACES)
def test_more_uses_never_open_a_place_that_admits_once(subject: Pass, uses: list[Use], place: Place) -> None:
    once = replace(place, policy=Policy.ONCE)
    if not _decide([subject], uses, once).admits and not subject.voided:
        assert not _decide([subject], [*uses, Use("main", NOW)], once).admits
