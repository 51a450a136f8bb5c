"""Facts, uses and the outbox: what one transaction writes, and what may be read of it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from support.storage_kit import ACCOUNT, COUNTED, NOW, PLACE, a_pass, load, new_id, operation, present, until

from scanner_app.domain.errors import Bug
from scanner_app.domain.passes import Direction, PassKey
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import FactKind, Moment, OperationKind, OperationState
from scanner_app.domain.verdict import Reason

CODE = a_pass(1).barcode
STRANGE = "nobodys-code-4711"
KEY = a_pass(1).key
AT = Moment(NOW, 2.0)


@pytest.fixture(autouse=True)
def loaded(store):
    load(store, [a_pass(n) for n in range(5)])


def facts_of(ledger, *kinds):
    return ledger.facts(frozenset(kinds))


def test_an_admission_is_a_fact_a_use_and_its_operations(store, ledger, caches):
    scan_id = new_id()
    assert present(store, caches, CODE, scan_id=scan_id).admits
    row = ledger.scan(scan_id)
    assert row.body["pass"]["holder"] == a_pass(1).holder
    assert row.body["raw"] == CODE
    assert row.body["at"] == "2026-11-20T12:00:00.000+00:00"
    assert [i.operation.kind for i in ledger.outbox(frozenset(OperationState))] == [
        OperationKind.RECORD,
        OperationKind.VOID,
    ]
    local = store.ledger(lambda tx: tx.local_facts(KEY))
    assert [(u.scan_id, u.place, u.at) for u in local.uses] == [(scan_id, "main-door", NOW)]
    assert [v.voided for v in local.voids] == [True]
    assert present(store, caches, CODE).reason is Reason.ALREADY_USED
    assert ledger.admitted_count("Main", NOW - timedelta(hours=1)) == 1
    assert ledger.admitted_count("Main", NOW + timedelta(hours=1)) == 0
    assert [r.body["reason"] for r in ledger.recent_scans(5)] == ["ALREADY_USED", "ADMIT"]
    assert ledger.history(KEY)[0].fact_id == scan_id


def test_who_leaves_is_not_admitted_once_more(store, ledger, caches):
    inside = replace(PLACE, policy=Policy.IN_OUT)
    assert present(store, caches, CODE, inside).admits
    assert present(store, caches, CODE, replace(inside, direction=Direction.EXIT)).admits
    assert ledger.admitted_count("Main", NOW - timedelta(hours=1)) == 1


def test_an_unknown_code_is_a_fact_too(store, ledger, caches):
    present(store, caches, "nobody's \ud800 code")
    assert ledger.recent_scans(1)[0].body["raw"] == "nobody's \\ud800 code"


def test_the_same_fact_twice_is_a_bug_and_leaves_nothing(store, ledger, caches):
    scan_id = new_id()
    present(store, caches, CODE, scan_id=scan_id)
    with pytest.raises(Bug):
        present(store, caches, a_pass(2).barcode, scan_id=scan_id)
    assert len(ledger.recent_scans(10)) == 1
    assert present(store, caches, a_pass(2).barcode).admits


def test_whatever_work_raises_rolls_everything_back(store, ledger, caches):
    def work(tx):
        tx.add_fact("half", FactKind.SETTLED, AT, {})
        raise LookupError("in the middle")

    with pytest.raises(LookupError, match="in the middle"):
        store.ledger(work)
    assert ledger.scan("half") is None
    assert store.verify().rows == 0


def test_work_asking_the_clerk_for_work_is_a_bug(store):
    with pytest.raises(Bug):
        store.ledger(lambda _tx: store.ledger(lambda _tx2: None))


class TestUndo:
    def test_unsent_operations_are_cancelled(self, store, ledger, caches):
        scan_id = new_id()
        present(store, caches, CODE, scan_id=scan_id)
        assert store.ledger(lambda tx: tx.undo("u1", scan_id, AT, "Kim", "wrong guest")) == []
        assert ledger.outbox_counts() == {OperationState.CANCELLED: 2}
        assert ledger.outbox_due(ACCOUNT, NOW, 10) == []
        fact = ledger.scan("u1")
        assert fact.kind is FactKind.UNDO
        assert (fact.body["scan_id"], fact.body["operator"], fact.body["reason"]) == (scan_id, "Kim", "wrong guest")
        assert fact in ledger.history(KEY)
        assert ledger.admitted_count("Main", NOW - timedelta(hours=1)) == 0
        assert present(store, caches, CODE).admits

    def test_a_second_undo_does_nothing(self, store, ledger, caches):
        scan_id = new_id()
        present(store, caches, CODE, scan_id=scan_id)
        store.ledger(lambda tx: tx.undo("u1", scan_id, AT, "Kim", ""))
        assert store.ledger(lambda tx: tx.undo("u2", scan_id, AT, "Kim", "")) == ()
        assert ledger.scan("u2") is None

    @pytest.mark.parametrize("how", ["sent", "claimed", "unknown", "tried"])
    def test_what_was_or_may_have_been_sent_is_to_be_compensated(self, store, ledger, caches, how):
        scan_id = new_id()
        present(store, caches, CODE, scan_id=scan_id)
        (first,) = ledger.outbox_due(ACCOUNT, NOW, 10)
        if how == "sent":
            store.settle(first.number, OperationState.SENT, "204", NOW)
        elif how == "claimed":
            assert store.claim([first.number, 999]) == {first.number}
        else:
            store.settle(first.number, OperationState.PENDING, "timeout", NOW, unknown=how == "unknown")
        sent = store.ledger(lambda tx: tx.undo("u1", scan_id, AT, "Kim", ""))
        assert [op.kind for op in sent] == [OperationKind.RECORD]
        assert sent[0] == first.operation
        counts = ledger.outbox_counts()
        assert counts[OperationState.CANCELLED] == 1

    def test_an_unknown_scan_is_a_bug(self, store):
        with pytest.raises(Bug):
            store.ledger(lambda tx: tx.undo("u1", "none", AT, "Kim", ""))

    def test_told_sent_after_it_was_cancelled_is_a_conflict(self, store, ledger, caches):
        scan_id = new_id()
        present(store, caches, CODE, scan_id=scan_id)
        (first,) = ledger.outbox_due(ACCOUNT, NOW, 10)
        store.ledger(lambda tx: tx.undo("u1", scan_id, AT, "Kim", ""))
        store.settle(first.number, OperationState.SENT, "204", NOW)
        assert [c.body["state"] for c in ledger.conflicts()] == ["sent_although_undone"]


class TestOutbox:
    def test_only_the_oldest_of_each_pass_and_unknown_codes_all(self, store, ledger):
        uids = ["a", "a", "b", "", "", "b", "c"]
        ops = [operation(OperationKind.RECORD, f"s{n}", uid) for n, uid in enumerate(uids)]
        store.ledger(lambda tx: tx.enqueue(ops))
        due = ledger.outbox_due(ACCOUNT, NOW, 10)
        assert [i.operation.scan_id for i in due] == ["s0", "s2", "s3", "s4", "s6"]
        store.settle(due[0].number, OperationState.SENT, "", NOW)
        assert [i.operation.scan_id for i in ledger.outbox_due(ACCOUNT, NOW, 2)] == ["s1", "s2"]
        assert ledger.outbox_due("other", NOW, 10) == []

    def test_reports_that_say_the_same_are_told_apart_by_those_before_them(self, store, ledger):
        told = [operation(OperationKind.RECORD, f"s{n}", "a", raw="code") for n in range(4)]
        other = [replace(told[0], device="door-2"), replace(told[0], raw="code-2"), replace(told[0], uid="b")]
        later = replace(told[0], at=NOW + timedelta(seconds=1))
        mixed = [told[0], *told[1:3], *other, later, told[3]]
        ops = [replace(op, scan_id=f"s{n}") for n, op in enumerate(mixed)]
        store.ledger(lambda tx: tx.enqueue(ops))
        items = ledger.outbox(frozenset(OperationState))
        assert [ledger.alike_before(item) for item in items] == [0, 1, 2, 0, 0, 0, 0, 3]
        store.settle(items[1].number, OperationState.REFUSED, "400", NOW)  # it is not on the platform
        assert [ledger.alike_before(item) for item in items] == [0, 1, 1, 0, 0, 0, 0, 2]

    def test_a_later_try_waits_and_holds_its_pass_back(self, store, ledger):
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.RECORD, f"s{n}", "a") for n in range(2)]))
        later = NOW + timedelta(minutes=2)
        store.settle(1, OperationState.PENDING, "503", NOW, next_try=later)
        assert ledger.outbox_due(ACCOUNT, NOW, 10) == []
        (item,) = ledger.outbox_due(ACCOUNT, later, 10)
        assert (item.number, item.tries, item.answer, item.next_try, item.unknown) == (1, 1, "503", later, False)

    def test_a_clock_set_back_by_hours_does_not_stall_it(self, store, ledger):
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.RECORD, "s", "a")]))
        store.settle(1, OperationState.PENDING, "503", NOW, next_try=NOW + timedelta(minutes=2))
        assert len(ledger.outbox_due(ACCOUNT, NOW - timedelta(hours=5), 10)) == 1

    def test_doubt_stays_until_the_matter_ends(self, store, ledger):
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.RECORD, "s", "a")]))
        store.settle(1, OperationState.PENDING, "timeout", NOW, unknown=True)
        store.settle(1, OperationState.PENDING, "429", NOW)
        (item,) = ledger.outbox_due(ACCOUNT, NOW, 10)
        assert item.unknown
        assert item.tries == 2

    def test_a_claim_reads_as_doubt_until_it_is_settled(self, store, ledger):
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.RECORD, "s", "a")]))
        assert store.claim([1]) == {1}
        assert ledger.outbox_due(ACCOUNT, NOW, 10)[0].unknown
        store.settle(1, OperationState.PENDING, "429", NOW)
        assert not ledger.outbox_due(ACCOUNT, NOW, 10)[0].unknown
        store.settle(1, OperationState.REFUSED, "400", NOW)
        assert store.claim([1]) == frozenset()

    def test_operations_come_back_as_they_went_in(self, store, ledger):
        op = operation(
            OperationKind.VALUE,
            "s",
            "a",
            raw="\ud800<b>",
            amount=Decimal("-2.50"),
            door="d",
            place="p",
            reason="ADMIT",
            policy="once",
            symbology="QR",
            tenant="t1",
            extra={"spends": "yes"},
        )
        store.ledger(lambda tx: tx.enqueue([op]))
        (item,) = ledger.outbox_due(ACCOUNT, NOW, 10)
        assert item.operation.raw == "\\ud800<b>"
        assert item.operation == type(op)(**{f: getattr(op, f) for f in op.__slots__} | {"raw": "\\ud800<b>"})

    @pytest.mark.parametrize(
        ("first", "second", "states"),
        [
            (OperationKind.VOID, OperationKind.RESTORE, ["cancelled", "cancelled"]),
            (OperationKind.RESTORE, OperationKind.VOID, ["cancelled", "cancelled"]),
            (OperationKind.VOID, OperationKind.VOID, ["cancelled", "pending"]),
            (OperationKind.RECORD, OperationKind.UNRECORD, ["cancelled", "cancelled"]),
            (OperationKind.RECORD, OperationKind.VOID, ["pending", "pending"]),
        ],
    )
    def test_a_later_operation_supersedes_an_unsent_earlier_one(self, store, ledger, first, second, states):
        store.ledger(lambda tx: tx.enqueue([operation(first, "s", "a")]))
        store.ledger(lambda tx: tx.enqueue([operation(second, "s", "a")]))
        assert [i.state.value for i in ledger.outbox(frozenset(OperationState))] == states

    @pytest.mark.parametrize("claimed", [True, False])
    def test_but_not_one_that_may_have_arrived(self, store, ledger, claimed):
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.VOID, "s", "a")]))
        if claimed:
            store.claim([1])
        else:
            store.settle(1, OperationState.PENDING, "timeout", NOW, unknown=True)
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.RESTORE, "s", "a")]))
        assert [i.state.value for i in ledger.outbox(frozenset(OperationState))] == ["pending", "pending"]
        local = store.ledger(lambda tx: tx.local_facts(PassKey(ACCOUNT, "a")))
        assert [v.voided for v in local.voids] == [True, False]

    def test_stored_value_is_marked_as_sent(self, store, ledger, caches):
        scan_id = new_id()
        present(store, caches, CODE, COUNTED, scan_id=scan_id)
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.VALUE, scan_id, KEY.uid, amount=Decimal(-1))]))
        assert not store.ledger(lambda tx: tx.local_facts(KEY)).uses[0].value_sent
        item = ledger.outbox(frozenset({OperationState.PENDING}))[-1]
        store.settle(item.number, OperationState.SENT, "", NOW)
        use = store.ledger(lambda tx: tx.local_facts(KEY)).uses[0]
        assert (use.value_sent, use.value_sent_at) == (True, NOW)


class TestConflicts:
    def conflict(self, store, ledger, caches, state=OperationState.CONTESTED):
        scan_id = new_id()
        present(store, caches, CODE, scan_id=scan_id)
        (item,) = ledger.outbox_due(ACCOUNT, NOW, 10)
        store.settle(item.number, state, "voided by another door", NOW, facts={"device": "door-2"})
        return scan_id

    @pytest.mark.parametrize("state", [OperationState.CONTESTED, OperationState.REFUSED])
    def test_both_sides_are_kept(self, store, ledger, caches, state):
        scan_id = self.conflict(store, ledger, caches, state)
        (row,) = ledger.conflicts()
        assert row.body["here"]["scan_id"] == scan_id
        assert row.body["there"] == {"device": "door-2"}
        assert row.body["answer"] == "voided by another door"
        assert row.body["pass"]["uid"] == KEY.uid
        assert row in ledger.history(KEY)

    def test_two_reports_of_one_admission_that_meet_the_same_are_one_conflict(self, store, ledger, caches):
        """A pass that was deleted can neither be recorded nor voided: people have one guest to ask about."""
        present(store, caches, CODE)
        scan, void = ledger.outbox(frozenset({OperationState.PENDING}))
        for item in (scan, void):
            store.settle(item.number, OperationState.CONTESTED, "deleted", NOW, facts={"state": "deleted"})
        assert [row.body["there"] for row in ledger.conflicts()] == [{"state": "deleted"}]
        assert ledger.outbox_counts() == {OperationState.CONTESTED: 2}

    def test_two_reports_that_meet_different_things_are_two(self, store, ledger, caches):
        present(store, caches, CODE)
        for number, item in enumerate(ledger.outbox(frozenset({OperationState.PENDING}))):
            store.settle(item.number, OperationState.CONTESTED, "", NOW, facts={"device": f"door-{number}"})
        assert len(ledger.conflicts()) == 2

    @pytest.mark.parametrize("by", ["number", "fact_id"])
    def test_a_person_settles_it(self, store, ledger, caches, by):
        self.conflict(store, ledger, caches)
        (row,) = ledger.conflicts()
        body = {"conflict": getattr(row, by), "note": "let in, paid"}
        store.ledger(lambda tx: tx.add_fact("f1", FactKind.SETTLED, AT, body))
        assert ledger.conflicts() == []
        assert ledger.conflicts(open_only=False) == [row]
        assert [f.body["note"] for f in facts_of(ledger, FactKind.SETTLED)] == ["let in, paid"]

    def test_a_refused_scan_that_could_not_be_told_is_none(self, store, ledger, caches):
        scan_id = new_id()
        present(store, caches, "unknown", scan_id=scan_id)
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.RECORD, scan_id, "")]))
        store.settle(1, OperationState.REFUSED, "404", NOW)
        assert ledger.conflicts() == []


class TestChain:
    def test_whole_after_all_kinds_of_facts(self, store, ledger, caches):
        for n in range(5):
            present(store, caches, a_pass(n).barcode)
        report = store.verify()
        assert (report.rows, report.first_bad) == (5, None)
        assert report.head == ledger.recent_scans(1)[0].hash

    @pytest.mark.parametrize(
        ("tamper", "bad"),
        [
            ("UPDATE facts SET body = replace(body, 'ADMIT', 'VOIDED') WHERE seq = 3", 3),
            ("UPDATE facts SET outcome = 'refuse' WHERE seq = 2", 2),
            ("UPDATE facts SET at = at + 1 WHERE seq = 4", 4),
            ("DELETE FROM facts WHERE seq = 2", 3),
            ("UPDATE facts SET body_hash = hash, body = '' WHERE seq = 2", 2),
            ("UPDATE facts SET body_hash = 'x' WHERE seq = 2", 2),
        ],
    )
    def test_tampering_shows(self, store, folder, caches, tamper, bad):
        for n in range(5):
            present(store, caches, a_pass(n).barcode)
        with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as other:
            other.execute(tamper)
        assert store.verify().first_bad == bad

    @pytest.mark.parametrize(
        ("tamper", "differs"),
        [
            ("DELETE FROM uses WHERE scan_id = (SELECT id FROM facts WHERE seq = 3)", ("uses", "missing")),
            ("UPDATE uses SET undone = 1", ("uses", "undone_without_fact")),
            ("UPDATE uses SET at = at + 1", ("uses", "without_fact")),
            ("DELETE FROM outbox WHERE number = 2", ("outbox", "rows_missing")),
            ("DELETE FROM outbox WHERE number > 5", ("outbox", "missing")),
            ("UPDATE outbox SET scan_id = 'elsewhere' WHERE number = 2", ("outbox", "without_fact")),
            ("UPDATE outbox SET kind = 'void' WHERE number = 1", ("outbox", "missing")),
            ("UPDATE outbox SET state = 'sent' WHERE number = 1", ("outbox", "state_without_try")),
            ("UPDATE outbox SET state = 'refused' WHERE number = 1", ("outbox", "state_without_try")),
            ("UPDATE outbox SET state = 'cancelled' WHERE number = 1", ("outbox", "cancelled_without_fact")),
        ],
    )
    def test_what_does_not_follow_from_the_facts_shows(self, store, folder, caches, tamper, differs):
        for n in range(3):
            present(store, caches, a_pass(n).barcode)
        present(store, caches, "unknown")
        assert store.differences() == []
        with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as other:
            other.execute(tamper)
        assert differs in {(each.table, each.what) for each in store.differences()}
        assert store.verify().first_bad is None

    @pytest.mark.parametrize(
        ("tamper", "differs"),
        [
            ("UPDATE uses SET undone = 0", ("uses", "not_undone")),
            ("UPDATE uses SET undone = 1 - undone", ("uses", "undone_without_fact")),
            ("DELETE FROM conflicts", ("conflicts", "missing")),
            ("UPDATE conflicts SET settled_by = 'nobody'", ("conflicts", "settled_without_fact")),
            ("DELETE FROM outbox WHERE kind = 'unrecord'", ("outbox", "missing")),
            ("UPDATE outbox SET state = 'pending' WHERE number = 1", ("outbox", "state_without_try")),
        ],
    )
    def test_what_does_not_follow_from_an_undo_or_a_conflict_shows(
        self, store, folder, ledger, caches, tamper, differs
    ):
        first, second = new_id(), new_id()
        present(store, caches, CODE, COUNTED, scan_id=first)
        present(store, caches, CODE, COUNTED, scan_id=second)
        for item in ledger.outbox(frozenset({OperationState.PENDING})):
            state = OperationState.SENT if item.operation.scan_id == first else OperationState.CONTESTED
            store.settle(item.number, state, "", NOW)
        store.ledger(lambda tx: tx.undo("u1", first, AT, "Kim", "wrong guest"))
        store.ledger(lambda tx: tx.enqueue([operation(OperationKind.UNRECORD, first, KEY.uid)]))
        assert store.differences() == []
        with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as other:
            other.execute(tamper)
        assert differs in {(each.table, each.what) for each in store.differences()}

    def test_purged_bodies_keep_the_chain(self, store, ledger, caches):
        old = NOW - timedelta(days=20)
        for n in range(3):
            present(store, caches, a_pass(n).barcode, COUNTED, at=old)
        present(store, caches, CODE)
        for item in ledger.outbox(frozenset({OperationState.PENDING}))[:3]:
            store.settle(item.number, OperationState.SENT, "", NOW)
        count = store.ledger(lambda tx: tx.purge("p1", AT, NOW - timedelta(days=10)))
        assert count == 3
        report = store.verify()
        assert (report.rows, report.first_bad, report.purged) == (5, None, 3)
        assert ledger.facts(frozenset({FactKind.SCAN}))[0].body == {"purged": True}
        assert len(store.ledger(lambda tx: tx.local_facts(KEY)).uses) == 2
        assert store.differences() == []

    @pytest.mark.parametrize("at_once", [True, False], ids=["by the running door", "by a command"])
    def test_what_was_purged_stands_in_no_file_of_the_ledger(self, store, folder, ledger, caches, at_once):
        old = NOW - timedelta(days=20)
        assert present(store, caches, CODE, at=old).admits
        assert present(store, caches, STRANGE, at=old).reason is Reason.UNKNOWN
        told = operation(OperationKind.RECORD, ledger.recent_scans(1)[0].fact_id, "")
        store.ledger(lambda tx: tx.enqueue([replace(told, raw=STRANGE)]))
        for item in ledger.outbox(frozenset({OperationState.PENDING})):
            store.settle(item.number, OperationState.SENT, "", NOW)
        second = folder / "journal.jsonl"
        until(lambda: STRANGE.encode() in second.read_bytes())
        assert store.ledger(lambda tx: tx.purge("p1", AT, NOW)) == 2
        assert store.differences() == []
        if at_once:
            until(lambda: CODE.encode() not in second.read_bytes())
        store.close()
        with closing(sqlite3.connect(folder / "ledger.db")) as left:
            whole = "".join(left.iterdump()) + second.read_text()
        assert [code for code in (CODE, STRANGE) if code in whole] == []

    def test_what_is_not_sent_yet_is_not_purged(self, store, caches):
        present(store, caches, CODE, at=NOW - timedelta(days=20))
        assert store.ledger(lambda tx: tx.purge("p1", AT, NOW)) == 0
