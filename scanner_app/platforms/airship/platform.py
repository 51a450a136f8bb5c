"""One Airship account behind the port."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Answer, Can, Capabilities, Counter, Door, Page, Rest, Template
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass, Use
from scanner_app.domain.scan import Operation
from scanner_app.platforms.airship.auth import OAuth, basic
from scanner_app.platforms.airship.calls import CHECK, DEADLINE, Calls
from scanner_app.platforms.airship.codec import VOIDED, Reading, read_pass
from scanner_app.platforms.airship.counter import AirshipCounter
from scanner_app.platforms.airship.courier import Courier, others
from scanner_app.platforms.airship.office import Office
from scanner_app.platforms.deadline import Deadline
from scanner_app.platforms.fields import a_list, an_object, instant, needed, text, whole
from scanner_app.platforms.http import Http
from scanner_app.platforms.keys import two_parts
from scanner_app.platforms.names import chosen
from scanner_app.platforms.pace import rate
from scanner_app.platforms.segments import UnusableSegment, segment
from scanner_app.platforms.strict_json import Json, nonsense
from scanner_app.platforms.tenant import fingerprint

OVERLAP = timedelta(minutes=2)
PAGE = 25
"""Passes per page: each costs a call of its own, because lists do not tell external ids."""
TEMPLATES = 100
PER_SECOND = 20
LONGEST_ID = 18
EVERY = ""
"""The stream of all passes, of whatever template."""
MISSING = {
    Can.LOOKUP_BARCODE: "barcodes_need_the_list",
    Can.SEARCH: "search_in_cache",
    Can.DOORS: "no_doors_in_contract",
    Can.NOTIFY: "not_in_contract",
    Can.EMAIL: "not_in_contract",
    Can.STATISTICS: "not_in_contract",
    Can.STORED_VALUE: "not_in_contract",
    Can.ENABLE_DOWNLOAD: "not_in_contract",
    Can.LINKS: "links_are_passkit",
    Can.FEED: "not_in_contract",
}


class AirshipPlatform:
    """Implements `ports.Platform`; the key is user and secret, on two lines or with a colon between.

    Options of the account: `token_url` and `app` (OAuth instead of Basic; the key is then the client's), `tags` ("no":
    leave no tag for admissions), `per_second`, `holder_fields`.
    """

    platform = "airship"
    zone_fits, zone_shown = True, ""  # this contract's times carry their offset

    def __init__(self, config: AccountConfig, key: str) -> None:
        self.account = config.id
        self.tenant = fingerprint(config.url, key)
        self._config = config
        said = config.options
        user, secret = two_parts(key)
        self._oauth = OAuth(said["token_url"], said.get("app", ""), user, secret) if said.get("token_url") else None
        http = Http(config.url, self._oauth or basic(user, secret), secrets=[secret, key])
        self._http = http
        self._calls = Calls(http, rate(said.get("per_second", str(PER_SECOND))))
        self.office = Office(self._calls)
        self.counter: Counter = AirshipCounter(self.office, self.lookup)
        self._lock = threading.Lock()
        names = tuple((t.id, t.name) for t in config.templates)
        self._reading = Reading(config.id, chosen(said.get("holder_fields", "")), names)
        self._courier = Courier(self._calls, self._look, self._settle, tags=said.get("tags") != "no")
        self.capabilities = Capabilities(frozenset(Can) - set(MISSING), MISSING)

    def __repr__(self) -> str:
        return f"AirshipPlatform({self.account})"

    # --- what there is ----------------------------------------------------------------------------------------------
    def check(self) -> datetime | None:
        """List one pass."""
        reply = self._calls.ask("GET", ["pass"], params={"pageSize": "1"}, deadline=CHECK)
        a_list(an_object(reply.json(), "list").get("passes"), "passes")
        return reply.date

    def templates(self) -> list[Template]:
        """Return the project's templates, or the configured ones where the account may not list them."""
        try:
            templates = self._every_template()
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            return list(self._config.templates)
        with self._lock:
            self._reading = replace(self._reading, names=tuple((t.id, t.name) for t in templates))
        return templates

    def _every_template(self) -> list[Template]:
        """Walk the list: it comes in pages, of ten unless more is asked for, as that of the passes does."""
        known: dict[str, Template] = {}
        page = 1
        while True:
            asked = {"pageSize": str(TEMPLATES), "page": str(page), "order": "id", "direction": "ASC"}
            found = an_object(self._calls.ask("GET", ["template", "headers"], params=asked).json(), "templates")
            rows = [an_object(each, "template") for each in a_list(found.get("templateHeaders"), "templateHeaders")]
            fresh = {needed(row, "id"): Template(needed(row, "id"), text(row, "name")) for row in rows}
            before = len(known)
            known |= fresh
            size = whole(an_object(found.get("pagination"), "pagination"), "pageSize") or TEMPLATES
            if len(known) == before or len(rows) < size:
                return list(known.values())
            page += 1

    def doors(self) -> list[Door]:
        """There are none in this contract."""
        return []

    def streams(self) -> list[str]:
        """Return the template ids; all passes are one stream where the account may not list its templates."""
        return [t.id for t in self._config.templates or self.templates()] or [EVERY]

    # --- passes -----------------------------------------------------------------------------------------------------
    def page(self, stream: str, cursor: str, resume: str) -> Page:
        """Return one page: everything in order of id, or what changed, newest first, down to the cursor."""
        number, _, before = resume.partition(":")
        page = int(number or 1)
        order = ("updatedAt", "DESC") if cursor else ("id", "ASC")
        asked = ({} if stream == EVERY else {"templateId": stream}) | {
            "pageSize": str(PAGE),
            "page": str(page),
            "order": order[0],
            "direction": order[1],
        }
        reply = self._calls.ask("GET", ["pass"], params=asked)
        found = an_object(reply.json(), "list")
        rows = [an_object(each, "pass") for each in a_list(found.get("passes"), "passes")]
        count = whole(found, "count")
        size = whole(an_object(found.get("pagination"), "pagination"), "pageSize") or PAGE  # it may allow fewer
        fresh = [row for row in rows if not cursor or _changed(row, cursor)]
        passes = tuple(p for p in (self._get(["pass", needed(row, "id")]) for row in fresh) if p)
        gone = 0 if cursor else _gone(before, count)
        last = not gone and (len(rows) < size or len(fresh) < len(rows))
        following = "" if last else _following(page, count, gone, size)
        return Page(passes, following, None if cursor else count, reply.date, count)

    def _get(self, path: list[str], deadline: float = DEADLINE) -> Pass | None:
        try:
            reply = self._calls.ask("GET", path, deadline=deadline)
        except PlatformTrouble as trouble:
            if trouble.kind is PlatformKind.NOT_FOUND:
                return None
            if trouble.kind is PlatformKind.UNAUTHORISED and self._oauth:
                self._oauth.forget()
            raise
        with self._lock:
            reading = self._reading
        return read_pass(reply.json(), reading, reply.date)

    def cursor_after(self, started: datetime) -> str:
        """Return the time down to which a round reads what changed."""
        return (started - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def lookup(self, text: str, deadline: float) -> list[Pass]:
        """Return the passes with this external id, one per template, or with this id."""
        try:
            segment(text)
        except UnusableSegment:
            return []
        clock = Deadline(deadline)
        try:
            found = [self._get(path, clock.left()) for path in self._paths(text)]
            if not any(found) or not self._config.templates:
                found += self._anywhere(text, clock)
        except TimeoutError:
            raise PlatformTrouble(PlatformKind.UNREACHABLE, "deadline passed", sent=False) from None
        return list({p.uid: p for p in found if p}.values())

    def _paths(self, words: str) -> list[list[str]]:
        templates = [t.id for t in self._config.templates]
        paths = [["pass", "template", each, "id", words] for each in templates]
        if words.isascii() and words.isdecimal() and len(words) <= LONGEST_ID:
            paths.append(["pass", words])
        return paths

    def _anywhere(self, words: str, clock: Deadline) -> list[Pass | None]:
        """Read by external id alone. A pass of a template not configured is worth a word, too: it is for another event.

        Several passes of one external id are refused (400): they are asked for by template where each template counts.
        """
        try:
            return [self._get(["pass", "id", words], clock.left())]
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.REFUSED:
                raise
        if self._config.templates:  # none of them is ours
            return []
        with self._lock:
            known = [template for template, _ in self._reading.names]
        asked = known or [template.id for template in self.templates()]
        return [self._get(["pass", "template", each, "id", words], clock.left()) for each in asked]

    def search(self, text: str) -> list[Pass]:
        """There is no search in this contract: the cache is searched instead."""
        return []

    def _look(self, uid: str) -> Pass | None:
        """Read a pass by its id; believe that it is gone only when told so twice."""
        return self._get(["pass", uid]) or self._get(["pass", uid])

    # --- telling ----------------------------------------------------------------------------------------------------
    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell Airship what happened; see `courier`."""
        return self._courier.deliver(operation, may_have_arrived=may_have_arrived)

    def others(self, operation: Operation, subject: Pass) -> Sequence[Use]:
        """Return other devices' admissions at this operation's place."""
        return others(operation, subject)

    def _settle(self, uid: str, tickets: list[int], label: str) -> None:
        """Follow an update to its end. Where its ticket does not tell, the pass itself does.

        OAuth clients may not read tickets, and the statuses of tickets have no published names.
        """
        try:
            if self._calls.follow(tickets):
                return
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.UNAUTHORISED or self._oauth is None:
                raise
        self._wait_for(uid, voided=label == VOIDED)

    def _wait_for(self, uid: str, *, voided: bool) -> None:
        clock = Deadline(DEADLINE)
        pace = threading.Event()
        while True:
            subject = self._look(uid)
            if subject is None or subject.voided is voided:
                return
            try:
                pace.wait(min(0.25, clock.left()))
            except TimeoutError:
                raise nonsense("the update does not show") from None

    def at_rest(self) -> Rest:
        """Return what became of the connections that nobody uses."""
        return self._http.at_rest()

    def reset(self) -> None:
        """Drop every connection, after sleep."""
        self._http.reset()

    def close(self) -> None:
        """End all calls."""
        self._calls.close()
        if self._oauth:
            self._oauth.close()


def _changed(row: Mapping[str, Json], cursor: str) -> bool:
    at = instant(row, "updatedAt")
    since = instant({"cursor": cursor}, "cursor")
    return at is None or since is None or at >= since


def _gone(before: str, count: int | None) -> int:
    """Return how many passes were deleted since the page before: so many have moved up, past this page's start."""
    return max(int(before) - count, 0) if before and count is not None else 0


def _following(page: int, count: int | None, gone: int, size: int) -> str:
    """Return the next page, or the one where those stand now that moved up."""
    following = max(page - -(-gone // size), 1) if gone else page + 1
    return f"{following}:{'' if count is None else count}"
