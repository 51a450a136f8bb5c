"""Made-up passes in any number, the same for the same numbers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scanner_app.domain.passes import IdentifierKind, Pass
from scanner_app.storage.store import Store

ACCOUNT = "bench"
NOW = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)
FIRST = (
    *("Anna", "Ben", "Clara", "David", "Emma", "Finn", "Greta", "Hugo", "Ida", "Jürgen", "Karla", "Łukasz", "Marie"),
    *(
        "Noah",
        "Olga",
        "Pavel",
        "Quentin",
        "Rosa",
        "Siân",
        "Tomáš",
        "Uwe",
        "Valérie",
        "Wojciech",
        "Xenia",
        "Zoë",
        "محمد",
    ),
)
LAST = (
    *("Müller", "Groß", "Nowak", "O'Brien", "Ångström", "Schmidt", "García", "Yavuz", "Dvořák", "Smith", "Weiß"),
    *("Kowalski", "Rossi", "Dubois", "Jensen", "Horváth", "Popescu", "Ivanova", "Silva", "Jansen", "Keller", "Vogel"),
)
PAGE = 1000


def a_pass(number: int) -> Pass:
    """Return one pass with three identifiers, a holder and a few fields, like an event ticket's."""
    spread = (number * 0x9E3779B97F4A7C15) & (2**64 - 1)
    uid = str(uuid.UUID(int=spread << 64 | spread ^ number))
    return Pass(
        account=ACCOUNT,
        platform="passcreator",
        uid=uid,
        template="3f0b3a50-6f0a-4a0e-9d54-0f6a3f6a1c11",
        template_name="Summer Night",
        identifiers={
            IdentifierKind.BARCODE: barcode(number),
            IdentifierKind.UID: uid,
            IdentifierKind.EXTERNAL_ID: f"ORDER-{number:08d}",
        },
        holder=f"{FIRST[spread % len(FIRST)]} {LAST[spread // 97 % len(LAST)]}{number % 1000}",
        fields={"email": f"guest{number}@example.org", "Ticket": "Standing", "Seat": f"B{number % 400}"},
        valid_from=NOW - timedelta(days=2),
        expires=NOW + timedelta(days=36_500),  # good today as well, whenever that is
        created=NOW - timedelta(seconds=number % 5_000_000),
        modified=NOW - timedelta(seconds=number % 400_000),
        seen_at=NOW,
    )


def barcode(number: int) -> str:
    """Return the text in a pass's barcode."""
    return f"{(number * 0xD1B54A32D192ED03) & (2**64 - 1):020d}"


def load(store: Store, count: int) -> None:
    """Load so many passes in one full walk, page by page."""
    store.cache(ACCOUNT, lambda tx: tx.set_streams(["all"]))
    generation = store.cache(ACCOUNT, lambda tx: tx.begin_walk("all", NOW, "")).generation
    for page in pages(count):
        store.cache(ACCOUNT, lambda tx, page=page: tx.upsert(page, stream="all", generation=generation))  # type: ignore[misc]
    store.cache(ACCOUNT, lambda tx: tx.end_walk("all", "1", NOW, count))


def pages(count: int) -> Iterator[list[Pass]]:
    """Yield the passes in pages."""
    for start in range(0, count, PAGE):
        yield [a_pass(n) for n in range(start, min(start + PAGE, count))]


def size(folder: Path) -> int:
    """Return the bytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
