"""One suite for every adapter: what the port promises, whatever the platform behind it calls things."""

import dataclasses
import itertools
import socket
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from platforms.kits import KITS
from platforms.test_segments import HOSTILE

from scanner_app.application.ports import Can, Delivery
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.domain.passes import Direction, IdentifierKind, Matches, Pass, Use
from scanner_app.domain.place import Accepted, Place
from scanner_app.domain.rules import decide
from scanner_app.domain.scan import LocalUse, Operation, OperationKind
from scanner_app.platforms.registry import ADAPTERS, build
from scanner_app.sandbox.airship import tickets
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.platforms import PLATFORMS
from scanner_app.sandbox.server import Sandbox

PLACE = "Main entrance"
PASSES = 60
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def venue():
    tickets.SECONDS = 0.02  # Airship's updates take a while; here they need not take that long
    with Sandbox(passes=PASSES, platforms=tuple(PLATFORMS)) as running:
        for account in running.accounts.values():
            account.switches.no_rate_limit = True
        yield running


@pytest.fixture(params=KITS, ids=lambda kit: kit.name)
def kit(request, venue):
    made = request.param(venue)
    yield made
    made.close()


@pytest.fixture
def platform(kit):
    return kit.platform()


@pytest.fixture
def code():
    return f"CONTRACT-{next(numbers)}"


@pytest.fixture
def guest(kit, platform, code) -> Pass:
    uid = kit.fresh(platform, code)
    return next(p for p in platform.lookup(code, 5) if p.uid == uid)


@pytest.fixture
def admission(kit, guest, code) -> Operation:
    return Operation(
        OperationKind.RECORD,
        f"scan-{code}",
        "acc",
        guest.uid,
        datetime.now(UTC),
        raw=code,
        device="kiosk-1",
        door=kit.door,
        place=PLACE,
        outcome="admit",
        reason="ADMIT",
        policy="once",
        symbology="QR",
        extra={"spends": "yes"},
    )


def changed(operation: Operation, **more) -> Operation:
    return dataclasses.replace(operation, **more)


def elsewhere(operation: Operation) -> Operation:
    at = operation.at + timedelta(seconds=30)
    return changed(operation, device="kiosk-2", scan_id=f"{operation.scan_id}-2", at=at)


def tell(platform, operation: Operation, kind: OperationKind, *, again: bool = False) -> Delivery:
    return platform.deliver(changed(operation, kind=kind), may_have_arrived=again).delivery


def walk(platform, stream: str, cursor: str = "", *, anew=None) -> list[Pass]:
    """Every pass of a stream; `anew` makes another adapter for each page, as after a crash."""
    found, resume = [], ""
    for _ in range(1000):
        page = (anew() if anew else platform).page(stream, cursor, resume)
        found += page.passes
        resume = page.resume
        if not resume:
            return found
    raise AssertionError("the walk does not end")


def everything(platform) -> list[Pass]:
    return [p for stream in platform.streams() for p in walk(platform, stream)]


# --- what there is ---------------------------------------------------------------------------------------------------
def test_every_platform_of_the_sandbox_has_an_adapter_and_the_other_way_round():
    assert set(ADAPTERS) == set(PLATFORMS) == {kit.name for kit in KITS}


def test_an_unknown_platform_is_said(kit):
    with pytest.raises(SettingsTrouble):
        build(dataclasses.replace(kit.config(), platform="paper"), "k")


def test_what_it_can_and_what_it_cannot_with_a_reason(platform):
    can, missing = platform.capabilities.can, platform.capabilities.missing
    assert can | set(missing) == set(Can)
    assert not can & set(missing)
    assert all(missing.values())


def test_a_check_tells_the_platforms_time(platform):
    assert abs(platform.check() - datetime.now(UTC)) < timedelta(seconds=5)


def test_templates_carry_names(kit, platform):
    assert {(t.id, t.name) for t in platform.templates()} >= {(t["id"], t["name"]) for t in kit.info["templates"]}


def test_doors_where_there_are_any(kit, platform):
    doors = platform.doors()
    assert bool(doors) is (Can.DOORS in platform.capabilities.can)
    assert all(door.id and door.name and door.place for door in doors)


def test_zone(platform):
    platform.doors()
    assert platform.zone_fits is True


# --- reading ---------------------------------------------------------------------------------------------------------
def test_every_pass_comes_once_and_whole(kit, platform):
    held = everything(platform)
    assert len({p.uid for p in held}) == len(held) >= PASSES
    templates = {t["id"] for t in kit.info["templates"]}
    for one in held:
        assert (one.account, one.platform) == ("acc", kit.name)
        assert one.template in templates
        assert one.identifiers[IdentifierKind.UID] == one.uid
        assert one.seen_at
        assert one.seen_at.tzinfo
        assert all(u.at.tzinfo for u in one.uses)
    assert sum(1 for p in held if p.holder) > PASSES / 2


def test_a_walk_goes_on_after_a_crash_at_any_page(kit, platform):
    stream = platform.streams()[0]
    assert {p.uid for p in walk(platform, stream, anew=kit.platform)} == {p.uid for p in walk(platform, stream)}


def test_a_looked_up_pass_is_the_listed_one(kit, platform):
    carried = kit.config().carries(tap=False, shown=True)
    for one in everything(platform)[:8]:
        text = next(one.identifiers[k] for k in IdentifierKind if k in carried and k in one.identifiers)
        found = next(p for p in platform.lookup(text, 5) if p.uid == one.uid)
        same = ("template", "identifiers", "holder", "voided", "redeemed", "expires", "nullified")
        assert [getattr(found, name) for name in same] == [getattr(one, name) for name in same]


def test_a_pass_of_a_template_that_is_not_ours_is_found_as_such(kit, guest, code):
    """So that the door can say "another event" instead of "unknown"."""
    others = [t for t in kit.config().templates if t.id != guest.template]
    found = kit.platform(templates=tuple(others[:1])).lookup(code, 5)
    assert [p.template for p in found] == [guest.template]


def test_unknown_codes_find_nothing(platform):
    for text in ("no-such-code", "0", "12345678901234567890", "ab" * 11, "ü"):
        assert platform.lookup(text, 5) == []


def test_hostile_codes_find_nothing_and_reach_nothing_but_look_ups(kit, platform):
    platform.lookup("warm-up", 5)
    last = kit.sandbox.store.number("SELECT coalesce(max(id),0) FROM request_log")
    for text in HOSTILE:
        assert platform.lookup(text, 5) == []
    seen = kit.sandbox.store.rows("SELECT * FROM request_log WHERE platform=? AND id>?", [kit.name, last])
    allowed = {
        "passcreator": ("/api/pass/",),
        "passentry": ("/api/v1/passes/",),
        "passkit": ("/eventTickets/ticket/", "/coupon/singleUse/coupon/externalId/", "/members/member/externalId/"),
        "airship": ("/v1/pass/template/", "/v1/pass/id/"),
    }[kit.name]
    assert {r["method"] for r in seen} == {"GET"}
    assert all(r["path"].startswith(allowed) for r in seen)


def test_what_changed_since(kit, platform, guest):
    if Can.DELTA not in platform.capabilities.can:
        assert platform.cursor_after(datetime.now(UTC)) == ""
        return
    kit.sandbox.clock.offset += 600
    started = platform.check()
    kit.cancel(platform, guest.uid)
    if kit.name == "passkit":  # its organiser works behind the server's back
        kit.sandbox.store.write(
            "UPDATE pk_object SET message_json=json_set(message_json,'$.updated',?) WHERE id=?",
            [started.strftime("%Y-%m-%dT%H:%M:%SZ"), guest.uid],
        )
    found = [p for s in platform.streams() for p in walk(platform, s, platform.cursor_after(started))]
    delta, whole = (platform.page(guest.template, c, "") for c in (platform.cursor_after(started), ""))
    kit.sandbox.clock.offset -= 600
    assert delta.stream_total in (None, whole.total)
    assert [p.uid for p in found] == [guest.uid]
    assert found[0].voided


def test_the_guest_line_gets_the_same_verdicts_everywhere(kit, platform):
    held = everything(platform)
    carried = kit.config().carries(tap=False, shown=True)
    templates = [t["id"] for t in kit.info["templates"]]
    place = Place(PLACE, (Accepted("acc", frozenset(templates[:1]), place=kit.place),))
    admitted: dict[str, list] = {}
    for shown in kit.sandbox.guest_line(kit.name):
        text = shown["barcode"]
        matches = [p for p in held if any(p.identifiers.get(kind) == text for kind in carried)]
        uses = [u for p in matches for u in p.uses] + admitted.get(text, [])
        verdict = decide(Matches(tuple(matches)), uses, place, Credential(text, Symbology.QR), datetime.now(UTC))
        assert verdict.reason.value == shown["expected"], shown["title"]
        if verdict.admits:
            admitted.setdefault(text, []).append(Use(kit.place, datetime.now(UTC)))


# --- telling ---------------------------------------------------------------------------------------------------------
def admit(platform, operation: Operation, *, again: bool = False) -> list[Delivery]:
    return [tell(platform, operation, kind, again=again) for kind in (OperationKind.RECORD, OperationKind.VOID)]


def test_an_admission_spends_the_pass_once(kit, platform, admission, guest):
    assert set(admit(platform, admission)) <= {Delivery.DONE, Delivery.ALREADY}
    assert kit.is_spent(guest.uid)
    assert set(admit(platform, admission, again=True)) <= {Delivery.DONE, Delivery.ALREADY}
    found = platform.lookup(admission.raw, 5)[0]
    assert found.voided


@pytest.mark.parametrize(("seconds", "told"), [(60, "used_elsewhere"), (-60, "used_later")])
def test_two_apart_doors_are_told_of_each_other(platform, admission, seconds, told):
    """Whoever reports last finds the other, and is told which of the two was first at its door."""
    admit(platform, admission)
    mine = changed(elsewhere(admission), at=admission.at + timedelta(seconds=seconds))
    ends = [
        platform.deliver(changed(mine, kind=kind), may_have_arrived=False)
        for kind in (OperationKind.RECORD, OperationKind.VOID)
    ]
    contested = [e for e in ends if e.delivery is Delivery.CONTESTED]
    assert {e.detail for e in contested} == {told}
    assert contested[0].facts["used_device"] == "kiosk-1"
    assert contested[0].facts["used_place"] == PLACE
    at = datetime.fromisoformat(contested[0].facts["used_at"])
    assert abs(at - admission.at) <= timedelta(seconds=2)


def test_the_earlier_of_two_apart_doors_finds_the_later_one_too(kit, platform, admission, guest):
    admit(platform, admission)
    mine, faults = platform.lookup(admission.raw, 5)[0], kit.server.misbehaviours.faults
    faults.append(Misbehaviour("* *", "500"))  # nothing is asked for each guest who was at one door only
    assert not platform.others(admission, mine)
    faults.clear()
    refused = changed(elsewhere(admission), outcome="refuse", reason="ALREADY_USED", scan_id="refused", extra={})
    tell(platform, refused, OperationKind.RECORD)  # shown again at another door, and turned away there
    assert not platform.others(admission, platform.lookup(admission.raw, 5)[0])
    later = changed(elsewhere(admission), at=admission.at + timedelta(seconds=60))
    admit(platform, later)
    subject = kit.platform().lookup(admission.raw, 5)[0]  # as a new round tells the pass
    assert not platform.others(changed(admission, place="cloakroom", door="cloakroom"), subject), "another place"
    others = platform.others(admission, subject)
    if kit.keeps_second_uses:
        assert [(u.device, u.where) for u in others] == [("kiosk-2", PLACE)]
        assert abs(others[0].at - later.at) <= timedelta(seconds=2)
    else:
        assert not others, "only the later door can tell"


def test_two_apart_doors_of_one_name_are_told_of_each_other(kit, platform, admission):
    """A copied data folder, or one name typed twice: each ledger knows what its own kiosk did."""
    first = changed(admission, own=(made(admission),))
    admit(platform, first)
    second = changed(admission, scan_id="the-other-s", at=admission.at + timedelta(minutes=1))
    second = changed(second, own=(made(second),))
    ends = [
        platform.deliver(changed(second, kind=k), may_have_arrived=False)
        for k in (OperationKind.RECORD, OperationKind.VOID)
    ]
    contested = [e for e in ends if e.delivery is Delivery.CONTESTED]
    assert [(e.detail, e.facts["used_device"]) for e in contested[:1]] == [("used_elsewhere", "kiosk-1")]
    subject = kit.platform().lookup(admission.raw, 5)[0]
    assert len(platform.others(first, subject)) == (1 if kit.keeps_second_uses else 0)
    both = (made(first), made(second))
    assert not platform.others(changed(first, own=both), subject), "one kiosk may have done both, after an undo"


def made(operation: Operation) -> LocalUse:
    """What the ledger keeps of an admission."""
    return LocalUse(operation.scan_id, operation.place, operation.at, operation.direction, device=operation.device)


def test_which_way_a_guest_went_at_another_door_is_told(kit, platform, admission, guest):
    mine = changed(admission, policy="in_out", extra={})
    moves = [("kiosk-1", "entry"), ("kiosk-2", "exit"), ("kiosk-1", "entry"), ("kiosk-2", "entry")]
    for number, (device, way) in enumerate(moves):
        at = mine.at + timedelta(minutes=number)
        move = changed(mine, at=at, device=device, direction=Direction(way), scan_id=f"move-{number}")
        assert tell(platform, move, OperationKind.RECORD) in (Delivery.DONE, Delivery.ALREADY)
    anew = kit.platform()  # as a new round tells the pass
    subject = next(one for stream in anew.streams() for one in walk(anew, stream) if one.uid == guest.uid)
    told = [(use.device, use.direction.value) for use in platform.others(mine, subject)]
    assert told == [("kiosk-2", "exit"), ("kiosk-2", "entry")]


def test_a_way_out_by_another_door_is_no_admission_there(platform, admission):
    left = changed(elsewhere(admission), policy="in_out", direction=Direction.EXIT, extra={})
    tell(platform, changed(left, at=admission.at - timedelta(seconds=60)), OperationKind.RECORD)
    assert Delivery.CONTESTED not in admit(platform, admission)


def test_two_doors_that_report_at_the_same_time(platform, admission):
    """Records first, voids after: whoever is last finds the other."""
    other = elsewhere(admission)
    ends = [tell(platform, each, OperationKind.RECORD) for each in (admission, other)]
    ends += [tell(platform, each, OperationKind.VOID) for each in (admission, other)]
    assert Delivery.CONTESTED in ends


def test_cancelled_by_the_organiser_meanwhile(kit, platform, admission, guest):
    kit.cancel(platform, guest.uid)
    assert tell(platform, admission, OperationKind.VOID) is Delivery.CONTESTED


def test_deleted_meanwhile(kit, platform, admission, guest):
    kit.delete(platform, guest.uid)
    answer = platform.deliver(changed(admission, kind=OperationKind.VOID), may_have_arrived=False)
    assert (answer.delivery, answer.detail) == (Delivery.CONTESTED, "deleted")
    assert tell(platform, admission, OperationKind.RESTORE) is Delivery.REFUSED


def test_undo_where_the_contract_has_one(kit, platform, admission, guest):
    admit(platform, admission)
    end = tell(platform, admission, OperationKind.RESTORE)
    if Can.RESTORE in platform.capabilities.can:
        assert end is Delivery.DONE
        assert not kit.is_spent(guest.uid)
        assert tell(platform, admission, OperationKind.RESTORE) is Delivery.ALREADY
    else:
        assert end is Delivery.REFUSED
        assert kit.is_spent(guest.uid)


def test_refusals_and_unknown_codes_are_never_trouble(platform, admission):
    refused = changed(admission, outcome="refuse", reason="EXPIRED", extra={})
    assert tell(platform, refused, OperationKind.RECORD) is Delivery.DONE
    unknown = changed(admission, uid="", raw="nobody", outcome="refuse", reason="UNKNOWN", extra={})
    assert tell(platform, unknown, OperationKind.RECORD) is Delivery.DONE


def test_what_a_platform_cannot_do_is_refused_not_lost(platform, admission):
    answer = platform.deliver(changed(admission, kind=OperationKind.VALUE, amount=Decimal(-1)), may_have_arrived=False)
    assert answer.delivery in (Delivery.REFUSED, Delivery.CONTESTED)
    assert answer.detail


# --- troubles --------------------------------------------------------------------------------------------------------
FAULTS = {
    "html": {PlatformKind.PORTAL},
    "redirect": {PlatformKind.PORTAL},
    "500": {PlatformKind.BUSY},
    "503": {PlatformKind.BUSY},
    "429": {PlatformKind.BUSY},
    "401": {PlatformKind.UNAUTHORISED},
    "403": {PlatformKind.UNAUTHORISED},
    "truncated": {PlatformKind.UNREACHABLE, PlatformKind.NONSENSE},
    "cut_body": {PlatformKind.NONSENSE},
    "drop": {PlatformKind.UNREACHABLE},
    "drop_after": {PlatformKind.UNREACHABLE},
    "gzip": {PlatformKind.NONSENSE},
}


def misbehave(kit, kind: str, **more) -> None:
    kit.server.misbehaviours.faults.insert(0, Misbehaviour("* *", kind, **more))


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_is_the_right_trouble(kit, platform, guest, code, kind):
    misbehave(kit, kind, retry_after=4.0)
    for call in (
        lambda: platform.lookup(code, 3),
        lambda: platform.page(platform.streams()[0], "", ""),
        platform.check,
    ):
        with pytest.raises(PlatformTrouble) as raised:
            call()
        assert raised.value.kind in FAULTS[kind]
        if kind == "429":
            assert raised.value.retry_after == 4.0


@pytest.mark.parametrize("kind", ["html", "500", "cut_body", "drop", "drop_after", "401", "truncated"])
def test_a_fault_at_any_call_of_a_delivery_loses_and_doubles_nothing(kit, platform, admission, kind):
    """The fault strikes the first call of one guest's delivery, the second of the next guest's, and so on."""
    codes = [f"CONTRACT-{next(numbers)}" for _ in range(9)]
    guests = [kit.fresh(platform, code) for code in codes]
    for calls_before, (code, guest) in enumerate(zip(codes, guests, strict=True)):
        operation = changed(admission, uid=guest, raw=code, scan_id=f"scan-{code}")
        misbehave(kit, kind, times=1, after=calls_before)
        for step in (OperationKind.RECORD, OperationKind.VOID):
            assert until_delivered(platform, changed(operation, kind=step)) in (Delivery.DONE, Delivery.ALREADY)
        kit.server.misbehaviours.faults.clear()
        assert kit.is_spent(guest)
        assert kept(kit, operation) == 1


def until_delivered(platform, operation: Operation) -> Delivery:
    """What the outbox does: once an outcome is unknown, the next try settles first."""
    unknown = False
    for _ in range(4):
        try:
            return platform.deliver(operation, may_have_arrived=unknown).delivery
        except PlatformTrouble as trouble:
            unknown = unknown or trouble.outcome_unknown
    raise AssertionError("not delivered")


def kept(kit, operation: Operation) -> int:
    """How often the server holds this admission."""
    count = {
        "passcreator": ("SELECT count(*) FROM pc_scan WHERE barcode=?", operation.raw),
        "passentry": ("SELECT count(*) FROM pe_scan WHERE value=?", operation.raw),
        "passkit": (
            "SELECT coalesce(json_array_length(message_json,'$.validateDetails'),0) FROM pk_object WHERE id=?",
            operation.uid,
        ),
        "airship": ("SELECT count(*) FROM aw_tag WHERE pass=?", operation.uid),
    }
    sql, value = count[kit.name]
    return kit.sandbox.store.number(sql, [value])


def test_nobody_listens(kit):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    away = build_at(kit, f"http://127.0.0.1:{port}")
    with pytest.raises(PlatformTrouble) as raised:
        away.check()
    assert (raised.value.kind, raised.value.sent) == (PlatformKind.UNREACHABLE, False)


def build_at(kit, url: str):
    made = build(dataclasses.replace(kit.config(), url=url), kit.key)
    kit.open.append(made)
    return made


def test_a_look_up_keeps_its_deadline(kit, platform):
    platform.lookup("warm-up", 5)
    misbehave(kit, "drip", ms=50)
    began = time.monotonic()
    with pytest.raises(PlatformTrouble):
        platform.lookup("anything", 0.5)
    assert time.monotonic() - began <= 0.55


def test_a_wrong_key_is_said_and_not_shown(kit):
    wrong = "Wr0ng-one:Wr0ng-two" if ":" in kit.key or "\n" in kit.key else "Wr0ng-one"
    for act in ("check", "streams"):
        other = kit.platform(key=wrong, templates=())
        with pytest.raises(PlatformTrouble) as raised:
            getattr(other, act)() if act == "check" else other.page(
                "ticket:x" if kit.name == "passkit" else "1", "", ""
            )
        assert raised.value.kind is PlatformKind.UNAUTHORISED
        assert "Wr0ng" not in raised.value.detail + repr(other) + other.tenant


def test_secrets_are_nowhere(kit, platform, caplog):
    caplog.set_level("DEBUG")
    platform.check()
    platform.lookup("x", 5)
    shown = caplog.text + repr(platform) + platform.tenant + repr(platform.capabilities)
    assert not [secret for secret in kit.secrets if secret in shown]


def test_keys_and_addresses_make_different_tenants(kit):
    wrong = "other:key" if ":" in kit.key or "\n" in kit.key else "other"
    assert len({kit.platform().tenant, kit.platform(key=wrong).tenant, build_at(kit, "https://x.example").tenant}) == 3


def test_closed_is_closed(kit):
    ended = kit.platform()
    ended.close()
    with pytest.raises(PlatformTrouble):
        ended.check()


def test_after_sleep(kit, platform):
    platform.check()
    platform.reset()
    assert platform.check()
