"""`scanner-app pass ...` as an office types it, against the sandbox: what is asked for is found, what is said is so."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from scanner_app.application.config import AccountConfig
from scanner_app.platforms.passentry.platform import PassEntryPlatform
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from tests.e2e.four_platforms import NAMES, PLACE, Quick, set_up_all


class Office(Quick):
    """All its commands in this process; `account` first among them."""

    own_process = frozenset()


@pytest.fixture(scope="module")
def venue() -> Iterator[Sandbox]:
    with Sandbox(passes=8, seed=7, platforms=NAMES) as running:
        running.accounts["passentry"].switches.no_rate_limit = True
        yield running


@pytest.fixture(scope="module")
def office(venue: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = Office(venue, tmp_path_factory.mktemp("office") / "kiosk", PLACE)
    chosen = {i["platform"]: [(i.get("productions") or i["templates"])[0]["id"]] for i in venue.infos}
    set_up_all(made, chosen)
    made.run("sync")
    return made


@pytest.fixture
def calm(venue: Sandbox) -> Iterator[Sandbox]:
    yield venue
    for account in venue.accounts.values():
        account.misbehaviours.faults.clear()


def template(venue: Sandbox, platform: str) -> str:
    return str(next(i for i in venue.infos if i["platform"] == platform)["templates"][0]["id"])


@pytest.mark.parametrize("platform", NAMES)
def test_a_search_finds_what_is_held_here_by_name_and_says_when_there_is_nothing(
    calm: Sandbox, office: Office, platform: str
) -> None:
    words = ("pass", "search", "--account", platform)
    some = next(p for p in office.lines("pass", "list", "--account", platform, _stream(calm, platform), "--json")
                if p["holder"] and p["holder"].isascii())  # fmt: skip
    name = some["holder"].rpartition(" ")[2]
    assert some["uid"] in [p["uid"] for p in office.lines(*words, name, "--json")]
    nothing = office.run(*words, "Nobody-of-this-Name")
    assert nothing.stdout == ""
    assert "nothing" in nothing.stderr
    calm.accounts[platform].misbehaviours.faults.append(Misbehaviour("* *", "500"))
    held = office.run(*words, name)
    assert some["uid"] in held.stdout, "what is held is found though the platform does not answer"
    said = office.run("pass", "search", "--account", platform, "Nobody-of-this-Name", check=False)
    assert said.returncode == (3 if platform in ("passcreator", "passentry") else 0)


def _stream(venue: Sandbox, platform: str) -> str:
    info = next(i for i in venue.infos if i["platform"] == platform)
    return str((info.get("productions") or info["templates"])[0]["id"])


def test_a_pass_that_passentry_makes_is_told_with_the_barcode_it_has(venue: Sandbox, office: Office) -> None:
    words = ("pass", "create", "--account", "passentry", template(venue, "passentry"), "--json", "--set")
    made = office.lines(*words, "extId=CRM-1")[0]
    shown = office.lines("pass", "show", "--account", "passentry", "CRM-1", "--json")[0]
    assert made["barcode"] == shown["barcode"] == made["uid"], "unless told otherwise its source is the uuid"
    assert made["own_id"] == "CRM-1"
    barcode = '{"barcode": {"type": "qr", "source": "extId"}}'
    assert office.lines(*words, "extId=CRM-2", "--body", barcode)[0]["barcode"] == "CRM-2"


def test_show_tells_the_uses_of_a_passentry_pass_that_is_good_still(venue: Sandbox, office: Office) -> None:
    words = ("--account", "passentry", "CRM-USED", "--json")
    uid = office.lines("pass", "create", "--account", "passentry", template(venue, "passentry"), "--set",
                       "extId=CRM-USED", "--json")[0]["uid"]  # fmt: skip
    venue.accounts["passentry"].store.write("UPDATE pe_pass SET added=1 WHERE id=?", [uid])
    info = next(i for i in venue.infos if i["platform"] == "passentry")
    reader = PassEntryPlatform(AccountConfig("made", "passentry", info["base_url"]), info["api_key"])
    try:
        for door, uses in (("count-1", ["Head count"]), ("vip-lounge-1", ["Head count", "VIP lounge"])):
            reader._calls.scan({"readerId": door, "passId": uid, "scanType": "nfc"})
            shown = office.lines("pass", "show", *words)[0]
            assert [(use["place"], shown["redeemed"]) for use in shown["uses"]] == [(use, False) for use in uses]
    finally:
        reader.close()


@pytest.mark.parametrize("name", ["uid", "U-1", "BC-1"])
def test_every_verb_takes_every_name_of_a_passcreator_pass(venue: Sandbox, office: Office, name: str) -> None:
    words = ("pass", "create", "--account", "passcreator", template(venue, "passcreator"), "--json")
    own = {"uid": "", "U-1": "userProvidedId=U-1", "BC-1": "barcodeValue=BC-1"}[name]
    made = office.lines(*words, *(["--set", own] if own else []))[0]
    named = made["uid"] if name == "uid" else name
    first = ("--account", "passcreator", named)
    assert office.lines("pass", "uris", *first, "--json")[0]["iPhoneUri"]
    venue.accounts["passcreator"].store.write("UPDATE pc_pass SET active=1 WHERE identifier=?", [made["uid"]])
    office.run("pass", "enable-download", *first)
    for wrong in ("storedValue=three", "storedValue=nan", "voided=maybe"):
        assert office.run("pass", "update", *first, "--set", wrong, check=False).returncode == 3
    office.run("pass", "update", *first, "--set", "storedValue=3")
    office.run("pass", "push", *first, "Doors open")
    office.run("pass", "email", *first, "ada@example.org")
    office.run("pass", "void", *first)
    shown = office.lines("pass", "show", *first, "--json")[0]
    assert (shown["uid"], shown["voided"], shown["stored_value"]) == (made["uid"], True, "3")
    office.run("pass", "unvoid", *first)
    office.run("pass", "delete", *first, "--yes")
    for gone in (("uris",), ("enable-download",), ("update", "--set", "storedValue=3"), ("show",)):
        assert office.run("pass", gone[0], *first, *gone[1:], check=False).returncode == 3


def test_passentry_lists_the_passes_of_the_template_that_is_named(venue: Sandbox, office: Office) -> None:
    words, festival = ("pass", "list", "--account", "passentry", "--json"), template(venue, "passentry")
    lounge = next(i for i in venue.infos if i["platform"] == "passentry")["templates"][1]["id"]
    for each in (festival, lounge):
        assert {p["template"] for p in office.lines(*words, each)} == {each}, "also one that no door here accepts"
    made = office.lines("pass", "create", "--account", "passentry", lounge, "--set", "extId=GONE", "--json")[0]
    office.run("pass", "delete", "--account", "passentry", "GONE", "--yes")
    assert made["uid"] not in [p["uid"] for p in office.lines(*words, lounge)]
    told = {p["uid"]: p["nullified"] for p in office.lines(*words, lounge, "--status", "nullified")}
    assert told[made["uid"]] is True
    assert "nothing found" in office.run(*words, "no-such-template").stderr


def test_what_is_typed_for_passentry_is_done_or_refused_and_never_half_done(venue: Sandbox, office: Office) -> None:
    first = ("--account", "passentry", "TYPED")
    made = office.lines("pass", "create", "--account", "passentry", template(venue, "passentry"),
                        "--set", "extId=TYPED", "--set", "message=Welcome", "--json")[0]  # fmt: skip
    assert made["notified"] == "notDelivered", "nobody has it on a phone yet"
    where = [{"latitude": 48.1, "longitude": 11.5, "maxDistance": 1000}]
    office.run("pass", "update", *first, "--body", json.dumps({"locations": where, "tag": "vip"}))
    shown = office.lines("pass", "show", *first, "--with", "locations", "--json")[0]
    assert shown["locations"] == where, "numbers as numbers"
    office.run("pass", "update", *first, "--set", "passAction=deactivate")
    voided = office.lines("pass", "show", *first, "--json")[0]
    assert (voided["voided"], voided["fields"]) == (True, {})
    venue.accounts["passentry"].store.write("UPDATE pe_pass SET added=1 WHERE ext_id='TYPED'")
    words = ("--set", "passAction=reactivate", "--set", "message=Doors open", "--json")
    assert office.lines("pass", "update", *first, *words)[0]["notified"] == "delivered"
    actions = "locationActions"
    for wrong in (
        {"locations": {actions: {"deleteAll": True, "replaceAll": True}}},
        {"locations": {actions: {"deleteAll": False}}},
        {"locations": {"data": where, actions: {"delete": where}}},
        {"locations": {"data": where, actions: {"deleteAll": True}}},
        {"locations": {"points": where}},
        {"locations": "here"},
        {"locations": [{"latitude": 1, "longitude": 2, "maxDistance": "many"}]},
        {"locations": [{"latitude": 1, "longitude": 2, "maxDistance": 1001}]},
        {"templateOverride": "red"},
        {"fullName": ["Ada"]},
        {"fullName": {"value": "Ada", "label": "Name"}},
        {"fullName": True},
        {"expiresAt": None},
        {"passAction": "eat"},
        {"beacons": [{"proximityUUID": str(n), "major": 1, "minor": 1} for n in range(11)]},
    ):
        said = office.run("pass", "update", *first, "--body", json.dumps(wrong), check=False)
        assert (said.returncode, "mistake" in said.stderr, "answered" in said.stderr) == (3, False, False), wrong
    office.run(
        "pass", "update", *first, "--body", '{"fullName": {"value": "Ada"}, "pass": {"seat": 7, "nfcEnabled": true}}'
    )
    named = office.lines("pass", "show", *first, "--json")[0]
    assert (named["fields"], named["identifiers"]["nfc"]) == ({"fullName": "Ada", "seat": "7"}, made["uid"])
    for words in (("pass", "update", *first), ("pass", "push", *first, " ")):
        assert office.run(*words, check=False).returncode == 3
    assert office.lines("pass", "show", *first, "--with", "locations", "--json")[0]["locations"] == where


def test_a_flight_is_typed_and_changed_by_its_names(venue: Sandbox, office: Office) -> None:
    info = next(i for i in venue.infos if i["platform"] == "passcreator")
    flight = {
        "originAirportCode": "FRA", "destinationAirportCode": "MUC", "localScheduledDepartureTime": "2026-11-28T18:00",
        "localBoardingDateTime": "2026-11-28T17:30", "passengerName": "LOVELACE/ADA", "carrierCode": "LH",
        "confirmationCode": "ABC123", "flightNumber": "738",
    }  # fmt: skip
    typed = [word for name, value in flight.items() for word in ("--set", f"{name}={value}")]
    office.run("pass", "create", "--account", "passcreator", info["templates"][2]["id"], *typed,
               "--set", "userProvidedId=FL-1")  # fmt: skip
    first = ("--account", "passcreator", "FL-1")
    office.run("pass", "update", *first, "--set", "originAirportGate=B22")
    shown = office.lines("pass", "show", *first, "--json")[0]
    assert shown["fields"] == flight | {"originAirportGate": "B22"}
    assert shown["holder"] == "LOVELACE/ADA"


def test_a_door_that_passcreator_does_not_know_is_told_from_a_pass_that_it_does_not(
    venue: Sandbox, office: Office
) -> None:
    door = next(i for i in venue.infos if i["platform"] == "passcreator")["app_configurations"][0]["id"]
    words = ("pass", "create", "--account", "passcreator", template(venue, "passcreator"), "--set")
    office.run(*words, "userProvidedId=D-1")
    show = ("pass", "show", "--account", "passcreator")
    assert office.lines(*show, "D-1", "--door", door, "--json")[0]["voided"] is False
    asked = (("D-1", "--door", "no"), ("no", "--door", door))
    unknown = [office.run(*show, *words, check=False).stderr for words in asked]
    assert ["(no)" in said for said in unknown] == [True, True]
    assert len({said.partition("(")[0] for said in unknown}) == 2, "each says which of the two"
