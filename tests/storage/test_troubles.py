"""Damage, full and read-only disks, newer databases: nothing lost, nothing half, a reason told."""

import itertools
import json
import os
import random
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import pytest
from support.storage_kit import ACCOUNT, NOW, PLACE, a_pass, barcodes, load, new_id, operation, present, until

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.scan import OperationKind, OperationState
from scanner_app.storage import journal, rescue
from scanner_app.storage.cache_read import Caches
from scanner_app.storage.health import has_wal_reset_bug
from scanner_app.storage.store import Store

PAGE = 4096


def opened(folder, **more):
    return Store(folder, {ACCOUNT: "t1"}, **more)


def filled(folder, scans=40, *, sent=10):
    """A closed store with some redemptions, the first of them sent; return the ids of all scans and of the unsent."""
    with opened(folder) as store, store.cache_reader() as reader:
        load(store, [a_pass(n) for n in range(scans)])
        ids = [new_id() for _ in range(scans)]
        for n, scan_id in enumerate(ids):
            assert present(store, reader, a_pass(n).barcode, scan_id=scan_id).admits
        with store.ledger_reader() as ledger:
            items = ledger.outbox(frozenset({OperationState.PENDING}))
        for item in items[: 2 * sent]:
            store.settle(item.number, OperationState.SENT, "204", NOW)
    return ids, ids[sent:]


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A filled store to copy, and its unsent scans."""
    folder = tmp_path_factory.mktemp("full") / "kiosk"
    return folder, filled(folder)[1]


def overwrite(path, pages, rng):
    """Overwrite some pages with noise, the first one (SQLite's header) left out or not as it comes."""
    count = path.stat().st_size // PAGE
    with path.open("r+b") as file:
        for page in rng.sample(range(count), min(pages, count)):
            file.seek(page * PAGE)
            file.write(rng.randbytes(PAGE))


def refuses_all(store):
    """Whoever was admitted before and is not known to the platform yet gets in no second time."""
    with store.cache_reader() as reader:
        for n in range(10, 40):
            assert not present(store, reader, a_pass(n).barcode).admits


def until_trouble(store, reader, numbers):
    """Redeem pass after pass until the disk does not take one; return how many it took, and what was told."""
    for admitted, number in enumerate(numbers):
        try:
            verdict = present(store, reader, a_pass(number).barcode)
        except StorageTrouble as trouble:
            return admitted, trouble
        assert verdict.admits
    return pytest.fail("it never was full")


def in_turn(store, sql):
    """Ask the clerk's own connection: when nobody else does, for it is closed behind whoever holds no baton."""
    return store.ledger(lambda tx: tx._db.execute(sql).fetchone())[0]


def journaled(folder):
    """The ids of the facts in the second copy."""
    images = itertools.chain.from_iterable(journal.read(folder / "journal.jsonl"))
    return {row[1] for table, row in images if table == "facts"}


def spoil(fd):
    """Make every write to an open file fail, as a broken disk does."""
    other = os.open(os.devnull, os.O_RDONLY)
    os.dup2(other, fd)
    os.close(other)


def mark_unclean(folder):
    (folder / "ledger.open").touch()


class TestTooNew:
    @pytest.mark.parametrize("name", ["ledger.db", "cache/acc-t1.db"])
    @pytest.mark.parametrize("read_only", [True, False])
    def test_is_told_and_left_alone(self, folder, name, read_only):
        filled(folder, 3, sent=0)
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.execute("PRAGMA user_version=99")
        if read_only and name != "ledger.db":
            return  # readers of a newer cache: told by whoever loads it
        before = (folder / name).read_bytes()
        with pytest.raises(StorageTrouble) as caught:
            opened(folder, read_only=read_only).open()
        assert caught.value.kind is StorageKind.TOO_NEW
        assert (folder / name).read_bytes() == before
        assert not list(folder.rglob("*.corrupt.*"))


class TestDamagedLedger:
    @pytest.mark.parametrize("trial", range(40))
    def test_no_unsent_fact_is_lost(self, folder, full, trial):
        template, unsent = full
        shutil.copytree(template, folder)
        rng = random.Random(trial)
        overwrite(folder / "ledger.db", 3, rng)
        mark_unclean(folder)
        with opened(folder) as store, store.ledger_reader() as ledger:
            assert store.health().ledger == "rebuilt"
            assert (folder / store.health().ledger_aside).exists()
            assert store.health().codes == ("storage_set_aside",)
            assert all(ledger.scan(scan_id) is not None for scan_id in unsent)
            pending = ledger.outbox(frozenset({OperationState.PENDING}))
            assert {(i.operation.scan_id, i.operation.kind) for i in pending} >= {
                (scan_id, kind) for scan_id in unsent for kind in (OperationKind.RECORD, OperationKind.VOID)
            }
            refuses_all(store)

    @pytest.mark.parametrize("trial", range(40))
    def test_nor_when_nothing_warned_of_it_at_the_start(self, folder, full, trial):
        """Ended in order, damaged while it was off: whoever meets the damage has it mended, scan or upload."""
        template, unsent = full
        shutil.copytree(template, folder)
        overwrite(folder / "ledger.db", 3, random.Random(trial))
        with opened(folder) as store:
            if trial % 2:  # else an upload comes first
                refuses_all(store)
            with store.ledger_reader() as ledger:
                pending = ledger.outbox(frozenset({OperationState.PENDING}))
            assert {i.operation.scan_id for i in pending} >= set(unsent)
            refuses_all(store)

    def test_also_when_it_is_gone_for_good(self, folder):
        _ids, unsent = filled(folder)
        (folder / "ledger.db").write_bytes(b"not a database at all" * 999)
        with opened(folder) as store, store.ledger_reader() as ledger:
            assert all(ledger.scan(scan_id) is not None for scan_id in unsent)
            assert store.health().codes == ("storage_set_aside",)

    @pytest.mark.parametrize("left", [None, b""], ids=["deleted", "empty"])
    def test_also_when_the_file_is_not_there(self, folder, left):
        """Somebody tidied up, or a file system check did: the second copy says that this is no new kiosk."""
        _ids, unsent = filled(folder)
        for file in folder.glob("ledger.db*"):
            file.unlink()
        if left is not None:
            (folder / "ledger.db").write_bytes(left)
        with opened(folder) as store, store.ledger_reader() as ledger:
            assert all(ledger.scan(scan_id) is not None for scan_id in unsent)
            pending = ledger.outbox(frozenset({OperationState.PENDING}))
            assert {i.operation.scan_id for i in pending} == set(unsent)
            assert store.health().codes == ("storage_set_aside",)
            refuses_all(store)

    def test_met_while_the_door_is_open(self, folder):
        with opened(folder) as store, store.cache_reader() as reader:
            load(store, [a_pass(n) for n in range(20)])
            ids = [new_id() for _ in range(10)]
            for n, scan_id in enumerate(ids):
                present(store, reader, a_pass(n).barcode, scan_id=scan_id)
            until(lambda: journaled(folder) == set(ids))
            connection = store._ledger._connection
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute("PRAGMA shrink_memory")
            overwrite(folder / "ledger.db", 999, random.Random(1))
            connection.execute("PRAGMA cache_size=1")
            for n in range(10):
                assert not present(store, reader, a_pass(n).barcode).admits
            assert present(store, reader, a_pass(15).barcode).admits
            assert store.health().ledger == "rebuilt"
            with store.ledger_reader() as ledger:
                assert all(ledger.scan(scan_id) is not None for scan_id in ids)

    def test_a_sound_one_is_kept_after_an_unclean_end(self, folder):
        ids, _ = filled(folder)
        mark_unclean(folder)
        with opened(folder) as store:
            assert store.health().codes == ()
            assert store.health().unclean_start
            assert store.verify().rows == len(ids)
            assert store.verify().first_bad is None


def away(folder):
    for path in folder.glob("ledger.db*"):
        path.unlink()


def older(folder):
    old = folder / "old"
    shutil.copyfile(folder / "ledger.db", old)
    old.replace(folder / "ledger.db")


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody take an open file away")
class TestLedgerTakenAway:
    @pytest.mark.parametrize("take", [away, older])
    def test_what_was_admitted_before_and_after_is_found_at_the_next_start(self, folder, take):
        with opened(folder) as store, store.cache_reader() as reader:
            load(store, [a_pass(n) for n in range(6)])
            for n in range(3):
                assert present(store, reader, a_pass(n).barcode).admits
            take(folder)
            for n in range(3, 6):
                assert present(store, reader, a_pass(n).barcode).admits
        with opened(folder) as store, store.cache_reader() as reader:
            assert (store.verify().rows, store.verify().first_bad) == (6, None)
            assert not any(present(store, reader, a_pass(n).barcode).admits for n in range(6))

    def test_a_folder_that_was_moved_admits_nobody_until_it_is_back(self, folder):
        with opened(folder) as store, store.cache_reader() as reader:
            load(store, [a_pass(n) for n in range(3)])
            assert present(store, reader, a_pass(0).barcode).admits
            elsewhere = folder.rename(folder.with_name("elsewhere"))
            with pytest.raises(StorageTrouble) as caught:
                present(store, reader, a_pass(1).barcode)
            assert caught.value.kind is StorageKind.GONE
            folder.mkdir()  # another program may have begun here
            (folder / "ledger.db").write_bytes(b"not ours")
            with pytest.raises(StorageTrouble) as caught:
                present(store, reader, a_pass(1).barcode)
            assert caught.value.kind is StorageKind.GONE
            assert [(p.name, p.read_bytes()) for p in folder.iterdir()] == [("ledger.db", b"not ours")]
            shutil.rmtree(folder)
            elsewhere.rename(folder)
            assert present(store, reader, a_pass(1).barcode).admits

    def test_what_lay_in_its_place_is_set_aside_as_it_was(self, folder):
        with opened(folder) as store, store.cache_reader() as reader:
            load(store, [a_pass(0)])
            (folder / "ledger.db").unlink()
            (folder / "ledger.db").write_bytes(b"not ours")
            assert present(store, reader, a_pass(0).barcode).admits
            assert [p.read_bytes() for p in folder.glob("ledger.db.corrupt.*Z")] == [b"not ours"]

    def test_one_that_cannot_be_put_back_yet_admits_nobody_and_loses_nothing(self, folder):
        with opened(folder) as store, store.cache_reader() as reader:
            load(store, [a_pass(n) for n in range(2)])
            old = shutil.copyfile(folder / "ledger.db", folder / "old")
            assert present(store, reader, a_pass(0).barcode).admits
            old.replace(folder / "ledger.db")
            in_the_way = folder / "ledger.db.new"
            in_the_way.mkdir()
            for n in (0, 1, 0):
                with pytest.raises(StorageTrouble):
                    present(store, reader, a_pass(n).barcode)
            in_the_way.rmdir()
            assert [present(store, reader, a_pass(n).barcode).admits for n in (0, 1)] == [False, True]
            assert (store.verify().rows, store.verify().first_bad) == (3, None)  # the refusal is a fact too

    def test_a_place_that_cannot_be_looked_at_admits_nobody(self, folder):
        with opened(folder) as store, store.cache_reader() as reader:
            load(store, [a_pass(0)])
            (folder / "ledger.db").unlink()
            (folder / "ledger.db").symlink_to("ledger.db")  # a circle
            with pytest.raises(StorageTrouble) as caught:
                present(store, reader, a_pass(0).barcode)
            assert caught.value.kind is StorageKind.IO
            (folder / "ledger.db").unlink()
            assert present(store, reader, a_pass(0).barcode).admits


class TestJournal:
    def test_spoiled_lines_are_left_out(self, folder):
        filled(folder, 10, sent=0)
        path = folder / "journal.jsonl"
        whole = list(journal.read(path))
        lines = path.read_bytes().splitlines(keepends=True)
        lines[3] = lines[3][:40] + b"X" + lines[3][41:]
        lines[5] = b"\xff\xfe not json\n"
        path.write_bytes(b"".join(lines)[:-7])
        left = list(journal.read(path))
        assert left == [images for n, images in enumerate(whole) if n not in (3, 5, len(whole) - 1)]

    def test_a_torn_line_is_closed_off(self, folder):
        filled(folder, 3, sent=0)
        path = folder / "journal.jsonl"
        path.write_bytes(path.read_bytes()[:-9])
        count = len(list(journal.read(path)))
        with opened(folder) as store:
            store.ledger(lambda tx: tx.enqueue([operation(OperationKind.RECORD, "s", "a")]))
        assert len(list(journal.read(path))) == count + 1

    def test_what_is_settled_goes_when_it_is_written_anew(self, folder):
        filled(folder, 20, sent=15)
        mark_unclean(folder)
        with opened(folder):
            pass
        numbers = {
            row[0] for images in journal.read(folder / "journal.jsonl") for table, row in images if table == "outbox"
        }
        assert len(numbers) == 10

    def test_one_that_cannot_be_written_stops_nobody(self, folder):
        with opened(folder) as store, store.cache_reader() as reader:
            load(store, [a_pass(n) for n in range(3)])
            spoil(store._ledger.journal._fd)
            assert present(store, reader, a_pass(1).barcode).admits
            # Written anew by the clerk as soon as it has nothing else to do.
            until(lambda: len(journaled(folder)) == 1)
            assert present(store, reader, a_pass(2).barcode).admits
        assert store.health().journal_trouble == ""
        assert len(journaled(folder)) == 2

    def test_another_program_sees_what_it_lacks(self, folder):
        filled(folder, 3, sent=0)
        later = datetime.now(UTC) + timedelta(minutes=2)
        with closing(sqlite3.connect(folder / "ledger.db")) as ledger:
            assert journal.missing(ledger, folder / "journal.jsonl", later) == 0
            (folder / "journal.jsonl").write_bytes(b"")
            assert journal.missing(ledger, folder / "journal.jsonl", later) == 6
            assert journal.missing(ledger, folder / "journal.jsonl", NOW) == 0, "the clerk may still write them"
            ledger.execute("UPDATE outbox SET created = created - 120000000")
            ledger.commit()
        with opened(folder, read_only=True) as store:
            assert store.health().codes == ("storage_copy",)


class TestDamagedCache:
    def test_noticed_at_the_start(self, folder):
        filled(folder, 10)
        (folder / "cache" / "acc-t1.db").write_bytes(b"nonsense" * 9999)
        with opened(folder) as store, store.cache_reader() as reader:
            state = reader.state(ACCOUNT)
            assert (state.held, state.complete) == (0, False)
            assert ACCOUNT in store.health().caches_aside
            load(store, [a_pass(1)])
            assert reader.find([a_pass(1).barcode], [ACCOUNT], barcodes) == [a_pass(1)]

    def test_noticed_by_a_look_up(self, folder):
        filled(folder, 300)
        told = []
        with opened(folder, on_damage=told.append) as store, store.cache_reader() as reader:
            overwrite(folder / "cache" / "acc-t1.db", 60, random.Random(2))
            for n in range(300):
                reader.find([a_pass(n).barcode], [ACCOUNT], barcodes)
            until(lambda: told == [ACCOUNT])
            assert not reader.state(ACCOUNT).complete
            assert reader.find([a_pass(1).barcode], [ACCOUNT], barcodes) == []
            assert (folder / "cache" / store.health().caches_aside[ACCOUNT]).exists()

    def test_whoever_met_the_damage_does_not_call_the_list_complete(self, folder):
        """What is held in memory still says so; the guest who came first would be unknown, not "not loaded"."""
        filled(folder, 300)
        told = []
        with opened(folder) as store, Caches(store._shelf.files, store._pool, told.append) as reader:
            assert reader.state(ACCOUNT).complete
            path = folder / "cache" / "acc-t1.db"
            overwrite(path, path.stat().st_size, random.Random(2))
            assert reader.find([a_pass(1).barcode], [ACCOUNT], barcodes) == []
            assert told == [path]
            assert not reader.state(ACCOUNT).complete

    def test_noticed_by_the_sync(self, folder):
        filled(folder, 300)
        told = []
        with opened(folder, on_damage=told.append) as store:
            overwrite(folder / "cache" / "acc-t1.db", 60, random.Random(2))

            def page(tx):
                tx.upsert([a_pass(n, holder=f"New {n}") for n in range(300)])

            with pytest.raises(StorageTrouble) as caught:
                store.cache(ACCOUNT, page)
            assert caught.value.kind is StorageKind.CORRUPT
            assert told == [ACCOUNT]
            store.cache(ACCOUNT, lambda tx: tx.upsert([a_pass(1)]))


class TestDisk:
    def test_full_is_told_and_nothing_is_half(self, folder):
        with opened(folder) as store, store.cache_reader() as reader:
            load(store, [a_pass(n) for n in range(400)])
            pages = in_turn(store, "PRAGMA page_count")
            in_turn(store, f"PRAGMA max_page_count={pages + 20}")
            admitted, told = until_trouble(store, reader, range(400))
            assert told.kind is StorageKind.FULL
            with store.ledger_reader() as ledger:
                assert len(ledger.recent_scans(1000)) == admitted
                assert len(ledger.outbox(frozenset({OperationState.PENDING}))) == 2 * admitted
            in_turn(store, "PRAGMA max_page_count=100000")
            assert present(store, reader, a_pass(399).barcode).admits

    @pytest.mark.skipif(os.name == "nt" or not shutil.which("mount") or os.geteuid() != 0, reason="mounts as root only")
    def test_a_small_file_system_fills_up(self, tmp_path):
        small = tmp_path / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", small], check=False)
        if mounted.returncode:
            pytest.skip("this machine lets nobody mount a tmpfs")
        try:
            folder = small / "kiosk"
            with opened(folder) as store, store.cache_reader() as reader:
                load(store, [a_pass(n) for n in range(300)])
                ballast = small / "ballast"
                with ballast.open("wb") as file:
                    file.write(b"x" * (shutil.disk_usage(small).free - 200_000))
                admitted, told = until_trouble(store, reader, range(300))
                assert told.kind in (StorageKind.FULL, StorageKind.IO)
                assert admitted > 0
                assert store.cannot_record() == "storage_full"
                with opened(folder, read_only=True) as beside:
                    assert beside.cannot_record() == "storage_full"
                with store.ledger_reader() as ledger:
                    assert ledger.admitted_count(PLACE.name, NOW) == admitted
                ballast.unlink()
                assert store.cannot_record() == ""  # before anybody is judged
                assert present(store, reader, a_pass(299).barcode).admits
            with opened(folder) as store:
                assert store.verify().rows == admitted + 1
                assert store.verify().first_bad is None
        finally:
            subprocess.run(["umount", "-l", small], check=True)

    @pytest.mark.skipif(os.name == "nt" or not shutil.which("mount") or os.geteuid() != 0, reason="mounts as root only")
    def test_a_disk_that_is_full_at_the_start_is_called_full(self, tmp_path):
        small = tmp_path / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", small], check=False).returncode:
            pytest.skip("this machine lets nobody mount a tmpfs")
        try:
            filled(small / "kiosk", 3, sent=0)
            with suppress(OSError), (small / "ballast").open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    continue
            with pytest.raises(StorageTrouble) as caught:
                opened(small / "kiosk").open()
            assert caught.value.kind is StorageKind.FULL
        finally:
            subprocess.run(["umount", "-l", small], check=True)

    @pytest.mark.skipif(os.name == "nt" or not shutil.which("mount") or os.geteuid() != 0, reason="mounts as root only")
    def test_a_disk_that_turns_read_only(self, tmp_path):
        disk = tmp_path / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "none", disk], check=False).returncode:
            pytest.skip("this machine lets nobody mount a tmpfs")
        try:
            filled(disk / "kiosk", 3, sent=0)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            with pytest.raises(StorageTrouble) as caught:
                opened(disk / "kiosk").open()
            assert caught.value.kind is StorageKind.READ_ONLY
        finally:
            subprocess.run(["umount", "-l", disk], check=True)

    def test_a_folder_that_is_none(self, tmp_path):
        (tmp_path / "kiosk").write_text("a file")
        with pytest.raises(StorageTrouble):
            opened(tmp_path / "kiosk").open()

    def test_locked_by_another_program(self, store, folder, caches):
        load(store, [a_pass(1)])
        with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageTrouble) as caught:
                present(store, caches, a_pass(1).barcode)
            assert caught.value.kind is StorageKind.LOCKED
            other.execute("ROLLBACK")
        assert present(store, caches, a_pass(1).barcode).admits


def test_the_versions_with_the_wal_reset_bug():
    assert has_wal_reset_bug((3, 40, 1))
    assert has_wal_reset_bug((3, 51, 2))
    assert not has_wal_reset_bug((3, 51, 3))


def test_health(store, folder):
    health = store.health()
    assert health.codes == ()
    assert health.sqlite_version == sqlite3.sqlite_version
    assert health.disk_free > 0
    json.dumps(health.caches_aside)


def test_setting_aside_keeps_the_wal(tmp_path):
    path = tmp_path / "x.db"
    for name in ("x.db", "x.db-wal", "x.db-shm"):
        (tmp_path / name).write_text(name)
    aside = rescue.set_aside(path)
    assert aside.read_text() == "x.db"
    assert aside.with_name(aside.name + "-wal").read_text() == "x.db-wal"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([aside.name, aside.name + "-wal"])
