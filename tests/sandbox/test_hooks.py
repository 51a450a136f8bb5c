"""Pull-mode webhooks: nothing is lost, nothing comes twice once acknowledged."""

import pytest


def subscribe(client, event, path=""):
    got = client.ask("POST", f"/api/hook/subscribe{path}", {"event": event, "pullMode": True})
    assert got.status == 201
    return got.json["identifier"]


def payloads(client):
    return client.get("/api/v3/webhook-payload")["data"]


def test_a_scan_comes_with_the_vendors_keys_until_acknowledged(client):
    subscribe(client, "app_scan_created")
    uid = client.create(userProvidedId="U-1")["identifier"]
    client.scan(uid, "Main entrance", 0, createdOn="2026-07-01 20:15:30", scannedBarcodeValue="x", deviceName="Door 2")
    client.scan(None, "Main entrance", 3, scannedBarcodeValue="nobody")
    first, second = payloads(client)
    assert set(first["payload"]) == {
        "scanStatus",
        "createdOn",
        "createdOnUtc",
        "passId",
        "passGeneratedId",
        "passSearchString",
        "passVoided",
        "passUserProvidedId",
        "passTemplateGuid",
        "passTemplateName",
        "appConfigurationId",
        "scannedBarcodeValue",
        "appScanId",
        "deviceName",
        "additionalPropertiesScan",
        "additionalPropertiesPass",
    }
    assert (first["payload"]["passVoided"], first["payload"]["deviceName"]) == ("false", "Door 2")
    assert second["payload"]["passId"] is None
    assert payloads(client) == [first, second]
    body = {"identifiers": [first["identifier"]]}
    assert client.ask("POST", "/api/v3/webhook-payload/acknowledge", body).status == 200
    assert payloads(client) == [second]


def test_voids_creations_and_registrations_come_when_asked_for(client):
    for event in ("pass_created", "pass_voided", "pushnotification_registered"):
        subscribe(client, event)
    uid = client.create()["identifier"]
    client.ask("PUT", f"/api/pass/{uid}", {"voided": True})
    client.ask("PUT", f"/api/pass/{uid}", {"voided": True})
    client.ask("POST", "/sandbox/registrations", {"pass": uid})
    got = payloads(client)
    assert [each["event"] for each in got] == ["pass_created", "pass_voided", "pushnotification_registered"]
    assert got[1]["payload"]["passVoided"] == "true"


def test_a_subscription_may_concern_one_template_and_end(client):
    hook = subscribe(client, "pass_created", f"/{client.template(1)}")
    client.create(0)
    client.create(1)
    assert [each["payload"]["passTemplateName"] for each in payloads(client)] == ["VIP Lounge"]
    assert client.ask("DELETE", f"/api/hook/{hook}").status == 200
    client.create(1)
    assert len(payloads(client)) == 1
    assert client.ask("DELETE", f"/api/hook/{hook}").status == 404


def test_payloads_wait_thirty_days(client, sandbox):
    subscribe(client, "pass_created")
    client.create()
    sandbox.clock.offset = 30 * 86_400 + 10
    assert payloads(client) == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("", {"event": "none", "pullMode": True}, 400),
        ("", {"event": "pass_created", "target_url": "https://example.org"}, 400),
        ("/none", {"event": "pass_created", "pullMode": True}, 404),
    ],
)
def test_bad_subscriptions(client, path, body, status):
    assert client.ask("POST", f"/api/hook/subscribe{path}", body).status == status
