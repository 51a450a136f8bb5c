"""What is read and brought to disk while messages come, fail to be kept, or are given up."""

import asyncio
import logging
import threading

import pytest
from nats.aio.msg import Msg
from support.venue_door import kiosks
from support.venue_kit import HASH_KEY, a_record, until

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.venue import keys
from scanner_app.venue.book import Book, Entry
from scanner_app.venue.keeper import Keeper, Read
from scanner_app.venue.loop import Question
from scanner_app.venue.page_feed import NoLedger
from scanner_app.venue.reading import Arrived
from scanner_app.venue.records import decode, encode, subject
from scanner_app.venue.roster import Roster
from scanner_app.venue.trust import Trust
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
