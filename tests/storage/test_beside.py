"""A database beside ledger and caches is encrypted where they are; a plain one of an earlier program is taken along."""

import pytest

from scanner_app.storage import cipher
from scanner_app.venue.book import FORMAT, Batch, Book, Entry

pytestmark = pytest.mark.skipif(not cipher.available(), reason="sqlcipher3 has wheels for Linux only")
ENTRY = Entry(7, "claim-1", "r.main.pass-of-ada.0", b"Ada's admission")


@pytest.fixture
def folder(tmp_path):
    cipher.unlock(tmp_path, cipher.new_key())
    yield tmp_path
    cipher.unlock(tmp_path, None)


def on_disk(folder):
    return b"".join(p.read_bytes() for p in folder.rglob("venue.db*"))


def kept(book):
    try:
        return list(book.entries())
    finally:
        book.close()


def filled(path, connect=None):
    book = Book(path, connect)
    book.add(Batch([ENTRY], 7))
    return book


def test_what_other_doors_did_cannot_be_read_from_an_encrypted_folder(folder):
    book = filled(folder / "venue.db", cipher.open_beside)
    assert b"Ada" not in on_disk(folder)
    assert b"SQLite format" not in on_disk(folder)
    book.close()
    assert kept(Book(folder / "venue.db", cipher.open_beside)) == [ENTRY]


def test_a_plain_book_is_encrypted_and_nothing_of_it_is_left_plain(folder):
    filled(folder / "venue.db").close()
    assert b"Ada" in on_disk(folder)
    with cipher.open_beside(folder / "venue.db") as opened:
        assert opened.execute("PRAGMA user_version").fetchone()[0] == FORMAT
    opened.close()
    assert kept(Book(folder / "venue.db", cipher.open_beside)) == [ENTRY]
    assert b"Ada" not in on_disk(folder)


def test_a_plain_book_left_by_a_crash_is_encrypted_with_what_is_in_its_wal(folder):
    left = filled(folder / "venue.db")  # never closed: the record is in the WAL alone
    for name in ("venue.db", "venue.db-wal"):
        (folder / f"copy-{name}").write_bytes((folder / name).read_bytes())
    left.close()
    for name in ("venue.db", "venue.db-wal"):
        (folder / f"copy-{name}").replace(folder / name)
    assert kept(Book(folder / "venue.db", cipher.open_beside)) == [ENTRY]
    assert b"Ada" not in on_disk(folder)


def test_a_damaged_book_is_begun_anew(folder):
    (folder / "venue.db").write_bytes(b"noise" * 1000)
    assert kept(Book(folder / "venue.db", cipher.open_beside)) == []


def test_without_a_key_it_stays_a_plain_database(tmp_path):
    filled(tmp_path / "venue.db", cipher.open_beside).close()
    assert on_disk(tmp_path).startswith(cipher.PLAIN)
