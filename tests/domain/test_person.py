"""When two passes are one person's, and what the door says then: never a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanner_app.domain.passes import Direction, IdentifierKind, Kin, Matches
from scanner_app.domain.person import person
from scanner_app.domain.place import Accepted
from scanner_app.domain.rules import decide
from scanner_app.domain.verdict import Reason
from tests.domain.builders import DOOR, HOUR, NOW, SHOWN, TICKET, judge, used

MINE = replace(TICKET, holder="Zoë Müller", fields={"E-Mail": "zoe@example.org", "Seat": "12"})
OTHER = replace(MINE, uid="uid-2", identifiers={})


@pytest.mark.parametrize(
    ("same", "change"),
    [
        (True, {}),
        (True, {"holder": "MULLER zoe"}),
        (True, {"fields": {"mail": "ZOE@example.org"}}),
        (False, {"holder": "Max Müller"}),  # one buyer's address on the passes of a family
        (False, {"fields": {"mail": "zoe@example.com"}}),
        (False, {"fields": {}}),  # the name alone
    ],
)
def test_whose_pass_it_is(same: bool, change: dict[str, object]) -> None:
    assert (person(MINE) == person(replace(MINE, **change))) is same  # type: ignore[arg-type]


def test_a_telephone_number_stands_in_for_an_address_but_no_number_stands_alone() -> None:
    one = replace(MINE, fields={"phone": "+49 170 1234567"})
    assert person(one) == person(replace(one, fields={"mobile": "0049 (170) 123-4567"})) != ""
    assert person(replace(one, fields={"phone": "+49 170 7654321"})) != person(one)
    for words in ("call +49 170 1234567 please", "write to zoe@example.org", "@zoe"):
        assert person(replace(one, fields={"note": words})) == ""
    assert person(replace(one, holder="")) == person(replace(one, fields={"order": "00012345"}, holder="")) == ""


def test_the_other_pass_let_in_is_told_and_refuses_nobody() -> None:
    verdict = judge(MINE, kin=(Kin(OTHER, (used(),)),))
    assert (verdict.reason, verdict.records_use) == (Reason.ADMIT, True)
    assert verdict.detail["others"] == 1
    assert verdict.detail["other_pass"] == "…uid-2"
    assert verdict.detail["other_admitted_at"] == (NOW - HOUR).isoformat()


def test_of_several_the_one_let_in_last_is_told_else_the_newest() -> None:
    old, new = (replace(OTHER, uid=f"of-{n}", created=NOW - n * HOUR) for n in (3, 2))
    came = replace(used(), at=NOW - 2 * HOUR, device="gate 7")
    last = replace(used(), device="gate 2")
    elsewhere = (used("cloakroom", ago=HOUR / 2), used(ago=HOUR / 2, direction=Direction.EXIT))
    detail = judge(MINE, kin=(Kin(new), Kin(old, (came, last, replace(came, at=NOW - 3 * HOUR), *elsewhere)))).detail
    assert (detail["others"], detail["other_pass"], detail["other_admitted_by"]) == (2, "…of-3", "gate 2")
    assert detail["other_admitted_at"] == (NOW - HOUR).isoformat()
    assert judge(MINE, kin=(Kin(old), Kin(new))).detail["other_pass"] == "…of-2"


def test_an_entry_under_an_earlier_name_of_the_place_was_one_here() -> None:
    renamed = replace(DOOR, accepts=(DOOR.accepts[0].called("count-1"),))
    detail = judge(MINE, place=renamed, kin=(Kin(OTHER, (used(),)),)).detail
    assert detail["other_admitted_at"] == (NOW - HOUR).isoformat()


def test_a_refused_pass_tells_of_the_newer_one_that_replaced_it() -> None:
    old, new = replace(MINE, created=NOW - 2 * HOUR, nullified=True), replace(OTHER, created=NOW - HOUR)
    verdict = judge(old, kin=(Kin(new),))
    assert (verdict.reason, verdict.detail["other_issued"]) == (Reason.NULLIFIED, (NOW - HOUR).isoformat())
    assert "other_admitted_at" not in verdict.detail
    assert "reissued_as" not in verdict.detail  # the same person; nothing says that one stands for the other
    verdict = judge(replace(MINE, created=NOW), kin=(Kin(new),))
    assert (verdict.detail["others"], "other_issued" in verdict.detail) == (1, False)


def test_a_pass_that_is_gone_names_the_one_that_took_its_external_id() -> None:
    old = replace(MINE, identifiers={IdentifierKind.EXTERNAL_ID: "CRM-7"}, created=NOW - 2 * HOUR, nullified=True)
    new = replace(old, uid="uid-new", created=NOW - HOUR, nullified=False)
    detail = judge(old, kin=(Kin(new), Kin(replace(old, uid="gone")), Kin(OTHER, (used(),)))).detail
    assert (detail["reissued_as"], detail["reissued_pass"]) == ("uid-new", "…id-new")
    assert detail["reissued_at"] == (NOW - HOUR).isoformat()
    undated = judge(replace(old, created=None), kin=(Kin(replace(new, created=None)),)).detail
    assert (undated["reissued_as"], "reissued_at" in undated) == ("uid-new", False)
    for not_that in (replace(new, created=NOW - 3 * HOUR), replace(new, identifiers={}), replace(new, nullified=True)):
        assert "reissued_as" not in judge(old, kin=(Kin(not_that),)).detail
    assert "reissued_as" not in judge(replace(old, nullified=False), kin=(Kin(new),)).detail  # good still


@pytest.mark.parametrize(
    "change",
    [{"nullified": True}, {"expires": NOW - timedelta(days=1)}, {"voided": True}, {"template": "another event"}],
)
def test_a_pass_that_is_good_for_nothing_here_is_not_told(change: dict[str, object]) -> None:
    assert "others" not in judge(MINE, kin=(Kin(replace(OTHER, **change)),)).detail  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "templates"),
    [
        ({"voided": True, "redeemed": True}, {"tpl"}),  # somebody came in with it, nobody knows where
        ({"template": "vip"}, {"tpl", "vip"}),  # another kind of pass that this door takes
        ({"template": "vip"}, ()),  # a door that takes every kind
        ({}, {"vip"}),  # a door for neither of them
    ],
)
def test_a_pass_that_may_matter_here_is_told(change: dict[str, object], templates: set[str]) -> None:
    place = replace(DOOR, accepts=(Accepted("acc", frozenset(templates), place="main"),))
    assert judge(MINE, place=place, kin=(Kin(replace(OTHER, **change)),)).detail["others"] == 1  # type: ignore[arg-type]


def test_the_pass_that_was_replaced_counts_once_somebody_came_in_with_it() -> None:
    gone = Kin(replace(OTHER, nullified=True), (used(),))
    assert judge(MINE, kin=(gone,)).detail["other_admitted_at"] == (NOW - HOUR).isoformat()


def test_several_passes_of_one_code_are_told_apart() -> None:
    both = Matches((MINE, replace(MINE, uid="uid-2", template_name="VIP")))
    choices = decide(both, (), DOOR, SHOWN, NOW).detail["choices"]
    assert choices == ["Zoë Müller · Festival · …uid-1", "Zoë Müller · VIP · …uid-2"]


def test_passes_of_several_accounts_are_told_apart_by_their_account() -> None:
    both = Matches((MINE, replace(MINE, account="second", uid="uid-2")))
    choices = decide(both, (), DOOR, SHOWN, NOW).detail["choices"]
    assert choices == ["Zoë Müller · Festival · acc · …uid-1", "Zoë Müller · Festival · second · …uid-2"]
    other = replace(both.passes[1], platform="airship")
    choices = decide(replace(both, passes=(MINE, other)), (), DOOR, SHOWN, NOW).detail["choices"]
    assert choices == [f"Zoë Müller · Festival · {MINE.platform} · …uid-1", "Zoë Müller · Festival · airship · …uid-2"]
