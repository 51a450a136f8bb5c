"""Whether uses, outbox and conflicts follow from the facts: only facts are chained, these are written beside them.

Whoever deletes a use lets a pass in again; whoever deletes an outbox row, or calls it sent, keeps a platform from
hearing of it. What was blanked by a purge says less, and is held against nobody. How a delivery ended is no fact of the
chain: a state that nothing led to is noticed, one forged with its tries and times is not.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner_app.storage.connection import Connection

MOST = 100
"""Rows of one kind that are named: a person looks into them one by one."""

CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "uses",
        "missing",
        """
        SELECT f.id FROM facts f LEFT JOIN uses u ON u.account = f.account AND u.uid = f.uid AND u.scan_id = f.id
        WHERE u.scan_id IS NULL AND f.kind IN ('scan', 'override') AND f.outcome IN ('admit', 'attention')
          AND f.uid != '' AND json_extract(nullif(f.body, ''), '$.grade') != 'none'
        """,
    ),
    (
        "uses",
        "without_fact",
        """
        SELECT u.scan_id FROM uses u LEFT JOIN facts f ON f.id = u.scan_id AND f.kind IN ('scan', 'override')
          AND f.outcome IN ('admit', 'attention')
          AND f.account = u.account AND f.uid = u.uid AND f.place = u.door AND f.at = u.at
        WHERE u.venue = 0 AND f.id IS NULL
        """,
    ),
    (
        "uses",
        "undone_without_fact",
        """
        SELECT u.scan_id FROM uses u WHERE u.venue = 0 AND u.undone AND NOT EXISTS (
            SELECT 1 FROM facts f WHERE f.account = u.account AND f.uid = u.uid AND f.uid != '' AND f.kind = 'undo'
              AND (f.body = '' OR json_extract(f.body, '$.scan_id') = u.scan_id))
        """,
    ),
    (
        "uses",
        "not_undone",
        """
        SELECT u.scan_id FROM facts f JOIN uses u ON u.account = f.account AND u.uid = f.uid
          AND u.scan_id = json_extract(nullif(f.body, ''), '$.scan_id')
        WHERE f.kind = 'undo' AND u.undone = 0
        """,
    ),
    ("outbox", "rows_missing", "SELECT max(number) - count(*) FROM outbox HAVING max(number) != count(*)"),
    (
        "outbox",
        "missing",
        """
        WITH queued AS MATERIALIZED (SELECT scan_id, kind FROM outbox),
        ordered(fact, scan_id, kind) AS (
            SELECT f.id, f.id, k.value FROM facts f, json_each(nullif(f.body, ''), '$.told') k
            WHERE f.kind IN ('scan', 'override')
            UNION ALL
            SELECT id, id, json_extract(nullif(body, ''), '$.task') FROM facts
            WHERE kind = 'office' AND json_extract(nullif(body, ''), '$.task') IN ('void', 'restore')
            UNION ALL
            SELECT f.id, json_extract(f.body, '$.scan_id'),
                CASE k.value WHEN 'record' THEN 'unrecord' WHEN 'void' THEN 'restore' ELSE k.value END
            FROM facts f, json_each(nullif(f.body, ''), '$.to_compensate') k WHERE f.kind = 'undo')
        SELECT o.fact FROM ordered o LEFT JOIN queued q ON q.scan_id = o.scan_id AND q.kind = o.kind
        WHERE q.scan_id IS NULL
        """,
    ),
    (
        "outbox",
        "without_fact",
        """
        SELECT o.number FROM outbox o LEFT JOIN facts f ON f.id = o.scan_id
        WHERE f.id IS NULL OR f.kind NOT IN ('scan', 'override', 'office')
          OR (o.kind IN ('record', 'void') AND json_type(nullif(f.body, ''), '$.told') = 'array'
            AND NOT EXISTS (SELECT 1 FROM json_each(f.body, '$.told') k WHERE k.value = o.kind))
        """,
    ),
    (
        "outbox",
        "state_without_try",
        """
        SELECT number FROM outbox WHERE (state IN ('sent', 'contested') AND (sent_at IS NULL OR tries = 0))
          OR (state = 'refused' AND tries = 0) OR (state = 'pending' AND sent_at IS NOT NULL)
        """,
    ),
    (
        "outbox",
        "cancelled_without_fact",
        """
        SELECT o.number FROM outbox o WHERE o.state = 'cancelled' AND NOT EXISTS (
            SELECT 1 FROM facts f WHERE f.account = o.account AND f.uid = o.uid AND f.uid != '' AND f.kind = 'undo'
              AND (f.body = '' OR json_extract(f.body, '$.scan_id') = o.scan_id))
          AND NOT EXISTS (
            SELECT 1 FROM outbox p WHERE p.account = o.account AND p.uid = o.uid AND p.number != o.number AND p.kind =
              CASE o.kind WHEN 'void' THEN 'restore' WHEN 'restore' THEN 'void'
                WHEN 'record' THEN 'unrecord' WHEN 'unrecord' THEN 'record' END)
        """,
    ),
    (
        "conflicts",
        "missing",
        "SELECT f.id FROM facts f LEFT JOIN conflicts c ON c.id = f.id WHERE f.kind = 'conflict' AND c.id IS NULL",
    ),
    (
        "conflicts",
        "settled_without_fact",
        """
        SELECT c.id FROM conflicts c LEFT JOIN facts f ON f.id = c.settled_by AND f.kind = 'settled'
        WHERE c.settled_by IS NOT NULL AND f.id IS NULL
        """,
    ),
)
"""Table, what is wrong with it, the query that names the facts or rows concerned. Each walks its tables once."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not what the facts say. `row`: the id of its fact, its number, or how many are missing."""

    table: str
    what: str
    row: str


def differences(connection: Connection) -> list[Difference]:
    """Return what does not follow from the facts, at most `MOST` rows of a kind."""
    return [
        Difference(table, what, str(row[0]))
        for table, what, sql in CHECKS
        for row in connection.execute(f"{sql} LIMIT {MOST}")
    ]
