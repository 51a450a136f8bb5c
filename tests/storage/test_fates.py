"""What the ledger tells of a scan after it: taken back by whom and why, told to its platform or not yet."""

from datetime import timedelta

from scanner_app.application.fates import Fate, fates, taken_back
from scanner_app.domain.scan import Moment, OperationState
from scanner_app.ui.records import tally
from tests.support.storage_kit import ACCOUNT, NOW, PLACE, a_pass, load, present

HOUR = timedelta(hours=1)


def test_a_scan_is_confirmed_when_all_of_it_was_sent_and_undone_when_taken_back(store, ledger, caches):
    load(store, [a_pass(n) for n in range(3)])
    for n in range(3):
        present(store, caches, a_pass(n).barcode, scan_id=f"scan-{n}")
    assert fates(ledger, ledger.recent_scans(5)) == {}
    for item in ledger.outbox(frozenset({OperationState.PENDING})):
        if item.operation.scan_id != "scan-2":
            store.settle(item.number, OperationState.SENT, "204", NOW)
    store.ledger(lambda tx: tx.undo("u1", "scan-1", Moment(NOW, 2.0), "supervisor", "wrong guest"))
    known = fates(ledger, ledger.recent_scans(5))
    assert set(known) == {"scan-0", "scan-1"}
    assert known["scan-0"] == Fate(sent=True)
    assert (known["scan-1"].undone, known["scan-1"].operator, known["scan-1"].why) == (NOW, "supervisor", "wrong guest")
    assert ACCOUNT
    rows = ledger.recent_scans(5)
    page = tally(rows, NOW - HOUR, NOW + HOUR, taken_back(ledger, rows))
    assert page.admitted == ledger.admitted_count(PLACE.name, NOW - HOUR) == 2, "the page of numbers and the door"
