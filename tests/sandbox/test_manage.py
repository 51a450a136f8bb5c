"""Create, update, void, delete: every status and rule of the contract."""

import time

import pytest

SEED_BODY = {
    "Firstname": "382716",
    "barcodeValue": "3897897988979823497234",
    "urlToBackground": "https://www.example.com/default-language.png",
    "localizedBackgroundImages": {
        "de": "https://www.example.com/german.png",
        "nl": "https://www.example.com/dutch.png",
    },
    "locations": [
        {
            "latitude": 48.0933826,
            "longitude": 11.6286617,
            "relevantText": "Welcome to the show!",
            "altitude": 200,
            "maxDistance": 300,
        }
    ],
    "eligibleValidationPlaces": ["Backstage"],
    "userProvidedId": "CUSTOMER-12345",
    "enforceUniqueUserProvidedId": True,
    "emailRecipient": "john.doe@example.com",
    "phoneRecipient": "+49123456789",
    "downloadPin": "1234",
    "storedValue": 25.50,
    "expirationDate": "2035-12-31 23:59",
    "relevantDate": "2025-01-15 09:00",
    "validAsOfDate": "2025-01-01 00:00",
    "labelColor": "000000",
    "foregroundColor": "FFFFFF",
    "backgroundColor": "FF0000",
}
FLIGHT = {
    "originAirportCode": "MUC",
    "destinationAirportCode": "LAX",
    "localScheduledDepartureTime": "2023-07-01T15:13",
    "localBoardingDateTime": "2023-07-01T17:19",
    "passengerName": "Jane Doe",
    "carrierCode": "LH",
    "confirmationCode": "ABC",
    "flightNumber": 738,
}
FLIGHT_MORE = {
    "originAirportGate": "B16",
    "originAirportTerminal": "2",
    "destinationAirportGate": "A2",
    "destinationAirportTerminal": "E",
    "localEstimatedOrActualDepartureDateTime": "2023-07-01T18:13",
    "localScheduledArrivalDateTime": "2023-07-02T16:14",
    "localEstimatedOrActualArrivalDateTime": "2023-07-02T18:15",
    "seatClass": "Business",
    "seatNumber": "36C",
    "sequenceNumber": "066",
    "boardingGroup": "B",
    "boardingPosition": "A13",
}


def refused(client, body, template=0):
    got = client.ask("POST", f"/api/pass?passtemplate={client.template(template)}&zapierStyle=true", body)
    assert got.status == 400
    return got.json["ErrorMessage"]


def test_create_answers_with_exactly_the_fields_of_the_contract(client):
    made = client.create(**SEED_BODY)
    assert list(made) == [
        "identifier",
        "uri",
        "linkToPassFile",
        "linkToPassPage",
        "barcodeValue",
        "genericProperties",
        "ErrorMessage",
    ]
    assert made["uri"] == f"{client.info['base_url']}/api/pass/{made['identifier']}"
    assert made["barcodeValue"] == "3897897988979823497234"
    assert isinstance(made["genericProperties"], dict)
    assert made["ErrorMessage"] == ""


def test_create_keeps_what_was_asked_for(client):
    made = client.create(**SEED_BODY)
    shown = client.get(f"/api/pass/{made['identifier']}?includeFieldMapping=true")
    assert shown["passFieldData"][shown["fieldMapping"]["Firstname"]] == "382716"
    assert shown["userProvidedId"] == "CUSTOMER-12345"
    assert shown["expirationDate"] == "2035-12-31 23:59:00"
    assert shown["validAsOfDate"] == "2025-01-01 00:00:00"
    assert (shown["storedValue"], shown["downloadPin"]) == (25.5, "1234")
    assert shown["eligiblePlaces"] == ["Backstage"]


def test_a_property_may_be_named_by_its_id(client):
    mapping = client.get(f"/api/pass/{client.create()['identifier']}?includeFieldMapping=true")["fieldMapping"]
    made = client.create(**{mapping["Lastname"]: "Zurich"})
    assert client.get(f"/api/pass/{made['identifier']}")["passFieldData"][mapping["Lastname"]] == "Zurich"


def test_without_a_barcode_value_the_generated_id_is_the_barcode(client):
    shown = client.get(f"/api/pass/{client.create()['identifier']}")
    assert shown["barcodeValue"] == shown["generatedId"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"expirationDate": "31.12.2025"}, "Expiration date was provided in the wrong format"),
        ({"expirationDate": "2025-02-30 10:00"}, "Expiration date was provided in the wrong format"),
        ({"expirationDate": "2025-12-31 23:59:00"}, "Expiration date was provided in the wrong format"),
        ({"validAsOfDate": "tomorrow"}, "Valid as of date was provided in the wrong format"),
        ({"relevantDate": 7}, "Relevant date was provided in the wrong format"),
        ({"urlToThumbnail": "ftp://x/y.png"}, "Thumbnail could not be imported from given URL"),
        ({"urlToBackground": "https://x/y.exe"}, "Background could not be imported from given URL"),
        ({"urlToLogo": None}, "Logo could not be imported from given URL"),
        (
            {"eligibleValidationPlaces": ["room1"]},
            "The given values have to be part of the validValidationPlaces array of the template",
        ),
        ({"locations": [{"latitude": 91, "longitude": 0}]}, "locations must contain valid coordinates"),
        ({"storedValue": "much"}, "The value of storedValue must be a number"),
    ],
)
def test_create_refuses_bad_values_in_the_words_of_the_contract(client, body, message):
    assert refused(client, body) == message


def test_a_user_provided_id_is_unique_only_when_told(client):
    client.create(userProvidedId="C-1")
    client.create(userProvidedId="C-1")
    message = refused(client, {"userProvidedId": "C-1", "enforceUniqueUserProvidedId": True})
    assert message == "The given userProvidedId was not unique but the template enforces uniqueness"


def test_invalid_colours_are_dropped(client):
    assert client.create(labelColor="very red")["ErrorMessage"] == ""


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"storedValue": NaN}', b'{"Firstname": "\\ud800"}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_a_bad_request(client, body):
    got = client.ask("POST", f"/api/pass?passtemplate={client.template()}&zapierStyle=true", body)
    assert got.status == 400


def test_templates_that_are_missing_or_of_others(client, sandbox):
    other = sandbox.store.row("SELECT id FROM pc_template WHERE own=0")["id"]
    assert client.ask("POST", f"/api/pass?passtemplate={other}", {}).status == 401
    assert client.ask("POST", "/api/pass?passtemplate=none", {}).status == 404
    assert client.ask("POST", "/api/pass", {}).status == 400


def test_update_changes_only_what_is_given(client):
    uid = client.create(**SEED_BODY)["identifier"]
    before = client.get(f"/api/pass/{uid}?includeFieldMapping=true")
    got = client.ask("POST", "/api/pass/CUSTOMER-12345?zapierStyle=true", {"Lastname": "Ö", "storedValue": 200})
    assert (got.status, got.body) == (204, b"")
    after = client.get(f"/api/pass/{uid}?includeFieldMapping=true")
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"modifiedOn"} == {"passFieldData", "storedValue", "searchString"}
    assert after["storedValue"] == 200


def test_update_can_void_and_take_back(client):
    uid = client.create()["identifier"]
    for value in (True, False):
        assert client.ask("POST", f"/api/pass/{uid}?zapierStyle=true", {"voided": value}).status == 204
        assert client.get(f"/api/pass/{uid}")["voided"] is value


def test_update_does_not_take_a_barcode_value_as_id_nor_a_missing_zapier_style(client):
    made = client.create()
    assert client.ask("POST", f"/api/pass/{made['barcodeValue']}?zapierStyle=true", {}).status == 404
    assert client.ask("POST", f"/api/pass/{made['identifier']}", {}).status == 400
    assert client.ask("POST", f"/api/pass/{made['identifier']}?zapierStyle=true", {"expirationDate": "x"}).status == 400


@pytest.mark.parametrize("key", ["identifier", "userProvidedId", "barcodeValue"])
def test_put_voids_by_any_identifier_and_leaves_redeemed(client, key):
    uid = client.create(userProvidedId="U-9")["identifier"]
    name = client.get(f"/api/pass/{uid}")[key]
    assert client.ask("PUT", f"/api/pass/{name}", {"voided": True}).status == 204
    shown = client.get(f"/api/pass/{uid}")
    assert (shown["voided"], shown["redeemed"]) == (True, False)


def test_put_voided_redeems_when_the_switch_says_so_and_taking_back_clears_both(client):
    assert client.ask("POST", "/sandbox/switches", {"void_is_redemption": True}).status == 204
    uid = client.create()["identifier"]
    client.ask("PUT", f"/api/pass/{uid}", {"voided": True})
    assert client.get(f"/api/pass/{uid}")["redeemed"] is True
    client.ask("PUT", f"/api/pass/{uid}", {"voided": False})
    shown = client.get(f"/api/pass/{uid}")
    assert (shown["voided"], shown["redeemed"]) == (False, False)


@pytest.mark.parametrize("body", [{}, {"voided": 1}, {"voided": "true"}])
def test_put_without_a_boolean_is_a_bad_request(client, body):
    uid = client.create()["identifier"]
    assert client.ask("PUT", f"/api/pass/{uid}", body).status == 400


def test_delete_is_for_good(client):
    made = client.create()
    got = client.ask("DELETE", f"/api/pass/{made['barcodeValue']}")
    assert got.status == 200
    for method, body in (("GET", None), ("DELETE", None), ("PUT", {"voided": True})):
        assert client.ask(method, f"/api/pass/{made['identifier']}", body).status == 404


def test_another_customers_pass_is_401_to_change_and_404_to_read(client, sandbox):
    uid = sandbox.store.row(
        "SELECT identifier FROM pc_pass WHERE template IN (SELECT id FROM pc_template WHERE own=0)"
    )["identifier"]
    assert client.ask("GET", f"/api/pass/{uid}").status == 404
    assert client.ask("PUT", f"/api/pass/{uid}", {"voided": True}).status == 401
    assert client.ask("POST", f"/api/pass/{uid}?zapierStyle=true", {}).status == 401
    assert client.ask("DELETE", f"/api/pass/{uid}").status == 401


def test_a_flight_needs_its_fields_and_shows_them(client):
    made = client.create(template=2, **FLIGHT, **FLIGHT_MORE)
    shown = client.get(f"/api/pass/{made['identifier']}")
    assert {name: shown[name] for name in FLIGHT | FLIGHT_MORE} == FLIGHT | FLIGHT_MORE


@pytest.mark.parametrize("missing", sorted(FLIGHT))
def test_each_flight_field_is_needed(client, missing):
    body = {name: value for name, value in FLIGHT.items() if name != missing}
    assert missing in refused(client, body, template=2)


def test_the_seeds_own_request_without_a_boarding_time_passes_when_the_switch_says_so(client):
    client.ask("POST", "/sandbox/switches", {"boarding_time_optional": True})
    client.create(template=2, **{name: value for name, value in FLIGHT.items() if name != "localBoardingDateTime"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("originAirportCode", "Munich"),
        ("carrierCode", "L"),
        ("flightNumber", "738"),
        ("flightNumber", True),
        ("localScheduledDepartureTime", "2023-07-01 15:13"),
        ("localScheduledArrivalDateTime", "2023-07-32T15:13"),
    ],
)
def test_bad_flight_values_are_refused(client, name, value):
    assert name in refused(client, FLIGHT | {name: value}, template=2)


def test_a_flight_is_updated_in_part(client):
    uid = client.create(template=2, **FLIGHT)["identifier"]
    got = client.ask("POST", f"/api/pass/{uid}?zapierStyle=true", {"originAirportGate": "B22", "seatNumber": "38A"})
    assert got.status == 204
    shown = client.get(f"/api/pass/{uid}")
    assert (shown["originAirportGate"], shown["seatNumber"], shown["flightNumber"]) == ("B22", "38A", 738)


def test_stored_value_can_be_set_alone(client):
    uid = client.create(storedValue=5)["identifier"]
    assert client.ask("PUT", f"/api/pass/{uid}/storedvalue", {"storedValue": 4}).status == 204
    assert client.get(f"/api/pass/{uid}")["storedValue"] == 4


@pytest.mark.parametrize("key", [None, "", "wrong", "Bearer {key}", "{key} "])
def test_every_route_wants_the_bare_key(client, key):
    good, uid = client.key, client.create()["identifier"]
    client.key = None if key is None else key.format(key=good + "x" if key.startswith("{") else good)
    routes = [
        ("POST", f"/api/pass?passtemplate={client.template()}"),
        ("GET", f"/api/pass/list/{client.template()}"),
        ("GET", f"/api/pass/{uid}"),
        ("PUT", f"/api/pass/{uid}"),
        ("DELETE", f"/api/pass/{uid}"),
        ("GET", "/api/appconfiguration"),
        ("POST", "/api/appscan"),
        ("GET", "/sandbox/state"),
    ]
    for method, path in routes:
        assert client.ask(method, path).status == 401, (method, path)


def test_a_body_that_is_too_large_is_refused_and_the_server_lives(client):
    got = client.ask("PUT", "/api/pass/x", b'{"voided": "' + b"x" * (2 << 20) + b'"}')
    assert (got.status, list(got.json)) == (413, ["ErrorMessage"])
    assert client.get("/sandbox/requests")[-1]["status"] == 413


def test_methods_that_a_route_has_not_are_told(client):
    got = client.ask("PATCH", "/api/pass/x", {})
    assert (got.status, list(got.json)) == (405, ["ErrorMessage"])
    assert "GET" in got.headers["Allow"]


def test_a_clock_that_was_set_off_is_set_right_again(client):
    ahead = []
    for offset in (900, 0):
        assert client.ask("POST", "/sandbox/clock", {"offset": offset}).status == 204
        ahead.append(round(client.get("/sandbox/state")["now"] - time.time(), -2))
    assert ahead == [900, 0]
