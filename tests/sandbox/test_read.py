"""Read, resources, search, templates: the fields and types of the seed."""

from urllib.parse import quote

import pytest

# Every field that the seed's "read a pass" example has, with its type.
SEED_FIELDS = {
    "identifier": str,
    "uri": str,
    "generatedId": str,
    "searchString": str,
    "voided": bool,
    "redeemed": bool,
    "createdOn": str,
    "modifiedOn": str,
    "expirationDate": (str, type(None)),
    "userProvidedId": str,
    "passTemplateGuid": str,
    "passTemplateName": str,
    "linkToPassPage": str,
    "thumbnail": (str, type(None)),
    "qrCodeImage": str,
    "barcodeValue": str,
    "numberOfActive": int,
    "numberOfInactive": int,
    "numberOfPrinted": int,
    "passFieldData": dict,
    "lastUsage": (str, type(None)),
    "storedValue": (int, float),
    "eligiblePlaces": list,
    "placesUsedAt": (list, dict),
    "downloadPin": str,
    "bundleId": (str, type(None)),
    "passData": str,
}


def test_a_read_pass_has_every_field_of_the_seed_in_its_type(client):
    for number in range(3):
        for shown in client.all(f"/api/pass/list/{client.template(number)}"):
            full = client.get(f"/api/pass/{shown['identifier']}")
            assert full == shown
            for name, kind in SEED_FIELDS.items():
                assert isinstance(full[name], kind), name


def test_a_fresh_pass_reads_like_the_seeds_fresh_pass(client):
    uid = client.create(1, Firstname="Johnny", Lastname="Doe")["identifier"]
    shown = client.get(f"/api/pass/{uid}")
    expected = {
        "voided": False,
        "redeemed": False,
        "expirationDate": None,
        "userProvidedId": "",
        "thumbnail": None,
        "lastUsage": None,
        "storedValue": 0,
        "eligiblePlaces": [],
        "placesUsedAt": [],
        "downloadPin": "",
        "bundleId": None,
    }
    assert {name: shown[name] for name in expected} == expected
    assert shown["passData"].startswith("Firstname: Johnny\nLastname: Doe\n")
    assert shown["qrCodeImage"] == f"{client.info['base_url']}/qr/{shown['barcodeValue']}"


@pytest.mark.parametrize("value", ["a/b", "x?y=1", "ü & ö", "..", "100%", "a#b", "a+b"])
def test_every_identifier_finds_its_pass_whatever_is_in_it(client, value):
    uid = client.create(barcodeValue=value, userProvidedId="id " + value)["identifier"]
    for key in (uid, value, "id " + value):
        encoded = quote(key, safe="").replace(".", "%2E")
        assert client.get(f"/api/pass/{encoded}")["identifier"] == uid


def test_uid_comes_before_user_provided_id_before_barcode(client):
    first = client.create()["identifier"]
    second = client.create(userProvidedId=first, barcodeValue="code")["identifier"]
    third = client.create(barcodeValue=first)["identifier"]
    assert client.get(f"/api/pass/{first}")["identifier"] == first
    client.ask("DELETE", f"/api/pass/{first}")
    assert client.get(f"/api/pass/{first}")["identifier"] == second
    client.ask("DELETE", f"/api/pass/{second}")
    assert client.get(f"/api/pass/{first}")["identifier"] == third


def test_field_mapping_comes_when_asked_for(client):
    uid = client.create(Firstname="Ada")["identifier"]
    assert "fieldMapping" not in client.get(f"/api/pass/{uid}")
    shown = client.get(f"/api/pass/{uid}?includeFieldMapping=true")
    assert shown["passFieldData"][shown["fieldMapping"]["Firstname"]] == "Ada"


def test_an_expired_pass_reads_as_voided_and_not_redeemed(client):
    shown = client.get(f"/api/pass/{client.create(expirationDate='2020-01-01 00:00')['identifier']}")
    assert (shown["voided"], shown["redeemed"]) == (True, False)


def at(client, uid, door):
    shown = client.get(f"/api/pass/{uid}?appConfigurationId={client.door(door)}")
    assert shown["voided"] == shown["redeemed"]
    return shown["voided"]


def test_a_door_sees_a_pass_as_spent_when_not_eligible_or_used_there(client):
    uid = client.create(eligibleValidationPlaces=["Main entrance", "Backstage"])["identifier"]
    assert at(client, uid, "Main entrance") is False
    assert at(client, uid, "VIP lounge") is True
    client.scan(uid, "Main entrance", 0)
    assert at(client, uid, "Main entrance") is True
    assert at(client, uid, "Backstage") is False
    plain = client.get(f"/api/pass/{uid}")
    assert (plain["voided"], plain["redeemed"]) == (False, False)


def test_an_invalid_app_configuration_is_404(client):
    uid = client.create()["identifier"]
    assert client.ask("GET", f"/api/pass/{uid}?appConfigurationId=none").status == 404
    assert client.ask("GET", f"/api/pass/{uid}?appConfigurationId=").status == 404


def test_uris_name_the_pass_as_in_the_seed(client):
    uid = client.create()["identifier"]
    got = client.get(f"/api/pass/geturis/{uid}")
    assert list(got) == ["iPhoneUri", "AndroidUri"]
    assert got["iPhoneUri"].endswith(f"/passinstance/pkpass?passInstance%5B__identity%5D={uid}")
    assert quote(got["iPhoneUri"], safe="") in got["AndroidUri"]
    assert client.ask("GET", "/api/pass/geturis/none").status == 404


def test_search_is_fuzzy(client):
    john = client.create(1, Firstname="John", Lastname="Quillfeather")["identifier"]
    johnny = client.create(1, Firstname="Johnny", Lastname="Quillfeather")["identifier"]
    number = client.create(1, Firstname="1234", Lastname="Zzyzx")["identifier"]

    def found(text):
        return [each["identifier"] for each in client.get(f"/api/pass/search/{client.template(1)}/{quote(text)}")]

    assert {john, johnny} <= set(found("johnny"))
    assert number in found("12345")
    assert {john, johnny} <= set(found("QUILLFETHER"))
    assert set(found("quillfeather")[:2]) == {john, johnny}
    assert found("nobodyhasthisname") == []


def test_search_finds_accents_without_accents(client):
    uid = client.create(Firstname="Zoë", Lastname="Ångström-Özil")["identifier"]
    assert uid in [each["identifier"] for each in client.get(f"/api/pass/search/{client.template()}/angstrom")]


def test_search_and_lists_of_missing_or_foreign_templates_are_404(client, sandbox):
    other = sandbox.store.row("SELECT id FROM pc_template WHERE own=0")["id"]
    for template in ("none", other):
        assert client.ask("GET", f"/api/pass/search/{template}/x").status == 404
        assert client.ask("GET", f"/api/pass/list/{template}").status == 404


def test_templates_are_listed_and_described(client):
    listed = client.get("/api/passtemplate")
    assert [(each["identifier"], each["name"]) for each in listed] == [
        (each["id"], each["name"]) for each in client.info["templates"]
    ]
    described = client.get(f"/api/passtemplate/{client.template()}")
    assert described["validValidationPlaces"] == ["Main entrance", "VIP lounge", "Backstage"]
    fields = client.get(f"/api/passtemplate/{client.template(2)}?zapierStyle=true")
    assert {"originAirportCode", "flightNumber"} <= {each["key"] for each in fields if each["required"]}
    assert client.ask("GET", "/api/passtemplate/none").status == 404


def test_deprecated_endpoints_still_answer(client):
    made = client.create()
    short = client.get(f"/api/pass/checkbyid/{made['barcodeValue']}")
    assert (short["identifier"], short["voided"]) == (made["identifier"], False)
    assert len(client.get(f"/api/pass/?passId={client.template()}")) > 1


def test_pages_and_pictures_need_no_key(client):
    made = client.create()
    client.key = None
    page = client.ask("GET", made["linkToPassPage"])
    assert (page.status, made["barcodeValue"] in page.body.decode()) == (200, True)
    assert client.ask("GET", f"/qr/{made['barcodeValue']}").body.startswith(b"\x89PNG")


def test_every_answer_carries_the_platforms_time(client):
    client.ask("POST", "/sandbox/clock", {"now": 1_700_000_000})
    for path in ("/api/passtemplate", "/api/pass/none"):
        assert client.ask("GET", path).headers["Date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
