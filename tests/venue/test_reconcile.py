"""Doors that were on their own, and a hub that forgot: afterwards the books agree, and nothing is hidden."""

import shutil
from dataclasses import replace

from support.venue_door import MAIN, Kiosk, kiosks
from support.venue_kit import until

from scanner_app.application.hub import RecordKind
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Policy
from scanner_app.domain.verdict import Grade, Outcome, Reason

NOBODY = ("127.0.0.1:1",)
IN_OUT = replace(MAIN, policy=Policy.IN_OUT)
COUNTED = replace(MAIN, policy=Policy.COUNTED, entries=2)


def alone(venue, folder, name, numbers, place=MAIN):
    """A kiosk that works without a hub, by the rule `open`, and ends."""
    with kiosks(venue, folder, [name], hubs=NOBODY, rule="open", deadline=0.05) as (kiosk,):
        kiosk.load(20)
        return [kiosk.show(n, place) for n in numbers]


def test_admitted_alone_is_pending_flagged_and_says_so(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], hubs=NOBODY, rule="open", deadline=0.05) as (kiosk,):
        kiosk.load(3)
        verdict = kiosk.show(1).scan.verdict
        assert (verdict.outcome, verdict.grade) == (Outcome.ADMIT, Grade.PENDING)
        assert (verdict.detail["isolated"], verdict.detail["rule"]) == (True, "open")
        with kiosk.store.ledger_reader() as reader:
            items = reader.outbox_due("acc", kiosk.clock.now().trusted, 10)
        assert items
        assert all(item.operation.extra["provisional"] == "yes" for item in items)
        assert kiosk.show(1).scan.verdict.reason is Reason.ALREADY_USED
        assert kiosk.hub.state().provisional == 1


def test_a_door_that_heard_what_is_not_on_disk_yet_admits_nobody_alone(own_hub, tmp_path, monkeypatch):
    monkeypatch.setattr("scanner_app.venue.hub.WRITE_SECONDS", 0.05)
    with kiosks(own_hub, tmp_path, ["kiosk-01"], hubs=NOBODY, rule="open", deadline=0.05) as (kiosk,):
        kiosk.load(3)
        kiosk.hub._follower._reader.read = 1
        assert kiosk.show(1).scan.verdict.reason is Reason.HUB_UNDECIDED
        kiosk.hub._follower._reader.read = 0
        assert kiosk.show(1).scan.verdict.admits


def test_what_was_admitted_once_is_absorbed(own_hub, tmp_path):
    alone(own_hub, tmp_path, "kiosk-01", range(5))
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], rule="open", deadline=5.0) as (first, second):
        second.load(20)
        until(lambda: first.hub.state().provisional == 0 and second.hub.state().sequence == 6)
        until(lambda: all(len(second.uses(n)) == 1 for n in range(5)))
        assert second.show(3).scan.verdict.reason is Reason.ALREADY_USED
        assert first.conflicts() == second.conflicts() == []


def test_admitted_at_two_lonely_doors_is_reported_everywhere_each_time(own_hub, tmp_path):
    mine = {d.scan.verdict.subject.uid: d.scan.scan_id for d in alone(own_hub, tmp_path, "kiosk-01", range(8))}
    theirs = {d.scan.verdict.subject.uid: d.scan.scan_id for d in alone(own_hub, tmp_path, "kiosk-02", range(4, 12))}
    both = mine.keys() & theirs.keys()
    assert len(both) == 4
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02", "kiosk-03"], rule="open", deadline=5.0) as made:
        until(lambda: all(len(kiosk.conflicts()) == 4 for kiosk in made), what="every conflict at every door")
        until(lambda: all(kiosk.hub.state().provisional == 0 for kiosk in made))
        for kiosk in made:
            rows = kiosk.conflicts()
            assert {row["pass"]["uid"] for row in rows} == both
            for row in rows:
                sides = {row["here"]["scan_id"], row["there"]["claim"]}
                assert sides == {mine[row["pass"]["uid"]], theirs[row["pass"]["uid"]]}, "both sides are named"
                assert {row["here"]["device"], row["there"]["device"]} == {"kiosk-01", "kiosk-02"}
                assert row["state"] == "over_admission"
                first_there = row["there"]["at"] < row["here"]["at"]
                assert row["answer"] == ("used_elsewhere" if first_there else "used_later")
        assert [len(made[2].uses(n)) for n in range(12)] == [1] * 4 + [2] * 4 + [1] * 4


def test_admitted_alone_and_at_the_hub_is_reported(own_hub, tmp_path):
    alone(own_hub, tmp_path, "kiosk-01", [1])
    with kiosks(own_hub, tmp_path, ["kiosk-02"], deadline=5.0) as (second,):
        second.load(20)
        assert second.show(1).scan.verdict.grade is Grade.CONFIRMED
        with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0) as (first,):
            until(lambda: first.conflicts() and second.conflicts())
            assert second.conflicts()[0]["there"]["kiosk"] == "kiosk-02"
            assert second.conflicts()[0]["here"]["kiosk"] == "kiosk-01"


def test_two_entries_used_at_two_lonely_doors_are_no_conflict_a_third_is(own_hub, tmp_path):
    alone(own_hub, tmp_path, "kiosk-01", [1, 2, 2], COUNTED)
    alone(own_hub, tmp_path, "kiosk-02", [1, 2], COUNTED)
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as made:
        until(lambda: all(k.conflicts() and not k.hub.state().provisional for k in made))
        until(lambda: all(len(k.uses(1)) == 2 and len(k.uses(2)) == 3 for k in made))
        assert [len(k.conflicts()) for k in made] == [1, 1]


def test_in_and_out_alone_is_brought_in_order(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], hubs=NOBODY, rule="open", deadline=0.05) as (kiosk,):
        kiosk.load(5)
        for way in (Direction.ENTRY, Direction.EXIT, Direction.ENTRY):
            assert kiosk.show(1, replace(IN_OUT, direction=way)).scan.verdict.admits
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (_, second):
        second.load(5)
        until(lambda: len(second.uses(1)) == 3)
        assert [u.direction for u in second.uses(1)] == [Direction.ENTRY, Direction.EXIT, Direction.ENTRY]
        assert second.show(1, IN_OUT).scan.verdict.reason is Reason.ALREADY_INSIDE


def test_undone_before_the_hub_ever_knew_is_never_claimed(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], hubs=NOBODY, rule="open", deadline=0.05) as (kiosk,):
        kiosk.load(5)
        kiosk.undo(kiosk.show(1))
        kiosk.show(2)
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
        second.load(5)
        until(lambda: len(second.uses(2)) == 1)
        assert second.uses(1) == ()
        assert second.show(1).scan.verdict.detail["hub_slot"] == 1
        until(lambda: len(first.uses(1)) == 2)
        assert first.show(1).scan.verdict.reason is Reason.ALREADY_USED
        assert first.conflicts() == []


def test_a_claim_whose_door_never_opened_is_given_back(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0) as (kiosk,):
        kiosk.load(5)
        until(lambda: kiosk.hub.state().connected)
        ask = kiosk.hub.claim

        def crash(claim, deadline):
            ask(claim, deadline)
            raise StorageTrouble(StorageKind.IO, "the power went away here")

        kiosk.hub.claim = crash
        assert not kiosk.show(1).scan.verdict.admits
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (_, second):
        second.load(5)
        until(lambda: [u.undone for u in second.uses(1)] == [True])
        assert second.show(1).scan.verdict.detail["hub_slot"] == 2


def test_one_kiosk_restores_a_hub_that_lost_everything(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], rule="closed", deadline=3.0) as (first, second):
        for kiosk in (first, second):
            kiosk.load(20)
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        mine = first.show(1)
        second.show(2)
        first.undo(first.show(3))
        until(lambda: first.hub.state().sequence == second.hub.state().sequence == 5)
        own_hub.kill()
        shutil.rmtree(own_hub.folder / "hub1" / "store")
        own_hub.start()
        own_hub.make_stream()
        heard = []
        second.hub.listen(heard.append)
        until(lambda: len({r.claim_id for r in heard}) == 4, what="the stream is whole again")
        back = {r.claim_id: r for r in heard}[mine.scan.scan_id]
        assert (back.kind, back.slot, back.kiosk) == (RecordKind.CLAIM, 1, "kiosk-01")
        until(lambda: not first.hub._reconciler.restoring and not second.hub._reconciler.restoring)
        assert [each.hub.state().trouble for each in (first, second)] == ["", ""], "what it forgot it was told again"
        with kiosks(own_hub, tmp_path, ["kiosk-03"], deadline=3.0) as (third,):
            third.load(20)
            until(lambda: third.hub.state().connected)
            assert third.show(1).scan.verdict.reason is Reason.ALREADY_USED
            assert third.show(2).scan.verdict.reason is Reason.ALREADY_USED
            assert third.show(3).scan.verdict.admits


def test_a_damaged_book_is_read_anew(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01"], deadline=5.0) as (kiosk,):
        kiosk.load(5)
        until(lambda: kiosk.hub.state().connected)
        kiosk.show(1)
        until(lambda: kiosk.hub.state().sequence == 2)
    (tmp_path / "kiosk-01" / "venue.db").write_bytes(b"not a database" * 100)
    again = Kiosk(own_hub, "kiosk-01", tmp_path / "kiosk-01", deadline=5.0)
    try:
        until(lambda: again.hub.state().sequence == 2)
        assert len(again.uses(1)) == 1
    finally:
        again.close()


def test_a_door_that_comes_to_itself_after_its_slot_was_given_back_stays_shut(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
        for kiosk in (first, second):
            kiosk.load(5)
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        ask = first.hub.claim

        def hang(claim, deadline):
            answer = ask(claim, deadline)
            first.hub._own.clear()  # a minute goes by: nobody believes that the door is still at it
            first.hub._bell.set()
            until(lambda: [u.undone for u in second.uses(1)] == [True])
            return answer

        first.hub.claim = hang
        assert not first.show(1).scan.verdict.admits
        assert second.show(1).scan.verdict.admits


def test_a_guest_in_front_of_a_kiosk_just_started_waits_for_it_to_be_believed(own_hub, tmp_path):
    for name in ("kiosk-01", "kiosk-02", "kiosk-03"):
        with kiosks(own_hub, tmp_path, [name], deadline=5.0) as (kiosk,):
            kiosk.load(3)
            assert kiosk.show(int(name[-1]) - 1).scan.verdict.grade is Grade.CONFIRMED
