"""One PassKit account behind the port."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Answer, Can, Capabilities, Counter, Door, Page, Rest, Template
from scanner_app.domain.errors import PlatformCause, PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass, Use, by_time
from scanner_app.domain.scan import Operation
from scanner_app.platforms.deadline import Deadline
from scanner_app.platforms.fields import an_object, needed, text
from scanner_app.platforms.http import Http
from scanner_app.platforms.keys import two_parts
from scanner_app.platforms.names import chosen
from scanner_app.platforms.passkit.calls import BY_EXTERNAL, BY_ID, CHECK, DEADLINE, PAGE, UNMAPPED, Calls, Kind
from scanner_app.platforms.passkit.codec import Reading, bar_pass, read_event, read_pass
from scanner_app.platforms.passkit.counter import PassKitCounter
from scanner_app.platforms.passkit.courier import Courier, others
from scanner_app.platforms.passkit.office import Office
from scanner_app.platforms.passkit.token import Mint
from scanner_app.platforms.rows import read_rows
from scanner_app.platforms.segments import UnusableSegment, segment
from scanner_app.platforms.strict_json import Json
from scanner_app.platforms.tenant import fingerprint

OVERLAP = timedelta(minutes=2)
ID = re.compile(r"[A-Za-z0-9]{22}")
MOST_OTHERS = 8
"""Classes beside the configured ones that a look-up tries."""
MOVED = frozenset({"CHECKED_IN", "CHECKED_OUT"})
MISSING = {
    Can.RESTORE: "redeem_is_final",
    Can.DOORS: "no_doors_in_contract",
    Can.NOTIFY: "not_in_contract",
    Can.EMAIL: "not_in_contract",
    Can.STATISTICS: "not_in_contract",
    Can.ENABLE_DOWNLOAD: "not_in_contract",
    Can.SEARCH: "search_in_cache",
    Can.FEED: "not_in_contract",
}


class PassKitPlatform:
    """Implements `ports.Platform`; the key is key and secret, on two lines or with a colon between.

    A template is a production, a campaign or a program. Options of the account: `holder_fields`, `page_url` (where
    passes are shown, their id put behind it), `link_url` (the distribution URL of SmartPass Links).
    """

    platform = "passkit"
    zone_fits, zone_shown = True, ""  # this contract's times carry their offset

    def __init__(self, config: AccountConfig, key: str) -> None:
        self.account = config.id
        self.tenant = fingerprint(config.url, key)
        self._config = config
        name, secret = two_parts(key)
        mint = Mint(name, secret)
        self._http = Http(config.url, mint.headers, secrets=[name, secret, key], heard=mint.heard)
        self._calls = Calls(self._http, mint)
        self.office = Office(self._calls)
        self.counter: Counter = PassKitCounter(self.office, self.lookup, self._kind_of)
        self._lock = threading.Lock()
        self._classes: dict[str, Kind] = {}
        self._reading = Reading(config.id, {}, chosen(config.options.get("holder_fields", "")))
        self._courier = Courier(self._calls, self._look)
        self.capabilities = Capabilities(frozenset(Can) - set(MISSING), MISSING)

    def __repr__(self) -> str:
        return f"PassKitPlatform({self.account})"

    def issues(self, owner: str) -> Kind:
        """Return what a production, campaign or program issues."""
        return self._kind_of(owner)

    def page_of(self, uid: str) -> str:
        """Return where a pass is shown, '' where the account does not say."""
        page = self._config.options.get("page_url", "")
        return f"{page.rstrip('/')}/{uid}" if page else ""

    # --- what there is ----------------------------------------------------------------------------------------------
    def check(self) -> datetime | None:
        """List the programs. In the wrong region the key is good and nothing is found."""
        try:
            return self._calls.lines(["members", "programs", "list"], {"filters": {"limit": 1}}, CHECK)[1]
        except PlatformTrouble as trouble:
            if trouble.kind is PlatformKind.NOT_FOUND or trouble.status == UNMAPPED:  # no such account, or no PassKit
                told = PlatformKind.NOT_FOUND
                raise PlatformTrouble(told, "", status=trouble.status, cause=PlatformCause.REGION) from None
            raise

    def templates(self) -> list[Template]:
        """Return productions, campaigns and programs."""
        self._learn_classes()
        return [Template(owner, self._reading.names[owner]) for owner in self._classes]

    def doors(self) -> list[Door]:
        """There are none in this contract."""
        return []

    def streams(self) -> list[str]:
        """Return the ids of the classes."""
        return list(self._owners())

    def _owners(self) -> Mapping[str, Kind]:
        with self._lock:
            known = dict(self._classes)
        wanted = [t.id for t in self._config.templates]
        if not known or any(owner not in known for owner in wanted):
            known = self._learn_classes()
        return {owner: kind for owner, kind in known.items() if not wanted or owner in wanted}

    def _kind_of(self, owner: str) -> Kind:
        kind = self._owners().get(owner)
        if kind is None:
            raise PlatformTrouble(PlatformKind.NOT_FOUND, "no such production, campaign or program", sent=False)
        return kind

    def _learn_classes(self) -> dict[str, Kind]:
        found = {kind: self._calls.classes(kind) for kind in Kind}
        with self._lock:
            self._classes = {owner: kind for kind, rows in found.items() for owner, _ in rows}
            self._reading = replace(self._reading, names={o: name for rows in found.values() for o, name in rows})
            return dict(self._classes)

    # --- passes -----------------------------------------------------------------------------------------------------
    def page(self, stream: str, cursor: str, resume: str) -> Page:
        """Return one page in order of creation: a key set, so that deletions meanwhile make nothing slip through."""
        kind, owner = self._kind_of(stream), stream
        last, _, skip = resume.partition("|")
        filters = _filters(cursor, last, int(skip or 0))
        found, date = self._calls.listed(kind, owner, filters)
        passes = read_rows(
            [(each, self._uses(each, kind)) for each in found],
            lambda row: read_pass(row[0], kind, owner, self._reading, date, row[1]),
            lambda row: bar_pass(row[0], kind, owner, self._reading, date),
        )
        following = _following(found, last, int(skip or 0))
        ends = not resume or not following  # the first to show how far a walk is, the last to prove that it was whole
        # A delta's own count is of no use; that of the class saves reading its first page for it.
        total = self._calls.counted(kind, owner, _filters("", "", 0)) if ends else None
        return Page(passes, following, None if cursor else total, date, total)

    def _read(self, value: Json, kind: Kind, owner: str, seen_at: datetime | None) -> Pass:
        return read_pass(value, kind, owner, self._reading, seen_at, self._uses(value, kind))

    def _uses(self, value: Json, kind: Kind) -> list[Use]:
        """Return a member's events, which its own message does not hold."""
        moved = kind is Kind.MEMBER and text(an_object(value, "member"), "status") in MOVED
        return self._events(needed(value, "id")) if moved else []

    def _events(self, member: str) -> list[Use]:
        found, _ = self._calls.lines(["members", "member", "list", "events", member], {"filters": {"limit": -1}})
        return sorted((use for each in found if (use := read_event(each))), key=by_time)

    def cursor_after(self, started: datetime) -> str:
        """Return the time from which changes are asked for, RFC 3339."""
        return (started - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def lookup(self, text: str, deadline: float) -> list[Pass]:
        """Return the passes with this id, ticket number or external id; in classes not configured only if none is."""
        try:
            segment(text)
        except UnusableSegment:
            return []
        clock = Deadline(deadline)
        found: dict[str, Pass] = {}
        try:
            for each in self._found(text, clock):
                found[each.uid] = each
        except TimeoutError:
            raise PlatformTrouble(PlatformKind.UNREACHABLE, "deadline passed", sent=False) from None
        return list(found.values() if found else self._elsewhere(text, clock))

    def _found(self, words: str, clock: Deadline) -> Iterator[Pass]:
        owners = self._owners()
        for kind in dict.fromkeys(owners.values()) if ID.fullmatch(words) else ():
            yield from self._one(kind, [*BY_ID[kind], words], clock)
        for owner, kind in owners.items():
            yield from self._by_external(kind, owner, words, clock)

    def _elsewhere(self, words: str, clock: Deadline) -> list[Pass]:
        """A pass of another class is for another event, which is worth saying if there is time to find out."""
        mine = self._owners()
        with self._lock:
            others = [(owner, kind) for owner, kind in self._classes.items() if owner not in mine]
        try:
            return [p for owner, kind in others[:MOST_OTHERS] for p in self._by_external(kind, owner, words, clock)]
        except (TimeoutError, PlatformTrouble):
            return []

    def _by_external(self, kind: Kind, owner: str, words: str, clock: Deadline) -> Iterator[Pass]:
        if kind is Kind.TICKET:
            params = {"productionId": owner, "ticketNumber": words}
            return self._one(kind, ["eventTickets", "ticket", "ticketNumber"], clock, params)
        return self._one(kind, [*BY_EXTERNAL[kind], owner, words], clock)

    def _one(
        self, kind: Kind, path: list[str], clock: Deadline, params: Mapping[str, str] | None = None
    ) -> Iterator[Pass]:
        reply = self._calls.one(path, deadline=clock.left(), params=params)
        if reply is not None:
            value = reply.json()
            yield self._read(value, kind, _owner(value, kind), reply.date)

    def search(self, text: str) -> list[Pass]:
        """There is no search in this contract: the cache is searched instead."""
        return []

    def _look(self, uid: str) -> tuple[Kind, Pass] | None:
        """Read a pass by its id; believe that it is gone only when told so twice."""
        return self._look_once(uid) or self._look_once(uid)

    def _look_once(self, uid: str) -> tuple[Kind, Pass] | None:
        for kind in dict.fromkeys(self._owners().values()):
            found = list(self._one(kind, [*BY_ID[kind], uid], Deadline(DEADLINE)))
            if found and found[0].uid == uid and not found[0].nullified:
                return kind, found[0]
        return None

    # --- telling ----------------------------------------------------------------------------------------------------
    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell PassKit what happened; see `courier`."""
        return self._courier.deliver(operation, may_have_arrived=may_have_arrived)

    def others(self, operation: Operation, subject: Pass) -> Sequence[Use]:
        """Return other devices' admissions at this operation's place."""
        return others(operation, subject)

    def at_rest(self) -> Rest:
        """Return what became of the connections that nobody uses."""
        return self._http.at_rest()

    def reset(self) -> None:
        """Drop every connection, after sleep."""
        self._http.reset()

    def close(self) -> None:
        """End all calls."""
        self._http.close()


def _owner(value: Json, kind: Kind) -> str:
    found = an_object(value, kind.value)
    if kind is Kind.COUPON:
        return text(found, "campaignId")
    if kind is Kind.MEMBER:
        return text(found, "programId")
    event = an_object(found.get("event"), "event")
    production = an_object(found.get("production") or event.get("production"), "production")
    return text(production, "id") or text(found, "productionId")


def _filters(cursor: str, last: str, skip: int) -> dict[str, Json]:
    conditions = [("updated", cursor)] if cursor else []
    conditions += [("created", last)] if last else []
    fields = [{"filterField": name, "filterValue": at, "filterOperator": "gte"} for name, at in conditions]
    groups = [{"condition": "AND", "fieldFilters": fields}] if fields else []
    return {"limit": PAGE, "offset": skip, "orderBy": "created", "orderAsc": True, "filterGroups": groups}


def _following(found: list[Json], last: str, skip: int) -> str:
    """Return the creation time to go on from, and how many of that very time were seen; '' after the last page.

    A server may give fewer than asked for, so only a page with nothing on it is surely the last. A page that is not
    full and does not tell when its passes were made has to be taken for it.
    """
    if not found or (len(found) < PAGE and not text(an_object(found[-1], "row"), "created")):
        return ""
    at = needed(found[-1], "created")
    same = sum(1 for each in found if each.get("created") == at)
    return f"{at}|{same + skip if at == last else same}"
