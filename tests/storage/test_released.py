"""What every released program left on disk is opened by this one, with nothing lost; a step that was shipped stays."""

import re
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from support import released
from support.storage_kit import ACCOUNT, COUNTED, NOW, present

from scanner_app.domain.scan import OperationState
from scanner_app.domain.verdict import Reason
from scanner_app.storage.migrations import bring_up, schema_version
from scanner_app.storage.schema import CACHE, LEDGER
from scanner_app.storage.store import Store

RELEASED = sorted((Path(__file__).parent / "released").glob("*.zip"))
each = pytest.mark.parametrize("kept", RELEASED, ids=lambda path: path.stem)


@pytest.fixture
def folder(kept, tmp_path):
    with zipfile.ZipFile(kept) as archive:
        archive.extractall(tmp_path / "kiosk")
    return tmp_path / "kiosk"


def schema(path):
    """Return what tables and indices a database has, and its version; not the library's own list of steps."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%migrations'")
        return schema_version(db), {name: re.sub(r"\s+", " ", sql).strip() for name, sql in rows}


def made_by(steps, path):
    with closing(sqlite3.connect(path)) as db:
        bring_up(db, steps, "made")
    return schema(path)


@each
def test_the_steps_that_were_shipped_are_as_they_were(folder, tmp_path):
    for kept, steps in ((folder / "ledger.db", LEDGER), (next((folder / "cache").glob("*.db")), CACHE)):
        version, tables = schema(kept)
        assert made_by(steps[:version], tmp_path / kept.name) == (version, tables)


@each
def test_an_upgrade_keeps_every_fact_and_every_pass(folder, tmp_path):
    opened = Store(folder, {ACCOUNT: released.TENANT})
    with opened as store, store.ledger_reader() as ledger, store.cache_reader() as caches:
        assert store.verify().first_bad is None
        assert len(ledger.recent_scans(10)) == 5
        assert len(ledger.outbox(frozenset({OperationState.PENDING}))) == 4
        assert ledger.admitted_count(COUNTED.name, NOW - timedelta(hours=1)) == 2
        assert present(store, caches, released.USED.barcode).reason is Reason.ALREADY_USED
        assert present(store, caches, released.FRESH.barcode).admits
        assert [p.uid for p in caches.search(released.GONE.holder, [ACCOUNT]) if p.uid == released.GONE.uid]
        assert store.verify().first_bad is None
    fresh = tmp_path / "fresh"
    with Store(fresh, {ACCOUNT: released.TENANT}):
        pass
    for made in sorted(fresh.rglob("*.db")):
        assert schema(folder / made.relative_to(fresh)) == schema(made)


def test_there_is_one_of_the_first():
    assert [path.stem for path in RELEASED][:1] == ["ledger-1-cache-1"]
