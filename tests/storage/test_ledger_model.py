"""The ledger against a model in plain Python: scans, undoings, claims, deliveries, crashes, ruins in any order."""

import itertools
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.storage_kit import ACCOUNT, COUNTED, NOW, PLACE, a_pass, operation, redemption

from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import Moment, OperationKind, OperationState
from scanner_app.storage.store import Store

PASSES = [a_pass(n) for n in range(3)]
MEMORY = Path("/dev/shm")
"""Files in memory, where there is such a place: here the order of things is tried, not the disk."""
VOIDS = {"void": "restore", "restore": "void"}


@dataclass
class Item:
    """An outbox row as the model has it."""

    number: int
    uid: str
    scan_id: str
    kind: str
    state: str = "pending"
    tries: int = 0
    unknown: bool = False
    claimed: bool = False
    next_try: int = 0

    @property
    def unsent(self):
        return self.state == "pending" and self.tries == 0 and not self.unknown and not self.claimed


@dataclass
class Model:
    """What the ledger should hold."""

    uses: dict = field(default_factory=dict)  # scan_id -> (uid, undone)
    items: list = field(default_factory=list)
    facts: int = 0
    conflicts: int = 0

    def queue(self, uid, scan_id, kind):
        item = Item(len(self.items) + 1, uid, scan_id, kind)
        pending = [i for i in self.items if i.uid == uid and i.state == "pending"]
        last = next((i for i in reversed(pending) if i.kind in VOIDS), None)
        if kind in VOIDS and last is not None and last.unsent:
            last.state = "cancelled"
            if last.kind == VOIDS[kind]:
                item.state = "cancelled"
        self.items.append(item)

    def due(self, minute):
        seen, due = set(), []
        for i in self.items:
            if i.state == "pending" and i.uid not in seen:
                seen.add(i.uid)
                if i.next_try <= minute:
                    due.append(i)
        return due


class LedgerMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.base = Path(tempfile.mkdtemp(prefix="ledger-model-", dir=MEMORY if MEMORY.is_dir() else None))
        self.folder = self.base / "kiosk"
        self.store = Store(self.folder, {ACCOUNT: "t"})
        self.store.open()
        self.ids = itertools.count(1)
        self.minute = 0
        self.model = Model()

    @rule(number=st.integers(0, 2), place=st.sampled_from([PLACE, COUNTED]))
    def scan(self, number, place):
        scan_id = f"s{next(self.ids)}"
        one = PASSES[number]
        at = NOW + timedelta(minutes=self.minute)
        work = redemption((one,), Credential(one.barcode, Symbology.QR), place, scan_id=scan_id, at=at)
        verdict = self.store.ledger(work)
        living = [s for s, (uid, undone) in self.model.uses.items() if uid == one.uid and not undone]
        used_here = [s for s in living if self.places[s] == place.name] if place is PLACE else []
        voided = [i for i in self.model.items if i.uid == one.uid and i.kind in VOIDS]
        voided = [i for i in voided if i.state in ("pending", "sent", "contested")]
        spent = bool(voided) and voided[-1].kind == "void"
        assert verdict.admits == (not used_here and not (spent and (place is PLACE or not living))), verdict
        self.model.facts += 1
        if verdict.admits:
            self.model.uses[scan_id] = (one.uid, False)
            self.places[scan_id] = place.name
            self.model.queue(one.uid, scan_id, "record")
            if verdict.spends:
                self.model.queue(one.uid, scan_id, "void")

    @property
    def places(self):
        return self.__dict__.setdefault("_places", {})

    @precondition(lambda self: self.model.uses)
    @rule(data=st.data())
    def undo(self, data):
        scan_id = data.draw(st.sampled_from(sorted(self.model.uses)))
        uid, undone = self.model.uses[scan_id]
        moment = Moment(NOW + timedelta(minutes=self.minute), 0.0)
        fact_id = f"u{next(self.ids)}"

        def work(tx):
            sent = tx.undo(fact_id, scan_id, moment, "Kim", "mistake")
            voids = [operation(OperationKind.RESTORE, scan_id, uid) for op in sent if op.kind is OperationKind.VOID]
            tx.enqueue(voids)
            return sent

        sent = self.store.ledger(work)
        if undone:
            assert not sent
            return
        mine = [i for i in self.model.items if i.scan_id == scan_id]
        for item in mine:
            if item.unsent:
                item.state = "cancelled"
        expected = [i for i in mine if i.state in ("pending", "sent")]
        assert [op.kind.value for op in sent] == [i.kind for i in expected]
        self.model.uses[scan_id] = (uid, True)
        self.model.facts += 1
        if any(i.kind == "void" for i in expected):
            self.model.queue(uid, scan_id, "restore")

    def drawn_due(self, data):
        due = self.model.due(self.minute)
        return data.draw(st.sampled_from(due)) if due else None

    @rule(data=st.data())
    def claim(self, data):
        item = self.drawn_due(data)
        if item is not None:
            assert self.store.claim([item.number]) == {item.number}
            item.unknown |= item.claimed
            item.claimed = True

    @rule(data=st.data(), state=st.sampled_from(OperationState), unknown=st.booleans(), wait=st.integers(0, 5))
    def settle(self, data, state, unknown, wait):
        item = self.drawn_due(data)
        if item is None or state is OperationState.CANCELLED:
            return
        at = NOW + timedelta(minutes=self.minute)
        later = at + timedelta(minutes=wait) if state is OperationState.PENDING else None
        self.store.settle(item.number, state, "answer", at, next_try=later, unknown=unknown)
        item.state, item.tries, item.claimed = state.value, item.tries + 1, False
        item.unknown = state is OperationState.PENDING and (unknown or item.unknown)
        item.next_try = self.minute + wait
        if state in (OperationState.REFUSED, OperationState.CONTESTED):
            self.model.facts += 1
            self.model.conflicts += 1

    @rule()
    def wait(self):
        self.minute += 3

    @rule()
    def restart(self):
        self.store.close()
        self.reopen()

    @rule()
    def crash(self):
        """The machine dies: whatever is on the disk now is what the next start finds."""
        image = self.base / f"crashed-{next(self.ids)}"
        shutil.copytree(self.folder, image)
        self.store.close()
        self.folder = image
        self.reopen()
        assert self.store.health().unclean_start

    @rule()
    def ruin(self):
        """The ledger is damaged beyond reading: the journal has all that is unsent, and here all there is."""
        before = self.rows()
        self.store.close()
        (self.folder / "ledger.db").write_bytes(b"\0" * 5000)
        self.reopen()
        assert {n for n, state in before if state == "pending"} <= {n for n, _ in self.rows()}
        self.store.close()
        shutil.rmtree(self.base)
        self.begin()
        self.places.clear()

    def rows(self):
        with self.store.ledger_reader() as reader:
            return set(reader._rows("SELECT number, state FROM outbox"))

    def reopen(self):
        self.store = Store(self.folder, {ACCOUNT: "t"})
        self.store.open()
        for item in self.model.items:
            item.unknown, item.claimed = item.unknown or item.claimed, False

    @invariant()
    def agrees(self):
        at = NOW + timedelta(minutes=self.minute)
        with self.store.ledger_reader() as reader:
            due = [i.number for i in reader.outbox_due(ACCOUNT, at, 100)]
            items = reader.outbox(frozenset(OperationState))
            conflicts = len(reader.conflicts())
        assert due == [i.number for i in self.model.due(self.minute)]
        assert [(i.operation.kind.value, i.state.value, i.tries, i.unknown) for i in items] == [
            (i.kind, i.state, i.tries, i.unknown or i.claimed) for i in self.model.items
        ]
        assert conflicts == self.model.conflicts
        report = self.store.verify()
        assert (report.rows, report.first_bad) == (self.model.facts, None)
        for one in PASSES:
            uses = self.store.ledger(lambda tx, one=one: tx.local_facts(PassKey(ACCOUNT, one.uid))).uses
            assert {u.scan_id: u.undone for u in uses} == {
                s: undone for s, (uid, undone) in self.model.uses.items() if uid == one.uid
            }

    def teardown(self):
        assert self.store.differences() == []
        self.store.close()
        shutil.rmtree(self.base, ignore_errors=True)


LedgerMachine.TestCase.settings = settings(max_examples=8, stateful_step_count=15, deadline=None)
TestLedger = LedgerMachine.TestCase
