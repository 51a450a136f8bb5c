"""Passcreator against the sandbox: reading, doors, cursors, names, the office."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platforms.conftest import account_of
from support import fault_server as faults

from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.domain.passes import IdentifierKind, Pass
from scanner_app.platforms.passcreator import PasscreatorPlatform
from scanner_app.platforms.passcreator.boarding import BoardingFields
from scanner_app.platforms.passcreator.calls import cursor
from scanner_app.platforms.passcreator.codec import Reading, read_pass, read_passes
from scanner_app.platforms.passcreator.office import TimeFrame
from scanner_app.platforms.strict_json import decode
from scanner_app.platforms.zones import zone_named

SEED = {  # seed 001, "Read a Pass"
    "identifier": "f36a13c6-714e-4640-b4ee-b94c8061620c",
    "searchString": "|Sepp|",
    "voided": False,
    "redeemed": False,
    "createdOn": "2020-10-08 07:44:38",
    "modifiedOn": "2020-10-08 13:43:59",
    "expirationDate": "2080-10-08 13:42:00",
    "userProvidedId": "",
    "passTemplateGuid": "1068b515-7fcb-456f-9abc-0b508b428301",
    "passTemplateName": "NFC Pass",
    "linkToPassPage": "https://app.passcreator.com/en/p/nr9pod8myjbv65f7ea7464f436",
    "thumbnail": None,
    "barcodeValue": "987654321",
    "passFieldData": {"5cb1a40ac68f80.15012600": "", "5e552028e62805.33020425": "SMSTEST"},
    "lastUsage": "2022-02-23 14:28:51",
    "storedValue": 7,
    "eligiblePlaces": ["room1", "room2"],
    "placesUsedAt": {"1645625299": "room1", "1645625531": "room1"},
    "downloadPin": "",
    "bundleId": None,
    "passData": "",
}
BERLIN = Reading("acc", zone_named("Europe/Berlin"))


def walk(platform, stream: str, since: str = "") -> list[Pass]:
    found: list[Pass] = []
    resume = ""
    while True:
        page = platform.page(stream, since, resume)
        found += page.passes
        resume = page.resume
        if not resume:
            return found


# --- decoding --------------------------------------------------------------------------------------------------------
def test_the_seeds_own_example():
    found = read_pass(SEED, BERLIN, None)
    assert found.barcode == "987654321"
    assert found.identifiers == {IdentifierKind.BARCODE: "987654321", IdentifierKind.UID: SEED["identifier"]}
    assert found.expires == datetime(2080, 10, 8, 11, 42, tzinfo=UTC)
    assert found.stored_value == Decimal(7)
    assert [(u.place, int(u.at.timestamp())) for u in found.uses] == [("room1", 1645625299), ("room1", 1645625531)]
    assert (found.locale, found.photo_url, found.eligible_places) == ("en", "", ("room1", "room2"))


@pytest.mark.parametrize(
    "oddity",
    [
        {"placesUsedAt": []},
        {"placesUsedAt": {}},
        {"placesUsedAt": None},
        {"eligiblePlaces": {}},
        {"eligiblePlaces": None},
        {"eligiblePlaces": {"0": "room1", "2": "room2"}},  # what PHP makes of a list that lost one
        {"storedValue": "7.50"},
        {"storedValue": ""},
        {"storedValue": None},
        {"expirationDate": None},
        {"expirationDate": ""},
        {"expirationDate": "2080-10-08 13:42"},
        {"userProvidedId": None},
        {"barcodeValue": 987654321},
        {"passFieldData": []},
        {"passFieldData": {"a": None, "b": 5, "c": True, "d": ["x"], "e": Decimal("1.5")}},
        {"voided": "false"},
        {"voided": 0},
        {"fieldMapping": []},
        {"something": {"new": [1]}},
    ],
    ids=str,
)
def test_oddities_are_taken(oddity):
    assert read_pass(SEED | oddity, BERLIN, None).uid == SEED["identifier"]


UNREAD = {"placesUsedAt": {"yesterday": "room1"}}


def rows(good, bad):
    whole = [SEED | {"identifier": f"good{n}"} for n in range(good)]
    return whole + [SEED | UNREAD | {"identifier": f"bad{n}"} for n in range(bad)]


def test_a_pass_that_cannot_be_read_stops_itself_and_not_the_list():
    found = {each.uid: each for each in read_passes(rows(9, 1), BERLIN, None)}
    assert len(found) == 10
    assert found["bad0"].voided
    assert found["bad0"].partial  # the platform is asked before it is refused
    assert found["bad0"].barcode == SEED["barcodeValue"]
    assert not any(found[f"good{n}"].voided for n in range(9))


@pytest.mark.parametrize(
    ("good", "bad", "refused"), [(0, 1, False), (0, 2, False), (0, 3, True), (16, 4, False), (15, 5, True)]
)
def test_a_list_of_which_much_cannot_be_read_is_another_platforms(good, bad, refused):
    if not refused:
        assert len(read_passes(rows(good, bad), BERLIN, None)) == good + bad
        return
    with pytest.raises(PlatformTrouble) as raised:
        read_passes(rows(good, bad), BERLIN, None)
    assert raised.value.kind is PlatformKind.NONSENSE


def test_a_row_without_a_name_is_no_pass():
    with pytest.raises(PlatformTrouble):
        read_passes([SEED, SEED | {"identifier": None}], BERLIN, None)


@pytest.mark.parametrize("key", ["lastUsage", "storedValue", "eligiblePlaces", "placesUsedAt", "thumbnail", "passData"])
def test_what_lists_leave_out_is_not_missed(key):
    assert read_pass({k: v for k, v in SEED.items() if k != key}, BERLIN, None).uid == SEED["identifier"]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"identifier": ""},
        {"identifier": None},
        {"identifier": {}},
        {"voided": None},
        {"voided": "perhaps"},
        {"redeemed": 2},
        {"expirationDate": "never"},
        {"expirationDate": 5},
        {"validAsOfDate": "tomorrow"},
        {"eligiblePlaces": "room1"},
        {"eligiblePlaces": [["room1"]]},
        {"placesUsedAt": ["room1"]},
        {"placesUsedAt": {"yesterday": "room1"}},
        {"placesUsedAt": {"-5": "room1"}},
        {"placesUsedAt": {"9" * 30: "room1"}},
        {"storedValue": "much"},
        {"storedValue": "NaN"},
        {"storedValue": True},
        {"barcodeValue": True},
        {"barcodeValue": "x" * 9000},
        {"passFieldData": "x"},
    ],
    ids=str,
)
def test_nonsense_is_refused(nonsense):
    with pytest.raises(PlatformTrouble) as raised:
        read_pass(SEED | nonsense, BERLIN, None)
    assert raised.value.kind is PlatformKind.NONSENSE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*SEED, "validAsOfDate", "fieldMapping"]), JSON, max_size=4))
def test_a_mutated_pass_is_a_pass_or_nonsense(changes):
    try:
        found = read_pass(SEED | changes, BERLIN, None)
    except PlatformTrouble as trouble:
        assert trouble.kind is PlatformKind.NONSENSE  # noqa: PT017 - either end is right
        return
    for value in [found.holder, found.template, *found.identifiers.values(), *found.fields.values()]:
        value.encode()  # storable anywhere


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_json_or_nonsense(body):
    try:
        decode(body)
    except PlatformTrouble as trouble:
        assert trouble.kind is PlatformKind.NONSENSE  # noqa: PT017 - either end is right


# --- reading from the sandbox ----------------------------------------------------------------------------------------
def test_every_pass_is_walked_once_and_reads_alike_by_any_of_its_identifiers(passcreator, sandbox):
    held = [p for stream in passcreator.streams() for p in walk(passcreator, stream)]
    own = sandbox.store.number(
        "SELECT count(*) FROM pc_pass WHERE template IN (SELECT id FROM pc_template WHERE own=1)"
    )
    assert len({p.uid for p in held}) == len(held) == own
    for one in held[:10]:
        for text in one.identifiers.values():
            assert [dataclasses.replace(p, seen_at=None) for p in passcreator.lookup(text, 5)] == [
                dataclasses.replace(one, seen_at=None)
            ]
    assert any(p.holder for p in held)
    assert all(not key.count(".") for p in held for key in p.fields)  # names, not ids


def test_a_delta_holds_what_changed(passcreator, sandbox):
    stream = passcreator.streams()[0]
    page = passcreator.page(stream, "", "")
    chosen = next(p for p in page.passes if not p.voided)
    sandbox.clock.offset += 3600
    start = passcreator.check()
    passcreator.office.mark(chosen.uid, voided=True)
    changed = walk(passcreator, stream, passcreator.cursor_after(start))
    assert [p.uid for p in changed] == [chosen.uid]
    assert changed[0].voided


def test_doors_and_templates(passcreator, sandbox):
    doors = passcreator.doors()
    assert [d.id for d in doors] == [d["id"] for d in sandbox.info["app_configurations"]]
    assert {d.voids for d in doors} == {True, False}
    assert {t.name for t in passcreator.templates()} >= {t["name"] for t in sandbox.info["templates"]}
    assert abs(passcreator.check() - datetime.now(UTC)) < timedelta(seconds=5)


def test_streams_without_configured_templates_are_those_of_the_doors(sandbox):
    config = dataclasses.replace(account_of(sandbox.info), templates=())
    platform = PasscreatorPlatform(config, sandbox.info["api_key"])
    assert set(platform.streams()) == {d["template"] for d in sandbox.info["app_configurations"] if d["template"]}
    platform.close()


@pytest.mark.parametrize(("zone", "fits"), [("Europe/Berlin", True), ("UTC", False), ("America/New_York", False)])
def test_a_wrong_zone_is_noticed_and_no_delta_asked_for(sandbox, zone, fits):
    platform = PasscreatorPlatform(account_of(sandbox.info, zone=zone), sandbox.info["api_key"])
    platform.doors()
    assert platform.zone_fits is fits
    assert bool(platform.cursor_after(datetime.now(UTC))) is fits
    assert platform.zone_shown == "Europe/Berlin"
    platform.close()


def test_wrong_key_and_wrong_template(sandbox):
    platform = PasscreatorPlatform(account_of(sandbox.info), "wrong-key-1")
    with pytest.raises(PlatformTrouble) as raised:
        platform.check()
    assert raised.value.kind is PlatformKind.UNAUTHORISED
    assert "wrong-key-1" not in raised.value.detail
    platform.close()
    right = PasscreatorPlatform(account_of(sandbox.info), sandbox.info["api_key"])
    with pytest.raises(PlatformTrouble) as raised:
        right.page("no-such-template", "", "")
    assert raised.value.kind is PlatformKind.NOT_FOUND
    right.close()


def test_unknown_zone_and_url_are_settings_troubles(sandbox):
    with pytest.raises(SettingsTrouble):
        PasscreatorPlatform(account_of(sandbox.info, zone="Europe/Atlantis"), "k")


def test_lists_without_usage_are_taken(passcreator, sandbox):
    sandbox.accounts["passcreator"].switches.list_omits_usage = True
    try:
        assert all(p.stored_value is None for p in passcreator.page(passcreator.streams()[0], "", "").passes)
    finally:
        sandbox.accounts["passcreator"].switches.list_omits_usage = False


# --- the next page ---------------------------------------------------------------------------------------------------
PATH = ["api", "pass", "list", "tpl"]


def test_only_paging_parameters_are_taken_from_next():
    following = "https://elsewhere.example/api/pass/list/tpl?start=2&pageSize=9999&lastIdOfPriorPage=a%26b&x=1"
    assert cursor(following, PATH) == {"start": "2", "lastIdOfPriorPage": "a&b"}


@pytest.mark.parametrize(
    "following",
    [
        *("https://a/api/pass/list/other?start=1", "https://a/api/user?start=1", "?start=1", "https://[", "x"),
        *("/api/pass/list/tpl?start=-1", "/api/pass/list/tpl?pageSize=5"),
    ],
)
def test_a_next_page_of_another_list_is_nonsense(following):
    with pytest.raises(PlatformTrouble):
        cursor(following, PATH)


def test_a_list_that_goes_in_circles_is_nonsense(server):
    envelope = {"query": {"next": "/api/pass/list/tpl?start=0"}, "total": 5, "results": []}
    server.behave(faults.answer(200, envelope))
    platform = PasscreatorPlatform(
        account_of({"platform": "passcreator", "base_url": server.url, "templates": []}), "k"
    )
    with pytest.raises(PlatformTrouble):
        platform.page("tpl", "", "")
    platform.close()


@pytest.mark.parametrize("body", [[], {}, {"results": []}, {"query": {}}, {"query": [], "results": []}, "x", 5, None])
def test_a_list_that_is_none(server, body):
    server.behave(faults.answer(200, body))
    platform = PasscreatorPlatform(
        account_of({"platform": "passcreator", "base_url": server.url, "templates": []}), "k"
    )
    with pytest.raises(PlatformTrouble) as raised:
        platform.page("tpl", "", "")
    assert raised.value.kind is PlatformKind.NONSENSE
    platform.close()


# --- the office ------------------------------------------------------------------------------------------------------
FLIGHT = BoardingFields(
    "MUC", "LAX", datetime(2023, 7, 1, 15, 13), datetime(2023, 7, 1, 17, 19), "Jane Doe", "LH", "ABC", 738,  # noqa: DTZ001
    origin_airport_gate="B16", origin_airport_terminal="2", destination_airport_gate="A2",
    destination_airport_terminal="E", local_estimated_or_actual_departure_date_time=datetime(2023, 7, 1, 18, 13),  # noqa: DTZ001
    local_scheduled_arrival_date_time=datetime(2023, 7, 2, 16, 14),  # noqa: DTZ001
    local_estimated_or_actual_arrival_date_time=datetime(2023, 7, 2, 18, 15),  # noqa: DTZ001
    seat_class="Business", seat_number="36C", sequence_number="066", boarding_group="B", boarding_position="A13",
)  # fmt: skip
SEED_FLIGHT = {  # seed 001, "Complete Boarding Pass Example"
    "originAirportCode": "MUC", "originAirportGate": "B16", "originAirportTerminal": "2",
    "destinationAirportCode": "LAX", "destinationAirportGate": "A2", "destinationAirportTerminal": "E",
    "localScheduledDepartureTime": "2023-07-01T15:13",
    "localEstimatedOrActualDepartureDateTime": "2023-07-01T18:13", "localBoardingDateTime": "2023-07-01T17:19",
    "localScheduledArrivalDateTime": "2023-07-02T16:14",
    "localEstimatedOrActualArrivalDateTime": "2023-07-02T18:15", "passengerName": "Jane Doe",
    "seatClass": "Business", "seatNumber": "36C", "sequenceNumber": "066", "boardingGroup": "B",
    "boardingPosition": "A13", "carrierCode": "LH", "confirmationCode": "ABC", "flightNumber": 738,
}  # fmt: skip


def test_a_flights_fields_equal_the_seeds_example():
    assert FLIGHT.body() == SEED_FLIGHT


@pytest.mark.parametrize("change", [{"origin_airport_code": "Munich"}, {"carrier_code": "lufthansa"}])
def test_codes_that_cannot_be_iatas_are_refused_here(change):
    with pytest.raises(SettingsTrouble):
        dataclasses.replace(FLIGHT, **change).body()


def test_a_pass_is_made_changed_sent_and_deleted(passcreator, sandbox):
    office, template = passcreator.office, sandbox.info["templates"][0]["id"]
    values = {"Firstname": "Jane", "barcodeValue": "OFFICE-1", "expirationDate": datetime(2030, 1, 1, 11, tzinfo=UTC)}
    made = office.create(template, values)
    found = passcreator.lookup("OFFICE-1", 5)[0]
    assert (found.uid, found.expires) == (made.uid, datetime(2030, 1, 1, 11, tzinfo=UTC))
    office.update(made.uid, {"Firstname": "June", "storedValue": Decimal("2.5")})
    assert passcreator.lookup(made.uid, 5)[0].fields["Firstname"] == "June"
    assert passcreator.lookup(made.uid, 5)[0].stored_value == Decimal("2.5")
    assert set(office.uris(made.uid)) == {"iPhoneUri", "AndroidUri"}
    office.enable_download(made.uid)
    office.enable_download(made.uid, datetime.now(UTC) + timedelta(hours=1))
    sandbox.store.write("UPDATE pc_pass SET active=1 WHERE identifier=?", [made.uid])
    assert office.push(made.uid, "Hi {Firstname}")
    assert not office.push(made.uid, "Hi {Firstname}")
    office.push_many([made.uid, "nobody"], "Doors open")
    office.email(made.uid, "jane@example.org")
    office.delete(made.uid)
    assert passcreator.lookup("OFFICE-1", 5) == []


def test_a_flights_pass(passcreator, sandbox):
    flight = next(t for t in sandbox.info["templates"] if "Flight" in t["name"])
    made = passcreator.office.create(flight["id"], {}, FLIGHT)
    assert passcreator.lookup(made.uid, 5)[0].fields["seatNumber"] == "36C"
    passcreator.office.update(made.uid, {}, {"seatNumber": "38A"})
    assert passcreator.lookup(made.uid, 5)[0].fields["seatNumber"] == "38A"
    assert passcreator.lookup(made.uid, 5)[0].holder == "Jane Doe"


def test_figures(passcreator, sandbox):
    template = sandbox.info["templates"][0]["id"]
    figures = passcreator.office.statistics(template, TimeFrame.WEEK, date.today())  # noqa: DTZ011 - any day will do
    assert len(figures.timelines) == 6
    assert set(figures.systems) == {"iOS", "Android", "WindowsPhone"}
    assert len(passcreator.office.active_history(template)) in (7, 8)
    assert passcreator.office.active_history(template, date(2026, 1, 1))


@pytest.mark.parametrize(
    "act",
    [
        lambda office: office.push("x", "  "),
        lambda office: office.push_many([], "hi"),
        lambda office: office.push_many(["x"] * 501, "hi"),
        lambda office: office.email("x", "nobody"),
        lambda office: office.email("x", "a/../b@c.example"),
        lambda office: office.delete(".."),
    ],
)
def test_what_the_contract_forbids_is_not_sent(passcreator, act):
    with pytest.raises(PlatformTrouble) as raised:
        act(passcreator.office)
    assert not raised.value.sent


def test_search_finds_by_name(passcreator):
    one = next(p for p in passcreator.page(passcreator.streams()[0], "", "").passes if p.holder)
    assert one.uid in {p.uid for p in passcreator.search(one.holder.split()[-1])}
