"""The tables, as numbered steps. A step that has been shipped is never edited; a change is a new step."""

from __future__ import annotations

from collections.abc import Sequence

LEDGER: Sequence[tuple[str, ...]] = (
    (
        """
        CREATE TABLE facts (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at INTEGER NOT NULL,
            place TEXT NOT NULL, account TEXT NOT NULL, uid TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
            body TEXT NOT NULL, body_hash BLOB, hash BLOB NOT NULL)
        """,
        "CREATE INDEX facts_of_pass ON facts(account, uid) WHERE uid != ''",
        "CREATE INDEX facts_refused ON facts(place, at) WHERE outcome = 'refuse'",
        "CREATE INDEX facts_rare ON facts(kind) WHERE kind NOT IN ('scan', 'undo')",
        """
        CREATE TABLE uses (
            account TEXT NOT NULL, uid TEXT NOT NULL, scan_id TEXT NOT NULL, door TEXT NOT NULL, place TEXT NOT NULL,
            at INTEGER NOT NULL, direction TEXT NOT NULL, amount TEXT NOT NULL, device TEXT NOT NULL,
            undone INTEGER NOT NULL, value_sent INTEGER, venue INTEGER NOT NULL,
            PRIMARY KEY (account, uid, scan_id)) WITHOUT ROWID
        """,
        "CREATE INDEX uses_at_door ON uses(door, at, undone)",
        """
        CREATE TABLE outbox (
            number INTEGER PRIMARY KEY, account TEXT NOT NULL, uid TEXT NOT NULL, scan_id TEXT NOT NULL,
            kind TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
            created INTEGER NOT NULL, next_try INTEGER NOT NULL, sent_at INTEGER, answer TEXT NOT NULL,
            unknown INTEGER NOT NULL, claimed INTEGER NOT NULL, body TEXT NOT NULL)
        """,
        "CREATE INDEX outbox_of_pass ON outbox(account, uid, number)",
        "CREATE INDEX outbox_pending ON outbox(account, number, next_try) WHERE state = 'pending'",
        "CREATE INDEX outbox_ended ON outbox(state) WHERE state NOT IN ('pending', 'sent')",
        "CREATE TABLE conflicts (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, settled_by TEXT) WITHOUT ROWID",
    ),
    (  # who leaves is not counted among the admitted
        "DROP INDEX uses_at_door",
        "CREATE INDEX uses_at_door ON uses(door, at, undone, direction)",
    ),
)
"""Facts and what is derived from them, written in one transaction. Times are microseconds since 1970 UTC."""

CACHE: Sequence[tuple[str, ...]] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE templates (number INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (id, name))",
        """
        CREATE TABLE streams (
            number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, known INTEGER NOT NULL DEFAULT 1,
            generation INTEGER NOT NULL DEFAULT 0, cursor TEXT NOT NULL DEFAULT '', walking INTEGER NOT NULL DEFAULT 0,
            started INTEGER, since TEXT NOT NULL DEFAULT '', resume TEXT NOT NULL DEFAULT '',
            done INTEGER NOT NULL DEFAULT 0, walk_total INTEGER, total INTEGER, last_sync INTEGER, last_full INTEGER)
        """,
        """
        CREATE TABLE passes (
            number INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, template INTEGER NOT NULL, barcode TEXT,
            external_id TEXT, nfc TEXT, ticket_number TEXT, stream INTEGER, gen INTEGER NOT NULL,
            dead INTEGER NOT NULL, body TEXT NOT NULL)
        """,
        "CREATE INDEX passes_barcode ON passes(barcode) WHERE barcode IS NOT NULL",
        "CREATE INDEX passes_external_id ON passes(external_id) WHERE external_id IS NOT NULL",
        "CREATE INDEX passes_nfc ON passes(nfc) WHERE nfc IS NOT NULL",
        "CREATE INDEX passes_ticket_number ON passes(ticket_number) WHERE ticket_number IS NOT NULL",
        "CREATE INDEX passes_walk ON passes(stream, gen) WHERE dead = 0",
        """
        CREATE VIRTUAL TABLE words USING fts5(
            search, content='', columnsize=0, detail=none, tokenize='ascii', prefix='1 2 3')
        """,
    ),
    (
        "ALTER TABLE passes ADD COLUMN person INTEGER",  # passcodec.person_number
        "CREATE INDEX passes_person ON passes(person) WHERE person IS NOT NULL",
        "UPDATE streams SET cursor = ''",  # the next round is a full one, and says whose each pass is
    ),
    (
        # PassEntry's uses bore a reader's name, now its id, which nobody can tell from the name: until the next round
        # has fetched them again, a pass that was used is asked for, and where nobody can be asked, good nowhere.
        """
        UPDATE meta SET value = value - (SELECT count(*) FROM passes WHERE dead = 0 AND json_type(body, '$.u') NOTNULL)
        WHERE key = 'held' AND EXISTS (SELECT 1 FROM meta WHERE key = 'platform' AND value = 'passentry')
        """,
        """
        UPDATE passes SET dead = 1, body = json_set(body, '$.pt', 1) WHERE json_type(body, '$.u') NOTNULL
        AND EXISTS (SELECT 1 FROM meta WHERE key = 'platform' AND value = 'passentry')
        """,
    ),
)
"""One account's passes as the platform told them. All of it can be loaded again."""
