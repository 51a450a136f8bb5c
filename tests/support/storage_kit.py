"""Made-up passes, places and redemptions against a real store: the short way through the door."""

import itertools
import threading
import uuid
from datetime import UTC, datetime, timedelta

from scanner_app.application.ports import LedgerTx
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.effective import effective
from scanner_app.domain.passes import IdentifierKind, Matches, Pass
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.domain.rules import decide
from scanner_app.domain.scan import LocalUse, Moment, Operation, OperationKind, Scan
from scanner_app.domain.verdict import Verdict

ACCOUNT = "acc"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PLACE = Place("Main", (Accepted(ACCOUNT, place="main-door"),))
COUNTED = Place("Count", (Accepted(ACCOUNT, place="count-door"),), policy=Policy.COUNTED, entries=10**6)
BARCODES = frozenset({IdentifierKind.BARCODE})
ANY = frozenset(IdentifierKind)
_numbers = itertools.count()


def barcodes(_account: str) -> frozenset[IdentifierKind]:
    """Barcodes alone, as Passcreator's are configured."""
    return BARCODES


def anything(_account: str) -> frozenset[IdentifierKind]:
    """Any identifier, as for typed-in values."""
    return ANY


def a_pass(number: int, **changes: object) -> Pass:
    """A pass like a platform's, distinct by its number."""
    uid = str(uuid.UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128))
    base: dict[str, object] = {
        "account": ACCOUNT,
        "platform": "passcreator",
        "uid": uid,
        "template": "3f0b3a50-6f0a-4a0e-9d54-0f6a3f6a1c11",
        "template_name": "Summer Night 2026",
        "identifiers": {
            IdentifierKind.BARCODE: f"BC{number * 7919:012d}",
            IdentifierKind.UID: uid,
            IdentifierKind.EXTERNAL_ID: f"CUST-{number:07d}",
        },
        "holder": f"{FIRST[number % len(FIRST)]} {LAST[number // 7 % len(LAST)]}",
        "fields": {"email": f"guest{number}@example.org", "Ticket": "VIP", "Seat": f"A{number % 100}"},
        "valid_from": NOW - timedelta(days=30),
        "expires": NOW + timedelta(days=30),
        "created": NOW - timedelta(days=40, seconds=number % 86_400),
        "modified": NOW - timedelta(days=1, seconds=number % 86_400),
        "seen_at": NOW,
    }
    return Pass(**{**base, **changes})  # type: ignore[arg-type]


FIRST = ("Anna", "Jürgen", "Zoë", "Łukasz", "Siân", "محمد", "Eva", "Noah", "Ida", "Björn", "Marie", "Ole", "İpek")
LAST = ("Müller", "Groß", "Nowak", "O'Brien", "Ångström", "Schmidt", "García", "Yılmaz", "Dvořák", "Smith", "Weiß")


def present(
    store, reader, code: str, place: Place = PLACE, *, scan_id: str | None = None, at: datetime = NOW
) -> Verdict:
    """Look a code up, decide, record: what the application does for each scan."""
    credential = Credential(code, Symbology.QR)
    found = tuple(reader.find(credential.candidates, [ACCOUNT], barcodes))
    return store.ledger(redemption(found, credential, place, scan_id=scan_id or new_id(), at=at))


def redemption(found: tuple[Pass, ...], credential: Credential, place: Place, *, scan_id: str, at: datetime = NOW):
    """The work of one scan, as the clerk runs it."""

    def work(tx: LedgerTx) -> Verdict:
        states = [effective(one, tx.local_facts(one.key)) for one in found]
        uses = states[0][1] if states else ()
        verdict = decide(Matches(tuple(one for one, _ in states)), uses, place, credential, at)
        scan = Scan(scan_id, Moment(at, 1.0), "door-1", place.name, credential, verdict)
        subject = verdict.subject
        if subject is None or not verdict.records_use:
            tx.record(scan, None, ())
            return verdict
        here = place.platform_place(subject.account)
        use = LocalUse(scan_id, here, at, verdict.direction, verdict.amount, "door-1")
        kinds = [OperationKind.RECORD, *([OperationKind.VOID] if verdict.spends else [])]
        tx.record(scan, use, [operation(kind, scan_id, subject.uid, at=at, raw=credential.text) for kind in kinds])
        return verdict

    return work


def operation(kind: OperationKind, scan_id: str, uid: str, *, at: datetime = NOW, **more: object) -> Operation:
    """An operation on a pass of the account."""
    return Operation(kind, scan_id, ACCOUNT, uid, at, device="door-1", outcome="admit", **more)  # type: ignore[arg-type]


def new_id() -> str:
    """An id no other call in this run returned, growing like a UUIDv7."""
    return f"0199{next(_numbers):08x}-0000-7000-8000-{uuid.uuid4().hex[:12]}"


def load(store, passes, *, stream: str = "tpl", account: str = ACCOUNT, page: int = 1000, at: datetime = NOW) -> None:
    """Load passes in one complete full walk."""
    store.cache(account, lambda tx: tx.set_streams([stream]))
    walk = store.cache(account, lambda tx: tx.begin_walk(stream, at, ""))
    rows = list(passes)
    for start in range(0, len(rows), page):
        part = rows[start : start + page]
        store.cache(account, lambda tx, part=part: tx.upsert(part, stream=stream, generation=walk.generation))
        store.cache(account, lambda tx, n=start: tx.page_done(stream, str(n), n + page, len(rows)))
    store.cache(account, lambda tx: tx.tombstone_unseen(stream, walk.generation))
    store.cache(account, lambda tx: tx.end_walk(stream, "cursor-1", at, len(rows)))


def until(fact, seconds=10.0):
    """Wait for a fact, without sleeping on it for longer than a moment at a time."""
    pause, waited = threading.Event(), 0.0
    while not fact():
        assert waited < seconds, "it never came true"
        pause.wait(0.002)
        waited += 0.002
