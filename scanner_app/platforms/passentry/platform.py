"""One PassEntry account behind the port."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Answer, Can, Capabilities, Counter, Door, Page, Rest, Template
from scanner_app.domain.doubles import made_here
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass, Use
from scanner_app.domain.scan import Operation
from scanner_app.platforms.deadline import Deadline
from scanner_app.platforms.fields import a_list, an_object, needed, text, whole
from scanner_app.platforms.http import Http, Reply
from scanner_app.platforms.names import chosen
from scanner_app.platforms.pace import rate
from scanner_app.platforms.passentry.calls import CHECK, DEADLINE, PER_SECOND, Calls
from scanner_app.platforms.passentry.codec import Reading, bar_pass, read_pass, resource
from scanner_app.platforms.passentry.counter import PassEntryCounter
from scanner_app.platforms.passentry.courier import Courier
from scanner_app.platforms.passentry.office import Office
from scanner_app.platforms.passentry.scans import Scans
from scanner_app.platforms.rows import read_rows
from scanner_app.platforms.segments import UnusableSegment
from scanner_app.platforms.strict_json import Json
from scanner_app.platforms.tenant import fingerprint

LARGEST = 8 * 1024 * 1024
"""Largest answer, in bytes: an account whose list knows no pages sends everything at once."""
PAGE = 100
MISSING = {
    Can.DELTA: "no_delta",
    Can.LOOKUP_BARCODE: "custom_barcodes_need_the_list",
    Can.EMAIL: "not_in_contract",
    Can.STATISTICS: "not_in_contract",
    Can.STORED_VALUE: "balance_cannot_be_read",
    Can.ENABLE_DOWNLOAD: "not_in_contract",
    Can.LINKS: "links_are_passkit",
    Can.FEED: "not_in_contract",
}


class PassEntryPlatform:
    """Implements `ports.Platform`; `office` makes the calls that no door needs.

    Options of the account: `entity` (whose readers are the doors), `refuse` (statuses at which doors say no, e.g.
    "issued,removed"), `holder_fields`, `page_param` and `per_page_param` (the vendor's pages do not name them),
    `per_second`.
    """

    platform = "passentry"
    zone_fits, zone_shown = True, ""  # this contract's times carry their offset

    def __init__(self, config: AccountConfig, key: str) -> None:
        self.account = config.id
        self.tenant = fingerprint(config.url, key)
        self._config = config
        auth = {"authorization": f"Bearer {key}"}
        self._http = Http(config.url, lambda: auth, secrets=[key], cap=LARGEST)
        self._calls = Calls(self._http, rate(config.options.get("per_second", str(PER_SECOND))))
        self.office = Office(self._calls)
        self.counter: Counter = PassEntryCounter(self.office)
        said = config.options
        refused = frozenset(chosen(said.get("refuse", "")))
        self._reading = Reading(config.id, chosen(said.get("holder_fields", "")), refused)
        self._paging = (said.get("page_param", "page"), said.get("per_page_param", "perPage"))
        self._scans = Scans(self._calls, self._paging)
        self._courier = Courier(self._calls, self._scans, self._look)
        self.capabilities = Capabilities(frozenset(Can) - set(MISSING), MISSING)

    def __repr__(self) -> str:
        return f"PassEntryPlatform({self.account})"

    # --- what there is ----------------------------------------------------------------------------------------------
    def check(self) -> datetime | None:
        """Ask for one pass."""
        reply = self._calls.list_passes({self._paging[1]: "1", "status": "nullified"}, CHECK)
        a_list(an_object(reply.json(), "answer").get("data"), "data")
        return reply.date

    def templates(self) -> list[Template]:
        """Return the configured templates, and those of the newest passes: the contract lists none."""
        found = {t.id: t for t in self._config.templates}
        for one in self.page(self.streams()[0], "", "").passes:
            if one.template and not (one.template in found and found[one.template].name):
                found[one.template] = Template(one.template, one.template_name)
        return list(found.values())

    def doors(self) -> list[Door]:
        """Return the readers of the configured entity, [] without one."""
        entity = self._config.options.get("entity", "")
        if not entity:
            return []
        found = an_object(self._calls.readers(entity).json(), "answer")
        return [_door(an_object(each, "reader")) for each in a_list(found.get("data"), "data")]

    def streams(self) -> list[str]:
        """Return the one list there is."""
        return ["passes"]

    # --- passes -----------------------------------------------------------------------------------------------------
    def page(self, stream: str, cursor: str, resume: str) -> Page:
        """Return one page, newest first; nullified passes too."""
        return self._page(resume, {"includeNullified": "true"}, self._wanted)

    def listed(self, prefix: str = "", status: str = "", template: str = "") -> Iterator[Pass]:
        """Return the passes whose extId begins so, and of this status, by the names that the contract has.

        It has none for a template: with one, its passes are picked out here, also where this account takes others only.
        """
        wanted = {"extIdPrefix": prefix, "status": status}
        asked, resume = {name: value for name, value in wanted.items() if value}, ""
        takes = (lambda p: p.template == template) if template else self._wanted
        while True:
            page = self._page(resume, asked, takes)
            yield from page.passes
            if not (resume := page.resume):
                return

    def _page(self, resume: str, wanted: Mapping[str, str], takes: Callable[[Pass], bool]) -> Page:
        """Return one page of what is wanted, as far as `takes` takes it.

        An account that ignores the paging parameters shows by repeating itself: what stood first on the first page
        comes again, though newer passes may stand above it by then.
        """
        number, _, first = resume.partition(":")
        if not number or not self._scans.listed:  # a walk may go on in another run of the program
            self._scans.refresh()
        asked = {**wanted, self._paging[0]: number or "1", self._paging[1]: str(PAGE)}
        reply = self._calls.list_passes(asked)
        found = an_object(reply.json(), "answer")
        data = [an_object(each, "pass") for each in a_list(found.get("data"), "data")]
        ids = [needed(each, "id") for each in data]
        meta = an_object(found.get("meta"), "meta")
        pages = whole(meta, "pages")
        repeats = first in ids
        data = data[: ids.index(first)] if repeats else data
        last = not ids or repeats or (pages is not None and int(number or 1) >= pages)
        following = "" if last else f"{int(number or 1) + 1}:{first or ids[0]}"
        passes = self._read_rows(data, reply.date)
        return Page(tuple(p for p in passes if takes(p)), following, self._total(meta), reply.date)

    def _total(self, meta: Mapping[str, Json]) -> int | None:
        return None if self._config.templates else whole(meta, "total")

    def _wanted(self, found: Pass) -> bool:
        wanted = {t.id for t in self._config.templates}
        return not wanted or found.template in wanted

    def _read_rows(self, rows: Sequence[Json], seen_at: datetime | None) -> tuple[Pass, ...]:
        return read_rows(
            rows, lambda each: self._read(each, seen_at), lambda each: bar_pass(each, self.account, seen_at)
        )

    def _read(self, found: Json, seen_at: datetime | None) -> Pass:
        uses = self._scans.uses(needed(an_object(found, "pass"), "id"))
        return read_pass(found, self._reading, uses, seen_at)

    def cursor_after(self, started: datetime) -> str:
        """There is no delta."""
        return ""

    def lookup(self, text: str, deadline: float) -> list[Pass]:
        """Return the pass with that uuid or extId; custom barcode texts are known to the list only."""
        clock = Deadline(deadline)
        try:
            reply = self._told(text, deadline)
        except UnusableSegment:
            return []
        if reply is None:
            return []
        self._scans.refresh(clock)  # a pass does not tell its uses, and those known may be old by now
        return [self._read(resource(reply.json()), reply.date)]

    def search(self, text: str) -> list[Pass]:
        """Return passes whose extId begins so."""
        if not text.strip():
            return []
        reply = self._calls.list_passes({"extIdPrefix": text.strip(), self._paging[1]: str(PAGE)})
        found = a_list(an_object(reply.json(), "answer").get("data"), "data")
        return list(self._read_rows(found[:PAGE], reply.date))

    def _told(self, key: str, deadline: float = DEADLINE) -> Reply | None:
        try:
            return self._calls.show(key, deadline)
        except PlatformTrouble as trouble:
            if trouble.kind is PlatformKind.NOT_FOUND:
                return None
            raise

    def _look(self, uid: str) -> Pass | None:
        """Read a pass; believe that it is gone only when told so twice."""
        reply = self._told(uid) or self._told(uid)
        found = self._read(resource(reply.json()), reply.date) if reply else None
        return found if found and found.uid == uid and not found.nullified else None

    # --- telling ----------------------------------------------------------------------------------------------------
    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell PassEntry what happened; see `courier`."""
        return self._courier.deliver(operation, may_have_arrived=may_have_arrived)

    def others(self, operation: Operation, subject: Pass) -> Sequence[Use]:
        """Return what other devices let pass at this operation's place, in or out.

        Asks only where another kiosk used the pass: scans come all in one list, and most guests pass one door.
        """
        if all(made_here(use, operation) for use in subject.uses):
            return ()
        return self._courier.others(operation)

    def at_rest(self) -> Rest:
        """Return what became of the connections that nobody uses."""
        return self._http.at_rest()

    def reset(self) -> None:
        """Drop every connection, after sleep."""
        self._http.reset()

    def close(self) -> None:
        """End all calls."""
        self._calls.pace.close()
        self._http.close()


def _door(found: Mapping[str, Json]) -> Door:
    said = an_object(found.get("attributes"), "attributes")
    reader = needed(found, "id")
    return Door(reader, text(said, "name") or reader, place=reader)
