"""Telling Passcreator what happened: once, in the right words, and never over somebody else's head."""

import dataclasses
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from platforms.conftest import account_of

from scanner_app.application.ports import Delivery
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Direction, Pass, Use
from scanner_app.domain.scan import LocalUse, Operation, OperationKind
from scanner_app.platforms.passcreator import PasscreatorPlatform
from scanner_app.platforms.passcreator.status import scan_body, scan_status
from scanner_app.platforms.zones import zone_named
from scanner_app.sandbox.misbehave import Misbehaviour

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def door(passcreator):
    return passcreator.doors()[0]


@pytest.fixture
def guest(passcreator, door) -> Pass:
    made = passcreator.office.create(door.template, {"Firstname": "Ada", "storedValue": 5})
    return passcreator.lookup(made.uid, 5)[0]


@pytest.fixture
def admission(guest, door) -> Operation:
    return operation(guest, door)


def operation(guest: Pass, door, **more) -> Operation:
    base = {
        "kind": OperationKind.RECORD,
        "scan_id": "0190-1",
        "account": "acc",
        "uid": guest.uid,
        "at": NOW,
        "raw": guest.barcode,
        "device": "kiosk-1",
        "door": door.id,
        "place": door.place,
        "outcome": "admit",
        "reason": "ADMIT",
        "policy": "once",
    }
    return Operation(**(base | more))


def scans(sandbox, guest: Pass) -> list[dict]:
    return sandbox.store.rows("SELECT * FROM pc_scan WHERE barcode=? ORDER BY created", [guest.barcode])


def told(platform, op: Operation, *, again: bool = False) -> Delivery:
    return platform.deliver(op, may_have_arrived=again).delivery


def misbehave(sandbox, route: str, kind: str, **more) -> None:
    sandbox.accounts["passcreator"].misbehaviours.faults.insert(0, Misbehaviour(route, kind, **more))


# --- the words -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"policy": "once"}, 0),
        ({"policy": "once", "outcome": "attention"}, 0),
        ({"policy": "attendance"}, 2),
        ({"policy": "counted"}, 2),
        ({"policy": "stored_value"}, 2),
        ({"policy": "look_only"}, 2),
        ({"policy": "in_out"}, 4),
        ({"policy": "in_out", "direction": Direction.EXIT}, 6),
        ({"outcome": "refuse", "reason": "ALREADY_USED"}, 1),
        ({"outcome": "refuse", "reason": "EXPIRED", "policy": "in_out"}, 1),
        ({"outcome": "refuse", "reason": "UNKNOWN", "uid": ""}, 3),
        ({"outcome": "refuse", "reason": "ALREADY_INSIDE", "policy": "in_out"}, 5),
        ({"outcome": "refuse", "reason": "NOT_INSIDE", "policy": "in_out"}, 7),
    ],
)
def test_scan_status(fields, status):
    base = Operation(OperationKind.RECORD, "s", "a", "u", NOW, outcome="admit", reason="ADMIT", policy="once")
    assert scan_status(dataclasses.replace(base, **fields)) == status


def test_the_doors_time_goes_out_in_company_time_with_seconds():
    op = Operation(OperationKind.RECORD, "s", "a", "u", datetime(2026, 7, 1, 22, 30, 5, 999, UTC), raw="\ud800x")
    body = scan_body(op, zone_named("Europe/Berlin"))
    assert body["createdOn"] == "2026-07-02 00:30:05"
    assert body["scannedBarcodeValue"] == "\\ud800x"
    assert "passId" not in scan_body(dataclasses.replace(op, uid=""), zone_named("UTC"))


# --- once, and only once ---------------------------------------------------------------------------------------------
def test_an_admission_is_kept_with_time_device_and_code(passcreator, sandbox, admission, guest):
    assert told(passcreator, admission) is Delivery.DONE
    kept = scans(sandbox, guest)
    assert [(s["created"], s["device"], s["pass"], s["status"]) for s in kept] == [
        (int(NOW.timestamp()), "kiosk-1", guest.uid, 0)
    ]


def test_an_answer_lost_on_the_way_is_no_second_scan(passcreator, sandbox, admission, guest):
    misbehave(sandbox, "POST /api/appscan", "drop_after", times=1)
    with pytest.raises(PlatformTrouble) as raised:
        passcreator.deliver(admission, may_have_arrived=False)
    assert raised.value.outcome_unknown
    assert told(passcreator, admission, again=True) is Delivery.ALREADY
    assert len(scans(sandbox, guest)) == 1


def test_a_request_that_never_arrived_is_sent_after_all(passcreator, sandbox, admission, guest):
    assert told(passcreator, admission, again=True) is Delivery.DONE
    assert len(scans(sandbox, guest)) == 1


@pytest.mark.parametrize("other", [{"device": "kiosk-2"}, {"at": NOW - timedelta(seconds=9)}, {"raw": "another"}])
def test_somebody_elses_scan_is_not_taken_for_ours(passcreator, sandbox, admission, other):
    policy = {"policy": "attendance"}
    told(passcreator, dataclasses.replace(admission, **other, **policy))
    assert told(passcreator, dataclasses.replace(admission, **policy), again=True) is Delivery.DONE


def test_settling_that_fails_has_told_nothing(passcreator, sandbox, admission, guest):
    misbehave(sandbox, "GET /api/appscan/list*", "truncated", times=1)
    with pytest.raises(PlatformTrouble) as raised:
        passcreator.deliver(admission, may_have_arrived=True)
    assert not raised.value.sent
    assert scans(sandbox, guest) == []


def test_a_check_that_fails_after_telling_leaves_the_outcome_unknown(passcreator, sandbox, admission, guest):
    misbehave(sandbox, f"GET /api/pass/{guest.uid}", "429", times=1, retry_after=3.0)
    with pytest.raises(PlatformTrouble) as raised:
        passcreator.deliver(admission, may_have_arrived=False)
    assert (raised.value.outcome_unknown, raised.value.retry_after) == (True, 3.0)
    assert told(passcreator, admission, again=True) is Delivery.ALREADY
    assert len(scans(sandbox, guest)) == 1


@pytest.mark.parametrize(
    "kind", ["500", "503", "429", "401", "403", "html", "redirect", "truncated", "cut_body", "drop", "gzip"]
)
def test_only_the_documented_success_is_success(passcreator, sandbox, admission, kind):
    misbehave(sandbox, "POST /api/appscan", kind, times=1)
    with pytest.raises(PlatformTrouble):
        passcreator.deliver(admission, may_have_arrived=False)


@pytest.mark.parametrize("kind", ["html", "redirect", "500", "drop_after", "401"])
def test_a_void_counts_as_done_only_by_204(passcreator, sandbox, admission, guest, kind):
    void = dataclasses.replace(admission, kind=OperationKind.VOID)
    misbehave(sandbox, "PUT /api/pass/*", kind, times=1)
    with pytest.raises(PlatformTrouble):
        passcreator.deliver(void, may_have_arrived=False)
    again = told(passcreator, void, again=True)
    assert again is (Delivery.ALREADY if kind == "drop_after" else Delivery.DONE)
    assert passcreator.lookup(guest.uid, 5)[0].voided


def test_an_unknown_code_is_recorded(passcreator, sandbox, door):
    guest = Pass("acc", "passcreator", "", identifiers={})
    op = operation(guest, door, uid="", raw="no-such-code", outcome="refuse", reason="UNKNOWN")
    assert told(passcreator, op) is Delivery.DONE
    found = sandbox.store.rows("SELECT * FROM pc_scan WHERE barcode='no-such-code'")
    assert [(s["status"], s["pass"]) for s in found] == [(3, None)]


def test_without_a_door_nothing_is_recorded(passcreator, sandbox, admission, guest):
    assert told(passcreator, dataclasses.replace(admission, door="")) is Delivery.DONE
    assert scans(sandbox, guest) == []


def test_a_door_that_the_platform_does_not_know(passcreator, admission):
    answer = passcreator.deliver(dataclasses.replace(admission, door="nowhere"), may_have_arrived=False)
    assert (answer.delivery, answer.detail) == (Delivery.REFUSED, "unknown_door")


# --- two doors -------------------------------------------------------------------------------------------------------
def test_two_apart_doors_admitted_the_same_pass(passcreator, admission):
    other = dataclasses.replace(admission, at=NOW + timedelta(minutes=1), device="kiosk-2", scan_id="0190-2")
    assert told(passcreator, admission) is Delivery.DONE
    answer = passcreator.deliver(other, may_have_arrived=False)
    assert answer.delivery is Delivery.CONTESTED
    assert answer.facts["used_device"] == "kiosk-1"
    assert answer.facts["used_at"] == NOW.isoformat()


@pytest.mark.parametrize("seconds", [-61, -1, 0, 1, 2, 61])
@pytest.mark.parametrize("kind", [OperationKind.RECORD, OperationKind.VOID])
def test_whichever_door_reports_last_finds_the_other(passcreator, admission, seconds, kind):
    """Also when both admitted within the same second."""
    spends = {"spends": "yes"} if kind is OperationKind.VOID else {}
    first = dataclasses.replace(admission, extra=spends)
    later = dataclasses.replace(first, at=NOW + timedelta(seconds=seconds), device="kiosk-2")
    told(passcreator, first)
    told(passcreator, dataclasses.replace(first, kind=OperationKind.VOID))
    ends = [told(passcreator, later), told(passcreator, dataclasses.replace(later, kind=OperationKind.VOID))]
    assert Delivery.CONTESTED in ends
    assert ends.count(Delivery.CONTESTED) == 1 or not spends, "the same two admissions are one conflict"


def test_a_use_of_the_same_second_is_not_ours_where_we_record_nothing(passcreator, admission):
    told(passcreator, admission)
    void = dataclasses.replace(admission, kind=OperationKind.VOID, door="", device="kiosk-2", scan_id="0190-2")
    assert told(passcreator, void) is Delivery.CONTESTED


@pytest.mark.parametrize("hour", [0, 1])
def test_the_hour_that_comes_twice_makes_nobody_a_stranger_to_himself(passcreator, sandbox, admission, hour):
    at = datetime(2026, 10, 25, hour, 30, 7, tzinfo=UTC)  # both are 02:30:07 in Berlin
    sandbox.clock.frozen = at.timestamp()
    mine = dataclasses.replace(admission, at=at)
    assert told(passcreator, mine) is Delivery.DONE
    assert told(passcreator, mine, again=True) is Delivery.ALREADY
    assert told(passcreator, dataclasses.replace(mine, kind=OperationKind.VOID)) is Delivery.DONE
    other = dataclasses.replace(mine, at=at + timedelta(seconds=40), device="kiosk-2", scan_id="0190-2")
    assert told(passcreator, other) is Delivery.CONTESTED


def test_a_refused_repeat_elsewhere_is_no_conflict(passcreator, admission, guest):
    told(passcreator, dataclasses.replace(admission, extra={"spends": "yes"}))
    refused = dataclasses.replace(
        admission, at=NOW + timedelta(minutes=5), device="kiosk-2", outcome="refuse", reason="ALREADY_USED"
    )
    assert told(passcreator, refused) is Delivery.DONE
    assert told(passcreator, dataclasses.replace(admission, kind=OperationKind.VOID)) is Delivery.DONE
    assert passcreator.lookup(guest.uid, 5)[0].voided


@pytest.mark.parametrize("another", [False, True])
def test_a_guest_who_holds_a_used_pass_there_again_and_again_is_no_other_door(passcreator, admission, guest, another):
    """A pass keeps one use per second: the refused repeats of a moment stand there later than their scans."""
    told(passcreator, dataclasses.replace(admission, extra={"spends": "yes"}))
    told(passcreator, dataclasses.replace(admission, kind=OperationKind.VOID))
    for number in range(15):
        at = NOW + timedelta(milliseconds=250 * number)
        told(passcreator, dataclasses.replace(admission, at=at, outcome="refuse", reason="ALREADY_USED"))
    if another:
        told(passcreator, dataclasses.replace(admission, at=NOW + timedelta(seconds=2), device="kiosk-2"))
    others = passcreator.others(admission, passcreator.lookup(guest.uid, 5)[0])
    assert {use.device for use in others} == ({"kiosk-2"} if another else set())


@pytest.mark.parametrize("third", [False, True])
def test_a_pass_that_another_door_let_in_and_refused_at_once_was_let_in_there_once(
    passcreator, admission, guest, third
):
    """A hasty guest shows it twice within the second: two uses stand there, of one admission and its repeat."""
    for kiosk in ["kiosk-2", "kiosk-3"] if third else ["kiosk-2"]:
        told(passcreator, dataclasses.replace(admission, device=kiosk))
    told(passcreator, dataclasses.replace(admission, device="kiosk-2", outcome="refuse", reason="ALREADY_USED"))
    mine = dataclasses.replace(admission, at=NOW + timedelta(seconds=9))
    told(passcreator, mine)
    others = passcreator.others(mine, passcreator.lookup(guest.uid, 5)[0])
    assert sorted(use.device for use in others) == ["kiosk-2", "kiosk-3"][: 1 + third]


def test_another_kiosk_of_our_name_a_second_later_is_told_from_us(passcreator, admission, guest):
    """Our own scans come back to the second; one of our name beside them was made by somebody else."""
    told(passcreator, admission)
    told(passcreator, dataclasses.replace(admission, at=NOW + timedelta(seconds=1)))
    subject = passcreator.lookup(guest.uid, 5)[0]
    mine = LocalUse("s", admission.place, NOW, admission.direction, device=admission.device)
    theirs = passcreator.others(dataclasses.replace(admission, own=(mine,)), subject)
    assert [(use.device, use.at) for use in theirs] == [(admission.device, NOW + timedelta(seconds=1))]
    assert not passcreator.others(admission, subject), "where no ledger was asked the name decides"


def test_a_use_that_no_scan_stands_behind_is_another_door_s(passcreator, admission, guest):
    """As many seconds in a row as there were scans are ours, and not one more."""
    told(passcreator, admission)
    told(passcreator, dataclasses.replace(admission, at=NOW + timedelta(seconds=1), outcome="refuse", reason="EXPIRED"))
    uses = tuple(Use(admission.place, NOW + timedelta(seconds=number)) for number in range(5))
    assert list(passcreator.others(admission, dataclasses.replace(guest, uses=uses))) == [uses[4]]


def test_a_way_that_nobody_tells_proves_nothing(passcreator, admission, guest):
    """Where guests go in and out, a use without a scan may have been either."""
    mine = dataclasses.replace(admission, policy="in_out")
    told(passcreator, mine)
    uses = (Use(admission.place, NOW), Use(admission.place, NOW + timedelta(minutes=9)))
    others = passcreator.others(mine, dataclasses.replace(guest, uses=uses))
    assert [use.direction for use in others] == [Direction.EXIT]


def test_the_scans_of_a_door_are_listed_once_for_all_passes_of_a_moment(passcreator, sandbox, admission, guest):
    mine = dataclasses.replace(admission, policy="counted")
    told(passcreator, mine)
    told(passcreator, dataclasses.replace(mine, device="kiosk-2", at=NOW + timedelta(minutes=1)))
    subject = passcreator.lookup(guest.uid, 5)[0]
    assert [use.device for use in passcreator.others(mine, subject)] == ["kiosk-2"]
    misbehave(sandbox, "GET /api/appscan*", "500")
    assert [use.device for use in passcreator.others(mine, subject)] == ["kiosk-2"]
    with pytest.raises(PlatformTrouble):
        list(passcreator.others(dataclasses.replace(mine, at=NOW - timedelta(hours=1)), subject))


def test_voided_by_the_organiser_meanwhile(passcreator, admission, guest):
    passcreator.office.mark(guest.uid, voided=True)
    answer = passcreator.deliver(dataclasses.replace(admission, kind=OperationKind.VOID), may_have_arrived=False)
    assert (answer.delivery, answer.detail) == (Delivery.CONTESTED, "voided")


@pytest.mark.parametrize("lost", [False, True])
def test_voided_by_the_organiser_is_seen_though_our_own_scan_goes_first(passcreator, sandbox, admission, guest, lost):
    """The scan that we tell of leaves a use at our place: after it nothing shows that the void was not ours."""
    passcreator.office.mark(guest.uid, voided=True)
    admission = dataclasses.replace(admission, extra={"spends": "yes"})
    if lost:
        misbehave(sandbox, "POST /api/appscan", "drop_after", times=1)
        with pytest.raises(PlatformTrouble):
            passcreator.deliver(admission, may_have_arrived=False)
    answer = passcreator.deliver(admission, may_have_arrived=lost)
    assert (answer.delivery, answer.detail) == (Delivery.CONTESTED, "voided")
    assert len(scans(sandbox, guest)) == 1
    assert told(passcreator, dataclasses.replace(admission, kind=OperationKind.VOID)) is Delivery.ALREADY


@pytest.mark.parametrize("policy", ["attendance", "in_out", "counted", "once"])
def test_an_admission_that_spends_nothing_of_a_pass_voided_meanwhile(passcreator, admission, guest, policy):
    passcreator.office.mark(guest.uid, voided=True)
    answer = passcreator.deliver(dataclasses.replace(admission, policy=policy), may_have_arrived=False)
    assert (answer.delivery, answer.detail) == (Delivery.CONTESTED, "voided")


def test_expired_meanwhile_is_nobody_elses_void(passcreator, admission, guest):
    passcreator.office.update(guest.uid, {"expirationDate": NOW - timedelta(hours=1)})
    assert told(passcreator, dataclasses.replace(admission, kind=OperationKind.VOID)) is Delivery.DONE


@pytest.mark.parametrize(
    ("kind", "more", "delivery"),
    [
        (OperationKind.RECORD, {}, Delivery.CONTESTED),
        (OperationKind.RECORD, {"policy": "attendance"}, Delivery.CONTESTED),
        (OperationKind.RECORD, {"outcome": "refuse", "reason": "EXPIRED"}, Delivery.DONE),
        (OperationKind.VOID, {}, Delivery.CONTESTED),
        (OperationKind.RESTORE, {}, Delivery.REFUSED),
        (OperationKind.VALUE, {"amount": Decimal(-1)}, Delivery.CONTESTED),
        (OperationKind.VALUE, {"amount": Decimal(1)}, Delivery.REFUSED),
    ],
)
def test_deleted_meanwhile(passcreator, admission, guest, kind, more, delivery):
    passcreator.office.delete(guest.uid)
    assert told(passcreator, dataclasses.replace(admission, kind=kind, **more)) is delivery


# --- undo ------------------------------------------------------------------------------------------------------------
def test_a_void_is_taken_back(passcreator, admission, guest):
    void = dataclasses.replace(admission, kind=OperationKind.VOID)
    restore = dataclasses.replace(admission, kind=OperationKind.RESTORE)
    assert told(passcreator, void) is Delivery.DONE
    assert told(passcreator, restore) is Delivery.DONE
    assert told(passcreator, restore) is Delivery.ALREADY
    assert not passcreator.lookup(guest.uid, 5)[0].voided


def test_a_scan_is_taken_back_only_where_the_account_says_so(passcreator, sandbox, admission, guest):
    told(passcreator, admission)
    unrecord = dataclasses.replace(admission, kind=OperationKind.UNRECORD)
    answer = passcreator.deliver(unrecord, may_have_arrived=False)
    assert (answer.delivery, answer.detail) == (Delivery.DONE, "scan_stays")
    assert len(scans(sandbox, guest)) == 1
    config = account_of(sandbox.info, options={"delete_scans": "yes"})
    allowed = PasscreatorPlatform(config, sandbox.info["api_key"])
    assert told(allowed, unrecord) is Delivery.DONE
    assert scans(sandbox, guest) == []
    assert told(allowed, unrecord) is Delivery.ALREADY
    allowed.close()


def test_admitted_again_by_the_same_door_after_an_undo_is_no_conflict(passcreator, admission):
    told(passcreator, admission)
    again = dataclasses.replace(admission, at=NOW + timedelta(minutes=3), scan_id="0190-3")
    assert told(passcreator, again) is Delivery.DONE


# --- stored value ----------------------------------------------------------------------------------------------------
def test_value_is_taken_off_and_given_back(passcreator, admission, guest):
    spend = dataclasses.replace(admission, kind=OperationKind.VALUE, amount=Decimal("-1.5"))
    assert told(passcreator, spend) is Delivery.DONE
    assert passcreator.lookup(guest.uid, 5)[0].stored_value == Decimal("3.5")
    assert told(passcreator, dataclasses.replace(spend, amount=Decimal("1.5"))) is Delivery.DONE
    assert passcreator.lookup(guest.uid, 5)[0].stored_value == Decimal(5)


def test_value_never_falls_below_zero(passcreator, admission, guest):
    spend = dataclasses.replace(admission, kind=OperationKind.VALUE, amount=Decimal(-6))
    answer = passcreator.deliver(spend, may_have_arrived=False)
    assert (answer.delivery, answer.detail) == (Delivery.CONTESTED, "nothing_left")
    assert passcreator.lookup(guest.uid, 5)[0].stored_value == Decimal(5)


@pytest.mark.parametrize(("kind", "end"), [("drop_after", Delivery.ALREADY), ("drop", Delivery.DONE)])
def test_a_lost_answer_takes_no_value_twice(passcreator, sandbox, admission, guest, kind, end):
    spend = dataclasses.replace(admission, kind=OperationKind.VALUE, amount=Decimal(-2))
    misbehave(sandbox, "POST /api/pass/*", kind, times=1)
    with pytest.raises(PlatformTrouble):
        passcreator.deliver(spend, may_have_arrived=False)
    assert told(passcreator, spend, again=True) is end
    assert passcreator.lookup(guest.uid, 5)[0].stored_value == Decimal(3)


def test_a_value_that_nobody_can_settle_any_more_is_for_people(passcreator, admission):
    spend = dataclasses.replace(admission, kind=OperationKind.VALUE, amount=Decimal(-2))
    answer = passcreator.deliver(spend, may_have_arrived=True)
    assert (answer.delivery, answer.detail) == (Delivery.CONTESTED, "value_unsettled")


def test_a_body_where_none_belongs_is_no_success(passcreator, sandbox, admission):
    misbehave(sandbox, "PUT /api/pass/*", "html", times=1)
    with pytest.raises(PlatformTrouble) as raised:
        passcreator.deliver(dataclasses.replace(admission, kind=OperationKind.VOID), may_have_arrived=False)
    assert raised.value.kind is PlatformKind.PORTAL
