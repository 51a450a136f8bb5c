"""Each record of the venue goes to the platform once, from whoever has internet."""

import threading
from collections import Counter

import pytest
from support.storage_kit import ACCOUNT, a_pass
from support.venue_door import Kiosk, kiosks
from support.venue_kit import until

from scanner_app.application.ports import Answer, Delivery
from scanner_app.domain.errors import PlatformKind, PlatformTrouble


class Cloud:
    """A platform that remembers what it was told, shared by the kiosks that have internet."""

    account, platform, tenant = ACCOUNT, "passcreator", "t"

    def __init__(self):
        self.told, self.trouble, self._lock = [], [], threading.Lock()
        self.answer, self.held = Answer(Delivery.DONE), []

    def lookup(self, uid, deadline):
        return self.held

    def deliver(self, operation, *, may_have_arrived):
        with self._lock:
            if self.trouble:
                raise self.trouble.pop()
            self.told.append((operation.kind.value, operation.scan_id, may_have_arrived))
        return self.answer

    def counts(self):
        with self._lock:
            return Counter((kind, scan_id) for kind, scan_id, _ in self.told)


@pytest.fixture
def cloud():
    return Cloud()


def online(cloud):
    return lambda: {ACCOUNT: cloud}


def test_two_uploaders_tell_each_admission_once(own_hub, tmp_path, cloud):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0, platforms=online(cloud)) as made:
        for kiosk in made:
            kiosk.load(30)
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        shown = [made[n % 2].show(n).scan.scan_id for n in range(20)]
        until(lambda: len(cloud.counts()) == 40)
        assert set(cloud.counts().values()) == {1}
        assert {scan_id for _, scan_id in cloud.counts()} == set(shown)
        assert [kiosk.unsent() for kiosk in made] == [0, 0]


def test_what_was_recorded_under_an_older_key_goes_out_by_who_holds_the_same_account(own_hub, tmp_path, cloud):
    """A kiosk whose key could not be had, or a key renewed during the event: as by a kiosk's own outbox."""
    cloud.tenant, cloud.held = "site.renewed", [a_pass(1)]
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0, platforms=online(cloud)) as (kiosk,):
        kiosk.load(3)
        until(lambda: kiosk.hub.state().connected)
        kiosk.show(1)
        until(lambda: len(cloud.counts()) == 2)


def test_a_kiosk_without_internet_leaves_it_to_one_that_has_it(own_hub, tmp_path, cloud):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0) as (offline,):
        offline.load(3)
        until(lambda: offline.hub.state().connected)
        decided = offline.show(1)
        offline.undo(decided)
        with kiosks(own_hub, tmp_path, ["kiosk-02"], platforms=online(cloud)):
            until(lambda: len(cloud.counts()) == 4)
        kinds = [kind for kind, _, _ in cloud.told]
        assert kinds == ["record", "void", "restore", "unrecord"]
        assert {scan_id for _, scan_id in cloud.counts()} == {decided.scan.scan_id}


def test_a_platform_in_trouble_is_told_again_with_the_doubt_said(own_hub, tmp_path, cloud):
    cloud.trouble = [PlatformTrouble(PlatformKind.UNREACHABLE, "cut")]
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0, platforms=online(cloud)) as (kiosk,):
        kiosk.load(3)
        until(lambda: kiosk.hub.state().connected)
        kiosk.show(1)
        until(lambda: len(cloud.counts()) == 2)
        assert all(doubt for _, _, doubt in cloud.told)


def test_contested_by_the_platform_is_a_conflict_for_people(own_hub, tmp_path, cloud):
    cloud.answer = Answer(Delivery.CONTESTED, "used before", {"where": "elsewhere"})
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0, platforms=online(cloud)) as (kiosk,):
        kiosk.load(3)
        until(lambda: kiosk.hub.state().connected)
        kiosk.show(1)
        until(lambda: len(kiosk.conflicts()) == 2)
        assert kiosk.conflicts()[0]["there"] == {"where": "elsewhere"}


def test_what_a_door_admitted_alone_is_not_told_twice(own_hub, tmp_path, cloud):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], hubs=("127.0.0.1:1",), rule="open", deadline=0.05) as (kiosk,):
        kiosk.load(3)
        kiosk.show(1)
    again = Kiosk(own_hub, "kiosk-01", tmp_path / "kiosk-01", platforms=online(cloud), deadline=5.0)
    try:
        until(lambda: again.hub.state().provisional == 0 and again.hub.state().sequence == 2)
        decided = again.show(2)
        until(lambda: len(cloud.counts()) == 2)
        assert {scan_id for _, scan_id in cloud.counts()} == {decided.scan.scan_id}
        assert again.unsent() == 2, "its own outbox tells of what it admitted alone"
    finally:
        again.close()
