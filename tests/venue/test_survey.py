"""The supervisor's view of the venue, on any kiosk, against real hubs."""

import json

import pytest
from nats.errors import Error as NatsError
from support.venue_door import kiosks
from support.venue_kit import until, venue

from scanner_app.application.venue_rule import VenueRule
from scanner_app.application.venue_view import BoxState, BoxView, DoorState, DoorView
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.verdict import Reason
from scanner_app.venue import presence


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(presence, "BEAT", 0.2)
    monkeypatch.setattr("scanner_app.venue.survey.QUIET", 0.9)


async def nobody():
    return False


def door(kiosk, name):
    return next((d for d in kiosk.hub.view().doors if d.kiosk == name), DoorView(name))


def test_every_door_sees_every_door(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], rule="open", deadline=5.0) as (first, second):
        for kiosk in (first, second):
            kiosk.load(10)
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        for number in range(3):
            first.show(number)
        second.show(4)
        first.undo(first.show(5))
        until(lambda: first.hub.view().records == 7, what="six records and the roster")
        until(lambda: door(second, "kiosk-01").admitted == 4)
        for kiosk in (first, second):
            until(lambda kiosk=kiosk: door(kiosk, "kiosk-02").state is DoorState.ONLINE)
            until(lambda kiosk=kiosk: door(kiosk, "kiosk-01").state is DoorState.ONLINE)
            one = door(kiosk, "kiosk-01")
            assert (one.admitted, one.flow, one.rule, one.name, one.refused) == (4, 4, VenueRule.OPEN, "Main", 3)
            view = kiosk.hub.view()
            assert (view.connected, view.led, view.admitted, view.flow) == (True, True, 5, 5)
            assert [box.state for box in view.boxes] == [BoxState.LEADER]
            until(lambda kiosk=kiosk: door(kiosk, "kiosk-03").state is DoorState.SILENT, what="enrolled, not there")


def test_a_door_that_went_away_and_a_venue_without_hubs(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=0.2) as (first,):
        with kiosks(own_hub, tmp_path, ["kiosk-02"], deadline=0.2):
            until(lambda: door(first, "kiosk-02").state is DoorState.ONLINE)
        until(lambda: door(first, "kiosk-02").state is DoorState.SILENT)
        assert door(first, "kiosk-02").heard > 0.5
        own_hub.kill()
        until(lambda: not first.hub.view().connected)
        view = first.hub.view()
        assert (view.led, {d.state for d in view.doors} <= {DoorState.UNKNOWN, DoorState.ONLINE}) == (False, True)


def test_a_door_that_could_not_speak_once_listens_with_one_ear(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=0.2) as (first,):
        until(lambda: door(first, "kiosk-01").state is DoorState.ONLINE)
        say, failed = first.hub._presence._say, []

        def cannot():
            failed.append(1)
            raise StorageTrouble(StorageKind.IO, "no disk")

        first.hub._presence._say = cannot
        until(lambda: len(failed) == 3)
        first.hub._presence._say = say
        first.hub._presence.heard.clear()
        until(lambda: door(first, "kiosk-01").state is DoorState.ONLINE)
        ears = [s for s in first.hub.link._client._subs.values() if s.subject == "s.>"]
        assert len(ears) == 1


def test_a_door_that_no_hub_decides_for_says_so(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
        until(lambda: door(first, "kiosk-02").state is DoorState.ONLINE)
        second.hub._follower.is_led = nobody
        second.hub._alone_since = 0.0  # its last claim was not decided
        until(lambda: door(first, "kiosk-02").state is DoorState.ISOLATED)
        assert door(first, "kiosk-02").isolated_for > 1.0
        del second.hub._follower.is_led
        second.hub._bell.set()
        until(lambda: door(first, "kiosk-02").state is DoorState.ONLINE, what="a hub leads again")


def test_admitted_twice_is_seen_by_a_supervisor_at_a_third_door(own_hub, tmp_path):
    for name in ("kiosk-01", "kiosk-02"):
        with kiosks(own_hub, tmp_path, [name], hubs=("127.0.0.1:1",), rule="open", deadline=0.05) as (kiosk,):
            kiosk.load(3)
            assert kiosk.show(1).scan.verdict.admits
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02", "kiosk-03"], deadline=5.0) as made:
        until(lambda: made[2].hub.view().twice_count == 1)
        view = made[2].hub.view()
        (twice,) = view.twice
        assert {twice.kiosk, twice.first_kiosk} == {"kiosk-01", "kiosk-02"}
        assert twice.at is not None
        assert twice.first_at is not None
        assert sum(d.alone for d in view.doors) == 2, "both are inside"
        assert view.admitted == 2
        assert "holder" not in repr(view)


def test_hubs_that_died_are_away_and_one_that_is_left_alone_leads_nothing(tmp_path):
    with (
        venue(tmp_path / "hubs", 3, ["kiosk-01"]) as made,
        kiosks(made, tmp_path, ["kiosk-01"], deadline=0.3) as (kiosk,),
    ):
        kiosk.load(3)
        until(lambda: kiosk.hub.view().led and kiosk.hub.state().connected)
        first = next(box for box in made.boxes if box.name != made.leader())
        made.kill(first.name)
        until(lambda: BoxView(first.name, BoxState.AWAY) in kiosk.hub.view().boxes, 30)
        assert kiosk.hub.view().led
        made.kill(made.leader())
        until(lambda: kiosk.hub.link.is_up and not kiosk.hub.view().led, 30)
        assert kiosk.show(1).scan.verdict.reason is Reason.HUB_UNDECIDED
        kiosk.hub._bell.set()
        until(lambda: kiosk.hub.link.is_up and kiosk.hub._presence.listened_for > 2.0, 30)
        view, state = kiosk.hub.view(), kiosk.hub.state()
        assert (view.led, state.isolated_for is not None) == (False, True), "what is left of the hubs decides nothing"
        assert BoxState.LEADER not in {box.state for box in view.boxes}


def test_nobody_speaks_for_another_door(own_hub):
    async def speak(client):
        await client.request("s.kiosk-02", b"{}", timeout=0.5)

    with pytest.raises(NatsError):
        own_hub.as_kiosk(own_hub.seeds["kiosk-01"], "kiosk-01", speak)


@pytest.mark.parametrize(
    "said", [b"\xff", b"[]", b"x" * 5000, b'{"rule": [], "isolated": "x", "refused": true, "door": 7, "offset": 1e400}']
)
def test_what_a_door_says_is_foreign(own_hub, tmp_path, said):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0) as (first,):
        until(lambda: door(first, "kiosk-01").state is DoorState.ONLINE)

        async def speak(client):
            await client.publish("s.kiosk-02", said)
            await client.flush()

        own_hub.as_kiosk(own_hub.seeds["kiosk-02"], "kiosk-02", speak)
        other = door(first, "kiosk-02")
        assert (other.name, other.rule, other.refused or 0, other.offset) == ("", None, 0, None)
        assert json.dumps([other.kiosk])
