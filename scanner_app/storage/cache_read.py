"""Exact look-ups and searches in the caches from any thread."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scanner_app.application.ports import CacheState
from scanner_app.domain.credential import storable
from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.domain.passes import IdentifierKind, Pass, PassKey
from scanner_app.domain.person import person
from scanner_app.domain.times import maybe_time
from scanner_app.storage.compact import encodable
from scanner_app.storage.connection import Row, converted
from scanner_app.storage.fold import match_query
from scanner_app.storage.passcodec import COLUMNS, Stored, decode, person_number
from scanner_app.storage.pool import Pool

log = logging.getLogger(__name__)

KIN = 8
"""More passes than this with the same person's particulars are nobody's: an organiser's own address, a test."""

Files = Callable[[], Mapping[str, Sequence[Path]]]
"""Tells each account's cache files, the newest first."""

_COLUMNS = (
    "p.uid, p.barcode, p.external_id, p.nfc, p.ticket_number, p.body, p.dead, t.id, t.name,"
    " (SELECT value FROM meta WHERE key = 'platform')"
)
_FROM = f"SELECT {_COLUMNS} FROM passes p JOIN templates t ON t.number = p.template"  # noqa: S608 - constants
_BY = {kind: f"{_FROM} WHERE p.{column} = ?" for kind, column in COLUMNS.items()}
_BY[IdentifierKind.UID] = f"{_FROM} WHERE p.uid = ?"
_SEARCH = f"{_FROM} WHERE p.number IN (SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?)"  # noqa: S608 - constants
_KIN = (
    f"{_FROM} WHERE p.number IN (SELECT * FROM (SELECT number FROM passes WHERE person = ? LIMIT 32)"  # noqa: S608
    " UNION SELECT * FROM (SELECT number FROM passes WHERE external_id = ? LIMIT 32))"
    " AND p.uid != ?"
)
_TOLD = "SELECT 1 FROM pragma_table_info('passes') WHERE name = 'person'"
_SOME = f"{_FROM} WHERE p.dead = 0 ORDER BY p.number DESC LIMIT ?"
_STATE = """
    SELECT count(*), count(last_full), min(last_sync), min(last_full), sum(total), count(total),
           sum(walking AND since = ''), sum(iif(walking AND since = '', done, 0)),
           sum(iif(walking AND since = '', coalesce(walk_total, done), 0)), count(last_sync)
    FROM streams WHERE known = 1
"""


class Caches:
    """A reader of all accounts' caches; belongs to one thread at a time.

    A pass whose deletion a full walk noticed is found with `nullified` set. While a new cache is being filled for a
    changed key, what it does not hold yet is looked up in the old one. `damaged` is told of a file that is broken.
    """

    def __init__(self, files: Files, pool: Pool, damaged: Callable[[Path], None]) -> None:
        self._files = files
        self._pool = pool
        self._tell_damaged = damaged
        self._broken: set[Path] = set()  # met here: what is still in memory may say that all is well
        self._open: dict[Path, sqlite3.Connection] = {}
        self._round = -1

    def find(
        self, candidates: Sequence[str], accounts: Iterable[str], kinds: Callable[[str], frozenset[IdentifierKind]]
    ) -> list[Pass]:
        """Return the passes whose identifiers of the allowed kinds equal the first candidate that matches any."""
        wanted = [(account, kinds(account)) for account in dict.fromkeys(accounts)]
        for candidate in candidates:
            if not candidate or not encodable(candidate):
                continue
            found = [one for account, allowed in wanted for one in self._exact(account, allowed, candidate)]
            if found:
                return found
        return []

    def get(self, key: PassKey) -> Pass | None:
        """Return one pass by its key."""
        if not encodable(key.uid):
            return None
        return next(iter(self._exact(key.account, frozenset({IdentifierKind.UID}), key.uid)), None)

    def kin(self, one: Pass) -> list[Pass]:
        """Return the other passes of the same external id or person, gone ones too; [] where more than KIN share it.

        Only the newest cache is asked, and [] comes of one that does not say yet whose its passes are: a program that
        reads beside the door brings no file up to date.
        """
        path = next(iter(self._paths(one.account)), None)
        who, record = person_number(one), one.identifiers.get(IdentifierKind.EXTERNAL_ID)
        if path is None or not encodable(one.uid + (record or "")) or (who is None and not record):
            return []
        if not self._rows(path, _TOLD, ()):
            return []
        rows = self._rows(path, _KIN, (who, record, one.uid))
        if not rows or len(rows) > KIN:
            return []
        mine = person(one)
        found = self._passes(one.account, path, rows)

        def same(other: Pass) -> bool:
            known = record and other.identifiers.get(IdentifierKind.EXTERNAL_ID) == record
            return bool(known or (mine and person(other) == mine))

        return [other for other in found if same(other)]

    def search(self, text: str, accounts: Iterable[str], limit: int = 50) -> list[Pass]:
        """Return passes by name, e-mail, id or barcode; accents and case folded; every word, as a beginning too."""
        query = match_query(text)
        if query is None:
            return []
        found: dict[PassKey, Pass] = {}
        for account in dict.fromkeys(accounts):
            for path in self._paths(account):
                for one in self._passes(account, path, self._rows(path, _SEARCH, (query, limit))):
                    found.setdefault(one.key, one)
        return list(found.values())[:limit]

    def state(self, account: str) -> CacheState:
        """Return how much of an account's passes is held."""
        path = next(iter(self._paths(account)), None)
        rows = self._rows(path, _STATE, ()) if path and path not in self._broken else []
        if not rows or path is None:
            return CacheState(account)
        streams, loaded, last_sync, last_full, total, totals, walking, done, of, synced = rows[0]
        held = self._rows(path, "SELECT value FROM meta WHERE key = 'held'", ())
        complete = bool(streams) and loaded == streams
        return CacheState(
            account,
            held=int(held[0][0]) if held else 0,
            platform_total=total if streams and totals == streams else None,
            complete=complete,
            last_sync=maybe_time(last_sync) if synced == streams else None,
            last_full=maybe_time(last_full) if complete else None,
            loading=(int(done), int(of)) if walking else None,
        )

    def count(self, account: str, stream: str) -> int:
        """Return how many living passes of one stream are held."""
        sql = "SELECT count(*) FROM passes WHERE dead = 0 AND stream = (SELECT number FROM streams WHERE name = ?)"
        path = next(iter(self._paths(account)), None)
        rows = self._rows(path, sql, (storable(stream),)) if path else []
        return int(rows[0][0]) if rows else 0

    def some(self, account: str, limit: int) -> list[Pass]:
        """Return some living passes, the newest held first."""
        path = next(iter(self._paths(account)), None)
        rows = self._rows(path, _SOME, (limit,)) if path else []
        return self._passes(account, path, rows) if path else []

    def held_of(self, account: str, templates: Collection[str]) -> int:
        """Return how many living passes of these templates are held."""
        marks = ", ".join("?" * len(templates))
        sql = (
            "SELECT count(*) FROM passes WHERE dead = 0 AND template IN"  # noqa: S608 - marks only
            f" (SELECT number FROM templates WHERE id IN ({marks}))"
        )
        path = next(iter(self._paths(account)), None)
        rows = self._rows(path, sql, tuple(map(storable, templates))) if path else []
        return int(rows[0][0]) if rows else 0

    def _exact(self, account: str, kinds: frozenset[IdentifierKind], text: str) -> list[Pass]:
        for path in self._paths(account):
            found = {
                row[0]: row for kind in IdentifierKind if kind in kinds for row in self._rows(path, _BY[kind], (text,))
            }
            if found:
                return self._passes(account, path, found.values())
        return []

    def _passes(self, account: str, path: Path, rows: Iterable[Row]) -> list[Pass]:
        try:
            return [_pass(account, row) for row in rows]
        except (ValueError, KeyError, TypeError, AttributeError):
            log.exception("a pass in %s cannot be read", path.name)
            self._damaged(path)
            return []

    def _paths(self, account: str) -> Sequence[Path]:
        if self._round != self._pool.round:
            self.close()
        return self._files().get(account, ())

    def _rows(self, path: Path, sql: str, values: Sequence[Any]) -> list[Row]:
        """Return rows; a damaged cache gives none and is reported, because it can be loaded again."""
        try:
            return self._query(path, sql, values)
        except StorageTrouble as trouble:
            if trouble.kind is StorageKind.CORRUPT:
                self._damaged(path)
                return []
            if self._round == self._pool.round:
                raise
        self.close()  # its file was replaced under it
        return self._query(path, sql, values) if any(path in files for files in self._files().values()) else []

    def _query(self, path: Path, sql: str, values: Sequence[Any]) -> list[Row]:
        with converted(f"read {path.name}"):
            connection = self._open.get(path)
            if connection is None:
                connection, self._round = self._pool.take(path)
                self._open[path] = connection
            return connection.execute(sql, values).fetchall()

    def _damaged(self, path: Path) -> None:
        self._broken.add(path)
        self._tell_damaged(path)

    def close(self) -> None:
        """Give the connections back; the next read takes others."""
        self._broken.clear()  # set aside by then
        while self._open:
            path, connection = self._open.popitem()
            self._pool.give(path, connection, self._round)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _it: BaseException | None, _tb: TracebackType | None) -> None:
        self.close()


def _pass(account: str, row: Row) -> Pass:
    uid, barcode, external_id, nfc, ticket_number, body, dead, template, name, platform = row
    stored = Stored(uid, (barcode, external_id, nfc, ticket_number), body)
    one = decode(account, platform or "", (template, name), stored)
    return replace(one, nullified=True) if dead else one
