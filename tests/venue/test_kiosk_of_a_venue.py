"""A kiosk as bootstrap builds it: enrolled, started, seen in its status."""

import json
from dataclasses import replace

import pytest
from support.storage_kit import ACCOUNT, a_pass, load
from support.venue_door import MAIN
from support.venue_kit import HASH_KEY, until

from scanner_app import settings as settings_file
from scanner_app.application.config import AccountConfig, Settings, VenueConfig
from scanner_app.application.venue_rule import VenueRule
from scanner_app.bootstrap import open_kiosk
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import IdentifierKind
from scanner_app.domain.verdict import Grade, Reason
from scanner_app.many_doors import read_enrolment
from scanner_app.secrets import SecretStore
from scanner_app.venue import keys

CONFIG = VenueConfig("Test", "kiosk-01", (), "closed", deadline=5.0)


def prepare(folder, venue, config=CONFIG, *, enrolled=True):
    folder.mkdir()
    account = AccountConfig(ACCOUNT, "passcreator", "https://127.0.0.1:9")
    settings_file.save(folder, Settings("door-1", "Main", (account,), (MAIN,), venue=config))
    secrets = SecretStore(folder, use_keyring=False)
    secrets.put(account.secret_name, "a-key-of-some-length")
    if enrolled:
        hubs = [f"tls://127.0.0.1:{box.port}" for box in venue.boxes]
        enrolment = {
            "venue": "Test", "kiosk": config.kiosk, "hubs": hubs, "ca": venue.ca,
            "seed": venue.seeds[config.kiosk], "hash_key": HASH_KEY.hex(), "admin": keys.public_key(venue.admin),
        }  # fmt: skip
        secrets.put(config.secret_name, json.dumps(enrolment))


def show(kiosk, number):
    return kiosk.door.judge_now(Credential(a_pass(number).identifiers[IdentifierKind.BARCODE], Symbology.QR)).scan


def fill(kiosk):
    now = kiosk.clock.now().trusted
    load(kiosk.store, [replace(a_pass(n), valid_from=None, expires=None, seen_at=now) for n in range(5)])


def test_two_kiosks_of_a_venue(own_hub, tmp_path):
    other = replace(CONFIG, kiosk="kiosk-02")
    prepare(tmp_path / "a", own_hub)
    prepare(tmp_path / "b", own_hub, other)
    with (
        open_kiosk(tmp_path / "a", writes=True, use_keyring=False) as first,
        open_kiosk(tmp_path / "b", writes=True, use_keyring=False) as second,
    ):
        fill(first)
        fill(second)
        until(lambda: first.door.status().venue.connected and second.door.status().venue.connected)
        news = []
        second.door.listen(news.append)
        assert show(first, 1).verdict.grade is Grade.CONFIRMED
        until(lambda: second.door.status().admitted == 1, what="the other door's counts follow")
        until(lambda: news)
        assert show(second, 1).verdict.reason is Reason.ALREADY_USED
        venue = second.door.status().venue
        assert (venue.rule, venue.sequence, venue.trouble) == (VenueRule.CLOSED, 2, "")
    with open_kiosk(tmp_path / "a", writes=False, use_keyring=False) as beside:
        assert beside.hub is None


def test_a_kiosk_that_lost_its_enrolment_is_not_on_its_own(one_hub, tmp_path):
    prepare(tmp_path / "a", one_hub, replace(CONFIG, rule="open"), enrolled=False)
    with open_kiosk(tmp_path / "a", writes=True, use_keyring=False) as kiosk:
        fill(kiosk)
        assert show(kiosk, 1).verdict.reason is Reason.HUB_UNDECIDED
        assert kiosk.door.status().venue.trouble == "enrolment_missing"


def test_a_kiosk_without_a_venue_asks_nobody(tmp_path, one_hub):
    prepare(tmp_path / "a", one_hub, CONFIG)
    settings = settings_file.load(tmp_path / "a")
    settings_file.save(tmp_path / "a", replace(settings, venue=None))
    with open_kiosk(tmp_path / "a", writes=True, use_keyring=False) as kiosk:
        fill(kiosk)
        assert show(kiosk, 1).verdict.grade is Grade.PENDING
        assert kiosk.door.status().venue is None


@pytest.mark.parametrize(
    "secret", [None, "", "no json", "[]", "{}", '{"hubs": [], "ca": "", "seed": "", "hash_key": "zz"}']
)
def test_an_enrolment_that_makes_no_sense_is_none(secret):
    assert read_enrolment(secret, CONFIG) is None
