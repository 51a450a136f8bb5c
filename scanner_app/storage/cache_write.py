"""One account's cache inside one transaction on the clerk's thread: passes, search words, walks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scanner_app.application.ports import WalkState
from scanner_app.domain.credential import storable
from scanner_app.domain.errors import Bug, StorageKind, StorageTrouble
from scanner_app.domain.passes import Pass
from scanner_app.domain.times import from_us, maybe_time, to_us
from scanner_app.storage import passcodec
from scanner_app.storage.compact import encodable
from scanner_app.storage.connection import Connection, Row, Value
from scanner_app.storage.fold import search_text

TOMBSTONES = 2_000
"""Passes marked dead between two such looks."""

APART = 0
"""Stands for the stream of passes that belong to none: SQLite numbers the streams from 1."""

_STREAM = "number, generation, cursor, walking, started, since, resume, done, walk_total"
_INSERT = (
    "INSERT INTO passes (uid, template, barcode, external_id, nfc, ticket_number, stream, gen, dead, body, person)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?) RETURNING number"
)
_OLD = "SELECT number, dead, stream, barcode, external_id, nfc, ticket_number, body FROM passes WHERE uid = ?"
_APART = "SELECT number, uid, barcode, external_id, nfc, ticket_number, body FROM passes WHERE stream = ? AND dead = 0"
_UPDATE = (
    "UPDATE passes SET template = ?, barcode = ?, external_id = ?, nfc = ?, ticket_number = ?, stream = ?, gen = ?,"
    " dead = 0, body = ?, person = ? WHERE number = ?"
)


@dataclass(frozen=True, slots=True)
class Stream:
    """Where one stream of a platform stands."""

    number: int
    generation: int
    cursor: str
    walking: bool
    started: int | None
    since: str
    resume: str
    done: int
    total: int | None


class CacheWriter:
    """One transaction's view of a cache. `breathe` lets waiting scans through between two passes."""

    def __init__(self, connection: Connection, breathe: Callable[[], None]) -> None:
        self._db = connection
        self._breathe = breathe
        self._templates: dict[tuple[str, str], int] = {}
        self._held = 0

    # --- passes -----------------------------------------------------------------------------------------------------
    def upsert(
        self, passes: Sequence[Pass], *, stream: str = "", generation: int | None = None, apart: bool = False
    ) -> None:
        """Write what a platform says of passes; a pass that a walk or a look-up has just seen is seen."""
        walked = self._stream(stream) if stream else None
        if stream and walked is None:
            walked = self._make_stream(stream)
        self._held = 0
        for one in passes:
            home = walked or (None if apart else self._stream(one.template) or self._only_stream())
            gen = generation if generation is not None else home.generation if home else 0
            self._upsert(one, APART if apart else home.number if home else None, gen)
            self._breathe()
        if passes:
            self._set("platform", passes[-1].platform)
        if self._held:
            self._set("held", str(int(self._get("held", "0")) + self._held))

    def _upsert(self, one: Pass, stream: int | None, gen: int) -> None:
        if not encodable(one.uid):
            one = replace(one, uid=storable(one.uid))
        stored = passcodec.encode(one)
        words, who = search_text(one), passcodec.person_number(one)
        template = self._template(storable(one.template), storable(one.template_name))
        old = self._db.execute(_OLD, (one.uid,)).fetchone()
        if old is None:
            values = (one.uid, template, *stored.identifiers, stream, gen, stored.body, who)
            number = self._db.execute(_INSERT, values).fetchone()[0]
            self._db.execute("INSERT INTO words (rowid, search) VALUES (?, ?)", (number, words))
            self._held += stream != APART
            return
        number, dead, old_stream, *old_ids, old_body = old
        home = old_stream if stream is None or (stream == APART and old_stream != APART) else stream
        self._db.execute(_UPDATE, (template, *stored.identifiers, home, gen, stored.body, who, number))
        was = passcodec.Stored(one.uid, (old_ids[0], old_ids[1], old_ids[2], old_ids[3]), old_body)
        before = words if was == stored else _old_words(was)
        if before != words:
            self._db.execute("INSERT INTO words (words, rowid, search) VALUES ('delete', ?, ?)", (number, before))
            self._db.execute("INSERT INTO words (rowid, search) VALUES (?, ?)", (number, words))
        self._held += (home != APART) - (old_stream != APART and not dead)

    def _template(self, template: str, name: str) -> int:
        found = self._templates.get((template, name))
        if found is None:
            key = (template, name)
            self._db.execute("INSERT OR IGNORE INTO templates (id, name) VALUES (?, ?)", key)
            row = self._db.execute("SELECT number FROM templates WHERE id = ? AND name = ?", key).fetchone()
            found = self._templates[key] = int(row[0])
        return found

    # --- walks ------------------------------------------------------------------------------------------------------
    def set_streams(self, streams: Sequence[str]) -> None:
        """Say what has to be walked: the cache is complete once each of these had one full walk to its end."""
        self._db.execute("UPDATE streams SET known = 0")
        for name in streams:
            self._db.execute(
                "INSERT INTO streams (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET known = 1", (storable(name),)
            )

    def begin_walk(self, stream: str, started: datetime, cursor: str) -> WalkState:
        """Begin a walk at the platform's time `started`: a full one if `cursor` is '', with a new generation."""
        if not cursor:
            self._forget_apart()
        found = self._stream(stream) or self._make_stream(stream)
        generation = found.generation + (1 if not cursor else 0)
        self._db.execute(
            "UPDATE streams SET known = 1, walking = 1, generation = ?, started = ?, since = ?, resume = '', done = 0,"
            " walk_total = NULL WHERE number = ?",
            (generation, to_us(started), cursor, found.number),
        )
        return WalkState(stream, generation, started, cursor, "", 0, None)

    def _forget_apart(self) -> None:
        """Forget looked-up passes of other events: nothing would ever tell that one was changed or deleted."""
        rows = self._db.execute(_APART, (APART,)).fetchall()
        for number, uid, *ids, body in rows:
            words = _old_words(passcodec.Stored(uid, (ids[0], ids[1], ids[2], ids[3]), body))
            self._db.execute("INSERT INTO words (words, rowid, search) VALUES ('delete', ?, ?)", (number, words))
            self._db.execute("DELETE FROM passes WHERE number = ?", (number,))
            self._breathe()

    def page_done(self, stream: str, resume: str, done: int, total: int | None) -> None:
        """Remember where a walk stands so that it can be resumed after a crash."""
        walk = self._walking(stream)
        values = (resume, done, walk.total if total is None else total, walk.number)
        self._db.execute("UPDATE streams SET resume = ?, done = ?, walk_total = ? WHERE number = ?", values)

    def end_walk(self, stream: str, cursor: str, ended: datetime, total: int | None) -> None:
        """End a walk after its last page: only now the cursor moves. `ended` is when the round ended."""
        walk = self._walking(stream)
        at = to_us(ended)
        full = at if not walk.since else None
        self._db.execute(
            "UPDATE streams SET walking = 0, cursor = ?, resume = '', last_sync = ?,"
            " last_full = coalesce(?, last_full), total = coalesce(?, total) WHERE number = ?",
            (cursor, at, full, total, walk.number),
        )

    def walk(self, stream: str) -> WalkState | None:
        """Return the walk under way, None if there is none."""
        found = self._stream(stream)
        if found is None or not found.walking:
            return None
        started = from_us(found.started or 0)
        return WalkState(stream, found.generation, started, found.since, found.resume, found.done, found.total)

    def cursor(self, stream: str) -> str:
        """Return the cursor of the last walk that ended, '' before the first."""
        found = self._stream(stream)
        return found.cursor if found else ""

    def last_full(self, stream: str) -> datetime | None:
        """Return when the last full walk of a stream ended, None before the first."""
        row = self._db.execute("SELECT last_full FROM streams WHERE name = ?", (storable(stream),)).fetchone()
        return maybe_time(row[0]) if row else None

    def unseen(self, stream: str, generation: int) -> int:
        """Return how many living passes of the stream were not seen in a full walk of this generation or since."""
        found = self._full_walk(stream, generation)
        if found is None:
            return 0
        sql = "SELECT count(*) FROM passes WHERE dead = 0 AND stream = ? AND gen < ?"
        return int(self._db.execute(sql, (found.number, generation)).fetchone()[0])

    def tombstone_unseen(self, stream: str, generation: int) -> int:
        """Mark those passes dead (they are found as nullified from then on); return how many."""
        found = self._full_walk(stream, generation)
        if found is None:
            return 0
        sql = (
            "UPDATE passes SET dead = 1 WHERE number IN"
            " (SELECT number FROM passes WHERE dead = 0 AND stream = ? AND gen < ? LIMIT ?)"
        )
        count = 0
        while True:
            self._db.execute(sql, (found.number, generation, TOMBSTONES))
            changed = int(self._db.execute("SELECT changes()").fetchone()[0])
            count += changed
            if changed < TOMBSTONES:
                break
            self._breathe()
        self._set("held", str(int(self._get("held", "0")) - count))
        return count

    def _full_walk(self, stream: str, generation: int) -> Stream | None:
        """Return the stream if this generation is its newest full walk; a delta says nothing of what is missing."""
        found = self._stream(stream)
        if found is None or found.generation != generation or (found.walking and found.since):
            return None
        return found

    def _walking(self, stream: str) -> Stream:
        found = self._stream(stream)
        if found is None or not found.walking:
            raise Bug(f"no walk of {stream!r} has begun")
        return found

    def _stream(self, name: str) -> Stream | None:
        row = self._db.execute(f"SELECT {_STREAM} FROM streams WHERE name = ?", (storable(name),)).fetchone()  # noqa: S608
        return _read(row) if row else None

    def _only_stream(self) -> Stream | None:
        rows = self._db.execute(f"SELECT {_STREAM} FROM streams WHERE known = 1 LIMIT 2").fetchall()  # noqa: S608
        return _read(rows[0]) if len(rows) == 1 else None

    def _make_stream(self, name: str) -> Stream:
        self._db.execute("INSERT INTO streams (name) VALUES (?)", (storable(name),))
        made = self._stream(name)
        if made is None:
            raise Bug(f"stream {name!r} was not made")
        return made

    # --- small things -----------------------------------------------------------------------------------------------
    def _get(self, key: str, default: str) -> str:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else default

    def _set(self, key: str, value: str) -> None:
        values: tuple[Value, ...] = (key, value)
        self._db.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", values
        )


def _old_words(was: passcodec.Stored) -> str:
    try:
        return search_text(passcodec.decode("", "", ("", ""), was))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageTrouble(StorageKind.CORRUPT, f"a pass in the cache cannot be read: {error}") from error


def _read(row: Row) -> Stream:
    number, generation, cursor, walking, started, since, resume, done, total = row
    return Stream(number, generation, cursor, bool(walking), started, since, resume, done, total)
