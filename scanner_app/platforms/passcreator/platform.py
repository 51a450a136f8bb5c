"""One Passcreator account behind the port. Contract: seed 001 and providers.md section 1."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Answer, Can, Capabilities, Counter, Door, Page, Rest, Template
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass, Use
from scanner_app.domain.scan import Operation
from scanner_app.platforms.fields import a_list, an_object, needed, text, whole
from scanner_app.platforms.http import Http
from scanner_app.platforms.names import chosen
from scanner_app.platforms.passcreator.calls import READ, Calls
from scanner_app.platforms.passcreator.codec import Reading, read_mapping, read_pass, read_passes
from scanner_app.platforms.passcreator.counter import PasscreatorCounter
from scanner_app.platforms.passcreator.courier import Courier
from scanner_app.platforms.passcreator.feed import PullFeed
from scanner_app.platforms.passcreator.office import Office
from scanner_app.platforms.segments import UnusableSegment
from scanner_app.platforms.strict_json import Json
from scanner_app.platforms.tenant import fingerprint
from scanner_app.platforms.zones import fits, since, zone_named, zone_shown

OVERLAP = timedelta(minutes=2)
"""How far a delta reaches back before the round's start (rules.md, "Sync")."""
CHECK = 2.0
"""Seconds for the probe: a dead network is shown within them (reliability.md, O3)."""
NO_SUCH_CALL = (404, 405, 501)
"""How a platform answers for a call it does not have."""
ITS_OWN = (PlatformKind.NOT_FOUND, PlatformKind.REFUSED, PlatformKind.NONSENSE)
FIRST_PASS = {"start": "0", "pageSize": "1"}


class PasscreatorPlatform:
    """Implements `ports.Platform`; `office` makes the calls that no door needs.

    Options of the account: `holder_fields` (names, comma-separated), `notes_field`, `entries_field`, `nfc_field`,
    `feed` ("pull": webhooks in pull mode, for one kiosk of an account),
    `delete_scans` ("yes": undone scans are deleted; the call stands in no page of the vendor's).
    """

    platform = "passcreator"

    def __init__(self, config: AccountConfig, key: str) -> None:
        self.account = config.id
        self.tenant = fingerprint(config.url, key)
        self._config = config
        self._zone = zone_named(config.zone)
        self._http = Http(config.url, lambda: {"authorization": key}, secrets=[key])
        self._calls = Calls(self._http)
        self.office = Office(self._calls, self._zone)
        self.counter: Counter = PasscreatorCounter(self.office)
        self._reading = self._reading_of(config)
        self._lock = threading.Lock()
        self._names: dict[str, dict[str, str]] = {}  # template -> field id -> name
        self._told_twice: frozenset[tuple[str, str]] = frozenset()  # moments in company time and in UTC
        deletes = config.options.get("delete_scans") == "yes"
        self._courier = Courier(self._calls, self._zone, self._look, deletes_scans=deletes)
        self.feed = PullFeed(self._http, self.streams) if config.options.get("feed") == "pull" else None
        missing = {Can.LINKS: "links_are_passkit"} | ({} if self.feed else {Can.FEED: "feed_is_off"})
        self.capabilities = Capabilities(frozenset(Can) - set(missing), missing)

    def _reading_of(self, config: AccountConfig) -> Reading:
        said = config.options
        holder = chosen(said.get("holder_fields", ""))
        own = (said.get("notes_field", ""), said.get("entries_field", ""), said.get("nfc_field", ""))
        return Reading(config.id, self._zone, holder, *own)

    def __repr__(self) -> str:
        return f"PasscreatorPlatform({self.account})"

    @property
    def zone_fits(self) -> bool | None:
        """Whether the doors' two times of creation agree in the configured zone, None before any was read."""
        return fits(self._told_twice, self._config.zone) if self._told_twice else None

    @property
    def zone_shown(self) -> str:
        """The zone that the doors' two times of creation show, '' before any was read or when none fits."""
        return zone_shown(self._told_twice, self._config.zone) if self._told_twice else ""

    def template_fields(self, template: str) -> Json:
        """Return what passes of a template may carry, as the platform describes it."""
        return self._calls.template_fields(template)

    # --- what there is ----------------------------------------------------------------------------------------------
    def check(self) -> datetime | None:
        """List the doors, or a pass where the account knows no doors: one of them every account answers."""
        return self._configurations(CHECK)[1]

    def doors(self) -> list[Door]:
        """Return the app configurations."""
        return [_door(each) for each in self._configurations()[0]]

    def templates(self) -> list[Template]:
        """Return the configured templates, and those that a door names; the contract lists no templates."""
        found = {t.id: t for t in self._config.templates}
        for each in self._configurations()[0]:
            template = text(each, "passTemplateId")
            name = text(each, "passTemplateName")
            if template and (template not in found or not found[template].name):
                found[template] = Template(template, name)
        return list(found.values())

    def streams(self) -> list[str]:
        """Return the template ids."""
        return [t.id for t in self._config.templates or self.templates()]

    def _configurations(self, deadline: float = READ) -> tuple[list[Mapping[str, Json]], datetime | None]:
        try:
            reply = self._calls.configurations(deadline)
        except PlatformTrouble as trouble:
            if trouble.status not in NO_SUCH_CALL or not self._config.templates:
                raise
            # Without app configurations there are still passes; a wrong address answers to neither.
            return [], self._calls.list_passes(self._config.templates[0].id, FIRST_PASS, deadline).date
        found: list[Mapping[str, Json]] = [
            an_object(each, "app configuration") for each in a_list(reply.json(), "app configurations")
        ]
        self._told_twice |= {told for each in found if all(told := _told_twice(each))}
        return found, reply.date

    # --- passes -----------------------------------------------------------------------------------------------------
    def page(self, stream: str, cursor: str, resume: str) -> Page:
        """Return one page of a template's passes, ordered by creation."""
        asked = {"modifiedSince": cursor} if cursor else {}
        return self._page(stream, asked | dict(parse_qsl(resume)))

    def listed(self, template: str, asked: Mapping[str, str]) -> Iterator[Pass]:
        """Yield a template's passes page by page. `asked`: parameters as `Office.list_filter` writes them."""
        page = self._page(template, asked)
        yield from page.passes
        while page.resume:
            page = self._page(template, {**asked, **dict(parse_qsl(page.resume))})
            yield from page.passes

    def _page(self, stream: str, asked: Mapping[str, str]) -> Page:
        sheet = self._calls.list_passes(stream, asked)
        reading = replace(self._reading, names=self._names_of(stream, sheet.results))
        passes = read_passes(sheet.results, reading, sheet.date)
        return Page(passes, urlencode(sheet.after), sheet.total, sheet.date)

    def cursor_after(self, started: datetime) -> str:
        """Return the wall time for `modifiedSince`; '' (no delta) while the configured zone is known to be wrong."""
        if self.zone_fits is False:
            return ""
        return since(started - OVERLAP, self._zone)

    def lookup(self, text: str, deadline: float) -> list[Pass]:
        """Return the pass with that uid, userProvidedId or barcode: which one it was, the caller must check."""
        try:
            found = self._read(text, deadline)
        except UnusableSegment:
            return []
        return [found] if found else []

    def look_at_door(self, text: str, configuration: str) -> list[Pass]:
        """Return the pass as it stands at an app configuration's door: voided and redeemed where not good there."""
        found = self._read(text, configuration=configuration)
        return [found] if found else []

    def search(self, text: str, template: str = "") -> list[Pass]:
        """Return passes of one template, or all, that hold these words or similar ones; never good for admitting."""
        found: dict[str, Pass] = {}
        for each in [template] if template else self.streams():
            try:
                reply = self._calls.search(each, text.strip())
            except UnusableSegment:
                return []
            results = a_list(reply.json(), "search")
            reading = replace(self._reading, names=self._names_of(each, results))
            found |= {p.uid: p for p in read_passes(results, reading, reply.date)}
        return list(found.values())

    def _read(self, identifier: str, deadline: float = READ, *, configuration: str = "") -> Pass | None:
        try:
            reply = self._calls.read(identifier, mapping=True, configuration=configuration, deadline=deadline)
        except PlatformTrouble as trouble:
            if trouble.kind is PlatformKind.NOT_FOUND:
                return None
            raise
        value = reply.json()
        return read_pass(value, replace(self._reading, names=self._learn(value)), reply.date)

    def _learn(self, value: Json) -> Mapping[str, str]:
        """Remember and return the names of the fields of a pass's template, as the pass maps them."""
        names = read_mapping(value)
        template = text(an_object(value, "pass"), "passTemplateGuid")
        with self._lock:
            known = self._names[template] = names or self._names.get(template, {})
        return known

    def _look(self, uid: str) -> Pass | None:
        """Read a pass; believe that it is gone only when told so twice."""
        found = self._read(uid) or self._read(uid)
        return found if found is None or found.uid == uid else None

    def _names_of(self, template: str, results: list[Json]) -> Mapping[str, str]:
        """Return the names of a template's fields. Lists do not tell them: the first pass is read once for it."""
        with self._lock:
            known = self._names.get(template)
        if known is None and results:
            self._ask_names(needed(an_object(results[0], "pass"), "identifier"))
        with self._lock:
            return self._names.get(template, {})

    def _ask_names(self, uid: str) -> None:
        """Learn from one pass; that it is gone or cannot be read is its own trouble and none of the list's."""
        try:
            self._learn(self._calls.read(uid, mapping=True).json())
        except PlatformTrouble as trouble:
            if trouble.kind not in ITS_OWN:
                raise

    # --- telling ----------------------------------------------------------------------------------------------------
    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        """Tell Passcreator what happened; see `courier`."""
        return self._courier.deliver(operation, may_have_arrived=may_have_arrived)

    def others(self, operation: Operation, subject: Pass) -> Sequence[Use]:
        """Return other devices' admissions at this operation's place."""
        return tuple(self._courier.others(operation, subject))

    def at_rest(self) -> Rest:
        """Return what became of the connections that nobody uses."""
        return self._http.at_rest()

    def reset(self) -> None:
        """Drop every connection, after sleep."""
        self._http.reset()

    def close(self) -> None:
        """End all calls."""
        self._http.close()


def _door(found: Mapping[str, Json]) -> Door:
    name = text(found, "name")
    voids = whole(found, "scanMode") != 1  # 0 = void after scan, 1 = attendance only
    return Door(
        needed(found, "configurationId"), name, text(found, "passTemplateId"), text(found, "place") or name, voids
    )


def _told_twice(configuration: Mapping[str, Json]) -> tuple[str, str]:
    """Return the one moment that a configuration tells twice, in company time and in UTC."""
    return text(configuration, "createdOn"), text(configuration, "createdOnUtc")
