"""Look-ups byte for byte, searches folded, walks that resume, tombstones only after a whole walk."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from support.storage_kit import ACCOUNT, NOW, a_pass, anything, barcodes, load

from scanner_app.domain.errors import Bug
from scanner_app.domain.passes import IdentifierKind, PassKey, Use
from scanner_app.storage.migrations import bring_up
from scanner_app.storage.passcodec import encode
from scanner_app.storage.schema import CACHE
from scanner_app.storage.store import Store

LATER = NOW + timedelta(hours=1)


def with_ids(number, **ids):
    return a_pass(number, identifiers={IdentifierKind(k): v for k, v in ids.items()})


class TestFind:
    def test_only_the_kinds_that_are_allowed(self, store, caches):
        load(store, [a_pass(1)])
        one = a_pass(1)
        assert caches.find([one.barcode], [ACCOUNT], barcodes) == [one]
        assert caches.find([one.uid], [ACCOUNT], barcodes) == []
        assert caches.find([one.identifiers[IdentifierKind.EXTERNAL_ID]], [ACCOUNT], barcodes) == []
        assert caches.find([one.uid], [ACCOUNT], anything) == [one]
        assert caches.find([one.barcode], [], barcodes) == []
        assert caches.find([one.barcode], ["other"], barcodes) == []
        assert caches.get(one.key) == one
        assert caches.get(PassKey(ACCOUNT, "none")) is None

    @pytest.mark.parametrize("near", ["abc", "ABC ", "ABC\0", "АBC", "ABC\u200b", "ABC%", "A_C", "' OR 1=1 --"])
    def test_byte_for_byte(self, store, caches, near):
        load(store, [with_ids(1, barcode="ABC")])
        assert caches.find([near], [ACCOUNT], barcodes) == []
        assert len(caches.find(["ABC"], [ACCOUNT], barcodes)) == 1

    @pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "", "\0", "x" * 5000])
    def test_hostile_text_finds_nothing(self, store, caches, text):
        load(store, [a_pass(1)])
        assert caches.find([text], [ACCOUNT], anything) == []
        assert caches.get(PassKey(ACCOUNT, text)) is None

    @pytest.mark.parametrize("text", ["A\0B", "Zoë", "日本", "\u202eabc", "<img src=x>", "\x1d]C1"])
    def test_odd_codes_are_found_as_they_are(self, store, caches, text):
        one = with_ids(1, barcode=text)
        load(store, [one])
        assert caches.find([text], [ACCOUNT], barcodes) == [one]

    def test_the_first_candidate_that_matches_any(self, store, caches):
        load(store, [with_ids(1, barcode="first"), with_ids(2, barcode="second")])
        assert [p.barcode for p in caches.find(["none", "second", "first"], [ACCOUNT], barcodes)] == ["second"]

    def test_several_matches_are_all_told_once(self, store, caches):
        load(store, [with_ids(1, barcode="same", nfc="same"), with_ids(2, barcode="same"), with_ids(3, nfc="same")])
        found = caches.find(["same"], [ACCOUNT, ACCOUNT], anything)
        assert {p.uid for p in found} == {a_pass(n).uid for n in (1, 2, 3)}

    def test_look_ups_use_indexes(self, store):
        load(store, [a_pass(1)])
        from scanner_app.storage.cache_read import _BY

        plans = []
        for sql in _BY.values():
            store.cache(ACCOUNT, lambda tx, sql=sql: plans.extend(tx._db.execute(f"EXPLAIN QUERY PLAN {sql}", ("x",))))
        assert not [plan for plan in plans if "SCAN p" in plan[3]]


@pytest.mark.parametrize(("platform", "good"), [("passentry", False), ("passcreator", True)])
def test_uses_of_before_bore_a_readers_name_where_there_are_readers(folder, platform, good):
    one, unused = a_pass(1, platform=platform, uses=(Use("Head count", NOW),)), a_pass(2, platform=platform)
    with Store(folder, {ACCOUNT: "t1"}) as store:
        load(store, [one, unused])
    with closing(sqlite3.connect(next((folder / "cache").glob("*.db")))) as cache:
        steps = next(row[0] for row in cache.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migrations'"))
        cache.execute(f"DELETE FROM {steps} WHERE name = '0003'")
        cache.execute("PRAGMA user_version = 2")
        cache.commit()
    with Store(folder, {ACCOUNT: "t1"}) as store, store.cache_reader() as caches:
        (found,) = caches.find([one.barcode], [ACCOUNT], barcodes)
        assert (found.nullified, found.partial) == (not good, not good)
        assert caches.find([unused.barcode], [ACCOUNT], barcodes) == [unused]
        assert caches.state(ACCOUNT).held == 1 + good


class TestKin:
    def test_the_same_record_or_the_same_person_but_no_mere_name(self, store, caches):
        one = a_pass(1)
        record = with_ids(2, external_id=one.identifiers[IdentifierKind.EXTERNAL_ID])
        person = a_pass(3, holder=one.holder.upper(), fields={"mail": one.fields["email"]})
        load(store, [one, record, person, a_pass(4, holder=one.holder)])
        assert {p.uid for p in caches.kin(one)} == {record.uid, person.uid}
        assert caches.kin(a_pass(4, holder=one.holder)) == []

    def test_whoever_only_shares_the_number_in_the_index_is_no_kin(self, store, caches):
        one = a_pass(1)
        load(store, [one, a_pass(2)])
        alike = "UPDATE passes SET person = (SELECT person FROM passes WHERE uid = ?)"
        store.cache(ACCOUNT, lambda tx: tx._db.execute(alike, (one.uid,)))
        assert caches.kin(one) == []

    def test_a_pass_that_changes_hands_or_is_gone_is_no_kin(self, store, caches):
        one, other = a_pass(1), a_pass(2, holder=a_pass(1).holder, fields=a_pass(1).fields)
        load(store, [one, other])
        load(store, [replace(other, holder="Somebody Else")])
        assert caches.kin(one) == []
        load(store, [other])
        assert caches.kin(one) == [other]
        load(store, [one])  # a full walk that does not see the other: somebody may have come in with it
        assert [p.nullified for p in caches.kin(one)] == [True]

    def test_what_everybody_has_is_nobody_s(self, store, caches):
        load(store, [a_pass(n, holder="", fields={"contact": "info@venue.example"}) for n in range(40)])
        assert caches.kin(a_pass(1, holder="", fields={"contact": "info@venue.example"})) == []

    def test_it_is_found_by_indexes(self, store):
        from scanner_app.storage.cache_read import _KIN

        plan = store.cache(ACCOUNT, lambda tx: tx._db.execute(f"EXPLAIN QUERY PLAN {_KIN}", (1, "x", "y")).fetchall())
        assert not [row for row in plan if row[3] in ("SCAN p", "SCAN passes")]

    def test_a_cache_of_the_first_released_schema_learns_whose_its_passes_are(self, folder, monkeypatch):
        one, other = a_pass(1), a_pass(2, holder=a_pass(1).holder, fields=a_pass(1).fields)
        (folder / "cache").mkdir(parents=True)
        with closing(sqlite3.connect(folder / "cache" / f"{ACCOUNT}-t1.db")) as released:
            bring_up(released, CACHE[:1], "cache")
            released.execute("INSERT INTO templates (id, name) VALUES (?, ?)", (one.template, one.template_name))
            released.execute("INSERT INTO streams (name, generation, cursor, last_full) VALUES ('tpl', 1, 'c', 1)")
            columns = "uid, template, barcode, external_id, nfc, ticket_number, stream, gen, dead, body"
            for stored in map(encode, (one, other)):
                row = (stored.uid, 1, *stored.identifiers, 1, 1, 0, stored.body)
                released.execute(f"INSERT INTO passes ({columns}) VALUES ({', '.join('?' * len(row))})", row)
            released.commit()
        with Store(folder, {ACCOUNT: "t1"}, read_only=True) as beside, beside.cache_reader() as caches:
            assert caches.find([one.barcode], [ACCOUNT], barcodes)[0].uid == one.uid
            assert caches.kin(one) == []  # whoever may not write brings nothing up to date
            assert not beside._shelf.suspects
        with Store(folder, {ACCOUNT: "t1"}) as store, store.cache_reader() as caches:
            assert caches.find([one.barcode], [ACCOUNT], barcodes)[0].uid == one.uid
            assert caches.kin(one) == []
            assert store.cache(ACCOUNT, lambda tx: tx.cursor("tpl")) == ""  # the next round is a full one
            load(store, [one, other])
            assert caches.kin(one) == [other]


def test_a_folder_that_takes_no_files_is_read_without_any_beside_the_databases(folder, monkeypatch):
    with Store(folder, {ACCOUNT: "t1"}) as store:
        load(store, [a_pass(1)])
    before, allowed = sorted(folder.rglob("*")), os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and allowed(path, mode))
    with Store(folder, {ACCOUNT: "t1"}, read_only=True) as beside, beside.cache_reader() as caches:
        assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == [a_pass(1)]
        assert beside.verify().first_bad is None
        assert sorted(folder.rglob("*")) == before


def test_a_cache_that_somebody_has_open_is_never_taken_for_one_that_cannot_change(folder, monkeypatch):
    """A disk made read-only for a moment: its WAL is still empty, and what is written next must be seen."""
    with Store(folder, {ACCOUNT: "t1"}):
        pass
    with Store(folder, {ACCOUNT: "t1"}) as store, store.cache_reader() as caches:
        with monkeypatch.context() as read_only:
            read_only.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
            assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == []
        load(store, [a_pass(1)])
        assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == [a_pass(1)]


class TestSearch:
    @pytest.mark.parametrize(
        ("holder", "typed"),
        [
            ("Jürgen Müller", "muller"),
            ("Jürgen Müller", "MÜLLER jur"),
            ("Anna Groß", "gross"),
            ("Anna Groß", "GROSS anna"),
            ("İpek Yılmaz", "ipek"),
            ("محمد علي", "محمد"),
            ("مُحَمَّد", "محمد"),
            ("Łukasz Nowak", "nowak"),
            ("O'Brien", "brien"),
            ("山田太郎", "太郎"),
            ("ﬁona", "fiona"),
        ],
    )
    def test_case_and_accents_do_not_matter(self, store, caches, holder, typed):
        load(store, [a_pass(1, holder=holder), a_pass(2, holder="Somebody Else")])
        assert [p.holder for p in caches.search(typed, [ACCOUNT])] == [holder]

    def test_by_address_id_and_barcode(self, store, caches):
        load(store, [a_pass(n) for n in range(20)])
        one = a_pass(7)
        for typed in (
            "guest7@example.org",
            one.uid,
            one.uid[:13],
            one.uid.replace("-", ""),
            one.barcode,
            "cust-0000007",
        ):
            assert [p.uid for p in caches.search(typed, [ACCOUNT])] == [one.uid], typed

    def test_every_word_counts(self, store, caches):
        load(store, [a_pass(1, holder="Anna Smith"), a_pass(2, holder="Anna Weiss")])
        assert [p.holder for p in caches.search("smi anna", [ACCOUNT])] == ["Anna Smith"]
        assert caches.search("anna nobody", [ACCOUNT]) == []

    @pytest.mark.parametrize(
        "typed",
        ["", "   ", '"', "zz OR anna", "NEAR(", "*", "search:x", "-", "\0", "\ud800", "(", "x" * 3000, "'; DROP"],
    )
    def test_hostile_text_is_only_text(self, store, caches, typed):
        load(store, [a_pass(1, holder="Anna")])
        assert caches.search(typed, [ACCOUNT]) == []

    def test_a_changed_name_is_found_and_the_old_one_not(self, store, caches):
        load(store, [a_pass(1, holder="Before")])
        store.cache(ACCOUNT, lambda tx: tx.upsert([a_pass(1, holder="After")]))
        assert caches.search("before", [ACCOUNT]) == []
        assert len(caches.search("after", [ACCOUNT])) == 1

    def test_as_many_as_asked_for(self, store, caches):
        load(store, [a_pass(n, holder="Anna") for n in range(30)])
        assert len(caches.search("anna", [ACCOUNT], limit=7)) == 7


class TestWalks:
    def test_complete_only_after_every_stream(self, store, caches):
        store.cache(ACCOUNT, lambda tx: tx.set_streams(["a", "b"]))
        for stream in ("a", "b"):
            assert not caches.state(ACCOUNT).complete
            walk = store.cache(ACCOUNT, lambda tx, s=stream: tx.begin_walk(s, NOW, ""))
            number = ord(stream)
            store.cache(
                ACCOUNT,
                lambda tx, s=stream, n=number, g=walk.generation: tx.upsert([a_pass(n)], stream=s, generation=g),
            )
            store.cache(ACCOUNT, lambda tx, s=stream: tx.page_done(s, "p2", 1, 3))
            assert caches.state(ACCOUNT).loading == (1, 3)
            store.cache(ACCOUNT, lambda tx, s=stream: tx.end_walk(s, f"c-{s}", LATER, 1))
        state = caches.state(ACCOUNT)
        assert (state.complete, state.held, state.platform_total, state.loading) == (True, 2, 2, None)
        assert (state.last_sync, state.last_full) == (LATER, LATER)
        assert caches.count(ACCOUNT, "a") == 1
        assert store.cache(ACCOUNT, lambda tx: tx.cursor("b")) == "c-b"

    def test_a_new_stream_makes_it_incomplete_again(self, store, caches):
        load(store, [a_pass(1)])
        store.cache(ACCOUNT, lambda tx: tx.set_streams(["tpl", "new"]))
        assert not caches.state(ACCOUNT).complete
        store.cache(ACCOUNT, lambda tx: tx.set_streams(["tpl"]))
        assert caches.state(ACCOUNT).complete

    def test_resumes_where_it_stood_and_the_cursor_moves_at_the_end(self, folder):
        with Store(folder, {ACCOUNT: "t"}) as store:
            walk = store.cache(ACCOUNT, lambda tx: tx.begin_walk("tpl", NOW, ""))
            store.cache(ACCOUNT, lambda tx: tx.page_done("tpl", "page-7", 700, 5000))
        with Store(folder, {ACCOUNT: "t"}) as store:
            again = store.cache(ACCOUNT, lambda tx: tx.walk("tpl"))
            assert (again.resume, again.done, again.total, again.started) == ("page-7", 700, 5000, NOW)
            assert again.generation == walk.generation
            assert store.cache(ACCOUNT, lambda tx: tx.cursor("tpl")) == ""
            store.cache(ACCOUNT, lambda tx: tx.end_walk("tpl", "c", LATER, 5000))
            assert store.cache(ACCOUNT, lambda tx: tx.walk("tpl")) is None
            assert store.cache(ACCOUNT, lambda tx: tx.cursor("tpl")) == "c"

    def test_a_page_that_fails_leaves_nothing(self, store, caches):
        load(store, [a_pass(1)])

        def work(tx):
            tx.upsert([a_pass(2)])
            tx.page_done("never begun", "", 1, 1)

        with pytest.raises(Bug):
            store.cache(ACCOUNT, work)
        assert caches.get(a_pass(2).key) is None
        assert caches.state(ACCOUNT).held == 1

    def test_unseen_ones_are_gone_but_told_as_nullified(self, store, caches):
        load(store, [a_pass(n) for n in range(10)])
        walk = store.cache(ACCOUNT, lambda tx: tx.begin_walk("tpl", LATER, ""))
        seen = [a_pass(n) for n in range(8)]
        store.cache(ACCOUNT, lambda tx: tx.upsert(seen, stream="tpl", generation=walk.generation))
        assert store.cache(ACCOUNT, lambda tx: tx.unseen("tpl", walk.generation)) == 2
        assert store.cache(ACCOUNT, lambda tx: tx.tombstone_unseen("tpl", walk.generation)) == 2
        store.cache(ACCOUNT, lambda tx: tx.end_walk("tpl", "c", LATER, 8))
        assert caches.state(ACCOUNT).held == 8
        assert caches.count(ACCOUNT, "tpl") == 8
        assert caches.find([a_pass(9).barcode], [ACCOUNT], barcodes)[0].nullified
        store.cache(ACCOUNT, lambda tx: tx.upsert([a_pass(9)]))
        assert not caches.get(a_pass(9).key).nullified
        assert caches.state(ACCOUNT).held == 9

    def test_what_a_look_up_saw_during_the_walk_is_seen(self, store, caches):
        load(store, [a_pass(n) for n in range(3)])
        walk = store.cache(ACCOUNT, lambda tx: tx.begin_walk("tpl", LATER, ""))
        store.cache(ACCOUNT, lambda tx: tx.upsert([a_pass(0)], stream="tpl", generation=walk.generation))
        store.cache(ACCOUNT, lambda tx: tx.upsert([a_pass(1, seen_at=LATER)]))
        assert store.cache(ACCOUNT, lambda tx: tx.tombstone_unseen("tpl", walk.generation)) == 1
        assert not caches.get(a_pass(1).key).nullified
        assert caches.get(a_pass(2).key).nullified

    def test_a_delta_stamps_no_generation_and_buries_nobody(self, store, caches):
        load(store, [a_pass(n) for n in range(3)])
        walk = store.cache(ACCOUNT, lambda tx: tx.begin_walk("tpl", LATER, "cursor-1"))
        store.cache(ACCOUNT, lambda tx: tx.upsert([a_pass(0)], stream="tpl", generation=walk.generation))
        assert store.cache(ACCOUNT, lambda tx: tx.unseen("tpl", walk.generation)) == 0
        assert store.cache(ACCOUNT, lambda tx: tx.tombstone_unseen("tpl", walk.generation)) == 0
        store.cache(ACCOUNT, lambda tx: tx.end_walk("tpl", "cursor-2", LATER, None))
        state = caches.state(ACCOUNT)
        assert (state.held, state.last_sync, state.last_full, state.platform_total) == (3, LATER, NOW, 3)


class TestApart:
    """Passes that a look-up found and that no stream lists: they are of another event."""

    def other(self, number: int):
        return a_pass(number, template="other", template_name="Another Night")

    def test_found_but_not_counted(self, store, caches):
        load(store, [a_pass(n) for n in range(3)])
        store.cache(ACCOUNT, lambda tx: tx.upsert([self.other(9)], apart=True))
        assert caches.get(a_pass(9).key).template == "other"
        assert len(caches.search("another", [ACCOUNT]) or caches.search(a_pass(9).holder, [ACCOUNT])) >= 1
        assert caches.state(ACCOUNT).held == 3
        assert caches.count(ACCOUNT, "tpl") == 3

    def test_forgotten_when_the_next_full_walk_begins_and_never_missed_by_it(self, store, caches):
        load(store, [a_pass(n) for n in range(3)])
        store.cache(ACCOUNT, lambda tx: tx.upsert([self.other(9)], apart=True))
        delta = store.cache(ACCOUNT, lambda tx: tx.begin_walk("tpl", LATER, "cursor"))
        store.cache(ACCOUNT, lambda tx: tx.end_walk("tpl", "c", LATER, None))
        assert caches.get(a_pass(9).key) is not None
        walk = store.cache(ACCOUNT, lambda tx: tx.begin_walk("tpl", LATER, ""))
        assert walk.generation > delta.generation
        assert store.cache(ACCOUNT, lambda tx: tx.unseen("tpl", walk.generation)) == 3
        assert caches.get(a_pass(9).key) is None
        assert caches.search(a_pass(9).holder.split()[0] + " " + a_pass(9).holder.split()[1], [ACCOUNT]) == []
        assert caches.state(ACCOUNT).held == 3

    def test_counted_once_a_walk_lists_it(self, store, caches):
        load(store, [a_pass(1)])
        store.cache(ACCOUNT, lambda tx: tx.upsert([self.other(9)], apart=True))
        store.cache(ACCOUNT, lambda tx: tx.upsert([a_pass(9)], stream="tpl", generation=1))
        assert caches.state(ACCOUNT).held == 2

    def test_one_that_a_stream_lists_stays_counted(self, store, caches):
        load(store, [a_pass(1)])
        store.cache(ACCOUNT, lambda tx: tx.upsert([a_pass(1)], apart=True))
        assert caches.state(ACCOUNT).held == caches.count(ACCOUNT, "tpl") == 1


class TestTenants:
    def test_a_new_key_builds_a_new_cache_beside_the_old(self, store, caches, folder):
        load(store, [a_pass(1), a_pass(2)])
        store.set_accounts({ACCOUNT: "t2"})
        assert len(list((folder / "cache").glob("*.db"))) == 2
        assert not caches.state(ACCOUNT).complete
        assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == [a_pass(1)]
        newer = a_pass(1, holder="New")
        load(store, [newer])
        assert caches.state(ACCOUNT).complete
        assert [p.name for p in (folder / "cache").glob("*.db")] == ["acc-t2.db"]
        assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == [newer]
        assert caches.find([a_pass(2).barcode], [ACCOUNT], barcodes) == []

    def test_what_another_platform_told_admits_nobody(self, folder):
        with Store(folder, {ACCOUNT: "aa11.k1"}) as store, store.cache_reader() as caches:
            load(store, [a_pass(1)])
            store.set_accounts({ACCOUNT: "aa11.k2"})
            assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == [a_pass(1)]
            store.set_accounts({ACCOUNT: "bb22.k3"})
            assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == []

    @pytest.mark.parametrize(
        ("begun", "missing", "tenant", "held"),
        [
            ("aa11.k1", "aa11.-", "aa11.k1", True),  # a locked keyring: the list held goes on
            ("aa11.k2", "aa11.-", "aa11.k1", True),  # the whole list, not the one that a newer key had begun
            ("aa11.k1", "bb22.-", "bb22.-", False),  # never another address's
            ("aa11.k1", "-", "-", False),  # more than the key is wrong
        ],
    )
    def test_a_missing_key_leaves_the_list_that_is_held(self, folder, begun, missing, tenant, held):
        with Store(folder, {ACCOUNT: "aa11.k1"}) as store:
            load(store, [a_pass(1)])
            store.set_accounts({ACCOUNT: begun})
        for read_only in (False, True):
            with Store(folder, {ACCOUNT: missing}, read_only=read_only) as store, store.cache_reader() as caches:
                assert dict(store.tenants()) == {ACCOUNT: tenant}
                assert caches.state(ACCOUNT).complete is held
                assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == ([a_pass(1)] if held else [])

    def test_a_missing_key_takes_the_list_written_last_though_that_lies_in_its_wal(self, folder):
        with Store(folder, {ACCOUNT: "aa11.k1"}) as store:
            load(store, [a_pass(1)])
        old, new = (folder / "cache" / f"acc-aa11.{key}.db" for key in ("k1", "k2"))
        shutil.copy(old, new)
        wal = new.with_name(f"{new.name}-wal")
        wal.write_bytes(b"?")
        for path, at in ((new, 1.0), (old, 2.0), (wal, 3.0)):
            os.utime(path, (at, at))
        with Store(folder, {ACCOUNT: "aa11.-"}, read_only=True) as store:
            assert dict(store.tenants()) == {ACCOUNT: "aa11.k2"}

    def test_a_missing_key_takes_no_list_whose_address_cannot_be_told(self, folder):
        with Store(folder, {ACCOUNT: "0123456789abcdef"}) as store:  # a fingerprint of before
            load(store, [a_pass(1)])
        with Store(folder, {ACCOUNT: "aa11.-"}) as store, store.cache_reader() as caches:
            assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == []

    def test_the_old_one_serves_over_a_restart(self, folder):
        with Store(folder, {ACCOUNT: "t1"}) as store:
            load(store, [a_pass(1)])
        with Store(folder, {ACCOUNT: "t2"}) as store, store.cache_reader() as caches:
            assert caches.get(a_pass(1).key) == a_pass(1)
            assert not caches.state(ACCOUNT).complete

    def test_accounts_do_not_mix(self, folder):
        names = {"a": "t", "a-b": "t", "../x": "t/..", "Ä*?": "t"}
        with Store(folder, names) as store, store.cache_reader() as caches:
            for number, account in enumerate(names):
                store.cache(account, lambda tx, n=number, a=account: tx.upsert([a_pass(n, account=a)]))
            assert [caches.state(a).held for a in names] == [1, 1, 1, 1]
            assert len(list((folder / "cache").glob("*.db"))) == 4
            assert caches.find([a_pass(0).barcode], ["a-b"], barcodes) == []

    def test_accounts_come_and_go(self, store, caches):
        load(store, [a_pass(1)])
        store.set_accounts({"second": "s"})
        assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == []
        store.set_accounts({ACCOUNT: "t1", "second": "s"})
        assert caches.find([a_pass(1).barcode], [ACCOUNT], barcodes) == [a_pass(1)]
