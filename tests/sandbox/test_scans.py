"""Doors and what happened at them."""

import pytest

CONFIGURATION = [
    "name",
    "configurationId",
    "passTemplateId",
    "passTemplateName",
    "createdOn",
    "createdOnUtc",
    "scanMode",
    "place",
    "additionalProperties",
]
SCAN = [
    "appScanId",
    "appConfigurationId",
    "passId",
    "scanStatus",
    "createdOn",
    "createdOnUtc",
    "scannedBarcodeValue",
    "deviceName",
    "additionalProperties",
]


def used(client, uid):
    return client.get(f"/api/pass/{uid}")["placesUsedAt"]


def test_configurations_are_an_array_and_one_object(client):
    listed = client.get("/api/appconfiguration")
    assert isinstance(listed, list)
    for told, shown in zip(client.info["app_configurations"], listed, strict=True):
        assert list(shown) == CONFIGURATION
        assert (told["id"], told["place"], told["scan_mode"], told["template"]) == (
            shown["configurationId"],
            shown["place"],
            shown["scanMode"],
            shown["passTemplateId"],
        )
        assert client.get(f"/api/appconfiguration/{told['id']}") == shown
    assert {each["scanMode"] for each in listed} == {0, 1}
    assert None in [each["passTemplateId"] for each in listed]
    assert client.ask("GET", "/api/appconfiguration/none").status == 404


def test_a_scan_keeps_what_the_door_says(client):
    uid = client.create()["identifier"]
    scan = client.scan(
        uid,
        "Main entrance",
        2,
        createdOn="2026-07-01 20:15:30",
        scannedBarcodeValue="abc",
        deviceName="Door 1",
        additionalProperties={"p": "v"},
    )
    kept = client.get(f"/api/appscan/list/{client.door('Main entrance')}")["results"]
    assert [list(each) for each in kept] == [SCAN]
    assert kept[0] == {
        "appScanId": scan,
        "appConfigurationId": client.door("Main entrance"),
        "passId": uid,
        "scanStatus": 2,
        "createdOn": "2026-07-01 20:15:30",
        "createdOnUtc": "2026-07-01 18:15:30",
        "scannedBarcodeValue": "abc",
        "deviceName": "Door 1",
        "additionalProperties": {"p": "v"},
    }


@pytest.mark.parametrize("status", [0, 2, 4, 6])
def test_a_use_is_written_under_its_own_second(client, status):
    uid = client.create()["identifier"]
    client.scan(uid, "Main entrance", status, createdOn="2026-07-01 20:15:30")
    assert used(client, uid) == {"1782929730": "Main entrance"}
    assert client.get(f"/api/pass/{uid}")["lastUsage"] == "2026-07-01 20:15:30"


@pytest.mark.parametrize("status", [1, 3, 5, 7])
def test_what_is_no_use_leaves_the_pass_alone(client, status):
    uid = client.create()["identifier"]
    client.scan(uid, "Main entrance", status)
    assert used(client, uid) == []


def test_a_repeat_adds_a_further_entry_where_the_place_has_one(client):
    uid = client.create()["identifier"]
    client.scan(uid, "Main entrance", 0, createdOn="2026-07-01 20:15:30")
    client.scan(uid, "Main entrance", 1, createdOn="2026-07-01 20:16:30")
    client.scan(uid, "VIP lounge", 1, createdOn="2026-07-01 20:17:30")
    assert list(used(client, uid).values()) == ["Main entrance", "Main entrance"]


def test_two_uses_in_one_second_do_not_hide_one_another(client):
    uid = client.create()["identifier"]
    for door in ("Main entrance", "VIP lounge"):
        client.scan(uid, door, 0, createdOn="2026-07-01 20:15:30")
    assert set(used(client, uid).values()) == {"Main entrance", "VIP lounge"}


def test_only_the_last_eligible_place_spends_the_pass(client):
    uid = client.create(eligibleValidationPlaces=["Main entrance", "VIP lounge"])["identifier"]
    spent = []
    for door in ("Main entrance", "VIP lounge"):
        client.scan(uid, door, 0)
        shown = client.get(f"/api/pass/{uid}")
        spent.append((shown["voided"], shown["redeemed"]))
    assert spent == [(False, False), (True, True)]


def test_set_voided_spends_at_once(client):
    uid = client.create(eligibleValidationPlaces=["Main entrance", "VIP lounge"])["identifier"]
    client.scan(uid, "Main entrance", 0, setVoided=True)
    shown = client.get(f"/api/pass/{uid}")
    assert (shown["voided"], shown["redeemed"]) == (True, True)


def test_attendance_never_spends(client):
    uid = client.create(eligibleValidationPlaces=["Backstage"])["identifier"]
    client.scan(uid, "Backstage", 2)
    assert client.get(f"/api/pass/{uid}")["voided"] is False


def test_there_is_no_idempotency(client):
    uid = client.create()["identifier"]
    same = {"createdOn": "2026-07-01 20:15:30", "deviceName": "Door 1"}
    assert client.scan(uid, "Main entrance", 0, **same) != client.scan(uid, "Main entrance", 0, **same)
    assert client.get("/api/appscan/list")["total"] == 2


def test_unknown_codes_can_be_recorded(client):
    client.scan(None, "Main entrance", 3, scannedBarcodeValue="<b>nobody</b>")
    kept = client.get("/api/appscan/list/")["results"][0]
    assert (kept["passId"], kept["scannedBarcodeValue"]) == (None, "<b>nobody</b>")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"appConfigurationId": None}, 400),
        ({"appConfigurationId": "none"}, 404),
        ({"scanStatus": None}, 400),
        ({"scanStatus": 8}, 400),
        ({"scanStatus": "0"}, 400),
        ({"createdOn": "2026-07-01 20:15"}, 400),
        ({"setVoided": "yes"}, 400),
        ({"additionalProperties": []}, 400),
    ],
)
def test_bad_scans_are_refused(client, change, status):
    body = {"appConfigurationId": client.door("Main entrance"), "scanStatus": 0} | change
    assert client.ask("POST", "/api/appscan", body).status == status


def test_scans_are_listed_by_door_and_since_and_in_pages(client):
    uid = client.create()["identifier"]
    for hour in range(5):
        client.scan(uid, "Main entrance", 2, createdOn=f"2026-07-01 1{hour}:00:00")
    client.scan(uid, "Backstage", 2, createdOn="2026-07-01 12:00:00")
    door = client.door("Main entrance")
    assert len(client.all("/api/appscan/list?pageSize=4")) == 6
    assert len(client.all(f"/api/appscan/list/{door}?pageSize=2")) == 5
    assert client.get(f"/api/appscan/list/{door}?createdSince=2026-07-01%2012:00")["total"] == 3
    old = client.get(f"/api/appscan?appConfigurationId={door}&createdSince=2026-07-01%2013:00:00")
    assert [each["createdOn"] for each in old] == ["2026-07-01 13:00:00", "2026-07-01 14:00:00"]
    assert client.ask("GET", "/api/appscan/list?pageSize=101").status == 400
    assert client.ask("GET", "/api/appscan/list?createdSince=x").status == 400
    assert client.ask("GET", "/api/appscan/list/none").status == 404


def test_a_deleted_scan_takes_its_use_along(client):
    uid = client.create()["identifier"]
    client.scan(uid, "Main entrance", 2, createdOn="2026-07-01 20:15:30")
    scan = client.scan(uid, "VIP lounge", 2, createdOn="2026-07-01 21:15:30")
    assert client.ask("DELETE", f"/api/appscan/{scan}").status == 200
    assert list(used(client, uid).values()) == ["Main entrance"]
    assert client.get(f"/api/pass/{uid}")["lastUsage"] == "2026-07-01 20:15:30"
    assert client.ask("DELETE", f"/api/appscan/{scan}").status == 404
