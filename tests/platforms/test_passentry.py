"""What is PassEntry's own: what its pages leave open, refusals inside 200, its rate limit, its office."""

import base64
import io
import threading
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from platforms.kits import PassEntry
from support import fault_server as faults

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Delivery
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import IdentifierKind
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms import marks
from scanner_app.platforms.pace import Pace
from scanner_app.platforms.passentry import PassEntryPlatform, scans
from scanner_app.platforms.passentry import platform as adapter
from scanner_app.platforms.passentry.codec import Reading, read_pass, read_scans
from scanner_app.platforms.passentry.office import Action, Points, Wishes
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox

READING = Reading("acc")


@pytest.fixture(scope="module")
def venue():
    with Sandbox(passes=130, platforms=("passentry",)) as running:
        running.accounts["passentry"].switches.no_rate_limit = True
        yield running


@pytest.fixture
def kit(venue):
    made = PassEntry(venue)
    yield made
    made.close()
    switches = made.server.switches
    switches.lists_know_no_pages = False
    switches.list_in_pages = switches.fields_as_objects = switches.no_barcode_is_null = False
    switches.hex_ids = switches.ext_id_answers_list = False


@pytest.fixture
def platform(kit):
    return kit.platform()


def walked(platform) -> list[str]:
    found, resume = [], ""
    while True:
        page = platform.page("passes", "", resume)
        found += [p.uid for p in page.passes]
        resume = page.resume
        if not resume:
            return found


def test_a_list_that_knows_no_pages_ends_though_passes_are_made_meanwhile(server):
    """Its first pass stands no longer on top the next time: only that it comes again tells that nothing follows."""
    made = [f"p{n}" for n in range(30)]

    def behave(peer):
        if "/passes" not in peer.request.target:
            return faults.answer(200, {"data": []})(peer)
        made.append(f"p{len(made)}")
        rows = [{"id": one, "type": "pass", "attributes": {"status": "active"}} for one in reversed(made)]
        return faults.answer(200, {"data": rows})(peer)

    server.behave(behave)
    platform = PassEntryPlatform(AccountConfig("a", "passentry", server.url), "key")
    found, resume = set(), ""
    for _ in range(3):
        page = platform.page("passes", "", resume)
        found |= {each.uid for each in page.passes}
        if not (resume := page.resume):
            break
    assert resume == ""
    assert found == set(made)
    platform.close()


@pytest.mark.parametrize(
    ("pages", "options"),
    [
        (False, {}),
        (True, {}),
        (True, {"page_param": "nothing", "per_page_param": "known"}),  # the server gives 25, whatever is asked
        (False, {"page_param": "nothing", "per_page_param": "known"}),  # the server gives everything, every time
    ],
)
def test_whatever_the_server_makes_of_paging_every_pass_comes_once(kit, pages, options):
    kit.server.switches.list_in_pages = pages
    found = walked(kit.platform(options=kit.options | options))
    if pages and options:  # only the first page can be had, and the walk ends all the same
        assert len(found) == 25
    else:
        assert len(found) == len(set(found)) >= 130


@pytest.mark.parametrize("switch", ["list_in_pages", "lists_know_no_pages", "no_rate_limit"])
def test_a_look_up_tells_every_use_however_the_scans_are_listed(kit, platform, monkeypatch, switch):
    """Passes do not tell their uses: a door that knew half of them would let somebody in twice."""
    setattr(kit.server.switches, switch, True)
    monkeypatch.setattr(scans, "PAGE", 2)
    code = f"EXT-USED-{switch}"
    kit.sandbox.store.write("UPDATE pe_pass SET added=1 WHERE id=?", [kit.fresh(platform, code)])

    def scanned(reader):
        info = platform._calls.scan({"readerId": reader, "passId": code, "scanType": "barcode"}).json()
        assert info["validationResponse"]["status"] == "successful"

    scanned("vip-lounge-1")
    scanned("count-1")
    for n in range(5):
        platform._calls.scan({"readerId": "count-1", "passId": f"nobody-{n}", "scanType": "barcode"})
    assert [u.place for u in platform.lookup(code, 5)[0].uses] == ["vip-lounge-1", "count-1"], "within one second"
    scanned("vip-lounge-1")
    asked = "SELECT count(*) FROM request_log WHERE method='GET' AND path='/api/v1/scans'"
    before = kit.sandbox.store.number(asked)
    assert [u.place for u in platform.lookup(code, 5)[0].uses] == ["vip-lounge-1", "count-1", "vip-lounge-1"]
    assert kit.sandbox.store.number(asked) == before + 1, "only what is new is fetched again"
    kit.server.misbehaviours.faults.append(Misbehaviour("GET /api/v1/scans", "500"))
    with pytest.raises(PlatformTrouble):
        platform.lookup(code, 5)  # not told as if it had no uses


def test_those_who_look_up_together_share_the_list_of_scans(kit, platform):
    codes = [f"EXT-RUSH-{n}" for n in range(12)]
    uids = {code: kit.fresh(platform, code) for code in codes}
    found: dict[str, list[str]] = {}
    kit.server.misbehaviours.faults.append(Misbehaviour("GET /api/v1/scans", "delay", ms=200))
    asked = "SELECT count(*) FROM request_log WHERE method='GET' AND path='/api/v1/scans'"
    before = kit.sandbox.store.number(asked)

    def look(code):
        found[code] = [p.uid for p in platform.lookup(code, 8)]

    threads = [threading.Thread(target=look, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == {code: [uid] for code, uid in uids.items()}
    assert kit.sandbox.store.number(asked) - before <= len(codes) // 2
    with pytest.raises(PlatformTrouble):
        platform.lookup(codes[0], 0.15)  # whoever has no time for it is told nothing rather than half of it


def test_scans_whose_pages_are_all_the_first_are_not_taken_for_all_scans(kit, platform, monkeypatch):
    kit.server.switches.list_in_pages = True
    for n in range(26):
        platform._calls.scan({"readerId": "count-1", "passId": f"nobody-{n}", "scanType": "barcode"})
    kit.fresh(platform, "EXT-PAGES")
    lost = kit.platform(options=kit.options | {"page_param": "nothing", "per_page_param": "known"})
    with pytest.raises(PlatformTrouble) as raised:
        lost.lookup("EXT-PAGES", 5)
    assert raised.value.kind is PlatformKind.NONSENSE


@pytest.mark.parametrize("switch", ["fields_as_objects", "no_barcode_is_null", "hex_ids", "ext_id_answers_list"])
def test_both_ways_of_writing(kit, platform, switch):
    setattr(kit.server.switches, switch, True)
    uid = kit.fresh(platform, f"EXT-{switch}")
    found = platform.lookup(f"EXT-{switch}", 5)[0]
    assert found.uid == uid
    assert found.holder == "Ada"
    assert found.identifiers[IdentifierKind.EXTERNAL_ID] == f"EXT-{switch}"


def test_a_nullified_pass_stays_known_as_such(kit, platform):
    uid = kit.fresh(platform, "EXT-NULL")
    platform.office.nullify(uid)
    assert platform.lookup(uid, 5) == []
    page = platform.page("passes", "", "")
    assert next(p for p in page.passes if p.uid == uid).nullified


def test_statuses_that_doors_refuse_are_a_choice(kit, platform):
    kit.fresh(platform, "EXT-ISSUED")
    assert not platform.lookup("EXT-ISSUED", 5)[0].voided
    strict = kit.platform(options=kit.options | {"refuse": "issued, removed"})
    assert strict.lookup("EXT-ISSUED", 5)[0].voided


def test_a_spent_pass_tells_when_and_where(kit, platform):
    uid = kit.fresh(platform, "EXT-SPENT")
    at = datetime(2026, 11, 20, 18, 0, 5, tzinfo=UTC)
    op = Operation(
        OperationKind.RECORD, "s-1", "acc", uid, at, raw="EXT-SPENT", device="kiosk | 1", door="main-entrance-1",
        place="Main entrance", outcome="admit", reason="ADMIT", policy="once", extra={"spends": "yes"},
    )  # fmt: skip
    platform.deliver(op, may_have_arrived=False)
    platform.office.mark(uid, voided=True)
    found = kit.platform().lookup("EXT-SPENT", 5)[0]  # an adapter that never saw the list of scans
    assert (found.voided, found.redeemed) == (True, True)
    assert [(u.place, u.where, u.at, u.device) for u in found.uses] == [
        ("main-entrance-1", "Main entrance", at, "kiosk | 1")
    ]


def test_a_scan_is_taken_back_by_another_one_once(kit, platform):
    uid = kit.fresh(platform, "EXT-BACK")
    at = datetime(2026, 11, 20, 18, 0, 5, tzinfo=UTC)
    op = Operation(
        OperationKind.RECORD, "s-back", "acc", uid, at, raw="EXT-BACK", device="kiosk-1", door="main-entrance-1",
        outcome="admit", reason="ADMIT", policy="attendance",
    )  # fmt: skip
    back = replace(op, kind=OperationKind.UNRECORD)
    assert platform.deliver(op, may_have_arrived=False).delivery is Delivery.DONE
    assert len(platform.lookup("EXT-BACK", 5)[0].uses) == 1
    ends = [platform.deliver(back, may_have_arrived=again).delivery for again in (True, True)]
    assert ends == [Delivery.DONE, Delivery.ALREADY], "looked for before it is told again"
    assert platform.deliver(op, may_have_arrived=True).delivery is Delivery.ALREADY
    assert platform.lookup("EXT-BACK", 5)[0].uses == ()
    assert not platform.others(replace(op, device="kiosk-2"), platform.lookup("EXT-BACK", 5)[0])
    elsewhere = platform.deliver(replace(back, door="nowhere", scan_id="s-2"), may_have_arrived=False)
    assert (elsewhere.delivery, elsewhere.detail) == (Delivery.REFUSED, "unknown_door")


@pytest.mark.parametrize("status", ["successful", "success", "failed"])
def test_both_spellings_of_success(status):
    scan = {"id": "1", "attributes": {"status": status, "scannedAt": "2026-01-01T00:00:00Z"}, "relationships": {}}
    assert bool(read_scans({"data": [scan]})[0].use) is (status != "failed")


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"id": "x"},
        {"id": "x", "attributes": {"status": "eaten"}},
        {"id": "", "attributes": {"status": "active"}},
        {"id": "x", "attributes": {"status": "active", "expiresAt": "soon"}},
        {"id": "x", "attributes": {"status": "active", "barcode": "qr"}},
    ],
)
def test_nonsense(found):
    with pytest.raises(PlatformTrouble) as raised:
        read_pass(found, READING, [], None)
    assert raised.value.kind is PlatformKind.NONSENSE


# --- its limit -------------------------------------------------------------------------------------------------------
def test_the_server_never_has_to_refuse_for_haste(venue):
    kit = PassEntry(venue)
    kit.server.switches.no_rate_limit = False
    kit.server.hits.clear()
    try:
        platform = kit.platform(options={})
        threads = [threading.Thread(target=platform.lookup, args=(f"x{n}", 10)) for n in range(21)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert 2.0 <= time.monotonic() - began < 4
        refused = kit.sandbox.store.number("SELECT count(*) FROM request_log WHERE status=429")
        assert refused == 0
    finally:
        kit.close()
        kit.server.switches.no_rate_limit = True


def test_a_turn_that_comes_too_late_is_not_waited_for():
    pace = Pace(1)
    pace.wait("a", 1)
    with pytest.raises(PlatformTrouble) as raised:
        pace.wait("a", 0.5)
    assert (raised.value.kind, raised.value.sent) == (PlatformKind.BUSY, False)
    assert 0.9 < raised.value.retry_after <= 1
    assert pace.wait("b", 0.5) == pytest.approx(0.5)


def test_closing_wakes_those_who_wait_for_a_turn():
    pace = Pace(1)
    for _ in range(2):
        pace.wait("a", 60)
    found = []

    def wait():
        with pytest.raises(PlatformTrouble) as raised:
            pace.wait("a", 60)
        found.append(raised.value.kind)

    thread = threading.Thread(target=wait)
    thread.start()
    pace.close()
    thread.join(5)
    assert found == [PlatformKind.UNREACHABLE]


# --- the office ------------------------------------------------------------------------------------------------------
def test_what_a_creation_says_on_the_wire(server):
    shown = {"data": {"id": "u", "attributes": {"status": "issued", "extId": "E", "downloadUrl": "https://x"}}}
    server.behave(faults.answer(201, shown))
    platform = PassEntryPlatform(AccountConfig("a", "passentry", server.url), "key")
    wishes = Wishes(
        {"fullName": "Jane Smith"},
        message="Welcome",
        expires=datetime(2030, 1, 1, 12, tzinfo=UTC),
        nfc=True,
        locations=Points([{"latitude": 48.1, "longitude": 11.6, "relevantText": "Near", "maxDistance": 300}]),
        tags=["vip"],
        pass_type="eventTicket",
    )
    made = platform.office.create("tpl", wishes, "E")
    assert (made.uid, made.ext_id, made.status) == ("u", "E", "issued")
    seen = server.requests[0]
    assert seen.headers["authorization"] == "Bearer key"
    assert seen.target == "/api/v1/passes?passTemplate=tpl&extId=E"
    assert seen.json() == {
        "pass": {"fullName": "Jane Smith", "expiresAt": "2030-01-01T12:00:00Z", "nfcEnabled": True},
        "message": "Welcome",
        "locations": [{"latitude": 48.1, "longitude": 11.6, "relevantText": "Near", "maxDistance": 300}],
        "tags": ["vip"],
    }
    platform.close()


def test_an_update_tells_what_became_of_the_message(kit, platform):
    uid = kit.fresh(platform, "EXT-MSG")
    assert platform.office.update(uid, Wishes(message="Doors open")).notified == "notDelivered"
    kit.sandbox.store.write("UPDATE pe_pass SET added=1 WHERE id=?", [uid])
    assert platform.office.update(uid, Wishes({"fullName": "June"}, message="Doors open")).notified == "delivered"
    assert platform.lookup(uid, 5)[0].holder == "June"


def test_locations_are_merged_deleted_and_replaced(kit, platform):
    uid = kit.fresh(platform, "EXT-LOC")
    here, there = {"latitude": 1.0, "longitude": 2.0}, {"latitude": 3.0, "longitude": 4.0}
    for points in (
        Points([here]),
        Points([there]),
        Points([here], Action.DELETE),
        Points([here, there], Action.REPLACE_ALL),
        Points((), Action.DELETE_ALL),
    ):
        platform.office.update(uid, Wishes(locations=points))
    details = kit.sandbox.store.rows("SELECT details_json FROM pe_pass WHERE id=?", [uid])[0]["details_json"]
    assert '"locations": []' in details


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(locations=Points([{"latitude": 1, "longitude": n} for n in range(11)])),
        Wishes(beacons=Points([{"proximityUUID": "x"}], Action.DELETE_ALL)),
        Wishes(locations=Points([{"latitude": 1, "longitude": 1, "maxDistance": 10}])),
        Wishes(locations=Points([{"latitude": 1, "longitude": 1, "maxDistance": 101}]), pass_type="generic"),
        Wishes(locations=Points([{"latitude": 1, "longitude": 1, "maxDistance": 1001}]), pass_type="eventTicket"),
    ],
)
def test_limits_are_held_before_anything_is_sent(platform, wishes):
    with pytest.raises(PlatformTrouble) as raised:
        platform.office.update("x", wishes)
    assert not raised.value.sent


def test_what_is_told_only_when_it_is_asked_for(kit, platform):
    here = {"latitude": 1.0, "longitude": 2.0}
    beacon = {"proximityUUID": "B9407F30-F5F8-466E-AFF9-25556B57FE6D", "major": 1, "minor": 2, "name": "Door"}
    values = {"fullName": "Ada", "extId": "EXT-TOLD", "includePassSource": "apple", "groupTag": "summer"}
    values |= {"locations": [here], "beacons": [beacon], "nfc": {"source": "extId"}}
    made = platform.counter.create(kit.info["templates"][0]["id"], values)
    assert zipfile.is_zipfile(io.BytesIO(base64.b64decode(made.file))), "the pass itself, without a download page"
    assert platform.lookup("EXT-TOLD", 5)[0].identifiers[IdentifierKind.NFC] == "EXT-TOLD"
    assert platform.office.show("EXT-TOLD", ()) == {}
    told = platform.office.show("EXT-TOLD", ("design", "locations", "beacons", "google"))
    assert (told["locations"], told["beacons"]) == ([here], [beacon])
    assert {"passDesign", "passSource"} <= set(told)
    assert (
        "summer" in kit.sandbox.store.rows("SELECT details_json FROM pe_pass WHERE id=?", [made.uid])[0]["details_json"]
    )
    kit.sandbox.store.write("UPDATE pe_pass SET added=1 WHERE id=?", [made.uid])
    assert platform.office.show("EXT-TOLD", ("apple",)) == {}, "a pass in a wallet shows no source any more"
    with pytest.raises(PlatformTrouble) as raised:
        platform.office.show("EXT-TOLD", ("apple", "google"))
    assert not raised.value.sent
    with pytest.raises(PlatformTrouble) as raised:
        platform.office.show("EXT-TOLD", ("everything",))
    assert not raised.value.sent


@pytest.mark.parametrize("size", [100, 2])
def test_a_list_by_prefix_and_status(kit, platform, monkeypatch, size):
    monkeypatch.setattr(adapter, "PAGE", size)
    prefix = f"EXT-PRE-{size}-"
    uids = [kit.fresh(platform, f"{prefix}{n}") for n in range(3)]
    platform.office.mark(uids[0], voided=True)
    assert {p.uid for p in platform.listed(prefix)} == set(uids)
    assert [p.uid for p in platform.listed(prefix, "deactivated")] == uids[:1]


def test_both_patterns_of_reissue(kit, platform):
    first = kit.fresh(platform, "EXT-AGAIN")
    template = kit.info["templates"][0]["id"]
    second = platform.office.reissue("EXT-AGAIN", template, Wishes({"fullName": "Ada"})).uid
    assert platform.lookup(first, 5) == []
    assert platform.lookup("EXT-AGAIN", 5)[0].uid == second
    third = platform.office.reissue("EXT-AGAIN", template, Wishes({"fullName": "Ada"}), keep_old=True).uid
    assert platform.lookup("EXT-AGAIN", 5)[0].uid == second
    assert platform.lookup(third, 5)[0].holder == "Ada"


# --- marks -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", ["", "Pass is not active", "IN at noon by x scan y", "IN at 2026-01-01T00:00:00 by x scan y"]
)
def test_other_peoples_words_are_no_marks(text):
    assert marks.read(text) is None


@pytest.mark.parametrize("device", ["kiosk-1", "", "a by b scan c", "ü☃", "x" * 500, "two\nlines", "\ud800"])
def test_a_mark_comes_back(device):
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    op = Operation(OperationKind.RECORD, "0190-x", "a", "u", at, device=device, outcome="admit", reason="ADMIT")
    found = marks.read(marks.written(op))
    assert (found.admits, found.at, found.scan_id) == (True, at, "0190-x")
    assert len(marks.written(op)) <= marks.LONGEST
