"""What a kiosk may not do is refused by the real server, whatever a client sends."""

import asyncio
import json

import pytest
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from support.venue_door import a_claim, kiosks
from support.venue_kit import until

from scanner_app.application.hub import ClaimEnd
from scanner_app.application.ids import new_id
from scanner_app.application.venue_rule import Alone
from scanner_app.domain.verdict import Reason
from scanner_app.venue import keys
from scanner_app.venue.claims import Protocol
from scanner_app.venue.link import HubLink
from scanner_app.venue.records import slot_subject
from scanner_app.venue.rule import HybridClock

ME = "kiosk-01"


@pytest.fixture
def door(one_hub):
    link = HubLink(one_hub.enrolment(ME))
    link.start()
    until(lambda: link.is_up)
    yield link, Protocol(link, one_hub.enrolment(ME), HybridClock(ME).stamp, one_hub.trust())
    assert link.stop()


def as_me(venue, work):
    return venue.as_kiosk(venue.seeds[ME], ME, work)


@pytest.mark.parametrize(
    "subject",
    [
        "$JS.API.STREAM.DELETE.RED",
        "$JS.API.STREAM.PURGE.RED",
        "$JS.API.STREAM.UPDATE.RED",
        "$JS.API.STREAM.CREATE.MINE",
        "$JS.API.STREAM.MSG.DELETE.RED",
        "$JS.API.STREAM.SNAPSHOT.RED",
        "$JS.API.CONSUMER.DELETE.RED.CLOUD",
        "$JS.API.CONSUMER.DURABLE.CREATE.RED.CLOUD",
        "$JS.API.CONSUMER.CREATE.RED.CLOUD",
        "$JS.API.CONSUMER.DELETE.RED.F-kiosk-02",
        "$JS.API.CONSUMER.MSG.NEXT.RED.F-kiosk-02",
        "$SYS.REQ.SERVER.PING",
        "somewhere.else",
        "k.roster",
        "_INBOX_kiosk-02.abc",
    ],
)
def test_nothing_but_claims_and_reading(one_hub, subject):
    refused = []

    async def try_it(client):
        async def heard(error):
            refused.append(str(error))

        client._error_cb = heard
        with pytest.raises(NatsTimeout):
            await client.request(subject, b"{}", timeout=0.5)

    as_me(one_hub, try_it)
    assert any("ermissions violation" in text for text in refused), refused


@pytest.mark.parametrize("subject", ["_INBOX_kiosk-02.>", "_INBOX.>", "r.>", "x.>", ">"])
def test_nobody_listens_to_what_is_not_for_him(one_hub, subject):
    async def try_it(client):
        refused = asyncio.get_running_loop().create_future()

        async def heard(error):
            refused.set_result(str(error))

        client._error_cb = heard
        await client.subscribe(subject)
        await client.flush()
        return await asyncio.wait_for(refused, 5)

    assert "ermissions violation" in as_me(one_hub, try_it)


@pytest.mark.parametrize(
    "target", ["$JS.API.STREAM.DELETE.RED", "$JS.API.STREAM.PURGE.RED", "r.a.b.1", "x.a.b.c", "k.a"]
)
def test_a_consumer_that_delivers_to_where_it_should_not_does_no_harm(own_hub, target):
    name = "F-kiosk-01"
    config = {
        "name": name, "deliver_subject": target, "deliver_policy": "all", "ack_policy": "none", "headers_only": True,
    }  # fmt: skip

    async def rogue(client):
        await client.request("r.p.h.1", b"", timeout=2)
        body = json.dumps({"stream_name": "RED", "config": config}).encode()
        await client.request(f"$JS.API.CONSUMER.CREATE.RED.{name}", body, timeout=2)
        for n in range(2, 20):  # the consumer has every chance to be served meanwhile
            await client.request(f"r.p.h.{n}", b"", timeout=2)

    async def count(client):
        return (await client.jetstream().stream_info("RED")).state.messages

    as_me(own_hub, rogue)
    assert own_hub.as_admin(count) == 19 + 1  # and the roster


@pytest.mark.parametrize(
    "headers", [None, {"Nats-Rollup": "sub"}, {"Nats-Msg-Id": "1"}, {"Nats-Expected-Last-Subject-Sequence": "0"}]
)
def test_a_claim_cannot_be_overwritten(one_hub, door, headers):
    link, protocol = door
    claim = a_claim(new_id())
    assert link.call(protocol.claim(claim, 5.0), 6.0).end is ClaimEnd.GRANTED
    where = slot_subject(protocol.hash_key, claim.key, claim.place, "", 1)

    async def overwrite(client):
        return json.loads((await client.request(where, b"mine", timeout=2, headers=headers)).data)

    assert "error" in as_me(one_hub, overwrite)
    assert link.call(protocol.claim(claim, 5.0), 6.0).winner.claim_id == claim.claim_id


def test_bytes_that_are_no_record_shut_nobody_out(one_hub, door):
    link, protocol = door
    claim = a_claim(new_id())
    where = slot_subject(protocol.hash_key, claim.key, claim.place, "", 1)

    async def write(client):
        await client.request(where, b"\xff not a record", timeout=2)

    as_me(one_hub, write)
    answer = link.call(protocol.claim(claim, 5.0), 6.0)
    assert (answer.end, answer.slot) == (ClaimEnd.GRANTED, 2)
    assert link.call(protocol.claim(a_claim(claim.key.uid), 5.0), 6.0).winner.claim_id == claim.claim_id


def test_an_unknown_kiosk_is_not_let_in(one_hub):
    async def nothing(_client):
        raise AssertionError("was let in")

    with pytest.raises(NatsError, match=r"(?i)authorization"):
        one_hub.as_kiosk(keys.new_seed(), "kiosk-99", nothing)


def test_a_hub_that_is_not_the_venues_is_not_believed(one_hub):
    enrolment = one_hub.enrolment(ME)
    from scanner_app.venue.certificates import new_ca

    stranger = HubLink(type(enrolment)(**{**_fields(enrolment), "ca": new_ca("Other")[0]}))
    stranger.start()
    until(lambda: stranger.trouble == "untrusted")
    assert not stranger.is_up
    assert not stranger.refused
    assert stranger.stop()


def _fields(enrolment):
    return {name: getattr(enrolment, name) for name in enrolment.__slots__}


def test_a_revoked_kiosk_is_dropped_at_once_and_the_others_stay(own_hub):
    links = {name: HubLink(own_hub.enrolment(name)) for name in ("kiosk-01", "kiosk-02")}
    for link in links.values():
        link.start()
    until(lambda: all(link.is_up for link in links.values()))
    own_hub.revoke("kiosk-02")
    until(lambda: links["kiosk-02"].trouble == "refused")
    assert not links["kiosk-02"].is_up
    assert links["kiosk-01"].is_up
    assert all(link.stop() for link in links.values())


def test_a_kiosk_that_the_hubs_shut_out_is_not_on_its_own(own_hub, tmp_path):
    """What it may do alone is for a kiosk that is cut off; a stolen one would let in what its rule allows."""
    with kiosks(own_hub, tmp_path, ["kiosk-01"], rule="open", deadline=5.0) as (kiosk,):
        kiosk.load(3)
        until(lambda: kiosk.hub.state().connected)
        own_hub.revoke("kiosk-01")
        until(lambda: kiosk.hub.state().trouble == "refused")
        verdict = kiosk.show(1).scan.verdict
        assert (verdict.reason, verdict.detail["why"]) == (Reason.HUB_UNDECIDED, Alone.SHUT_OUT)
        assert kiosk.hub.state().provisional == 0
        own_hub.kill()  # whoever takes it away from the hubs afterwards gains nothing
        until(lambda: kiosk.hub.link.trouble == "unreachable")
        assert kiosk.hub.alone(a_claim("u1")) is Alone.SHUT_OUT
