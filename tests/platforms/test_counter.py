"""The box office of every platform: what its contract can do is done, the rest is refused with its reason."""

from datetime import UTC, datetime

import pytest
from platforms.kits import KITS, PassKit
from support import fault_server as faults

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Can
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms.airship import AirshipPlatform
from scanner_app.platforms.airship.counter import body
from scanner_app.platforms.passentry.counter import wishes
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.platforms.passkit.counter import nested
from scanner_app.sandbox.server import Sandbox
from scanner_app.ui import texts

OWN_ID = {
    "passcreator": "userProvidedId",
    "passentry": "extId",
    "passkit": "ticketNumber",
    "airship": "externalId",
}
FIELD = {"passcreator": "userProvidedId", "passentry": "fullName", "passkit": "person.surname", "airship": "Name"}


@pytest.fixture(scope="module")
def venue():
    with Sandbox(passes=40, platforms=tuple(kit.name for kit in KITS)) as running:
        yield running


@pytest.fixture(params=KITS, ids=lambda kit: kit.name)
def kit(venue, request):
    made = request.param(venue)
    yield made
    made.close()


@pytest.fixture
def platform(kit):
    return kit.platform()


def template(kit) -> str:
    return (kit.info.get("productions") or kit.info["templates"])[0]["id"]


def test_made_changed_voided_restored_deleted(kit, platform):
    counter, name = platform.counter, f"OFFICE-{kit.name}"
    uid = counter.create(template(kit), {OWN_ID[kit.name]: name}).uid
    assert [p.uid for p in platform.lookup(name, 5)] == [uid]
    if kit.name != "passcreator":
        counter.update(name, {FIELD[kit.name]: "Lovelace"})
        assert platform.lookup(uid, 5)[0].holder == "Lovelace"
    counter.mark(name, voided=True)
    assert platform.lookup(uid, 5)[0].voided
    if Can.RESTORE in platform.capabilities.can:
        counter.mark(name, voided=False)
        assert not platform.lookup(uid, 5)[0].voided
    else:
        with pytest.raises(SettingsTrouble) as raised:
            counter.mark(name, voided=False)
        assert raised.value.code == f"settings_cannot_{platform.capabilities.missing[Can.RESTORE]}"
    counter.delete(name)
    assert platform.lookup(uid, 5) == []


def test_a_message_is_sent_or_refused_with_the_reason(kit, platform):
    uid = kit.fresh(platform, f"PUSH-{kit.name}")
    if kit.name == "passcreator":
        with pytest.raises(PlatformTrouble, match="not active"):  # nobody has saved this pass to a phone
            platform.counter.push(uid, "Doors open")
    elif Can.NOTIFY in platform.capabilities.can:
        assert platform.counter.push(uid, "Doors open")
    else:
        with pytest.raises(SettingsTrouble) as raised:
            platform.counter.push(uid, "Doors open")
        assert texts.known(raised.value.code)


def test_a_pass_that_is_not_there(platform):
    with pytest.raises((SettingsTrouble, PlatformTrouble)) as raised:
        platform.counter.mark("NO-SUCH-PASS", voided=True)
    assert raised.value.code in ("settings_pass_unknown", "platform_not_found")


def test_a_name_taken(kit, platform):
    values = {OWN_ID[kit.name]: f"TAKEN-{kit.name}"}
    if kit.name == "passcreator":
        values["enforceUniqueUserProvidedId"] = True
    platform.counter.create(template(kit), values)
    with pytest.raises(PlatformTrouble) as raised:
        platform.counter.create(template(kit), values)
    assert raised.value.kind in (PlatformKind.CONFLICT, PlatformKind.REFUSED)


@pytest.mark.parametrize("language", texts.languages())
def test_every_reason_has_its_sentence(platform, language):
    codes = {f"settings_cannot_{reason}" for reason in platform.capabilities.missing.values()}
    assert codes <= set(texts.catalogue(language).codes)


def test_one_name_of_several_passes_is_not_guessed(venue):
    kit = next(made for made in (each(venue) for each in KITS) if made.name == "airship")
    platform = kit.platform()
    for owner in kit.info["templates"][:2]:
        platform.counter.create(owner["id"], {"externalId": "TWO-OF-US"})
    with pytest.raises(SettingsTrouble) as raised:
        platform.counter.delete("TWO-OF-US")
    assert raised.value.code == "settings_pass_several"
    kit.close()


def test_no_office_voids_a_member(venue):
    """The door spends a membership by a check-in at its place; an office has no place, and must not be told so."""
    kit = PassKit(venue)
    platform = kit.platform(templates=())
    program = next(t.id for t in platform.templates() if platform._kind_of(t.id) is Kind.MEMBER)
    uid = platform.counter.create(program, {"externalId": "MEMBER-1", "person.surname": "Noether"}).uid
    with pytest.raises(SettingsTrouble) as raised:
        platform.counter.mark("MEMBER-1", voided=True)
    assert raised.value.code == "settings_cannot_members_expire_only"
    order = Operation(OperationKind.VOID, "fact-1", "acc", uid, datetime.now(UTC), device="kiosk")
    answer = platform.deliver(order, may_have_arrived=False)
    assert (answer.delivery.value, answer.detail) == ("refused", "members_expire_only")
    assert not platform.lookup("MEMBER-1", 5)[0].uses
    kit.close()


def test_dotted_names():
    values = {"person.surname": "Noether", "person.forename": "Emmy", "ticketNumber": "1", "seatInfo": {"row": "A"}}
    person = {"surname": "Noether", "forename": "Emmy"}
    assert nested(values) == {"person": person, "ticketNumber": "1", "seatInfo": {"row": "A"}}
    with pytest.raises(SettingsTrouble):
        nested({"person": "x", "person.surname": "y"})


def test_what_passentry_knows_by_name_is_no_field():
    wish = wishes({
        "fullName": "Ada", "message": "Hi", "expiresAt": "2027-01-01T01:00:00+01:00", "nfcEnabled": "true",
        "tags": "a, b", "locations": {"data": [], "locationActions": {"deleteAll": True}},
    })  # fmt: skip
    assert wish.body(creating=False) == {
        "pass": {"fullName": "Ada", "expiresAt": "2027-01-01T00:00:00Z", "nfcEnabled": True},
        "message": "Hi",
        "tags": ["a", "b"],
        "locations": {"data": [], "locationActions": {"deleteAll": True}},
    }
    for wrong in ({"expiresAt": "soon"}, {"expiresAt": "2027-01-01"}, {"nfcEnabled": "perhaps"},
                  {"beacons": {"beaconActions": {"explode": True}}}):  # fmt: skip
        with pytest.raises(SettingsTrouble):
            wishes(wrong)


def test_what_airship_knows_by_name_is_no_field():
    assert body({"Name": "Ada", "barcode_value": "1", "locations": [{"latitude": 1}]}) == {
        "fields": {"Name": {"value": "Ada"}},
        "headers": {"barcode_value": {"value": "1"}},
        "locations": [{"latitude": 1}],
    }


TICKET = faults.answer(200, {"ticketId": 1234})
ENDED = faults.answer(200, {"status": "COMPLETED"})
WHERE = {"latitude": 1.5, "longitude": 2.5}


@pytest.mark.parametrize(
    ("values", "answers", "wire"),
    [
        (
            {"template": "501", "Name": "X"},
            [faults.answer(201, {"ticketId": 1234}), ENDED],
            [("PUT", "/v1/pass/template/501/id/mypass", {"fields": {"Name": {"value": "X"}}})],
        ),
        (
            {"templates": "501, 502", "Name": "X"},
            [TICKET, ENDED],
            [("PUT", "/v1/pass/id/mypass", {"fields": {"Name": {"value": "X"}}, "templates": [501, 502]})],
        ),
        (
            {"template": "501", "addLocations": [WHERE]},
            [faults.answer(200, [{"passLocationId": 65, "value": WHERE}])],
            [("POST", "/v1/pass/template/501/id/mypass/locations", {"locations": [WHERE]})],
        ),
        (
            {"template": "501", "deleteLocations": "65,66"},
            [faults.answer(200, {"locations": []})] * 2,
            [("DELETE", f"/v1/pass/template/501/id/mypass/location/{each}", None) for each in (65, 66)],
        ),
    ],
    ids=["one template", "several templates", "add", "take off"],
)
def test_airships_routes_and_single_locations(server, values, answers, wire):
    server.behave(faults.in_turn(*answers))
    platform = AirshipPlatform(AccountConfig("a", "airship", f"{server.url}/v1"), "user:secret")
    platform.counter.update("mypass", values)
    platform.close()
    written = [r for r in server.requests if r.method != "GET"]
    assert [(r.method, r.target, r.json() if r.body else None) for r in written] == wire


def test_a_location_that_is_no_id_is_refused_before_anything_is_sent(server):
    platform = AirshipPlatform(AccountConfig("a", "airship", f"{server.url}/v1"), "user:secret")
    with pytest.raises(SettingsTrouble):
        platform.counter.update("mypass", {"template": "501", "addLocations": [WHERE], "deleteLocations": "here"})
    platform.close()
    assert server.requests == []
