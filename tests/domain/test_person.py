"""When two passes are one person's, and what the door says then: never a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanner_app.domain.passes import Kin, Matches
from scanner_app.domain.person import person
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
    assert person(replace(one, holder="")) == person(replace(one, fields={"order": "00012345"}, holder="")) == ""


def test_the_other_pass_let_in_is_told_and_refuses_nobody() -> None:
    verdict = judge(MINE, kin=(Kin(OTHER, (used(),)),))
    assert (verdict.reason, verdict.records_use) == (Reason.ADMIT, True)
    assert verdict.detail["others"] == 1
    assert verdict.detail["other_pass"] == "…uid-2"
    assert verdict.detail["other_admitted_at"] == (NOW - HOUR).isoformat()


def test_a_refused_pass_tells_of_the_newer_one_that_replaced_it() -> None:
    old, new = replace(MINE, created=NOW - 2 * HOUR, nullified=True), replace(OTHER, created=NOW - HOUR)
    verdict = judge(old, kin=(Kin(new),))
    assert (verdict.reason, verdict.detail["other_issued"]) == (Reason.NULLIFIED, (NOW - HOUR).isoformat())
    assert "other_admitted_at" not in verdict.detail


@pytest.mark.parametrize(
    "change",
    [{"nullified": True}, {"expires": NOW - timedelta(days=1)}, {"voided": True}, {"template": "another event"}],
)
def test_a_pass_that_is_good_for_nothing_here_is_not_told(change: dict[str, object]) -> None:
    assert "others" not in judge(MINE, kin=(Kin(replace(OTHER, **change)),)).detail  # type: ignore[arg-type]


def test_the_pass_that_was_replaced_counts_once_somebody_came_in_with_it() -> None:
    gone = Kin(replace(OTHER, nullified=True), (used(),))
    assert judge(MINE, kin=(gone,)).detail["other_admitted_at"] == (NOW - HOUR).isoformat()


def test_several_passes_of_one_code_are_told_apart() -> None:
    both = Matches((MINE, replace(MINE, uid="uid-2", template_name="VIP")))
    choices = decide(both, (), DOOR, SHOWN, NOW).detail["choices"]
    assert choices == ["Zoë Müller · Festival · …uid-1", "Zoë Müller · VIP · …uid-2"]
