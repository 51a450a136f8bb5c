"""Records that are not their kiosk's: against real servers, where an enrolled kiosk may write what it likes."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from nats.errors import Error as NatsError
from support.storage_kit import ACCOUNT, a_pass
from support.venue_door import Kiosk, a_claim, kiosks
from support.venue_kit import HASH_KEY, until

from scanner_app.application.hub import ClaimEnd, RecordKind
from scanner_app.application.ports import Answer, Delivery
from scanner_app.domain.verdict import Reason
from scanner_app.venue import keys, reading, roster
from scanner_app.venue.claims import Protocol, nth_slot
from scanner_app.venue.link import Enrolment, HubLink
from scanner_app.venue.records import encode, slot_subject, subject
from scanner_app.venue.rule import HybridClock
from scanner_app.venue.trust import Doubt

ROGUE, VICTIM = "kiosk-07", "kiosk-02"


class Rogue:
    """An enrolled kiosk that signs with its own key whatever it writes."""

    def __init__(self, venue):
        self.venue, self.seed = venue, venue.seeds[ROGUE]

    def write(self, where, data):
        async def work(client):
            return json.loads((await client.request(where, data, timeout=5)).data)

        assert "error" not in self.venue.as_kiosk(self.seed, ROGUE, work)

    def record(self, number, name=VICTIM, slot=1, **changes):
        me = Enrolment("Test", name, (), "", self.seed, HASH_KEY)
        protocol = Protocol(HubLink(me), me, HybridClock(name).stamp, self.venue.trust())
        record = protocol.record(
            a_claim(a_pass(number).key.uid, detail={"door": "Main", "kinds": "record"}), slot, "hub"
        )
        return replace(record, **changes)

    def forge(self, number, **changes):
        record = self.record(number, **changes)
        self.write(subject(HASH_KEY, record), encode(record, self.seed))
        return record


class Cloud:
    """A platform that counts what it is told."""

    account, platform, tenant = ACCOUNT, "passcreator", "t"

    def __init__(self):
        self.told = Counter()

    def deliver(self, operation, *, may_have_arrived):
        self.told[operation.scan_id] += 1
        return Answer(Delivery.DONE)


@pytest.fixture
def cloud():
    return Cloud()


@pytest.fixture
def doors(own_hub, tmp_path, cloud):
    names = ["kiosk-01", VICTIM]
    with kiosks(own_hub, tmp_path, names, deadline=5.0, platforms=lambda: {ACCOUNT: cloud}) as made:
        for kiosk in made:
            kiosk.load(120)
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        yield made


def alarms(kiosk):
    return [(h.body["why"], h.body["kiosk"]) for h in kiosk.hub._book.happenings("alarm", 100)[0]]


def test_a_use_in_another_kiosks_name_counts_for_nobody_and_is_an_alarm_everywhere(own_hub, doors, cloud):
    heard = []
    doors[0].hub.listen(lambda record: heard.append(record.claim_id))
    forged = Rogue(own_hub).forge(1)
    until(lambda: all(alarms(kiosk) == [("signature", VICTIM)] for kiosk in doors))
    assert [kiosk.uses(1) for kiosk in doors] == [(), ()]
    until(lambda: all(kiosk.hub.state().alarms == 1 for kiosk in doors))  # written down first, then counted
    first, second = doors
    verdict = first.show(1).scan.verdict
    assert (verdict.admits, verdict.detail["hub_slot"]) == (True, 2), "its pass is good, and good once"
    until(lambda: second.uses(1))
    assert second.show(1).scan.verdict.reason is Reason.ALREADY_USED
    real = first.uses(1)[0].scan_id
    until(lambda: cloud.told[real] == 2, what="recorded and voided")
    assert forged.claim_id not in cloud.told
    assert real in heard
    assert forged.claim_id not in heard, "no screen shows it, not for a moment"


def test_a_slot_not_seen_yet_is_passed_over_by_the_claim_itself(own_hub, doors):
    first, second = doors
    first.hub._book.doubted = lambda _stem: set()
    for slot in (1, 2):
        Rogue(own_hub).forge(3, slot=slot)
    until(lambda: len(alarms(second)) == 2)
    assert first.show(3).scan.verdict.detail["hub_slot"] == 3
    first.hub._book.doubted = type(first.hub._book).doubted.__get__(first.hub._book)
    assert second.hub.claim(a_claim(a_pass(3).key.uid), 5.0).end is ClaimEnd.TAKEN


def test_a_slot_is_not_given_back_in_anothers_name(own_hub, doors):
    first, second = doors
    scan = first.show(4).scan
    until(lambda: second.uses(4))
    rogue = Rogue(own_hub)
    record = rogue.record(4, "kiosk-01", kind=RecordKind.VOID, claim_id=f"{scan.scan_id}-void", other=scan.scan_id)
    rogue.write(subject(HASH_KEY, record), encode(record, rogue.seed))
    until(lambda: alarms(second) == [("signature", "kiosk-01")])
    assert not second.uses(4)[0].undone
    assert second.hub.claim(a_claim(a_pass(4).key.uid), 5.0).end is ClaimEnd.TAKEN


def test_a_genuine_record_copied_elsewhere_is_none(own_hub, doors):
    first, second = doors
    first.show(5)
    until(lambda: second.uses(5))
    until(lambda: second.hub._book.page(1, 10))
    data = second.hub._book.page(1, 10)[0].data
    rogue = Rogue(own_hub)
    for where in (slot_subject(HASH_KEY, a_pass(6).key, "main-door", "", 1), "x.some.where.else"):
        rogue.write(where, data)
    until(lambda: alarms(second) == [(Doubt.SUBJECT, "kiosk-01")] * 2)
    assert second.show(6).scan.verdict.admits
    assert len(first.uses(5)) == 1


def test_a_kiosk_that_nobody_enrolled_is_an_alarm(own_hub, doors):
    Rogue(own_hub).forge(7, name="kiosk-99")
    until(lambda: alarms(doors[0]) == [(Doubt.UNKNOWN, "kiosk-99")])
    assert doors[0].uses(7) == ()


def test_among_many_a_forged_one_refuses_until_it_was_looked_at(own_hub, doors, tmp_path):
    rogue = Rogue(own_hub)
    for number in range(20, 20 + reading.FEW + 20):
        rogue.forge(number, name=ROGUE if number != 50 else VICTIM)
    late = Kiosk(own_hub, "kiosk-03", tmp_path / "kiosk-03", deadline=5.0)
    try:
        late.load(120)
        until(lambda: alarms(late) == [("signature", VICTIM)])
        until(lambda: late.hub._book.checked == late.hub._book.sequence)
        assert [use.undone for use in late.uses(50)] in ([], [True])
        assert [use.undone for use in late.uses(51)] == [False]
        assert late.show(50).scan.verdict.admits
        assert late.show(51).scan.verdict.reason is Reason.ALREADY_USED
        (mine,) = [n for kiosk, what, n, _ in late.hub._book.tallies(0) if (kiosk, what) == (ROGUE, "admitted")]
        assert mine == reading.FEW + 19
        assert sum(n for kiosk, _, n, _ in late.hub._book.tallies(0) if kiosk == VICTIM) == 0
    finally:
        late.close()


def test_a_kiosk_claims_nothing_before_its_key_is_in_the_roster(own_hub, tmp_path):
    own_hub.seeds["kiosk-42"] = keys.new_seed()
    own_hub.write_users()
    own_hub.reload()
    with kiosks(own_hub, tmp_path, ["kiosk-42"], deadline=0.2) as (kiosk,):
        kiosk.load(3)
        until(lambda: kiosk.hub.state().trouble == "not_in_roster")
        assert kiosk.show(1).scan.verdict.reason is Reason.HUB_UNDECIDED
        own_hub.make_stream()
        until(lambda: kiosk.hub.state().connected)
        assert kiosk.show(2).scan.verdict.admits


def test_a_roster_that_the_installer_did_not_sign_teaches_nothing(own_hub, doors):
    stranger = keys.new_seed()
    data = roster.encode({VICTIM: [keys.public_key(own_hub.seeds[ROGUE])]}, stranger)

    async def write(client):
        await client.request(roster.subject_of(data), data, timeout=5)

    own_hub.as_admin(write)
    until(lambda: alarms(doors[0]) == [(Doubt.NO_RECORD, "")])
    Rogue(own_hub).forge(1)
    until(lambda: len(alarms(doors[0])) == 2)
    assert doors[0].uses(1) == ()


def test_no_kiosk_writes_a_roster(own_hub):
    async def write(client):
        await client.request("k.mine", b"{}", timeout=0.5)

    with pytest.raises(NatsError):
        own_hub.as_kiosk(own_hub.seeds[ROGUE], ROGUE, write)


def test_a_ledger_that_was_rebuilt_gets_the_venues_uses_again(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
        first.load(5)
        until(lambda: first.hub.state().connected)
        first.show(1)
        until(lambda: len(second.uses(1)) == 1)
    for left in (tmp_path / "kiosk-02").glob("ledger.db*"):
        left.unlink()
    with kiosks(own_hub, tmp_path, ["kiosk-02"], deadline=5.0) as (second,):
        until(lambda: len(second.uses(1)) == 1)


def test_slots_that_count():
    assert [nth_slot(n, {1, 3, 4}) for n in (1, 2, 3)] == [2, 5, 6]
    assert [nth_slot(n, set()) for n in (1, 2, 3)] == [1, 2, 3]
    assert nth_slot(3, {4}) == 3
