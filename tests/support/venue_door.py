"""A kiosk of a venue for tests: a real ledger, a real door's judgement, a real link to real hubs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.storage_kit import ACCOUNT, a_pass, load
from support.venue_kit import Venue

from scanner_app.application import correct
from scanner_app.application.clock import SystemClock
from scanner_app.application.config import AccountConfig, Settings, VenueConfig
from scanner_app.application.events import Decided
from scanner_app.application.find import Finder
from scanner_app.application.hub import Claim
from scanner_app.application.ids import new_id
from scanner_app.application.judging import Desk
from scanner_app.application.present import present
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import IdentifierKind, PassKey
from scanner_app.domain.place import Accepted, Place
from scanner_app.domain.scan import LocalUse
from scanner_app.storage.store import Store
from scanner_app.venue.book import Book
from scanner_app.venue.hub import Calls, VenueHub

MAIN = Place("Main", (Accepted(ACCOUNT, place="main-door", records=True),))


class Kiosk:
    """One door of a venue."""

    def __init__(
        self, venue: Venue, name: str, folder: Path, *, hubs: tuple[str, ...] = (), platforms=dict, **rule
    ) -> None:
        self.name, self.folder = name, folder
        self.config = VenueConfig("Test", name, hubs, **rule)
        accounts = (AccountConfig(ACCOUNT, "passcreator", "https://sim"),)
        self.settings = Settings(name, "Main", accounts, (MAIN,), venue=self.config)
        self.store = Store(folder, {ACCOUNT: "t"})
        self.store.open()
        self.clock = SystemClock()
        self.hub = VenueHub(
            venue.enrolment(name, hubs),
            lambda: self.config,
            self.store,
            self.clock,
            Book(folder / "venue.db"),
            Calls(platforms, door=lambda: {"door": "Main", "device": name, "refused": 3}),
        )
        finder = Finder(self.store, lambda: self.settings, dict)
        self.desk = Desk(self.store, self.clock, lambda: self.settings, finder, lambda: {ACCOUNT: "t"}, self.hub)
        self.hub.start()

    def close(self) -> None:
        assert self.hub.stop(), "the hub's threads did not end"
        self.store.close()

    def load(self, count: int, **changes: object) -> None:
        now = datetime.now(UTC)
        window = {"valid_from": now - timedelta(days=1), "expires": now + timedelta(days=1), **changes}
        load(self.store, [a_pass(n, **window) for n in range(count)])

    def show(self, number: int, place: Place = MAIN) -> Decided:
        code = a_pass(number).identifiers[IdentifierKind.BARCODE]
        return present(self.desk, Credential(code, Symbology.QR), place)

    def undo(self, decided: Decided) -> None:
        assert not correct.undo(self.desk, decided.scan.scan_id, "supervisor: Ada", "went home").trouble

    def uses(self, number: int) -> tuple[LocalUse, ...]:
        with self.store.ledger_reader() as reader:
            return reader.local_facts(a_pass(number).key).uses

    def conflicts(self) -> list[dict[str, object]]:
        with self.store.ledger_reader() as reader:
            return [dict(row.body) for row in reader.conflicts()]

    def unsent(self) -> int:
        with self.store.ledger_reader() as reader:
            return sum(reader.outbox_counts().values())


@contextlib.contextmanager
def kiosks(venue: Venue, folder: Path, names: list[str], **rule: object) -> Iterator[list[Kiosk]]:
    """Kiosks that are closed at the end, whatever happens."""
    with contextlib.ExitStack() as stack:
        made = []
        for name in names:
            kiosk = Kiosk(venue, name, folder / name, **rule)
            stack.callback(kiosk.close)
            made.append(kiosk)
        yield made


def a_claim(uid: str = "u1", *, known: int = 0, allowed: int | None = 1, claim_id: str = "", **more: object) -> Claim:
    """A claim on a pass at the main door."""
    key = PassKey(ACCOUNT, uid)
    return Claim(claim_id or new_id(), key, "main-door", known, allowed, datetime.now(UTC), **more)
