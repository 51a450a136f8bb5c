"""The hash chain over facts: whoever edits, drops or inserts one breaks it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner_app.storage.compact import encoded, loads
from scanner_app.storage.connection import Connection, Row
from scanner_app.storage.factcodec import SELECT, Head
from scanner_app.storage.sha import sha256

GENESIS = bytes(32)
"""What the first fact is chained to."""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the chain found: the newest hash in hex, the number of the first bad row."""

    rows: int
    head: str
    first_bad: int | None = None
    purged: int = 0


def body_hash(body: str) -> bytes:
    """Return the hash that stands for a body, also after the body was purged."""
    return sha256(body.encode()).digest()


def link(previous: bytes, seq: int, head: Head, body: bytes) -> bytes:
    """Return the hash of a fact: the one before, its columns, the hash of its body."""
    return sha256(previous + encoded((seq, *head)) + body).digest()


def verify(connection: Connection) -> ChainReport:
    """Walk the whole chain; stop at nothing, report the first bad row."""
    return check(connection.execute(SELECT["facts"] + " ORDER BY seq"))


def check(rows: Iterable[Row]) -> ChainReport:
    """Return what the chain over these rows is worth. A purged row counts only if a later purge fact names it."""
    previous, count, purged, last_purged, allowed = GENESIS, 0, 0, 0, 0
    first_bad: int | None = None
    for row in rows:
        count += 1
        seq, body, kept, stored = row[0], row[9], row[10], row[11]
        known = body_hash(body) if body else kept or b""
        # A body and a hash to stand for it: only a purge puts one there, and takes the other away.
        good = seq == count and not (body and kept) and stored == link(previous, seq, Head(*row[1:9]), known)
        if not good and first_bad is None:
            first_bad = seq
        if not body:
            purged, last_purged = purged + 1, seq
        elif row[2] == "purge":
            allowed = max(allowed, int(loads(body).get("through", 0)))
        previous = stored
    if first_bad is None and last_purged > allowed:
        first_bad = last_purged
    return ChainReport(count, previous.hex(), first_bad, purged)
