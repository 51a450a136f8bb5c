"""Push notifications, e-mail, download windows, timelines."""

import pytest

from scanner_app.sandbox.zone import CompanyZone

BERLIN = CompanyZone("Europe/Berlin")


def active(client, **body):
    made = client.create(**body)
    assert client.ask("POST", "/sandbox/registrations", {"pass": made["identifier"], "os": "iOS"}).status == 200
    return made


def push(client, uid, body):
    return client.ask("POST", f"/api/pass/{uid}/sendpushnotification", body)


@pytest.mark.parametrize("key", ["identifier", "barcodeValue"])
def test_a_text_is_sent_once(client, key):
    uid = active(client)[key]
    got = push(client, uid, {"pushNotificationText": "Hi {Firstname}, how are you?"})
    assert (got.status, got.body) == (204, b"")
    repeated = push(client, uid, {"pushNotificationText": "Hi {Firstname}, how are you?"})
    assert (repeated.status, repeated.body) == (304, b"")
    assert push(client, uid, {"pushNotificationText": "Doors open at 7"}).status == 204


def test_placeholders_are_filled(client, sandbox):
    uid = active(client, Firstname="Åsa")["identifier"]
    push(client, uid, {"pushNotificationText": "Hi {Firstname} {Unknown}"})
    kept = sandbox.store.row("SELECT text FROM pc_event WHERE kind='sent' AND pass=?", [uid])
    assert kept["text"] == "Hi Åsa {Unknown}"


def test_what_cannot_be_pushed(client):
    text = {"pushNotificationText": "x"}
    assert push(client, client.create()["identifier"], text).status == 400
    assert push(client, "none", text).status == 404
    uid = active(client)["identifier"]
    for body in ({}, {"pushNotificationText": ""}, {"pushNotificationText": None}, None):
        assert push(client, uid, body).status == 400


def test_many_are_accepted_and_unknown_ones_skipped(client, sandbox):
    uids = [active(client)["identifier"], active(client)["barcodeValue"]]
    body = {"listOfPasses": [*uids, uids[0], "none", client.create()["identifier"]], "pushNotificationText": "x"}
    got = client.ask("POST", "/api/pass/sendpushnotifications", body)
    assert got.status == 202
    assert sandbox.store.number("SELECT count(*) FROM pc_event WHERE kind='sent'") == 2


@pytest.mark.parametrize(
    "body",
    [
        {"pushNotificationText": "x"},
        {"listOfPasses": [], "pushNotificationText": "x"},
        {"listOfPasses": "a", "pushNotificationText": "x"},
        {"listOfPasses": ["a"]},
        {"listOfPasses": ["a"], "pushNotificationText": ""},
        {"listOfPasses": ["a"] * 501, "pushNotificationText": "x"},
    ],
)
def test_many_have_their_rules(client, body):
    assert client.ask("POST", "/api/pass/sendpushnotifications", body).status == 400


def test_five_hundred_are_allowed(client):
    body = {"listOfPasses": ["a"] * 500, "pushNotificationText": "x"}
    assert client.ask("POST", "/api/pass/sendpushnotifications", body).status == 202


def test_delivery_by_mail(client):
    made = client.create(userProvidedId="CUSTOMER-12345")
    for key in (made["identifier"], "CUSTOMER-12345", made["barcodeValue"]):
        assert client.ask("POST", f"/api/pass/deliver/{key}/email/john.doe@example.com").status == 200
    assert client.ask("POST", "/api/pass/deliver/CUSTOMER-12345/email/john.doe").status == 400
    assert client.ask("POST", "/api/pass/deliver/none/email/john.doe@example.com").status == 404
    flight = client.get(f"/api/pass/list/{client.template(2)}?pageSize=1")["results"][0]["identifier"]
    assert client.ask("POST", f"/api/pass/deliver/{flight}/email/john.doe@example.com").status == 400


def test_downloads_are_enabled_for_a_while(client, sandbox):
    uid = client.create()["identifier"]
    path = f"/api/pass/{uid}/enabledownload"
    for body in (None, {}, {"enableDownloadUntil": "2035-05-20 10:09"}):
        got = client.ask("POST", path, body)
        assert (got.status, got.body) == (204, b"")
    assert client.ask("POST", path, {"enableDownloadUntil": "soon"}).status == 400
    assert client.ask("POST", "/api/pass/none/enabledownload").status == 404


def statistics(client, query, template=0):
    return client.ask("GET", f"/api/pass/statistics/{client.template(template)}?{query}")


def test_timelines_count_days_with_strings(client):
    client.ask("POST", "/sandbox/clock", {"now": 1_900_000_000})
    uid = active(client)["identifier"]
    active(client)
    client.ask("POST", f"/api/pass/{uid}?zapierStyle=true", {"Seat": "A1"})
    push(client, uid, {"pushNotificationText": "x"})
    client.ask("POST", "/sandbox/registrations", {"pass": uid, "active": False})
    day = "2030-03-17"
    got = statistics(client, f"timeFrame=day&day={day}").json
    systems = got.pop("passesPerOperatingSystem")
    assert list(systems) == ["iOS", "Android", "WindowsPhone"]
    assert got == {
        "activeRegistrationsTimeline": [{"date": day, "noOfPasses": "2"}],
        "inactiveRegistrationsTimeline": [{"date": day, "noOfPasses": "1"}],
        "createdPassesTimeline": [{"date": day, "noOfPasses": "2"}],
        "updatedPassesTimeline": [{"date": day, "noOfPasses": "1"}],
        "sentPushNotificationsTimeline": [{"date": day, "noOfPasses": "1"}],
        "receivedPushNotificationsTimeline": [{"date": day, "noOfPasses": "1"}],
    }
    for frame in ("week", "month", "year"):
        assert statistics(client, f"timeFrame={frame}&day=today").json["createdPassesTimeline"][-1]["date"] == day


@pytest.mark.parametrize(
    "query", ["", "timeFrame=day", "day=today", "timeFrame=hour&day=today", "timeFrame=day&day=1.1.2025"]
)
def test_statistics_want_a_frame_and_a_day(client, query):
    assert statistics(client, query).status == 400


def test_a_year_is_too_much_for_ten_thousand_passes(client, sandbox):
    template = client.template(1)
    row = sandbox.store.row("SELECT * FROM pc_pass WHERE template=?", [template])
    missing = 9_999 - sandbox.store.number("SELECT count(*) FROM pc_pass WHERE template=?", [template])
    sandbox.store.insert_all("pc_pass", (row | {"identifier": f"x{number}"} for number in range(missing)))
    assert statistics(client, "timeFrame=year&day=today", 1).status == 200
    sandbox.store.insert("pc_pass", row | {"identifier": "one more"})
    assert statistics(client, "timeFrame=year&day=today", 1).status == 400
    assert statistics(client, "timeFrame=week&day=today", 1).status == 200
    assert statistics(client, "timeFrame=month&day=today", 1).status == 200


def test_statistics_of_missing_and_foreign_templates(client, sandbox):
    other = sandbox.store.row("SELECT id FROM pc_template WHERE own=0")["id"]
    for path in ("{}?timeFrame=day&day=today", "{}/activehistory"):
        assert client.ask("GET", "/api/pass/statistics/" + path.format("none")).status == 404
        assert client.ask("GET", "/api/pass/statistics/" + path.format(other)).status == 401


def test_history_has_a_row_per_day_until_today(client):
    client.ask("POST", "/sandbox/clock", {"now": 1_900_000_000})
    base = f"/api/pass/statistics/{client.template()}/activehistory"
    week = client.get(base)
    assert [each["date"] for each in week] == [f"2030-03-{day}" for day in range(11, 18)]
    uid = active(client)["identifier"]
    after = client.get(base)[-1]
    assert after["active"] == week[-1]["active"] + 1
    assert isinstance(after["active"], int)
    client.ask("POST", "/sandbox/registrations", {"pass": uid, "active": False})
    assert client.get(base)[-1]["inactive"] == week[-1]["inactive"] + 1
    client.ask("DELETE", f"/api/pass/{uid}")
    assert client.get(base)[-1] == week[-1]
    assert len(client.get(f"{base}/2030-03-10")) == 8
    assert client.ask("GET", f"{base}/yesterday").status == 400
