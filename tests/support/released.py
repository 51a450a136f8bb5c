"""Keeps what a released program leaves on disk, for the tests of every later one.

    PYTHONPATH=tests .venv/bin/python -m support.released tests/storage/released

once before the first release whose schema has a new number; the files of earlier numbers are never made again.
"""

import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

from support.storage_kit import ACCOUNT, COUNTED, a_pass, load, present

from scanner_app.storage.schema import CACHE, LEDGER
from scanner_app.storage.store import Store

TENANT = "t1"
USED, COUNTED_TWICE, FRESH, GONE = (a_pass(n) for n in range(1, 5))


def fill(folder: Path) -> None:
    """A kiosk in the middle of an event: admissions unsent, a refusal, an unknown code."""
    with Store(folder, {ACCOUNT: TENANT}) as store:
        load(store, [a_pass(n) for n in range(1, 50)])
        with store.cache_reader() as caches:
            present(store, caches, USED.barcode)
            present(store, caches, USED.barcode)
            present(store, caches, COUNTED_TWICE.barcode, COUNTED)
            present(store, caches, COUNTED_TWICE.barcode, COUNTED)
            present(store, caches, "nobody's code")


def keep(target: Path) -> Path:
    """Write the kiosk of this program into a file named after its schemas; return it."""
    made = target / f"ledger-{len(LEDGER)}-cache-{len(CACHE)}.zip"
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(made, "x", zipfile.ZIP_DEFLATED) as archive:
        fill(Path(folder))
        for path in sorted(Path(folder).rglob("*.db")):
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for path in sorted(p for p in Path(folder).rglob("*") if p.is_file() and p.suffix in (".db", ".jsonl")):
            archive.write(path, path.relative_to(folder))
    return made


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
