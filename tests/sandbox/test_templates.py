"""What a template may forbid: the common error messages that depend on its settings."""

import dataclasses

import pytest

from scanner_app.sandbox.passcreator import template


@pytest.fixture
def made(sandbox, client):
    """A template with the settings given, and a way to create passes of it."""

    def make(**settings):
        base = template.find(sandbox.store, client.template())
        count = sandbox.store.number("SELECT count(*) FROM pc_template")
        special = dataclasses.replace(base, id=f"special-{count}", name="Special", **settings)
        template.save(sandbox.store, special, count)

        def create(**body):
            got = client.ask("POST", f"/api/pass?passtemplate={special.id}&zapierStyle=true", body)
            return got.status, got.json.get("ErrorMessage"), got.json.get("barcodeValue")

        return create

    return make


def test_a_template_may_be_full(made):
    create = made(max_passes=2)
    assert [create()[0] for _ in range(3)] == [201, 201, 400]
    assert create()[1] == "Maximum number of passes for this pass template has been reached"


def test_a_template_may_enforce_unique_ids(made):
    create = made(unique_user_id=True)
    assert create(userProvidedId="U-1")[0] == 201
    assert (
        create(userProvidedId="U-1")[1]
        == "The given userProvidedId was not unique but the template enforces uniqueness"
    )
    assert [create()[0] for _ in range(2)] == [201, 201]


def test_a_property_may_have_to_be_unique(made, client):
    create = made(properties=(template.Property("p.1", "Membership", unique=True),))
    assert create(Membership="M-1")[0] == 201
    message = "The given additional property value was not unique but the template enforces uniqueness"
    assert create(Membership="M-1")[1] == create(**{"p.1": "M-1"})[1] == message
    assert create(Membership="M-2")[0] == 201
    second = next(
        each for each in client.get("/api/pass/list/special-4")["results"] if "M-2" in str(each["passFieldData"])
    )
    path = f"/api/pass/{second['identifier']}?zapierStyle=true"
    refused = client.ask("POST", path, {"Membership": "M-1"})
    assert (refused.status, refused.json["ErrorMessage"]) == (400, message)
    assert client.ask("POST", path, {"Membership": "M-2"}).status == 204


def test_custom_numbers_run_out(made):
    create = made(custom_numbers=(100, 101))
    assert [create()[2] for _ in range(2)] == ["100", "101"]
    assert create()[1] == "No custom number from the defined range of custom numbers is available"
    assert create(barcodeValue="my own")[0] == 201


@pytest.mark.parametrize(("kind", "kept"), [("eventTicket", 1), ("boardingPass", 1), ("storeCard", 0)])
def test_grouping_counts_for_events_and_boarding_passes_alone(made, sandbox, kind, kept):
    assert made(pass_type=kind)(groupingIdentifier="G")[0] == 201
    assert sandbox.store.number("SELECT count(*) FROM pc_pass WHERE details_json LIKE '%groupingIdentifier%'") == kept


def test_a_use_may_take_off_the_stored_value_but_never_below_zero(made, client):
    create = made(scan_costs=2.0)
    create(storedValue=3, userProvidedId="PREPAID")
    uid = client.get("/api/pass/PREPAID")["identifier"]
    left = []
    for status in (2, 3, 2):
        client.scan(uid, "Main entrance", status)
        left.append(client.get("/api/pass/PREPAID")["storedValue"])
    assert left == [1, 1, 0]
