"""The room that the ledger's WAL is given beforehand: there, and never taken for anything written."""

import os
import shutil
from types import SimpleNamespace

import pytest
from support.storage_kit import ACCOUNT, a_pass, load, present

from scanner_app.storage.ledger_file import WAL_RESERVE, reserve_wal
from scanner_app.storage.store import Store

pytestmark = pytest.mark.skipif(os.name == "nt", reason="nothing is reserved there")
GUESTS = 20


def wal(folder):
    return (folder / "ledger.db-wal").stat()


def test_the_room_is_there_from_the_start_and_admissions_do_not_lengthen_it(store, folder, caches):
    load(store, [a_pass(n) for n in range(GUESTS)])
    before = wal(folder)
    assert before.st_size == WAL_RESERVE
    assert before.st_blocks * 512 >= WAL_RESERVE, "a hole is filled by the commit that was to be spared that"
    for number in range(GUESTS):
        assert present(store, caches, a_pass(number).barcode).admits
    assert (wal(folder).st_size, wal(folder).st_ino) == (before.st_size, before.st_ino)


def test_what_lies_behind_the_last_commit_counts_for_nothing_after_a_kill(store, folder, caches, tmp_path):
    load(store, [a_pass(n) for n in range(GUESTS)])
    for number in range(GUESTS):
        assert present(store, caches, a_pass(number).barcode).admits
    left = tmp_path / "left"
    shutil.copytree(folder, left)  # as a kill leaves it: nothing was checkpointed or closed
    assert wal(left).st_size == WAL_RESERVE
    with Store(left, {ACCOUNT: "t1"}) as again, again.ledger_reader() as reader, again.cache_reader() as cached:
        report = again.verify()
        assert (report.rows, report.first_bad) == (GUESTS, None)
        assert len(reader.recent_scans(2 * GUESTS)) == GUESTS
        assert not present(again, cached, a_pass(1).barcode).admits
        assert wal(left).st_size == WAL_RESERVE
    assert not list(left.glob("*.corrupt.*"))


def test_what_is_there_stays_as_it_is(tmp_path):
    database, begun = tmp_path / "ledger.db", b"\1" * 5000
    (tmp_path / "ledger.db-wal").write_bytes(begun)
    reserve_wal(database)
    held = (tmp_path / "ledger.db-wal").read_bytes()
    assert held == begun + bytes(WAL_RESERVE - len(begun))
    reserve_wal(database)
    assert (tmp_path / "ledger.db-wal").read_bytes() == held


def test_a_disk_that_is_nearly_full_has_to_do_without(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=16 * WAL_RESERVE))
    with Store(tmp_path / "kiosk", {ACCOUNT: "t1"}) as store, store.cache_reader() as caches:
        load(store, [a_pass(1)])
        assert present(store, caches, a_pass(1).barcode).admits
        assert wal(tmp_path / "kiosk").st_size < WAL_RESERVE
