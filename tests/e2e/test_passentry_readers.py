"""A place is its PassEntry reader, however people call it: what was used at the one was used at the other."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner_app import provisioning
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.bootstrap import open_kiosk
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.place import Accepted, Place
from scanner_app.domain.verdict import Reason, Verdict
from scanner_app.platforms.passentry import platform as adapter
from scanner_app.platforms.passentry.platform import PassEntryPlatform
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from scanner_app.settings import load, save
from tests.e2e.four_platforms import Quick

READER, NAMED = "count-1", "Head count"


class Kiosk(Quick):
    """All its commands in this process."""

    own_process = frozenset()

    def shown(self, code: str, *, offline: bool = False) -> Verdict:
        """What the door says of a code."""
        with open_kiosk(self.folder, writes=True, use_keyring=False) as kiosk:
            if offline:
                kiosk.sync.go_offline()
            return kiosk.door.judge_now(Credential(code, Symbology.QR)).scan.verdict


@pytest.fixture
def venue() -> Iterator[Sandbox]:
    with Sandbox(passes=2, seed=7, platforms=("passentry",)) as running:
        running.accounts["passentry"].switches.no_rate_limit = True
        yield running


@pytest.fixture
def platform(venue: Sandbox) -> Iterator[PassEntryPlatform]:
    made = PassEntryPlatform(AccountConfig("made", "passentry", venue.info["base_url"]), venue.info["api_key"])
    yield made
    made.close()


def set_up(venue: Sandbox, folder: Path, place: str, *more: str) -> Kiosk:
    key_file = folder.parent / "key"
    key_file.write_text(venue.info["api_key"])
    made = Kiosk(venue, folder, place)
    words = ["--platform", "passentry", "--url", venue.info["base_url"], "--key-file", str(key_file)]
    made.run("setup", *words, "--place", place, "--door", READER, "--device", folder.name, *more)
    return made


def fresh(venue: Sandbox, platform: PassEntryPlatform, code: str) -> str:
    template = venue.info["templates"][0]["id"]
    uid = platform.counter.create(template, {"fullName": "Ada", "extId": code}).uid
    venue.accounts["passentry"].store.write("UPDATE pe_pass SET added=1 WHERE id=?", [uid])  # saved: active
    return uid


def of_before(kiosk: Kiosk, called: str) -> None:
    """Make its settings and its cache what the program of before left: places and uses by a name."""
    settings = json.loads((kiosk.folder / "settings.json").read_text())
    accepted = settings["settings"]["places"][0]["accepts"][0]
    accepted["place"] = called
    del accepted["formerly"]
    (kiosk.folder / "settings.json").write_text(json.dumps(settings))
    with closing(sqlite3.connect(next((kiosk.folder / "cache").glob("*.db")))) as cache:
        cache.execute(f"UPDATE passes SET body = replace(body, '[\"{READER}\"', '[\"{NAMED}\"')")
        steps = next(row[0] for row in cache.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migrations'"))
        cache.execute(f"DELETE FROM {steps} WHERE name = '0003'")
        cache.execute("PRAGMA user_version = 2")
        cache.commit()


@pytest.mark.parametrize("listed", [False, True])
def test_two_kiosks_at_a_place_that_is_called_otherwise(
    venue: Sandbox, platform: PassEntryPlatform, tmp_path: Path, *, listed: bool
) -> None:
    entity = ("--option", f"entity={venue.info['entity']}") if listed else ()
    first = set_up(venue, tmp_path / "first", "Main", *entity)
    second = set_up(venue, tmp_path / "second", "Gate", *entity, "--policy", "counted")
    fresh(venue, platform, "EXT-1")
    fresh(venue, platform, "EXT-2")
    fresh(venue, platform, "EXT-3")
    first.run("sync")
    assert first.shown("EXT-1").admits
    again = first.shown("EXT-1", offline=True)
    assert (again.reason, again.detail["used_place"]) == (Reason.ALREADY_USED, "Main")
    first.run("push")
    platform._calls.scan({"readerId": READER, "passId": "EXT-2", "scanType": "barcode"})  # the vendor's own reader
    online = [second.shown(code).reason for code in ("EXT-1", "EXT-2")]
    assert online == [Reason.NOTHING_LEFT, Reason.NOTHING_LEFT]
    third = set_up(venue, tmp_path / "third", "East", *entity)
    third.run("sync")
    said = [third.shown(code, offline=True) for code in ("EXT-1", "EXT-2", "EXT-3")]
    assert [v.reason for v in said] == [Reason.ALREADY_USED, Reason.ALREADY_USED, Reason.ADMIT]
    assert [v.detail.get("used_place") for v in said] == [NAMED, NAMED, None]
    assert said[0].detail["used_device"] == "first"


@pytest.mark.parametrize("called", ["Main", NAMED])
def test_an_upgrade_admits_nobody_whom_the_program_of_before_let_in(
    venue: Sandbox, platform: PassEntryPlatform, tmp_path: Path, called: str
) -> None:
    kiosk = set_up(venue, tmp_path / "kiosk", "Main", "--policy", "counted")
    fresh(venue, platform, "EXT-THEIRS")
    fresh(venue, platform, "EXT-OURS")
    fresh(venue, platform, "EXT-NEW")
    platform._calls.scan({"readerId": READER, "passId": "EXT-THEIRS", "scanType": "barcode"})
    kiosk.run("sync")
    held = kiosk.lines("status", "--json")[0]["passes_held"]
    with open_kiosk(kiosk.folder, writes=True, use_keyring=False) as running:
        running.sync.go_offline()
        settings = running.settings.load()
        place = settings.places[0]
        named = replace(place, accepts=(replace(place.accepts[0], place=called),))
        running.settings.use(replace(settings, places=(named,)))  # its own uses bore the name, too
        assert running.door.judge_now(Credential("EXT-OURS", Symbology.QR)).scan.verdict.admits
    of_before(kiosk, called)
    assert kiosk.lines("place", "Main", "--json")[0]["areas"] == [READER]
    assert kiosk.shown("EXT-OURS", offline=True).reason is Reason.NOTHING_LEFT
    assert not kiosk.shown("EXT-THEIRS", offline=True).admits
    assert kiosk.shown("EXT-THEIRS").reason is Reason.NOTHING_LEFT, "whoever can be asked is asked"
    assert kiosk.shown("EXT-NEW", offline=True).admits
    kiosk.run("sync")
    kiosk.run("push")
    kiosk.run("sync")
    assert kiosk.lines("status", "--json")[0]["passes_held"] == held
    for code in ("EXT-OURS", "EXT-THEIRS", "EXT-NEW"):
        verdict = kiosk.shown(code, offline=True)
        assert (verdict.reason, verdict.detail["uses"]) == (Reason.NOTHING_LEFT, 1)


def test_only_a_reader_of_passentry_is_known_by_its_id(tmp_path: Path) -> None:
    accounts = tuple(AccountConfig(name, name, "https://x.example") for name in ("passentry", "passcreator"))
    accepts = tuple(Accepted(account.id, door="door-7", place="Gate") for account in accounts)
    save(tmp_path, Settings("kiosk", "Main", accounts, (Place("Main", accepts),)))
    place = load(tmp_path).places[0]
    assert (place.names("passentry"), place.names("passcreator")) == (("door-7", "Gate"), ("Gate",))


def test_a_guest_whose_admission_was_taken_back_is_let_in_at_another_kiosk(
    venue: Sandbox, platform: PassEntryPlatform, tmp_path: Path
) -> None:
    first, second = (set_up(venue, tmp_path / name, "Main") for name in ("first", "second"))
    fresh(venue, platform, "EXT-BACK")
    first.run("sync")
    with open_kiosk(first.folder, writes=True, use_keyring=False) as kiosk:
        scan = kiosk.door.judge_now(Credential("EXT-BACK", Symbology.QR)).scan
    first.run("push")
    second.run("sync")
    assert second.shown("EXT-BACK", offline=True).reason is Reason.ALREADY_USED
    first.run("undo", scan.scan_id)
    first.run("push")
    assert first.lines("status", "--json")[0]["refused"] == 0
    second.run("sync")
    assert second.shown("EXT-BACK", offline=True).admits
    second.run("push")
    third = set_up(venue, tmp_path / "third", "Main")
    third.run("sync")
    used = third.shown("EXT-BACK", offline=True)
    assert (used.reason, used.detail["uses"], used.detail["used_device"]) == (Reason.ALREADY_USED, 1, "second")
    assert second.lines("status", "--json")[0]["conflicts"] == 0


def test_a_load_that_was_broken_off_tells_what_happened_since(
    venue: Sandbox, platform: PassEntryPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "PAGE", 4)
    kiosk = set_up(venue, tmp_path / "kiosk", "Main", "--policy", "counted", "--option", "per_second=500")
    fresh(venue, platform, "EXT-OLD")
    platform._calls.scan({"readerId": READER, "passId": "EXT-OLD", "scanType": "barcode"})
    for n in range(6):
        fresh(venue, platform, f"EXT-{n}")
    kiosk.run("sync")
    faults = venue.accounts["passentry"].misbehaviours.faults
    faults.append(Misbehaviour("GET /api/v1/passes", "401", after=2))
    kiosk.run("sync", check=False)
    faults.clear()
    platform.counter.mark("EXT-5", voided=True)
    platform._calls.scan({"readerId": READER, "passId": "EXT-4", "scanType": "barcode"})
    kiosk.run("sync")
    said = {code: kiosk.shown(code, offline=True).reason for code in ("EXT-OLD", "EXT-5", "EXT-4", "EXT-3")}
    assert list(said.values()) == [Reason.NOTHING_LEFT, Reason.VOIDED, Reason.NOTHING_LEFT, Reason.ADMIT]


def test_a_sheet_of_the_program_of_before_names_the_reader_by_its_id(venue: Sandbox, tmp_path: Path) -> None:
    kiosk = set_up(venue, tmp_path / "kiosk", "Main")
    settings = load(kiosk.folder)
    place = replace(settings.places[0], accepts=(replace(settings.places[0].accepts[0], place=NAMED),))
    now, code = datetime.now(UTC), provisioning.new_code()
    sheet = provisioning.SetUp(replace(settings, places=(place,)), {})
    text = provisioning.make(sheet, provisioning.new_issuer(), code, now + timedelta(hours=1))
    read = provisioning.apply(text, code, now)[0].settings
    assert read.places[0].names("passentry") == (READER, NAMED)
    save(kiosk.folder, read)
    set_up(venue, kiosk.folder, "Main")
    assert load(kiosk.folder).places[0].names("passentry") == (READER, NAMED), "set up once more, nothing is forgotten"
