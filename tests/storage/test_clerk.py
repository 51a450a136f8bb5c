"""One writer, the most urgent first; exactly one admission however many present at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from unittest.mock import ANY

import pytest
from support.storage_kit import ACCOUNT, BARCODES, PLACE, a_pass, load, new_id, present, redemption, until

from scanner_app.application.ports import Priority
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import Bug, StorageKind, StorageTrouble
from scanner_app.domain.scan import OperationState
from scanner_app.storage.store import Store

THREADS, ROUNDS = 20, 200


def test_twenty_threads_and_one_pass_is_one_admission_every_time(store, ledger):
    passes = [a_pass(n) for n in range(ROUNDS)]
    load(store, passes)
    start = threading.Barrier(THREADS)

    def door(_number):
        admitted = 0
        with store.cache_reader() as reader:
            for one in passes:
                start.wait(30)
                admitted += present(store, reader, one.barcode).admits
        return admitted

    with ThreadPoolExecutor(THREADS) as doors:
        admitted = sum(doors.map(door, range(THREADS)))
    assert admitted == ROUNDS
    assert len(ledger.recent_scans(10**6)) == THREADS * ROUNDS
    assert ledger.outbox_counts() == {OperationState.PENDING: 2 * ROUNDS}
    assert store.verify().first_bad is None


def test_scans_go_first_then_outbox_then_sync(store):
    order, began, go = [], threading.Event(), threading.Event()

    def first(_tx):
        began.set()
        assert go.wait(10)

    with ThreadPoolExecutor(8) as callers:
        blocker = callers.submit(store.ledger, first)
        assert began.wait(10)
        jobs = [
            (Priority.SYNC, "sync 1"),
            (Priority.OUTBOX, "outbox"),
            (Priority.SYNC, "sync 2"),
            (Priority.SCAN, "scan"),
        ]
        waiting = []
        for number, (priority, name) in enumerate(jobs, start=1):
            waiting.append(callers.submit(store.ledger, lambda _tx, name=name: order.append(name), priority))
            until(lambda number=number: len(store._clerk._heap) == number)
        go.set()
        for job in (blocker, *waiting):
            job.result(10)
    assert order == ["scan", "outbox", "sync 1", "sync 2"]


def test_a_scan_passes_in_the_middle_of_a_page(store, caches):
    load(store, [a_pass(1)])
    order, began = [], threading.Event()

    def page(tx):
        began.set()
        until(lambda: store._clerk.busy)
        tx.upsert([a_pass(n) for n in range(2, 200)])
        order.append("page")

    with ThreadPoolExecutor(2) as callers:
        sync = callers.submit(store.cache, ACCOUNT, page)
        assert began.wait(10)
        store.ledger(lambda _tx: order.append("scan"))  # noted by the clerk: this thread may wake up later
        assert present(store, caches, a_pass(1).barcode).admits
        sync.result(10)
    assert order == ["scan", "page"]
    assert caches.state(ACCOUNT).held == 199


def test_work_that_asks_for_work_is_a_bug_not_a_deadlock(store):
    for inner in (lambda: store.ledger(lambda _tx: None), lambda: store.cache(ACCOUNT, lambda _tx: None)):
        for outer in (store.ledger, lambda work: store.cache(ACCOUNT, work)):
            with pytest.raises(Bug):
                outer(lambda _tx, inner=inner: inner())


def test_errors_travel_to_the_caller_and_the_clerk_goes_on(store):
    class Odd(BaseException):
        pass

    def work(_tx):
        raise Odd

    with pytest.raises(Odd):
        store.ledger(work)
    assert store.ledger(lambda _tx: 42) == 42


def test_an_error_nobody_foresaw_in_a_chore_stops_no_scan(store, ledger, monkeypatch):
    """The disk's own calls fail as none is documented to: each scan is kept, the second copy is written anew later."""
    load(store, [a_pass(n) for n in range(30)])
    told = store.health()
    with store.cache_reader() as reader, monkeypatch.context() as broken:
        broken.setattr("scanner_app.storage.journal.os.write", lambda *_: 1 // 0)
        broken.setattr("scanner_app.storage.shelf.Shelf.sweep", lambda _: 1 // 0)
        assert all(present(store, reader, a_pass(n).barcode).admits for n in range(20))
        until(lambda: "ZeroDivisionError" in store.health().chore_trouble)
        assert "ZeroDivisionError" in store.health().journal_trouble
        assert store.health().codes == ("storage_copy", "storage_chores")
        assert present(store, reader, a_pass(20).barcode).admits
    assert len(ledger.recent_scans(100)) == 21
    store._clerk.nudge()
    until(lambda: store.health() == replace(told, wal_bytes=ANY, disk_free=ANY))
    with store.cache_reader() as reader:
        assert present(store, reader, a_pass(21).barcode).admits


def test_close_finishes_what_was_asked_for(folder):
    store = Store(folder, {ACCOUNT: "t"})
    store.open()
    load(store, [a_pass(n) for n in range(50)])
    with ThreadPoolExecutor(50) as doors:
        found = [
            doors.submit(store.ledger, redemption((a_pass(n),), Credential("c", Symbology.QR), PLACE, scan_id=new_id()))
            for n in range(50)
        ]
        store.close()
        done = [f.result() for f in found if f.exception() is None]
        late = [f.exception() for f in found if f.exception() is not None]
    assert all(v.admits for v in done)
    assert all(isinstance(e, StorageTrouble) and e.kind is StorageKind.LOCKED for e in late)
    with Store(folder, {ACCOUNT: "t"}) as again, again.ledger_reader() as ledger:
        assert len(ledger.recent_scans(100)) == len(done)
        assert not again.health().unclean_start


def test_closed_means_closed(folder):
    store = Store(folder, {ACCOUNT: "t"})
    for _ in range(2):
        store.open()
        store.close()
        store.close()
        with pytest.raises(StorageTrouble):
            store.ledger(lambda _tx: None)


def test_read_only_beside_a_running_door(store, folder, caches):
    load(store, [a_pass(1)])
    present(store, caches, a_pass(1).barcode)
    beside = Store(folder, {ACCOUNT: "t1"}, read_only=True)
    beside.open()
    with beside.ledger_reader() as ledger, beside.cache_reader() as reader:
        assert len(ledger.recent_scans(10)) == 1
        assert reader.find([a_pass(1).barcode], [ACCOUNT], lambda _a: BARCODES) == [a_pass(1)]
        assert len(beside.ledger(lambda tx: tx.local_facts(a_pass(1).key)).uses) == 1
        for write in (
            lambda: present(beside, reader, a_pass(1).barcode),
            lambda: beside.cache(ACCOUNT, lambda tx: tx.upsert([])),
            lambda: beside.settle(1, OperationState.SENT, "", a_pass(1).seen_at),
        ):
            with pytest.raises(StorageTrouble) as caught:
                write()
            assert caught.value.kind is StorageKind.READ_ONLY
    beside.close()
    assert len(store.ledger(lambda tx: tx.local_facts(a_pass(1).key)).uses) == 1
