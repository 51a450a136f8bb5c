"""What is read and brought to disk while messages come, fail to be kept, or are given up."""

import asyncio
import logging
import threading
from dataclasses import replace

import pytest
from nats.aio.msg import Msg
from support.venue_door import kiosks
from support.venue_kit import HASH_KEY, a_record, until

from scanner_app.application.hub import RecordKind
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.venue import keys
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.book import Book, Entry
from scanner_app.venue.keeper import Keeper, Read
from scanner_app.venue.link import Enrolment, HubLink
from scanner_app.venue.loop import Question
from scanner_app.venue.page_feed import NoLedger
from scanner_app.venue.reading import FEW, Arrived, Reader
from scanner_app.venue.records import decode, encode, subject
from scanner_app.venue.roster import Roster
from scanner_app.venue.trust import Doubt, Trust
from scanner_app.venue.writing import Writing


def test_messages_that_are_there_are_taken_together_and_an_error_ends_it():
    taken, left = [], [2, 1, 0, 0, 0]

    async def take(batch):
        taken.append(len(batch))
        if len(taken) == 2:
            raise StorageTrouble(StorageKind.FULL, "no room")

    async def some():
        arrived = Arrived(take, 10)
        arrived.left = lambda: left.pop(0)
        for _ in range(5):
            await arrived.put(Msg(None))
        with pytest.raises(StorageTrouble):
            arrived.ended.result()

    asyncio.run(some())
    assert taken == [3, 1], "what comes after the error is not taken"


@pytest.fixture
def rows():
    seed = keys.new_seed()
    found = []
    for number in range(1, 6):
        data = encode(a_record("kiosk-01", f"u{number}"), seed)
        record = decode(data, number)
        found.append(Read(Entry(number, record.claim_id, subject(HASH_KEY, record), data), record))
    return found


class Reading:
    """Reads messages as one kiosk does that follows two others."""

    def __init__(self, folder):
        self.seed, self.rogue = keys.new_seed(), keys.new_seed()
        self.book = Book(folder / "venue.db")
        self.trust = Trust(Roster({"kiosk-01": [keys.public_key(self.seed)]}), HASH_KEY, lambda: 1 << 62)
        self.anew()

    def anew(self):
        """Begin again from what is on disk."""
        me = Enrolment("Test", "kiosk-02", (), "", self.rogue, HASH_KEY)
        self.keeper = Keeper(self.book, self.trust, NoLedger())
        self.reader = Reader(HubLink(me), me, self.trust, self.keeper)

    def rows(self, told, numbers=None):
        """Return what is read of records in one go, under these numbers of the stream."""
        numbers = numbers or range(1, len(told) + 1)
        where = [subject(HASH_KEY, decode(each)) for each in told]
        each = zip(numbers, where, told, strict=True)
        return self.reader.rows([Msg(None, at, f"$JS.ACK.RED.c.1.{n}.{n}.0.0", data) for n, at, data in each])


@pytest.fixture
def kiosk(tmp_path):
    made = Reading(tmp_path)
    yield made
    made.book.close()


def test_what_frees_a_slot_is_looked_at_before_it_counts_however_much_there_is(kiosk):
    claims = [a_record("kiosk-01", f"u{number}") for number in range(FEW + 1)]
    void = replace(claims[0], kind=RecordKind.VOID, claim_id="void", other=claims[0].claim_id)
    few = [encode(each, seed) for seed in (kiosk.seed, kiosk.rogue) for each in (claims[0], void)]
    told = [*(encode(each, kiosk.seed) for each in claims[1:]), *few]
    put_off, genuine, forged = (None, False), (None, True), (Doubt.SIGNATURE, True)
    found = [(row.doubt, row.checked) for row in kiosk.rows(told)]
    assert found == [put_off] * FEW + [put_off, genuine, put_off, forged]
    kiosk.anew()
    found = [(row.doubt, row.checked) for row in kiosk.rows(few)]
    assert found == [genuine, genuine, forged, forged], "of a few, each is looked at before it is told"


def test_what_was_put_off_is_looked_at_after_a_restart(kiosk):
    told = [encode(a_record("kiosk-01", f"u{n}"), kiosk.seed if n else kiosk.rogue) for n in range(FEW + 1)]
    kiosk.keeper.keep(kiosk.rows(told))
    assert (kiosk.book.sequence, kiosk.book.checked) == (FEW + 1, 0)
    kiosk.anew()
    assert kiosk.keeper.put_off
    writing = Writing(kiosk.keeper, lambda: None, lambda error: None)
    writing.add((), more=False)
    until(lambda: kiosk.book.checked == FEW + 1)
    writing.close()
    assert [each.body["why"] for each in kiosk.book.happenings("alarm", 9)[0]] == [Doubt.SIGNATURE]


class TakenBack(NoLedger):
    """Notes what is to count for nothing."""

    def __init__(self):
        self.ids = []

    def take_back(self, record):
        self.ids.append(record.claim_id)


def test_a_forged_record_under_anothers_id_takes_nothing_back_but_itself(kiosk):
    genuine = [a_record("kiosk-01", f"u{n}") for n in range(FEW + 1)]
    forged = [replace(genuine[0], slot=2), a_record("kiosk-01", "u99")]
    told = [encode(each, kiosk.seed) for each in genuine] + [encode(each, kiosk.rogue) for each in forged]
    kiosk.keeper._copy = taken = TakenBack()
    kiosk.keeper.keep(kiosk.rows(told))
    while kiosk.keeper.put_off:
        kiosk.keeper.check()
    assert taken.ids == [forged[1].claim_id]
    assert kiosk.keeper.alarms == 2
    in_all = {what: count for _, what, count, _ in kiosk.book.tallies(0)}
    assert in_all == {"admitted": FEW + 1}, "what is forged is not counted"


def test_nothing_is_read_past_a_gap_and_nothing_twice(kiosk):
    told = [encode(a_record("kiosk-01", f"u{number}"), kiosk.seed) for number in range(4)]
    assert [row.entry.sequence for row in kiosk.rows(told[:2])] == [1, 2]
    assert [row.entry.sequence for row in kiosk.rows(told[1:3], (2, 3))] == [3]
    with pytest.raises(HubUnreachable):
        kiosk.rows(told[3:], (5,))
    assert kiosk.reader.read == 3


class Disk(NoLedger):
    """Waits in the middle of the first write, and fails at it."""

    def __init__(self):
        self.at_it, self.go_on, self.kept = threading.Event(), threading.Event(), []

    def keep(self, records):
        self.at_it.set()
        assert self.go_on.wait(10)
        if not self.kept:
            self.kept.append("failed")
            raise StorageTrouble(StorageKind.FULL, "no room")
        self.kept += [record.uid for record in records]


def test_nothing_is_written_past_what_could_not_be_kept(rows, tmp_path):
    book, disk, failures = Book(tmp_path / "venue.db"), Disk(), []
    keeper = Keeper(book, Trust(Roster(), HASH_KEY, lambda: 0), disk)
    writing = Writing(keeper, lambda: None, failures.append)
    writing.add(rows[:2], more=False)
    assert disk.at_it.wait(10)
    writing.add(rows[2:3], more=False)
    disk.go_on.set()
    until(lambda: failures)
    writing.add(rows[3:4], more=False)
    assert (book.sequence, book.count(), writing.behind) == (0, 0, 0)
    writing.drop()  # whoever reads begins again where the disk is
    writing.add(rows, more=False)
    until(lambda: writing.caught_up)
    assert (book.sequence, book.checked, disk.kept) == (5, 5, ["failed", "u1", "u2", "u3", "u4", "u5"])
    writing.close()
    book.close()


def test_a_disk_that_was_full_for_a_while_misses_nothing(own_hub, tmp_path, caplog):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
        first.load(4)
        until(lambda: all(kiosk.hub.state().connected for kiosk in (first, second)))
        copy = second.hub._follower.keeper._copy
        keep, tries = copy.keep, []

        def full(records):
            tries.append(records)
            if len(tries) < 3:
                raise StorageTrouble(StorageKind.FULL, "no room")
            keep(records)

        copy.keep = full
        assert all(first.show(number).scan.verdict.admits for number in range(4))
        until(lambda: all(len(second.uses(number)) == 1 for number in range(4)))
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_question_ended_before_its_first_step_lets_its_thread_go():
    async def never():
        raise AssertionError

    async def ended():
        question = Question(never())
        question.begin(asyncio.get_running_loop())
        question.give_up()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return question

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(ended()).wait(0)
