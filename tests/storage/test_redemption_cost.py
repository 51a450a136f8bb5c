"""What one redemption does, in counts that no load of the machine changes: statements, pages, calls, hashes."""

import hashlib
import sys
from contextlib import closing

import pytest

from scanner_app.application.present import record
from scanner_app.bench import made_up, redemption
from scanner_app.storage import sha
from scanner_app.storage.ledger_file import LedgerFile
from scanner_app.storage.store import Store

GUESTS = 40
PAGES = 10
"""Three tables and five indexes with a page each, and now and then one that splits."""

CALLS = 94
"""Functions of ours entered from `record` on: after an fsync each costs a microsecond and more."""


@pytest.fixture
def line(tmp_path):
    """Guests whose passes are found, and a ledger that is written on this very thread."""
    with Store(tmp_path / "kiosk", {made_up.ACCOUNT: "t"}) as store:
        made_up.load(store, GUESTS)
        desk = redemption.a_desk(store)
        ledger = LedgerFile(tmp_path / "ledger.db", lambda: None)
        ledger.open(unclean=False)
        with closing(ledger):
            yield desk, ledger, [redemption.look_up(desk, number) for number in range(GUESTS)]


def redeem(desk, ledger, found):
    assert ledger.run(lambda tx: record(tx, desk, *found)).verdict.admits


def test_one_look_and_one_insert_a_row(line):
    desk, ledger, guests = line
    redeem(desk, ledger, guests[0])
    said: list[str] = []
    ledger._db.set_trace_callback(said.append)
    redeem(desk, ledger, guests[1])
    ledger._db.set_trace_callback(None)
    first = [" ".join(sql.split()[:3]) for sql in said]
    inserts = ["INSERT INTO facts", "INSERT INTO uses", "INSERT INTO outbox", "INSERT INTO outbox"]
    assert first == ["BEGIN IMMEDIATE", "SELECT 1 FROM", *inserts, "COMMIT"]


def test_pages_written_to_the_wal(line):
    desk, ledger, guests = line
    ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    for found in guests:
        redeem(desk, ledger, found)
    _busy, frames, _copied = ledger._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert frames <= PAGES * GUESTS


def test_calls_of_python(line):
    desk, ledger, guests = line
    for found in guests[:5]:
        redeem(desk, ledger, found)
    entered: list[str] = []

    def hear(frame, event, _arg):
        if event == "call":
            entered.append(frame.f_code.co_name)

    def judged(tx):
        sys.setprofile(hear)
        try:
            return record(tx, desk, *guests[5])
        finally:
            sys.setprofile(None)

    ledger.run(judged)
    assert len(entered) <= CALLS, entered


def test_the_quick_hash_is_sha_256():
    for text in (b"", b"abc", bytes(range(256)) * 9):
        assert sha.sha256(text).digest() == hashlib.sha256(text).digest()
