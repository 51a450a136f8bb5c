"""A venue's book on a disk that takes no more: told as such, nothing half kept, and followed on when there is room."""

import pytest
from support.venue_door import kiosks
from support.venue_kit import until

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.venue.book import Batch, Book, Entry


def fill(book: Book) -> None:
    pages = book._db.execute("PRAGMA page_count").fetchone()[0]
    book._db.execute(f"PRAGMA max_page_count = {pages}")


def empty(book: Book) -> None:
    book._db.execute("PRAGMA max_page_count = 1073741823")


def test_a_full_disk_is_told_and_keeps_nothing_by_halves(tmp_path):
    book = Book(tmp_path / "venue.db")
    fill(book)
    batch = Batch([Entry(n, f"claim-{n}", f"r.place.pass.{n}", b"x" * 4000) for n in range(1, 20)], 19)
    with pytest.raises(StorageTrouble) as raised:
        book.add(batch)
    assert raised.value.kind is StorageKind.FULL
    assert (book.sequence, book.count()) == (0, 0)
    empty(book)
    book.add(batch)
    assert (book.sequence, book.count()) == (19, 19)
    book.close()


def test_a_book_that_was_closed_says_so(tmp_path):
    book = Book(tmp_path / "venue.db")
    book.close()
    with pytest.raises(StorageTrouble):
        book.get("sequence")


def test_a_kiosk_whose_disk_was_full_follows_the_venue_on(own_hub, tmp_path):
    with kiosks(own_hub, tmp_path, ["kiosk-01", "kiosk-02"], deadline=5.0) as (first, second):
        for kiosk in (first, second):
            kiosk.load(40)
        assert first.show(0).scan.verdict.admits
        until(lambda: len(second.uses(0)) == 1)
        fill(second.hub._book)
        for n in range(1, 30):
            assert first.show(n).scan.verdict.admits
        until(lambda: second.hub._book.sequence < first.hub.state().sequence)
        empty(second.hub._book)
        until(lambda: second.hub.state().sequence == first.hub.state().sequence)
        assert [len(second.uses(n)) for n in range(30)] == [1] * 30
